import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Buildkitd, startBuildkitd } from '../../sandbox/peers/buildkitd.ts'
import { runCommand } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { createRemoteBuilder, type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers, type Peers } from '../../sandbox/peers/tools.ts'
import { type Digest, digestOf, parseDigest } from '../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import type { CopyReport } from '../../src/domain/registry.ts'
import { temporaryFolder } from '../e2e/world.ts'
import { bytesOf, open } from '../registry/support/access.ts'
import { readManifest, writeSources } from './world.ts'

const LAYER = 48 * 1024 * 1024

let peers: Peers
let source: DockerRegistry
let target: DockerRegistry
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  peers = await findPeers()
  folder = await temporaryFolder()
  source = await startDockerRegistry()
  target = await startDockerRegistry()
})

afterAll(async () => {
  await target?.close()
  await source?.close()
  await folder?.[Symbol.asyncDispose]()
})

describe('an image of buildx for two platforms, with provenance beside it', () => {
  let dockerd: Dockerd
  let buildkitd: Buildkitd
  let image: string
  let digest: Digest

  beforeAll(async () => {
    dockerd = await startDockerd()
    buildkitd = await startBuildkitd()
    const builder = await createRemoteBuilder(dockerd, buildkitd.address)
    await writeSources(folder.path, 'copied\n')
    image = `${source.host}/copy/app`
    const metadata = join(folder.path, 'metadata.json')
    const output = `type=image,name=${image},push=true,push-by-digest=true`
    const how = ['--builder', builder, '--network', 'none', '--output', output, '--metadata-file', metadata]
    const what = ['--platform', 'linux/amd64,linux/arm64', '--provenance', 'mode=max', '.']
    const argv = ['docker', 'buildx', 'build', ...how, ...what] as const
    await runCommand([...argv], { cwd: folder.path, env: dockerd.env })
    const written = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, string>
    digest = parseDigest(written['containerimage.digest'] ?? '')
  })

  afterAll(async () => {
    await buildkitd?.close()
    await dockerd?.close()
  })

  const plain = {
    skopeo: ['--src-tls-verify=false', '--dest-tls-verify=false'],
    oras: ['--from-plain-http', '--to-plain-http'],
  }
  const others = {
    crane: (from: string, to: string) => [peers.crane, 'copy', from, to] as const,
    skopeo: (from: string, to: string) =>
      [peers.skopeo, 'copy', '--all', ...plain.skopeo, `docker://${from}`, `docker://${to}`] as const,
    oras: (from: string, to: string) => [peers.oras, 'cp', '-r', ...plain.oras, from, to] as const,
  }

  test('arrives as crane, skopeo and oras bring it, and is valid', async () => {
    const ours = `${target.host}/copy/ours`
    const { copier } = open()
    const report = await copier.copy(parseRepository(image), digest, parseRepository(ours))
    expect(report.digest).toBe(digest)
    const children = (await readManifest(`${ours}@${digest}`)).manifests ?? []
    expect(children).toHaveLength(4)
    expect(report.manifests).toEqual({ copied: 5, present: 0 })
    for (const [name, copyWith] of Object.entries(others)) {
      const theirs = `${target.host}/copy/${name}`
      await runCommand([...copyWith(`${image}@${digest}`, `${theirs}:v1`)])
      for (const each of [digest, ...children.map((child) => child.digest)]) {
        const [here, there] = await Promise.all(
          [ours, theirs].map(
            async (place) => (await runCommand([peers.crane, 'manifest', `${place}@${each}`])).stdout,
          ),
        )
        expect(here, `${each} by ${name}`).toBe(there)
      }
    }
    // crane takes attestations for images whose layers it cannot read.
    const images = children.filter(({ platform }) => platform?.os === 'linux')
    expect(images).toHaveLength(2)
    for (const child of images) {
      await runCommand([peers.crane, 'validate', '--remote', `${ours}@${child.digest}`])
    }
  })

  test('finds in place what another tool has brought', async () => {
    const there = `${target.host}/copy/by-crane`
    await runCommand([peers.crane, 'copy', `${image}@${digest}`, `${there}:v1`])
    const report = await open().copier.copy(parseRepository(image), digest, parseRepository(there))
    expect(report).toMatchObject({
      manifests: { copied: 0, present: 5 },
      blobs: { uploaded: 0, mounted: 0 },
      bytes: 0,
    })
  })
})

/** The report and the memory of a copy in a process of its own. */
interface Outcome {
  readonly report: CopyReport
  readonly maxRss: number
}

function startCopy(digest: Digest, from: string, to: string): ChildProcess {
  const program = join(import.meta.dirname, 'copy-process.ts')
  return spawn(process.execPath, [program, `${source.host}/${from}`, digest, `${target.host}/${to}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function copyInProcess(digest: Digest, from: string, to: string): Promise<Outcome> {
  const child = startCopy(digest, from, to)
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  expect(code).toBe(0)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Outcome
}

describe('a copy in a process of its own', () => {
  const layersOf = (count: number, size: number): readonly Uint8Array[] =>
    Array.from({ length: count }, () => randomBytes(size))

  async function publishImage(path: string, layers: readonly Uint8Array[]): Promise<Digest> {
    const { registry } = open()
    const repository = parseRepository(`${source.host}/${path}`)
    const put = async (bytes: Uint8Array, mediaType: string): Promise<Descriptor> => {
      const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength }
      const blob = {
        ...descriptor,
        async *open() {
          yield bytes
        },
      }
      await registry.putBlob(repository, blob)
      return descriptor
    }
    const mediaType = MEDIA_TYPES.ociManifest
    const config = await put(EMPTY_CONFIG.bytes, MEDIA_TYPES.ociEmpty)
    const descriptors: Descriptor[] = []
    for (const layer of layers) descriptors.push(await put(layer, MEDIA_TYPES.ociTar))
    const document = { schemaVersion: 2, mediaType, config, layers: descriptors }
    return await registry.putManifest(repository, bytesOf(JSON.stringify(document)), mediaType)
  }

  test('takes no more memory for large blobs than for small ones', async () => {
    const small = await publishImage('memory/small', layersOf(8, 1000))
    const large = await publishImage('memory/large', layersOf(8, LAYER))
    const little = await copyInProcess(small, 'memory/small', 'memory/small')
    const much = await copyInProcess(large, 'memory/large', 'memory/large')
    expect(much.report.bytes).toBeGreaterThan(8 * LAYER)
    expect((much.maxRss - little.maxRss) / 1024 / 1024).toBeLessThan(40)
  })

  test('that is killed goes on where it was when it is run again', async () => {
    const digest = await publishImage('killed/app', layersOf(6, LAYER))
    const child = startCopy(digest, 'killed/app', 'killed/copy')
    await new Promise<void>((resolve) => {
      child.stdout?.once('data', () => {
        child.kill('SIGKILL')
      })
      child.once('close', () => resolve())
    })
    const { registry } = open()
    const destination = parseRepository(`${target.host}/killed/copy`)
    await expect(registry.readManifest(destination, digest)).resolves.toBeUndefined()
    const { report } = await copyInProcess(digest, 'killed/app', 'killed/copy')
    expect(report.blobs.present).toBeGreaterThan(0)
    expect(report.blobs.present + report.blobs.uploaded).toBe(7)
    expect(report.bytes).toBeLessThanOrEqual((7 - report.blobs.present) * LAYER)
    await runCommand([peers.crane, 'manifest', `${target.host}/killed/copy@${digest}`])
  })
})
