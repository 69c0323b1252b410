import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BuildahStorage } from '../../sandbox/peers/buildah.ts'
import { createBuildahStorage } from '../../sandbox/peers/buildah.ts'
import type { Buildkitd } from '../../sandbox/peers/buildkitd.ts'
import { startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand, tryCommand, writeContext } from '../../sandbox/peers/command.ts'
import type { DockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import type { Dockerd } from '../../sandbox/peers/dockerd.ts'
import { createRemoteBuilder, startDockerd } from '../../sandbox/peers/dockerd.ts'
import type { Peers } from '../../sandbox/peers/tools.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'

const SHA256 = /^sha256:[0-9a-f]{64}$/

let peers: Peers
let folder: string
let context: string
let registry: DockerRegistry
let dockerd: Dockerd

beforeAll(async () => {
  peers = await findPeers()
  folder = await mkdtemp(join(tmpdir(), 'build-once-peers-test-'))
  context = join(folder, 'context')
  await writeContext(context, {
    Dockerfile: [
      'FROM scratch',
      'COPY busybox /bin/busybox',
      'COPY greeting /greeting',
      'RUN ["/bin/busybox", "touch", "/ran"]',
      'CMD ["/bin/busybox", "cat", "/greeting"]',
      '',
    ].join('\n'),
    greeting: 'built once\n',
    busybox: { content: await readFile(peers.busybox), mode: 0o755 },
  })
  registry = await startDockerRegistry()
  dockerd = await startDockerd()
})

afterAll(async () => {
  await dockerd?.close()
  await registry?.close()
  await rm(folder, { recursive: true, force: true })
})

/** What buildx wrote into its metadata file. */
async function readMetadataDigest(path: string): Promise<string> {
  const metadata = JSON.parse(await readFile(path, 'utf8')) as Record<string, string>
  return metadata['containerimage.digest'] ?? ''
}

async function craneDigest(image: string): Promise<string> {
  return (await runCommand([peers.crane, 'digest', image])).stdout.trim()
}

describe('docker with buildx', () => {
  let tagged: string
  let digest: string

  beforeAll(async () => {
    tagged = `${registry.host}/team/app:buildx`
    const metadata = join(folder, 'metadata.json')
    await runCommand(
      [
        'docker',
        'buildx',
        'build',
        '--push',
        '--network',
        'none',
        '--metadata-file',
        metadata,
        '-t',
        tagged,
        context,
      ],
      { env: dockerd.env },
    )
    digest = await readMetadataDigest(metadata)
  })

  test('the metadata file, crane, skopeo and oras agree on the digest', async () => {
    const skopeo = await runCommand([
      peers.skopeo,
      ...['inspect', '--tls-verify=false', '--format', '{{.Digest}}', `docker://${tagged}`],
    ])
    const oras = await runCommand([peers.oras, 'resolve', '--plain-http', tagged])
    expect(digest).toMatch(SHA256)
    expect([await craneDigest(tagged), skopeo.stdout.trim(), oras.stdout.trim()]).toEqual([
      digest,
      digest,
      digest,
    ])
  })

  test('the image runs by its digest', async () => {
    const image = `${registry.host}/team/app@${digest}`
    const run = await runCommand(['docker', 'run', '--rm', '--network', 'none', image], { env: dockerd.env })
    expect(run.stdout).toBe('built once\n')
  })

  test('cosign signs and verifies without any network, and the signature is a referrer', async () => {
    const image = `${registry.host}/team/app@${digest}`
    const env = { COSIGN_PASSWORD: 'test', TUF_ROOT: join(folder, 'tuf') }
    const key = join(folder, 'cosign')
    const offline = ['--use-signing-config=false', '--tlog-upload=false'] as const
    await runCommand([peers.cosign, 'generate-key-pair', '--output-key-prefix', key], { env })
    await runCommand([peers.cosign, 'sign', '--key', `${key}.key`, '--yes', ...offline, image], { env })
    await runCommand([peers.cosign, 'verify', '--key', `${key}.pub`, '--insecure-ignore-tlog=true', image], {
      env,
    })
    expect((await runCommand([peers.cosign, 'tree', image], { env })).stdout).toContain(
      'sigstore.dev/cosign/sign/v1',
    )
    const tags = (await runCommand([peers.crane, 'ls', `${registry.host}/team/app`])).stdout.split('\n')
    expect(tags).toContain(digest.replace(':', '-'))
  })
})

describe('docker without buildx', () => {
  test('docker buildx is no command there', async () => {
    const result = await tryCommand(['docker', 'buildx', 'version'], { env: dockerd.withoutBuildx })
    expect(result.exitCode).not.toBe(0)
  })

  test.each(['1', '0'])('docker build and push work with DOCKER_BUILDKIT=%s', async (buildkit) => {
    const tagged = `${registry.host}/team/app:plain-${buildkit}`
    const env = { ...dockerd.withoutBuildx, DOCKER_BUILDKIT: buildkit }
    await runCommand(['docker', 'build', '--network', 'none', '-t', tagged, context], { env })
    const push = await runCommand(['docker', 'push', tagged], { env })
    const pushed = /digest: (sha256:[0-9a-f]{64})/.exec(push.stdout)?.[1]
    expect(await craneDigest(tagged)).toBe(pushed)
  })
})

describe('docker with the containerd image store', () => {
  test('the default builder makes an index with an attestation, and the image runs', async () => {
    const current = await startDockerd({ imageStore: 'containerd' })
    try {
      const { env } = current
      const tagged = `${registry.host}/team/app:containerd`
      await runCommand(['docker', 'buildx', 'build', '--push', '--network', 'none', '-t', tagged, context], {
        env,
      })
      expect(await listPlatforms(tagged)).toEqual(['linux/amd64', 'unknown/unknown'])
      const image = `${registry.host}/team/app@${await craneDigest(tagged)}`
      const run = await runCommand(['docker', 'run', '--rm', '--network', 'none', image], { env })
      expect(run.stdout).toBe('built once\n')
    } finally {
      await current.close()
    }
  })
})

async function listPlatforms(image: string): Promise<string[]> {
  const index = JSON.parse((await runCommand([peers.crane, 'manifest', image])).stdout) as {
    manifests: { platform: { os: string; architecture: string } }[]
  }
  return index.manifests.map(({ platform }) => `${platform.os}/${platform.architecture}`)
}

describe('a BuildKit daemon of its own', () => {
  let buildkitd: Buildkitd
  let builder: string

  beforeAll(async () => {
    buildkitd = await startBuildkitd()
    builder = await createRemoteBuilder(dockerd, buildkitd.address)
  })

  afterAll(async () => {
    await buildkitd?.close()
  })

  test('pushes by digest alone, with provenance', async () => {
    const repository = `${registry.host}/team/by-digest`
    const metadata = join(folder, 'metadata-by-digest.json')
    const output = `type=image,name=${repository},push=true,push-by-digest=true`
    await runCommand(
      [
        ...(['docker', 'buildx', 'build', '--builder', builder, '--network', 'none'] as const),
        ...['--provenance', 'mode=max', '--output', output, '--metadata-file', metadata, context],
      ],
      { env: dockerd.env },
    )
    const digest = await readMetadataDigest(metadata)
    expect(await listPlatforms(`${repository}@${digest}`)).toEqual(['linux/amd64', 'unknown/unknown'])
    // No tag was made: the registry does not even know a tag list for the repository.
    expect((await tryCommand([peers.crane, 'ls', repository])).stderr).toContain('NAME_UNKNOWN')
  })

  test('the docker driver refuses to push by digest', async () => {
    const output = `type=image,name=${registry.host}/team/refused,push=true,push-by-digest=true`
    const result = await tryCommand(['docker', 'buildx', 'build', '--output', output, context], {
      env: dockerd.env,
    })
    expect(result.stderr).toContain('push-by-digest is currently not implemented for docker driver')
  })
})

describe('buildah', () => {
  let storage: BuildahStorage

  beforeAll(async () => {
    storage = await createBuildahStorage()
  })

  afterAll(async () => {
    await storage?.close()
  })

  test('builds in chroot isolation and pushes; the digest file tells the digest', async () => {
    const { env } = storage
    const tagged = `${registry.host}/team/app:buildah`
    const digestFile = join(folder, 'buildah-digest')
    await runCommand(['buildah', 'bud', '--network', 'none', '-t', tagged, context], { env })
    await runCommand(['buildah', 'push', '--tls-verify=false', '--digestfile', digestFile, tagged], { env })
    expect(await craneDigest(tagged)).toBe((await readFile(digestFile, 'utf8')).trim())
    const run = await runCommand(['docker', 'run', '--rm', '--network', 'none', tagged], { env: dockerd.env })
    expect(run.stdout).toBe('built once\n')
  })
})

describe('docker-registry', () => {
  test('with htpasswd only the one user gets in', async () => {
    const closed = await startDockerRegistry({ htpasswd: { user: 'ada', password: 'p w' }, deletes: true })
    try {
      const image = `${closed.host}/team/app:copy`
      const env = { DOCKER_CONFIG: join(folder, 'login') }
      const copy = [peers.crane, 'copy', `${registry.host}/team/app:buildx`, image] as const
      expect((await tryCommand(copy, { env })).stderr).toContain('401 Unauthorized')
      await runCommand([peers.crane, 'auth', 'login', closed.host, '-u', 'ada', '-p', 'p w'], { env })
      await runCommand(copy, { env })
      const digest = (await runCommand([peers.crane, 'digest', image], { env })).stdout.trim()
      await runCommand([peers.crane, 'delete', `${closed.host}/team/app@${digest}`], { env })
      expect((await tryCommand([peers.crane, 'digest', image], { env })).exitCode).not.toBe(0)
    } finally {
      await closed.close()
    }
  })

  test('a given directory is kept after close, and served again', async () => {
    const directory = join(folder, 'kept')
    const first = await startDockerRegistry({ directory })
    await runCommand([peers.crane, 'copy', `${registry.host}/team/app:buildx`, `${first.host}/kept:1`])
    await first.close()
    const second = await startDockerRegistry({ directory })
    const digest = await craneDigest(`${second.host}/kept:1`)
    await second.close()
    expect(digest).toBe(await craneDigest(`${registry.host}/team/app:buildx`))
    expect(await readdir(directory)).toEqual(['docker'])
  })
})
