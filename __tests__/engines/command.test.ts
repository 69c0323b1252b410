import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { canonicalJson } from '../../src/domain/json.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { createCommandEngine } from '../../src/engines/command.ts'
import { createExistingEngine } from '../../src/engines/existing.ts'
import { createEngine } from '../../src/engines/index.ts'
import { blobOf } from '../../src/engines/publish.ts'
import { exec } from '../../src/platform/exec.ts'
import {
  COMMIT,
  makeRequest,
  makeTools,
  notInstalled,
  recordingExec,
  REPOSITORY,
} from '../fixtures/engine-tools.ts'
import { createMemoryRegistry } from '../fixtures/memory-registry.ts'
import { temporaryFolder } from '../fixtures/folders.ts'

async function registryWithTag() {
  const registry = createMemoryRegistry()
  await registry.putBlob(REPOSITORY, blobOf(EMPTY_CONFIG))
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: EMPTY_CONFIG.descriptor,
    layers: [],
  }
  const digest = await registry.putManifest(
    REPOSITORY,
    Buffer.from(canonicalJson(manifest)),
    MEDIA_TYPES.ociManifest,
    'staging-exclusive',
  )
  return { registry, digest }
}

async function run(script: string, { registry = createMemoryRegistry(), push = true } = {}) {
  const tools = makeTools({ exec, registry })
  const request = makeRequest({ workspace: temporaryFolder(), temporary: temporaryFolder() }, { push })
  const built = await createCommandEngine({ run: script }, tools).build(request)
  return { built, log: tools.log.lines.join(''), request }
}

describe('command', () => {
  test('tells the script everything, in the workspace, and reads the tag back', async () => {
    const { registry, digest } = await registryWithTag()
    const { built, log, request } = await run('pwd\r\nenv | grep ^BUILD_ONCE | sort\r\n', { registry })
    expect(built).toEqual({ digest })
    expect(log.split('\n')).toEqual([
      request.workspace,
      `BUILD_ONCE_COMMIT=${COMMIT}`,
      `BUILD_ONCE_DIGEST_FILE=${request.temporary}/command-digest`,
      'BUILD_ONCE_IMAGE=registry.example/team/app',
      'BUILD_ONCE_PUSH=true',
      'BUILD_ONCE_REFERENCE=registry.example/team/app:staging-exclusive',
      'BUILD_ONCE_TAG=staging-exclusive',
      '',
    ])
  })

  test('believes the digest file before the tag', async () => {
    const { registry } = await registryWithTag()
    const { built } = await run(`echo ${digestOf('mine')} > "$BUILD_ONCE_DIGEST_FILE"`, { registry })
    expect(built).toEqual({ digest: digestOf('mine') })
  })

  test.each([
    { script: 'exit 7', message: 'got 7' },
    { script: 'false | true\necho not reached', message: 'got 1' },
    { script: 'false\ntrue', message: 'got 1' },
    { script: 'kill -9 $$', message: 'got 137' },
    {
      script: 'true',
      message:
        'nothing was pushed to $BUILD_ONCE_REFERENCE · expected registry.example/team/app:staging-exclusive',
    },
    { script: 'echo latest > "$BUILD_ONCE_DIGEST_FILE"', message: 'does not hold a digest · got "latest"' },
  ])('$script fails', async ({ script, message }) => {
    await expect(run(script)).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(message),
    })
  })

  test('with push=false only a script that looks at BUILD_ONCE_PUSH is started', async () => {
    expect(await run('exit 1', { push: false })).toMatchObject({
      built: { isSkipped: true },
      log: expect.stringContaining('run was not started'),
    })
    expect(await run('echo push is $BUILD_ONCE_PUSH', { push: false })).toMatchObject({
      built: {},
      log: 'push is false\n',
    })
  })

  test('check, version and a missing bash', async () => {
    const missing = makeTools({ exec: recordingExec(() => notInstalled()).exec })
    const request = makeRequest({ workspace: temporaryFolder(), temporary: temporaryFolder() })
    expect(await createCommandEngine({ run: ' \n' }, missing).check(request)).toHaveLength(1)
    expect(await createCommandEngine({ run: 'true' }, missing).check(request)).toEqual([])
    expect(await createCommandEngine({ run: 'true' }, makeTools({ exec })).version()).toMatch(
      /^bash \d+\.\d+\.\d+$/,
    )
    await expect(createCommandEngine({ run: 'true' }, missing).build(request)).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
    })
  })
})

describe('existing', () => {
  test('adopts a digest that is in the repository, and no other', async () => {
    const { registry, digest } = await registryWithTag()
    const request = makeRequest({ workspace: '/', temporary: '/' })
    const tools = makeTools({ registry })
    expect(await createExistingEngine({ digest }, tools).build(request)).toEqual({ digest })
    await expect(
      createExistingEngine({ digest: digestOf('other') }, tools).build(request),
    ).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(`registry.example/team/app@${digestOf('other')}`),
    })
    expect(await createExistingEngine({}, tools).check(request)).toHaveLength(1)
    expect(await createExistingEngine({ digest }, tools).version()).toBe('existing')
  })
})

test.each(['docker', 'buildah', 'layers', 'files', 'command', 'existing'] as const)(
  'createEngine makes %s',
  async (name) => {
    expect((await createEngine(name, {}, makeTools())).name).toBe(name)
  },
)
