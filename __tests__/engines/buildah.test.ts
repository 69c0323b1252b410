import { writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { type BuildahInputs, buildahArguments, createBuildahEngine } from '../../src/engines/buildah.ts'
import type { BuildRequest } from '../../src/engines/engine.ts'
import { makeRequest, makeTools, notInstalled, recordingExec } from '../fixtures/engine-tools.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'

const DIGEST = digestOf('pushed')
const IMAGE_ID = digestOf('image id')

function buildah(digest: string = DIGEST) {
  return recordingExec(({ args }) => {
    for (const [name, text] of [
      ['--iidfile', IMAGE_ID],
      ['--digestfile', `${digest}\n`],
    ] as const) {
      if (args.includes(name)) writeFileSync(args[args.indexOf(name) + 1] ?? '', text)
    }
    return args[0] === '--version' ? { stdout: 'buildah version 1.28.2 (image-spec 1.1.0-rc2)\n' } : undefined
  })
}

async function run(inputs: BuildahInputs, given: Partial<BuildRequest> = {}, fake = buildah()) {
  const folders = { workspace: temporaryFolder(), temporary: temporaryFolder() }
  const tools = makeTools({ exec: fake.exec })
  const built = await createBuildahEngine(inputs, tools).build(makeRequest(folders, given))
  return { built, calls: fake.calls, folders, tools }
}

test('every input becomes an argument of its own', () => {
  const inputs: BuildahInputs = {
    context: '-odd',
    file: 'D',
    target: 't',
    'build-args': ['A=1,2\n3'],
    ssh: ['default'],
    platforms: ['linux/arm64'],
    annotations: ['a=b'],
    'no-cache': true,
    pull: true,
    network: 'none',
  }
  expect(
    buildahArguments(inputs, {
      imageIdFile: '/i',
      manifest: 'm',
      secrets: ['id=a,src=b'],
      labels: [['k', 'v']],
    }),
  ).toEqual([
    ...[
      'bud',
      '--iidfile',
      '/i',
      '--manifest',
      'm',
      '--annotation',
      'a=b',
      '--build-arg',
      'A=1,2\n3',
      '--file',
      'D',
    ],
    ...['--label', 'k=v', '--network', 'none', '--no-cache', '--platform', 'linux/arm64', '--pull-always'],
    ...['--secret', 'id=a,src=b', '--ssh', 'default', '--target', 't', './-odd'],
  ])
})

describe('build', () => {
  test('pushes the image by its id and reads the digest file', async () => {
    const { built, calls, folders } = await run({ secrets: ['A=hunter2'] })
    expect(built).toEqual({ digest: DIGEST })
    expect(calls[1]?.args).toEqual([
      'push',
      '--digestfile',
      `${folders.temporary}/buildah-digest`,
      IMAGE_ID,
      'docker://registry.example/team/app:staging-shared',
    ])
    expect(calls[0]?.args.join(' ')).not.toContain('hunter2')
  })

  test('several platforms become one pushed list, whose local name is unique and removed', async () => {
    const { built, calls } = await run({ platforms: ['linux/amd64', 'linux/arm64'] })
    const name = calls[0]?.args[calls[0].args.indexOf('--manifest') + 1] ?? ''
    expect(built).toEqual({ digest: DIGEST })
    expect(name).toMatch(/^localhost\/build-once:[0-9a-f-]{36}$/)
    expect(calls[1]?.args.slice(0, 3)).toEqual(['manifest', 'push', '--all'])
    expect(calls[2]?.args).toEqual(['manifest', 'rm', name])
  })

  test('push=false only builds', async () => {
    const { built, calls } = await run({}, { push: false })
    expect([built, calls.length]).toEqual([{}, 1])
  })

  test.each([
    { registry: 'localhost:5000', off: true },
    { registry: '127.0.0.1:5000', off: true },
    { registry: '[::1]:5000', off: true },
    { registry: 'registry.example', off: false },
    { registry: '127.0.0.1.evil.example', off: false },
    { registry: 'localhost.evil.example:5000', off: false },
    { registry: '10.0.0.1:5000', off: false },
  ])('TLS for $registry off: $off', async ({ registry, off }) => {
    const { calls } = await run({}, { repository: { registry, path: 'a' } })
    expect(calls[1]?.args.includes('--tls-verify=false')).toBe(off)
    expect(calls[0]?.args.includes('--tls-verify=false')).toBe(false)
  })

  test('finds the credentials where DOCKER_CONFIG says, unless the user chose others', async () => {
    const folder = writeTree(temporaryFolder(), { 'config.json': '{}' })
    const environmentOf = async (environment: NodeJS.ProcessEnv) =>
      (await run({}, { environment })).calls[1]?.options.environment['REGISTRY_AUTH_FILE']
    expect(await environmentOf({ DOCKER_CONFIG: folder })).toBe(`${folder}/config.json`)
    expect(await environmentOf({ DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: '/mine' })).toBe('/mine')
    expect(await environmentOf({ DOCKER_CONFIG: '/nowhere' })).toBeUndefined()
  })

  test('an empty digest file is a failure', async () => {
    await expect(run({}, {}, buildah(''))).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  })
})

test('version and a missing buildah', async () => {
  expect(await createBuildahEngine({}, makeTools({ exec: buildah().exec })).version()).toBe('1.28.2')
  const { exec } = recordingExec(() => notInstalled())
  await expect(createBuildahEngine({}, makeTools({ exec })).version()).rejects.toMatchObject({
    code: 'ENGINE_MISSING',
  })
})

test('check names what is missing', async () => {
  const faults = await createBuildahEngine({ context: 'gone' }, makeTools()).check({
    workspace: temporaryFolder(),
  })
  expect(faults).toEqual([expect.stringContaining('context: "gone"')])
})
