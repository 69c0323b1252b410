import { describe, expect, test } from 'vitest'
import {
  buildxArguments,
  type DockerInputs,
  inputsNeedingBuildx,
  plainArguments,
} from '../../src/engines/docker-arguments.ts'

const OPTIONS = { metadataFile: '/t/meta', secrets: [], labels: [], push: true }

function buildx(inputs: DockerInputs): readonly string[] {
  const args = buildxArguments(inputs, OPTIONS)
  expect(args.slice(0, 2)).toEqual(['buildx', 'build'])
  return args.slice(2).filter((argument) => argument !== '--metadata-file' && argument !== '/t/meta')
}

describe('buildx', () => {
  test.each<{ input: keyof DockerInputs; value: unknown; expected: readonly string[] }>([
    {
      input: 'add-hosts',
      value: ['db:10.0.0.1', 'b:::1'],
      expected: ['--add-host', 'db:10.0.0.1', '--add-host', 'b:::1'],
    },
    { input: 'allow', value: ['network.host'], expected: ['--allow', 'network.host'] },
    { input: 'annotations', value: ['index:a=b,c'], expected: ['--annotation', 'index:a=b,c'] },
    {
      input: 'build-args',
      value: ['A=1,2', 'B="q" \'s\'', 'C=line\nline', 'D='],
      expected: [
        '--build-arg',
        'A=1,2',
        '--build-arg',
        'B="q" \'s\'',
        '--build-arg',
        'C=line\nline',
        '--build-arg',
        'D=',
      ],
    },
    {
      input: 'build-contexts',
      value: ['base=docker-image://alpine'],
      expected: ['--build-context', 'base=docker-image://alpine'],
    },
    { input: 'builder', value: 'remote', expected: ['--builder', 'remote'] },
    { input: 'cache-from', value: ['type=gha,scope=a'], expected: ['--cache-from', 'type=gha,scope=a'] },
    {
      input: 'cache-to',
      value: ['type=registry,ref=r/c,mode=max'],
      expected: ['--cache-to', 'type=registry,ref=r/c,mode=max'],
    },
    { input: 'cgroup-parent', value: 'g', expected: ['--cgroup-parent', 'g'] },
    { input: 'file', value: 'sub/Dockerfile.prod', expected: ['--file', 'sub/Dockerfile.prod'] },
    { input: 'file', value: '--help', expected: ['--file', '--help'] },
    { input: 'network', value: 'host', expected: ['--network', 'host'] },
    { input: 'no-cache', value: true, expected: ['--no-cache'] },
    { input: 'no-cache', value: false, expected: [] },
    {
      input: 'no-cache-filters',
      value: ['a', 'b'],
      expected: ['--no-cache-filter', 'a', '--no-cache-filter', 'b'],
    },
    {
      input: 'platforms',
      value: ['linux/amd64', 'linux/arm64'],
      expected: ['--platform', 'linux/amd64,linux/arm64'],
    },
    { input: 'provenance', value: 'mode=max', expected: ['--provenance=mode=max'] },
    { input: 'provenance', value: 'false', expected: ['--provenance=false'] },
    { input: 'pull', value: true, expected: ['--pull'] },
    { input: 'sbom', value: 'true', expected: ['--sbom=true'] },
    { input: 'shm-size', value: '2g', expected: ['--shm-size', '2g'] },
    { input: 'ssh', value: ['default', 'k=/a,b'], expected: ['--ssh', 'default', '--ssh', 'k=/a,b'] },
    { input: 'target', value: 'prod', expected: ['--target', 'prod'] },
    { input: 'ulimit', value: ['nofile=1:2'], expected: ['--ulimit', 'nofile=1:2'] },
  ])('$input $value', ({ input, value, expected }) => {
    expect(buildx({ [input]: value })).toEqual([...expected, '.'])
  })

  test.each([
    { context: undefined, expected: '.' },
    { context: 'app', expected: 'app' },
    { context: 'https://github.com/o/r.git#main:sub', expected: 'https://github.com/o/r.git#main:sub' },
    { context: '-', expected: '-' },
    { context: '--output=type=tar,dest=x', expected: './--output=type=tar,dest=x' },
  ])('context $context is the last argument and never an option', ({ context, expected }) => {
    expect(buildx({ context })).toEqual([expected])
  })

  test('labels, secrets, output and metadata file are added', () => {
    const options = {
      metadataFile: '/t/m',
      output: 'type=image',
      secrets: ['id=a,src=/t/0'],
      labels: [['k', 'v,"=\n']] as const,
      push: true,
    }
    expect(buildxArguments({}, options)).toEqual([
      ...['buildx', 'build', '--metadata-file', '/t/m', '--output', 'type=image'],
      ...['--secret', 'id=a,src=/t/0', '--label', 'k=v,"=\n', '.'],
    ])
  })

  test('without pushing, caches are not written to registries either', () => {
    const caches = [
      'type=registry,ref=r/c',
      'r/c:cache',
      'mode=max,type=registry,ref=x',
      'type=gha',
      'dest=/c,type=local',
    ]
    const args = buildxArguments({ 'cache-to': caches }, { ...OPTIONS, push: false })
    expect(args.filter((_, index) => args[index - 1] === '--cache-to')).toEqual([
      'type=gha',
      'dest=/c,type=local',
    ])
  })
})

describe('plain docker build', () => {
  test('takes what it knows', () => {
    const inputs = {
      context: 'app',
      file: 'app/D',
      target: 't',
      'build-args': ['A=1'],
      pull: true,
      'no-cache': true,
      network: 'none',
      platforms: ['linux/amd64'],
    }
    expect(plainArguments(inputs, { imageIdFile: '/t/iid', labels: [['a', 'b']] })).toEqual([
      ...[
        'build',
        '--iidfile',
        '/t/iid',
        '--build-arg',
        'A=1',
        '--file',
        'app/D',
        '--label',
        'a=b',
        '--network',
        'none',
      ],
      ...['--no-cache', '--platform', 'linux/amd64', '--pull', '--target', 't', 'app'],
    ])
  })

  test('names every input it cannot honour', () => {
    expect(
      inputsNeedingBuildx({ context: '.', platforms: ['linux/amd64'], secrets: [], 'cache-from': ['r/c'] }),
    ).toEqual([])
    const inputs: DockerInputs = {
      allow: ['x'],
      annotations: ['a=b'],
      'build-contexts': ['a=b'],
      builder: 'b',
      'cache-to': ['type=gha'],
      'no-cache-filters': ['a'],
      provenance: 'false',
      sbom: 'true',
      secrets: ['A=b'],
      'secret-files': ['A=b'],
      'secret-envs': ['A=B'],
      ssh: ['default'],
      'cache-from': ['type=gha'],
      platforms: ['linux/amd64', 'linux/arm64'],
    }
    expect(inputsNeedingBuildx(inputs)).toEqual([
      'allow',
      'annotations',
      'build-contexts',
      'builder',
      'cache-to',
      'no-cache-filters',
      'provenance',
      'sbom',
      'secrets',
      'secret-files',
      'secret-envs',
      'ssh',
      'cache-from (type=…)',
      'platforms (more than one)',
    ])
  })
})
