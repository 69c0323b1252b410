import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import { canonicalJson } from '../../src/domain/json.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { createDockerEngine } from '../../src/engines/docker.ts'
import type { DockerInputs } from '../../src/engines/docker-arguments.ts'
import { pushedDigest } from '../../src/engines/docker-push.ts'
import { blobOf } from '../../src/engines/publish.ts'
import {
  type Answer,
  type Call,
  COMMIT,
  makeRequest,
  makeTools,
  notInstalled,
  recordingExec,
  REPOSITORY,
} from '../fixtures/engine-tools.ts'
import { createMemoryRegistry, type MemoryRegistry } from '../fixtures/memory-registry.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'

const DIGEST = digestOf('built')

function option(args: readonly string[], name: string): string | undefined {
  return args[args.indexOf(name) + 1]
}

/** A docker with buildx whose builder has the driver; `push` answers `docker push`. */
function dockerWith(
  driver: string,
  metadata: Readonly<Record<string, unknown>>,
  push?: (call: Call) => Answer | Promise<Answer>,
) {
  return recordingExec((call) => {
    const [first, second] = call.args
    if (second === 'version') return { stdout: 'github.com/docker/buildx v0.29.1 abc\n' }
    if (second === 'inspect')
      return { stdout: `Name:   default\nDriver: ${driver}\n\nNodes:\nName: default\n` }
    if (second === 'build')
      writeFileSync(option(call.args, '--metadata-file') ?? '', JSON.stringify(metadata))
    if (first === 'push') return push?.(call)
    return undefined
  })
}

/** A docker without the plugin. */
function plainDocker(imageId: string, push: (call: Call) => Answer | Promise<Answer>) {
  return recordingExec((call) => {
    if (call.args[0] === 'buildx') return { exitCode: 1, stderr: 'docker: unknown command: docker buildx' }
    if (call.args[0] === '--version') return { stdout: 'Docker version 28.2.2, build e6534b4\n' }
    if (call.args[0] === 'build') writeFileSync(option(call.args, '--iidfile') ?? '', imageId)
    return call.args[0] === 'push' ? push(call) : undefined
  })
}

async function pushImage(registry: MemoryRegistry, config: Uint8Array): Promise<Digest> {
  const descriptor = { mediaType: MEDIA_TYPES.ociConfig, digest: digestOf(config), size: config.byteLength }
  await registry.putBlob(REPOSITORY, blobOf({ bytes: config, descriptor }))
  const manifest = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config: descriptor, layers: [] }
  return await registry.putManifest(
    REPOSITORY,
    Buffer.from(canonicalJson(manifest)),
    MEDIA_TYPES.ociManifest,
    'staging-shared',
  )
}

function pushLine(digest: string): string {
  return `The push refers to repository [registry.example/team/app]\nabc: Pushed\nstaging-shared: digest: ${digest} size: 528\n`
}

async function build(inputs: DockerInputs, tools: ReturnType<typeof makeTools>, push = true) {
  const folders = { workspace: temporaryFolder(), temporary: temporaryFolder() }
  return await createDockerEngine(inputs, tools).build(
    makeRequest(folders, { push, environment: { MARK: 'request' } }),
  )
}

describe('docker with buildx', () => {
  test.each(['docker-container', 'remote', 'kubernetes', 'cloud'])(
    'driver %s pushes by digest, without any tag',
    async (driver) => {
      const { exec, calls } = dockerWith(driver, { 'containerimage.digest': DIGEST, 'buildx.build.ref': 'x' })
      expect(await build({ builder: 'b', context: 'app' }, makeTools({ exec }))).toEqual({ digest: DIGEST })
      expect(calls.map((call) => call.args.slice(0, 3).join(' '))).toEqual([
        'buildx version',
        'buildx inspect b',
        'buildx build --builder',
      ])
      const args = calls.at(-1)?.args ?? []
      expect(option(args, '--output')).toBe(
        'type=image,name=registry.example/team/app,push-by-digest=true,name-canonical=true,push=true',
      )
      expect(args).not.toContain('--tag')
      expect(calls.at(-1)?.options.environment).toEqual({ MARK: 'request' })
    },
  )

  test('labels come from the commit, and the user has the last word', async () => {
    const { exec, calls } = dockerWith('remote', { 'containerimage.digest': DIGEST })
    await build(
      {
        labels: [
          ['org.opencontainers.image.source', 'mine'],
          ['a', 'b=c'],
        ],
      },
      makeTools({ exec }),
    )
    const args = calls.at(-1)?.args ?? []
    expect(args.filter((_, index) => args[index - 1] === '--label')).toEqual([
      'org.opencontainers.image.created=2026-01-02T03:04:05Z',
      `org.opencontainers.image.revision=${COMMIT}`,
      'org.opencontainers.image.source=mine',
      'a=b=c',
    ])
  })

  test('the docker driver builds into the daemon and pushes the image by its id, believing content only', async () => {
    const registry = createMemoryRegistry()
    const config = Buffer.from('{"ours":1}')
    const { exec, calls } = dockerWith('docker', { 'containerimage.digest': digestOf(config) }, async () => ({
      stdout: pushLine(await pushImage(registry, config)),
    }))
    const { digest } = await build({}, makeTools({ exec, registry }))
    expect((await registry.readTag(REPOSITORY, 'staging-shared'))?.digest).toBe(digest)
    expect(calls.slice(2).map(({ args }) => args.slice(0, 2))).toEqual([
      ['buildx', 'build'],
      ['tag', digestOf(config)],
      ['push', 'registry.example/team/app:staging-shared'],
    ])
    expect(option(calls[2]?.args ?? [], '--output')).toBe('type=image')
  })

  test('the id of the containerd image store is the manifest digest', async () => {
    const { exec } = dockerWith('docker', { 'containerimage.digest': DIGEST }, () => ({
      stdout: pushLine(DIGEST),
    }))
    expect(await build({}, makeTools({ exec }))).toEqual({ digest: DIGEST })
  })

  test('an image of another build that shares the daemon is pushed again, never adopted', async () => {
    const registry = createMemoryRegistry()
    const [ours, theirs] = [Buffer.from('{"ours":1}'), Buffer.from('{"theirs":1}')]
    const turns = [theirs, theirs, ours]
    const { exec, calls } = dockerWith('docker', { 'containerimage.digest': digestOf(ours) }, async () => ({
      stdout: pushLine(await pushImage(registry, turns.shift() ?? ours)),
    }))
    const { digest } = await build({}, makeTools({ exec, registry }))
    const manifest = await registry.readManifest(REPOSITORY, digest as Digest)
    expect(manifest?.kind === 'image' && manifest.document.config.digest).toBe(digestOf(ours))
    expect(calls.filter((call) => call.args[0] === 'push')).toHaveLength(3)
  })

  test('a push that fails is tried again under a tag of its own', async () => {
    const registry = createMemoryRegistry()
    const config = Buffer.from('{"ours":1}')
    const refusals: Answer[] = [{ exitCode: 1, stderr: 'manifest blob unknown: blob unknown to registry' }]
    const metadata = { 'containerimage.digest': digestOf(config) }
    const { exec, calls } = dockerWith('docker', metadata, async () => {
      return refusals.shift() ?? { stdout: pushLine(await pushImage(registry, config)) }
    })
    const { digest } = await build({}, makeTools({ exec, registry }))
    expect(await registry.readManifest(REPOSITORY, digest as Digest)).toBeDefined()
    expect(calls.filter(({ args }) => args[0] === 'push').map(({ args }) => args[1])).toEqual([
      'registry.example/team/app:staging-shared',
      'registry.example/team/app:staging-exclusive',
    ])
  })

  test('and fails when that goes on', async () => {
    const registry = createMemoryRegistry()
    const { exec } = dockerWith('docker', { 'containerimage.digest': DIGEST }, async () => ({
      stdout: pushLine(await pushImage(registry, Buffer.from('{"theirs":1}'))),
    }))
    await expect(build({}, makeTools({ exec, registry }))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`expected ${DIGEST}`),
    })
  })

  test.each([
    { driver: 'remote', output: 'type=cacheonly' },
    { driver: 'docker', output: undefined },
  ])('push=false with driver $driver sends nothing', async ({ driver, output }) => {
    const { exec, calls } = dockerWith(driver, {})
    expect(await build({}, makeTools({ exec }), false)).toEqual({})
    expect(calls).toHaveLength(3)
    const args = calls[2]?.args ?? []
    expect(args.includes('--output') ? option(args, '--output') : undefined).toBe(output)
  })

  test.each([{}, { 'containerimage.digest': 'sha256:abc' }, { 'containerimage.config.digest': DIGEST }])(
    'metadata %j is not believed',
    async (metadata) => {
      const { exec } = dockerWith('remote', metadata)
      await expect(build({}, makeTools({ exec }))).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    },
  )

  test('a failed build names the command and the end of its output, without terminal codes', async () => {
    const { exec } = recordingExec(({ args }) => {
      if (args[1] === 'inspect') return { stdout: 'Driver: remote\n' }
      return args[1] === 'build'
        ? { exitCode: 17, stderr: `${'line\n'.repeat(50)}\u001B[31mERROR: no such stage\u001B[0m\n` }
        : { stdout: 'v0.29.0' }
    })
    await expect(build({ 'build-args': ['SECRET=hunter2'] }, makeTools({ exec }))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: `docker buildx build failed · expected exit code 0, got 17:\n${'line\n'.repeat(4)}ERROR: no such stage`,
    })
  })

  test('secrets go through masked private files', async () => {
    const { exec, calls } = dockerWith('remote', { 'containerimage.digest': DIGEST })
    const tools = makeTools({ exec })
    await build(
      {
        secrets: ['TOKEN=a=b', 'KEY=-----BEGIN\nabc\n-----END'],
        'secret-files': ['F=sub/f,1'],
        'secret-envs': ['E=MY_VAR'],
      },
      tools,
    )
    const args = calls.at(-1)?.args ?? []
    const [token = '', key = '', ...rest] = args.filter((_, index) => args[index - 1] === '--secret')
    expect(token).toMatch(/^id=TOKEN,src=\/.*\/secret-0$/)
    expect(key).toMatch(/^id=KEY,src=\/.*\/secret-1$/)
    expect(rest[0]).toMatch(/^id=F,"src=\/.*\/sub\/f,1"$/)
    expect(rest[1]).toBe('id=E,env=MY_VAR')
    const file = token.slice('id=TOKEN,src='.length)
    expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['a=b', 0o600])
    expect(tools.log.masks).toEqual(['a=b', '-----BEGIN\nabc\n-----END'])
    expect(args.join(' ')).not.toMatch(/a=b|BEGIN/)
  })
})

describe('docker without buildx', () => {
  test('builds and pushes, with the digest the push reports', async () => {
    const registry = createMemoryRegistry()
    const config = EMPTY_CONFIG.bytes
    const { exec, calls } = plainDocker(`${digestOf(config)}\n`, async () => ({
      stdout: pushLine(await pushImage(registry, config)),
    }))
    const { digest } = await build({ 'build-args': ['A=1'] }, makeTools({ exec, registry }))
    expect(await registry.readManifest(REPOSITORY, digest as Digest)).toBeDefined()
    expect(calls.map(({ args }) => args[0])).toEqual(['buildx', 'build', 'tag', 'push'])
  })

  test('push=false only builds', async () => {
    const { exec, calls } = plainDocker(DIGEST, () => ({ stdout: '' }))
    expect(await build({}, makeTools({ exec }), false)).toEqual({})
    expect(calls.map(({ args }) => args[0])).toEqual(['buildx', 'build'])
  })

  test('refuses inputs it cannot honour, naming them', async () => {
    const { exec, calls } = plainDocker(DIGEST, () => ({ stdout: '' }))
    await expect(build({ secrets: ['A=b'], sbom: 'true' }, makeTools({ exec }))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringContaining('secrets'),
      hint: expect.stringContaining('setup-buildx-action'),
    })
    expect(calls).toHaveLength(1)
  })

  test('a push that reports no digest is a failure', async () => {
    const { exec } = plainDocker(DIGEST, () => ({ stdout: 'done' }))
    await expect(build({}, makeTools({ exec }))).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  })
})

test('a missing docker is ENGINE_MISSING, for the version too', async () => {
  const { exec } = recordingExec(() => notInstalled())
  await expect(build({}, makeTools({ exec }))).rejects.toMatchObject({ code: 'ENGINE_MISSING' })
  await expect(createDockerEngine({}, makeTools({ exec })).version()).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
  })
})

test('versions', async () => {
  expect(await createDockerEngine({}, makeTools({ exec: dockerWith('docker', {}).exec })).version()).toBe(
    'buildx 0.29.1',
  )
  expect(await createDockerEngine({}, makeTools({ exec: plainDocker('', () => ({})).exec })).version()).toBe(
    'docker 28.2.2',
  )
})

test.each([
  { output: pushLine(DIGEST), expected: DIGEST },
  { output: `v1: digest: ${digestOf('old')} size: 1\nv2: digest: ${DIGEST} size: 2`, expected: DIGEST },
  { output: 'v1: digest: sha256:abc size: 1', expected: undefined },
  { output: '', expected: undefined },
])('the digest of a push is in its last line', ({ output, expected }) => {
  expect(pushedDigest(output)).toBe(expected)
})

describe('check', () => {
  const tree = {
    Dockerfile: 'FROM scratch',
    'app/Dockerfile': '',
    'lower/dockerfile': '',
    'none/x': '',
    secret: 's',
  }
  const environment = { SET: '1', EMPTY: '' }
  test.each<{ inputs: DockerInputs; faults: readonly string[] }>([
    { inputs: {}, faults: [] },
    { inputs: { context: 'app' }, faults: [] },
    { inputs: { context: 'lower' }, faults: [] },
    { inputs: { context: 'none', file: 'app/Dockerfile' }, faults: [] },
    { inputs: { context: 'https://github.com/o/r.git' }, faults: [] },
    { inputs: { context: '-' }, faults: [] },
    { inputs: { context: 'gone' }, faults: ['context: "gone" is not a folder'] },
    { inputs: { context: 'secret' }, faults: ['context: "secret" is not a folder'] },
    { inputs: { context: 'none' }, faults: ['file: there is no Dockerfile in'] },
    { inputs: { file: 'Dockerfile.prod' }, faults: ['file: "Dockerfile.prod" does not exist'] },
    {
      inputs: { 'secret-files': ['A=secret'], 'secret-envs': ['A=SET', 'B=EMPTY'], secrets: ['A=b'] },
      faults: [],
    },
    {
      inputs: {
        context: 'none',
        secrets: ['hunter2', '=x', 'K='],
        'secret-files': ['A=gone', 'bad'],
        'secret-envs': ['A=UNSET'],
      },
      faults: [
        'file: there is no Dockerfile',
        'secrets: entry 1 is not KEY=value',
        'secrets: entry 2 is not KEY=value',
        'secrets: entry 3 is not KEY=value',
        'secret-files: entry 2 is not KEY=path',
        'secret-files: the file of A does not exist: gone',
        'secret-envs: the environment variable UNSET of A is not set',
      ],
    },
  ])('$inputs', async ({ inputs, faults }) => {
    const workspace = writeTree(temporaryFolder(), tree)
    const found = await createDockerEngine(inputs, makeTools({ environment })).check({ workspace })
    expect(found).toHaveLength(faults.length)
    for (const [index, fault] of faults.entries()) expect(found[index]).toContain(fault)
    expect(found.join()).not.toContain('hunter2')
  })
})
