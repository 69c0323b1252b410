import { chmod } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildahStorage, createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import { temporaryFolder } from '../e2e/world.ts'
import {
  type Env,
  build,
  buildTwice,
  childPlatforms,
  listTags,
  readManifest,
  runImage,
  type Sealed,
  writeSources,
} from './world.ts'

const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const STAGING = 'build-once-staging'

let registry: DockerRegistry
let dockerd: Dockerd

beforeAll(async () => {
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
})

afterAll(async () => {
  await dockerd?.close()
  await registry?.close()
})

/** Builds sources with their own greeting twice, and runs what was built on docker by its digest. */
async function buildAndRun(
  name: string,
  inputs: Env,
  env: Env,
  write: (folder: string) => Promise<void> = async () => undefined,
): Promise<Sealed> {
  await using folder = await temporaryFolder()
  await writeSources(folder.path, `built by ${name}\n`)
  await write(folder.path)
  const image = `${registry.host}/engines/${name}`
  const sealed = await buildTwice({ image, inputs, workspace: folder.path, env }, dockerd.env)
  expect(await runImage(sealed.reference, dockerd.env)).toBe(`built by ${name}\n`)
  return sealed
}

function engineOf(sealed: Sealed): unknown {
  return (JSON.parse(sealed.result.outputs['record'] ?? '') as { engine: unknown }).engine
}

function withoutRecords(tags: readonly string[]): string[] {
  return tags.filter((tag) => !tag.startsWith('sha256-'))
}

describe('docker', () => {
  const inputs = { engine: 'docker', network: 'none' }

  test('buildx with the docker driver pushes under the staging tag, one for all commits', async () => {
    const first = await buildAndRun('docker-driver', inputs, dockerd.env)
    const second = await buildAndRun('docker-driver', inputs, dockerd.env, async (folder) =>
      writeContext(folder, { 'files/second': 'another commit\n' }),
    )
    expect(engineOf(first)).toEqual({
      name: 'docker',
      version: expect.stringMatching(/^buildx \d/) as unknown,
    })
    expect(first.result.outputs['platforms']).toBe('linux/amd64')
    expect(second.digest).not.toBe(first.digest)
    expect(withoutRecords(await listTags(first.image)).toSorted()).toEqual(
      [first.commit, second.commit, 'latest', 'v1.0.0', STAGING].toSorted(),
    )
  })

  test.each(['0', '1'])('without the plugin: docker build and push, DOCKER_BUILDKIT=%s', async (buildkit) => {
    const env = { ...dockerd.withoutBuildx, DOCKER_BUILDKIT: buildkit }
    const sealed = await buildAndRun(`plain-${buildkit}`, inputs, env)
    expect(engineOf(sealed)).toEqual({
      name: 'docker',
      version: expect.stringMatching(/^docker 20\.10/) as unknown,
    })
  })

  test('with the containerd image store, which makes an index with an attestation', async () => {
    const current = await startDockerd({ imageStore: 'containerd' })
    try {
      const sealed = await buildAndRun('containerd-store', inputs, current.env)
      expect(sealed.result.outputs).toMatchObject({ platforms: 'linux/amd64', 'media-type': OCI_INDEX })
      expect(await childPlatforms(sealed.reference)).toEqual(['linux/amd64', 'unknown/unknown'])
      expect(await runImage(sealed.reference, current.env)).toBe('built by containerd-store\n')
    } finally {
      await current.close()
    }
  })
})

describe('docker with a BuildKit daemon of its own as builder', () => {
  let buildkitd: Buildkitd
  let inputs: Env

  beforeAll(async () => {
    buildkitd = await startBuildkitd()
    const builder = await createRemoteBuilder(dockerd, buildkitd.address)
    inputs = { engine: 'docker', network: 'none', builder, provenance: 'mode=max' }
  })

  afterAll(async () => {
    await buildkitd?.close()
  })

  test('pushes by digest alone an index with an attestation', async () => {
    const sealed = await buildAndRun('remote', inputs, dockerd.env)
    expect(sealed.result.outputs).toMatchObject({ platforms: 'linux/amd64', 'media-type': OCI_INDEX })
    expect(await childPlatforms(sealed.reference)).toEqual(['linux/amd64', 'unknown/unknown'])
    expect(await listTags(sealed.image)).not.toContain(STAGING)
  })

  test('builds for several platforms', async () => {
    const platforms = { ...inputs, platforms: 'linux/amd64,linux/arm64', provenance: 'false' }
    const sealed = await buildAndRun('remote-platforms', platforms, dockerd.env)
    expect(sealed.result.outputs['platforms']).toBe('linux/amd64,linux/arm64')
    expect(await childPlatforms(sealed.reference)).toEqual(['linux/amd64', 'linux/arm64'])
  })
})

describe('buildah', () => {
  const inputs = { engine: 'buildah', network: 'none' }
  let storage: BuildahStorage

  beforeAll(async () => {
    storage = await createBuildahStorage()
  })

  afterAll(async () => {
    await storage?.close()
  })

  test('builds and pushes without a daemon', async () => {
    const sealed = await buildAndRun('buildah', inputs, storage.env)
    expect(engineOf(sealed)).toEqual({ name: 'buildah', version: expect.stringMatching(/^\d/) as unknown })
    expect(await listTags(sealed.image)).toContain(STAGING)
  })

  test('builds for several platforms', async () => {
    const platforms = { ...inputs, platforms: 'linux/amd64,linux/arm64' }
    const sealed = await buildAndRun('buildah-platforms', platforms, storage.env)
    // In the order in which buildah finished them.
    const children = await childPlatforms(sealed.reference)
    expect(sealed.result.outputs['platforms']).toBe(children.join(','))
    expect(children.toSorted()).toEqual(['linux/amd64', 'linux/arm64'])
  })
})

describe('layers', () => {
  const inputs = { engine: 'layers', path: 'files' }
  const scratch = { ...inputs, entrypoint: '["/bin/busybox"]', cmd: '["cat", "/greeting"]' }

  test('on scratch, with no tool at all', async () => {
    const sealed = await buildAndRun('layers-scratch', scratch, {})
    expect(withoutRecords(await listTags(sealed.image)).toSorted()).toEqual(
      [sealed.commit, 'latest', 'v1.0.0'].toSorted(),
    )
  })

  test('the same files are the same bytes, whatever their times and umask', async () => {
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'the same\n')
    const request = {
      image: `${registry.host}/engines/layers-same`,
      inputs: scratch,
      workspace: folder.path,
      env: {},
    }
    const first = await build(request)
    await runCommand(['touch', '-d', '2001-01-01', join(folder.path, 'files', 'greeting')])
    await chmod(join(folder.path, 'files', 'greeting'), 0o600)
    const second = await build(request)
    // The commit is in the labels, so that the image differs; the layer does not.
    const layersOf = async ({ reference }: Sealed): Promise<unknown> =>
      (await readManifest(reference)).layers?.map(({ digest }) => digest)
    expect(await layersOf(second)).toEqual(await layersOf(first))
  })

  test.each([
    { description: 'of another repository', where: 'this registry' as const },
    { description: 'of another registry', where: 'another registry' as const },
  ])('on a base $description, pushed by docker', async ({ where }) => {
    const other = where === 'this registry' ? registry : await startDockerRegistry()
    try {
      await using folder = await temporaryFolder()
      await writeSources(folder.path, 'the base\n')
      const tagged = `${other.host}/bases/busybox:1`
      const { env } = dockerd
      await runCommand(['docker', 'buildx', 'build', '--network', 'none', '-t', tagged, folder.path], { env })
      await runCommand(['docker', 'push', tagged], { env })
      const name = `layers-on-${where.replaceAll(' ', '-')}`
      const more = { engine: 'layers', path: 'more', base: tagged }
      const sealed = await buildAndRun(name, more, {}, async (workspace) => {
        await writeContext(workspace, { 'more/greeting': `built by ${name}\n` })
      })
      const base = (await readManifest(tagged)).layers ?? []
      const layers = (await readManifest(sealed.reference)).layers ?? []
      expect(layers.map(({ digest }) => digest).slice(0, -1)).toEqual(base.map(({ digest }) => digest))
    } finally {
      if (other !== registry) await other.close()
    }
  })
})

describe('files', () => {
  test('a folder becomes an artifact that every client sees alike', async () => {
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'a folder\n')
    const image = `${registry.host}/engines/files`
    const inputs = { engine: 'files', path: 'files' }
    const sealed = await buildTwice({ image, inputs, workspace: folder.path, env: {} }, dockerd.env)
    expect((await readManifest(sealed.reference)).artifactType).toBe('application/vnd.build-once.files.v1')
    expect(sealed.result.outputs['platforms']).toBe('')
  })
})

describe('command', () => {
  test.each([
    {
      name: 'docker',
      run: 'docker build --network none --tag "$BUILD_ONCE_REFERENCE" .\ndocker push "$BUILD_ONCE_REFERENCE"',
    },
    {
      name: 'crane',
      run: [
        'tar -C files -cf layer.tar .',
        'crane append --new_layer layer.tar --new_tag "$BUILD_ONCE_REFERENCE"',
        'crane mutate --entrypoint /bin/busybox --cmd cat,/greeting --set-platform linux/amd64 --tag "$BUILD_ONCE_REFERENCE" "$BUILD_ONCE_REFERENCE"',
      ].join('\n'),
    },
    {
      name: 'a digest file',
      run: [
        'docker build --network none --tag "$BUILD_ONCE_IMAGE:mine" .',
        'docker push "$BUILD_ONCE_IMAGE:mine"',
        'crane digest "$BUILD_ONCE_IMAGE:mine" > "$BUILD_ONCE_DIGEST_FILE"',
      ].join('\n'),
    },
  ])('a script with $name pushes an image', async ({ name, run }) => {
    const sealed = await buildAndRun(
      `command-${name.replaceAll(' ', '-')}`,
      { engine: 'command', run },
      dockerd.env,
    )
    expect(engineOf(sealed)).toEqual({ name: 'command', version: expect.stringMatching(/^bash /) as unknown })
  })

  test('a script with oras pushes an artifact', async () => {
    const { oras } = await findPeers()
    await using folder = await temporaryFolder()
    await writeContext(folder.path, { 'app.bin': 'not an image\n' })
    const run = `'${oras}' push --plain-http --artifact-type application/vnd.example.app "$BUILD_ONCE_REFERENCE" app.bin`
    const image = `${registry.host}/engines/command-oras`
    const inputs = { engine: 'command', run }
    const sealed = await buildTwice({ image, inputs, workspace: folder.path, env: dockerd.env }, dockerd.env)
    expect((await readManifest(sealed.reference)).artifactType).toBe('application/vnd.example.app')
  })
})
