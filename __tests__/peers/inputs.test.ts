import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildahStorage, createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand, writeContext } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import { errorsOf, newCommit, step, temporaryFolder } from '../e2e/world.ts'
import { build, type Env, listTags, readManifest, runImage, writeSources } from './world.ts'

let registry: DockerRegistry
let dockerd: Dockerd
let buildkitd: Buildkitd
let storage: BuildahStorage

beforeAll(async () => {
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
  buildkitd = await startBuildkitd()
  storage = await createBuildahStorage()
})

afterAll(async () => {
  await storage?.close()
  await buildkitd?.close()
  await dockerd?.close()
  await registry?.close()
})

/** The ways to build a Dockerfile: inputs and environment. */
const ways: readonly { readonly name: string; readonly with: () => Promise<[Env, Env]> }[] = [
  { name: 'docker', with: async () => [{ engine: 'docker' }, dockerd.env] },
  { name: 'plain docker', with: async () => [{ engine: 'docker' }, dockerd.withoutBuildx] },
  {
    name: 'docker with a builder',
    with: async () => {
      const builder = await createRemoteBuilder(dockerd, buildkitd.address)
      return [{ engine: 'docker', builder }, dockerd.env]
    },
  },
  { name: 'buildah', with: async () => [{ engine: 'buildah' }, storage.env] },
]

const DOCKERFILE = [
  'FROM scratch AS base',
  'COPY files /',
  'FROM base AS final',
  'ARG WORD',
  'ENV WORD=$WORD',
  'ENTRYPOINT ["/bin/busybox"]',
  'CMD ["env"]',
  'FROM base AS another',
  'ENTRYPOINT ["/bin/busybox", "false"]',
  '',
].join('\n')

interface Config {
  readonly config: { readonly Labels: Readonly<Record<string, string>> }
}

async function labelsOf(reference: string): Promise<Readonly<Record<string, string>>> {
  const { crane } = await findPeers()
  const { stdout } = await runCommand([crane, 'config', '--platform', 'linux/amd64', reference])
  return (JSON.parse(stdout) as Config).config.Labels
}

describe.each(ways)('$name', ({ name, with: prepare }) => {
  const repository = name.replaceAll(' ', '-')

  test('gets context, file, target, build arguments and labels as they were given', async () => {
    const [engine, env] = await prepare()
    await using folder = await temporaryFolder()
    await writeSources(`${folder.path}/app`, 'unused\n')
    await writeContext(folder.path, {
      'docker/App.Dockerfile': DOCKERFILE,
      'app/Dockerfile': 'FROM nowhere\n',
    })
    const inputs = {
      ...{ ...engine, context: 'app', file: 'docker/App.Dockerfile', target: 'final', network: 'none' },
      'build-args': 'WORD=two words, a "quote" and $HOME',
      labels: 'com.example.one=a=b,c\norg.opencontainers.image.revision=mine',
    }
    const image = `${registry.host}/inputs/${repository}`
    const sealed = await build({ image, inputs, workspace: folder.path, env })
    expect(await runImage(sealed.reference, dockerd.env)).toContain('WORD=two words, a "quote" and $HOME\n')
    expect(await labelsOf(sealed.reference)).toMatchObject({
      'com.example.one': 'a=b,c',
      'org.opencontainers.image.revision': 'mine',
      'org.opencontainers.image.source': 'https://github.com/octo-org/app',
    })
  })

  test('push: false builds, and sends nothing to the registry', async () => {
    const [engine, env] = await prepare()
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'kept\n')
    const image = `${registry.host}/unpushed/${repository}`
    const given = { image, commit: newCommit(), push: 'false', network: 'none', ...engine }
    const result = await step('build', given, { workspace: folder.path, env })
    expect([errorsOf(result), result.conclusion, result.outputs['built']]).toEqual(['', 'success', 'false'])
    expect(await listTags(image)).toEqual([])
    await writeContext(folder.path, { Dockerfile: 'FROM scratch\nCOPY missing /\n' })
    const broken = await step('build', given, { workspace: folder.path, env })
    expect([errorsOf(broken), broken.conclusion]).toEqual([
      expect.stringContaining('ENGINE_FAILED') as unknown,
      'failure',
    ])
  })

  test('a build that fails seals nothing, and the next one may succeed', async () => {
    const [engine, env] = await prepare()
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'at last\n')
    const commit = newCommit()
    const image = `${registry.host}/failing/${repository}`
    const given = { image, commit, settle: '0', network: 'none', ...engine }
    const setup = { workspace: folder.path, env }
    await writeContext(folder.path, { Other: 'FROM scratch\nCOPY missing /\n' })
    const failed = await step('build', { ...given, file: 'Other' }, setup)
    expect(errorsOf(failed)).toContain('ENGINE_FAILED')
    expect(await listTags(image)).toEqual([])
    const built = await step('build', given, setup)
    expect([errorsOf(built), built.outputs['built']]).toEqual(['', 'true'])
  })
})

describe('docker', () => {
  test('with a builder gets build contexts and annotations', async () => {
    const builder = await createRemoteBuilder(dockerd, buildkitd.address)
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'from the context\n')
    await writeContext(folder.path, {
      'more/extra': 'from elsewhere\n',
      Dockerfile:
        'FROM scratch\nCOPY files /\nCOPY --from=more extra /greeting\nCMD ["/bin/busybox", "cat", "/greeting"]\n',
    })
    const inputs = {
      ...{ engine: 'docker', builder, provenance: 'false', 'build-contexts': 'more=more' },
      annotations: 'com.example.note=one, two',
    }
    const image = `${registry.host}/inputs/contexts`
    const sealed = await build({ image, inputs, workspace: folder.path, env: dockerd.env })
    expect(await runImage(sealed.reference, dockerd.env)).toBe('from elsewhere\n')
    expect(await readManifest(sealed.reference)).toMatchObject({
      annotations: { 'com.example.note': 'one, two' },
    })
  })

  test('without the plugin refuses inputs only buildx has, before it builds', async () => {
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'never\n')
    const image = `${registry.host}/inputs/refused`
    const given = { image, commit: newCommit(), engine: 'docker', secrets: 'a=b', provenance: 'true' }
    const result = await step('build', given, { workspace: folder.path, env: dockerd.withoutBuildx })
    expect(errorsOf(result)).toContain('ENGINE_MISSING')
    expect(errorsOf(result)).toContain('provenance, secrets')
    expect(await listTags(image)).toEqual([])
  })

  test('without its daemon is an error that says so', async () => {
    await using folder = await temporaryFolder()
    await writeSources(folder.path, 'never\n')
    const image = `${registry.host}/inputs/no-daemon`
    const env = { ...dockerd.env, DOCKER_HOST: `unix://${folder.path}/none.sock` }
    const given = { image, commit: newCommit(), engine: 'docker' }
    const result = await step('build', given, { workspace: folder.path, env })
    expect(errorsOf(result)).toContain('ENGINE_FAILED')
    expect(errorsOf(result)).toContain('none.sock')
    expect(await listTags(image)).toEqual([])
  })
})
