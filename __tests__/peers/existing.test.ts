import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BuildahStorage, createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers, type Peers } from '../../sandbox/peers/tools.ts'
import { errorsOf, newCommit, step, temporaryFolder } from '../e2e/world.ts'
import { build, buildTwice, deploy, readManifest, runImage, type Sealed, writeSources } from './world.ts'

let peers: Peers
let registry: DockerRegistry
let dockerd: Dockerd
let buildkitd: Buildkitd
let storage: BuildahStorage
let builder: string
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  peers = await findPeers()
  folder = await temporaryFolder()
  await writeSources(folder.path, 'adopted\n')
  await runCommand(['tar', '-C', join(folder.path, 'files'), '-cf', join(folder.path, 'layer.tar'), '.'])
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
  buildkitd = await startBuildkitd()
  storage = await createBuildahStorage()
  builder = await createRemoteBuilder(dockerd, buildkitd.address)
})

afterAll(async () => {
  await storage?.close()
  await buildkitd?.close()
  await dockerd?.close()
  await registry?.close()
  await folder?.[Symbol.asyncDispose]()
})

async function run(argv: readonly [string, ...string[]], env = dockerd.env): Promise<string> {
  return (await runCommand(argv, { cwd: folder.path, env })).stdout
}

/** Pushes with buildx through the remote builder, by digest alone. */
async function pushWithProvenance(image: string, ...options: readonly string[]): Promise<string> {
  const output = `type=image,name=${image},push=true,push-by-digest=true`
  const metadata = join(folder.path, 'metadata.json')
  const fixed = ['--builder', builder, '--network', 'none', '--output', output, '--metadata-file', metadata]
  await run(['docker', 'buildx', 'build', ...fixed, '--provenance', 'mode=max', ...options, '.'])
  const body = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, string>
  return body['containerimage.digest'] ?? ''
}

const pushers: readonly {
  readonly tool: string
  readonly isImage: boolean
  /** Pushes to a repository and returns the digest the tool reports. */
  readonly push: (image: string) => Promise<string>
}[] = [
  {
    tool: 'docker push',
    isImage: true,
    push: async (image) => {
      await run(['docker', 'build', '--network', 'none', '-t', `${image}:theirs`, '.'], dockerd.withoutBuildx)
      const output = await run(['docker', 'push', `${image}:theirs`], dockerd.withoutBuildx)
      return /digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1] ?? ''
    },
  },
  { tool: 'buildx with provenance', isImage: true, push: async (image) => pushWithProvenance(image) },
  {
    tool: 'buildah',
    isImage: true,
    push: async (image) => {
      const digestFile = join(folder.path, 'buildah-digest')
      await run(['buildah', 'bud', '--network', 'none', '-t', `${image}:theirs`, '.'], storage.env)
      await run(
        ['buildah', 'push', '--tls-verify=false', '--digestfile', digestFile, `${image}:theirs`],
        storage.env,
      )
      return (await readFile(digestFile, 'utf8')).trim()
    },
  },
  {
    tool: 'oras push',
    isImage: false,
    push: async (image) => {
      const argv = ['push', '--plain-http', '--artifact-type', 'application/vnd.example.app'] as const
      const output = await run([
        peers.oras,
        ...argv,
        '--format',
        'json',
        `${image}:theirs`,
        'files/greeting:text/plain',
      ])
      return (JSON.parse(output) as { digest: string }).digest
    },
  },
  {
    tool: 'crane append',
    isImage: false,
    push: async (image) => {
      const pushed = await run([peers.crane, 'append', '-f', 'layer.tar', '-t', `${image}:theirs`])
      return pushed.trim().split('@')[1] ?? ''
    },
  },
  {
    tool: 'crane push',
    isImage: true,
    push: async (image) => {
      await run(['docker', 'build', '--network', 'none', '-t', 'saved', '.'])
      await run(['docker', 'save', '-o', 'saved.tar', 'saved'])
      const pushed = await run([peers.crane, 'push', 'saved.tar', `${image}:theirs`])
      return pushed.trim().split('@')[1] ?? ''
    },
  },
]

describe('engine existing', () => {
  test.each(pushers)('adopts what $tool pushed, and deploy takes it', async ({ tool, isImage, push }) => {
    const image = `${registry.host}/existing/${tool.replaceAll(' ', '-')}`
    const pushed = await push(image)
    expect(pushed).toMatch(/^sha256:[0-9a-f]{64}$/)
    const inputs = { engine: 'existing', digest: pushed }
    const sealed = await buildTwice({ image, inputs, workspace: folder.path, env: {} }, dockerd.env)
    expect(sealed.digest).toBe(pushed)
    const deployed = await deploy(sealed, { run: 'printf %s "$REFERENCE" | grep @sha256:' }, {})
    expect([errorsOf(deployed), deployed.outputs['digest']]).toEqual(['', pushed])
    if (isImage) expect(await runImage(sealed.reference, dockerd.env)).toBe('adopted\n')
  })

  test('refuses a digest that is in another repository only, and keeps the first of two builds of the commit', async () => {
    const pushed = await pushWithProvenance(`${registry.host}/existing/elsewhere`)
    const image = `${registry.host}/existing/here`
    const inputs = { image, commit: newCommit(), settle: '0', engine: 'existing' }
    const setup = { workspace: folder.path }
    const missing = await step('build', { ...inputs, digest: pushed }, setup)
    expect(errorsOf(missing)).toContain('there is no such manifest in the repository')
    const first = await pushWithProvenance(image, '--label', 'n=1')
    const second = await pushWithProvenance(image, '--label', 'n=2')
    expect(errorsOf(await step('build', { ...inputs, digest: first }, setup))).toBe('')
    const again = await step('build', { ...inputs, digest: second }, setup)
    expect([errorsOf(again), again.outputs['digest'], again.outputs['built']]).toEqual(['', first, 'false'])
  })
})

describe('deploy of an index', () => {
  let sealed: Sealed
  let children: readonly { readonly digest: string; readonly platform: string }[]

  beforeAll(async () => {
    const image = `${registry.host}/existing/index`
    const platforms = ['--platform', 'linux/amd64,linux/arm64']
    const pushed = await pushWithProvenance(image, ...platforms)
    const inputs = { engine: 'existing', digest: pushed }
    sealed = await build({ image, inputs, workspace: folder.path, env: {} })
    const { manifests = [] } = await readManifest(sealed.reference)
    children = manifests.map(({ digest, platform }) => ({
      digest,
      platform: `${platform?.os}/${platform?.architecture}`,
    }))
  })

  test('has two images and two attestations', () => {
    expect(children.map(({ platform }) => platform)).toEqual([
      'linux/amd64',
      'linux/arm64',
      'unknown/unknown',
      'unknown/unknown',
    ])
    expect(sealed.result.outputs['platforms']).toBe('linux/amd64,linux/arm64')
  })

  test('takes the digest of the index, and of each image in it, and says which', async () => {
    const whole = await deploy(sealed, {}, {})
    expect([errorsOf(whole), whole.outputs['digest']]).toEqual(['', sealed.digest])
    for (const { digest, platform } of children.slice(0, 2)) {
      const result = await deploy({ ...sealed, digest }, { running: `echo ${digest}` }, {})
      expect([errorsOf(result), result.outputs['digest']]).toEqual(['', digest])
      expect(result.log).toContain(`${digest} is ${platform} inside the sealed index ${sealed.digest}`)
      expect(result.summary).toContain(platform)
    }
  })

  test('takes what docker reports of an image it pulled, and the child for its platform, as what runs', async () => {
    const run = 'docker pull "$REFERENCE"'
    const running = [
      `docker image inspect --format '{{range .RepoDigests}}{{println .}}{{end}}' "$REFERENCE" | grep -F "$IMAGE@"`,
      'crane digest --platform linux/amd64 "$REFERENCE"',
    ].join('\n')
    const result = await deploy(sealed, { run, running }, dockerd.env)
    expect([errorsOf(result), result.conclusion]).toEqual(['', 'success'])
  })

  test('refuses an attestation, and a child of another image', async () => {
    const attestation = children[2]?.digest ?? ''
    expect(errorsOf(await deploy({ ...sealed, digest: attestation }, {}, {}))).toContain('DIGEST_MISMATCH')
    const other = await pushWithProvenance(sealed.image, '--label', 'other=true')
    const inputs = { engine: 'existing', digest: other }
    const another = await build({ image: sealed.image, inputs, workspace: folder.path, env: {} })
    const { manifests = [] } = await readManifest(another.reference)
    const stranger = manifests[0]?.digest ?? ''
    expect(children.map(({ digest }) => digest)).not.toContain(stranger)
    expect(errorsOf(await deploy({ ...sealed, digest: stranger }, {}, {}))).toContain('DIGEST_MISMATCH')
    expect(errorsOf(await deploy({ ...another, digest: stranger }, {}, {}))).toBe('')
  })
})
