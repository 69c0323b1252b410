import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand, writeContext } from '../../../sandbox/peers/command.ts'
import { startDistribution, startDockerRegistry } from '../../../sandbox/peers/docker-registry.ts'
import { type Dockerd, startDockerd } from '../../../sandbox/peers/dockerd.ts'
import { startOlareg } from '../../../sandbox/peers/olareg.ts'
import { findPeers, type Peers } from '../../../sandbox/peers/tools.ts'
import { startRegistry } from '../../../sandbox/registry/server.ts'
import type { RegistryAccess } from '../../../src/registry/index.ts'
import { temporaryFolder } from '../../e2e/world.ts'
import { open } from '../../registry/support/access.ts'
import { type Content, makeArtifact, makeImage, makeIndex } from './content.ts'

export const TOOLS = ['crane', 'oras', 'skopeo', 'buildx', 'cosign'] as const
export type Tool = (typeof TOOLS)[number]

/** A registry that everything runs on. */
export interface MatrixRegistry {
  readonly name: string
  readonly referrersApi: boolean
  /** Whether of two manifests pushed at once for one subject the API may list only one. */
  readonly losesReferrers?: true
  readonly start: () => Promise<{ readonly host: string; readonly close: () => Promise<void> }>
}

export const REGISTRIES: readonly MatrixRegistry[] = [
  { name: 'docker-registry 2.8', referrersApi: false, start: async () => startDockerRegistry() },
  { name: 'distribution v3', referrersApi: false, start: async () => startDistribution() },
  // It reads its list, adds to it and writes it, without a lock.
  { name: 'olareg', referrersApi: true, losesReferrers: true, start: startOlareg },
  { name: 'sandbox', referrersApi: true, start: async () => startRegistry() },
  {
    name: 'sandbox, no referrers API',
    referrersApi: false,
    start: async () => startRegistry({ referrersApi: false }),
  },
]

/** What all cells share: programs, files to publish, and something our client published to copy from. */
export interface World {
  readonly peers: Peers
  readonly folder: string
  readonly dockerd: Dockerd
  readonly contents: Readonly<Record<'image' | 'index' | 'artifact', Content>>
  readonly close: () => Promise<void>
}

export async function createWorld(): Promise<World> {
  const peers = await findPeers()
  const folder = await temporaryFolder()
  const { path } = folder
  await writeContext(path, {
    'files/greeting': 'hello\n',
    'report.txt': 'all is well\n',
    'context/Dockerfile': 'FROM scratch\nCOPY greeting /\n',
    'context/greeting': 'hello\n',
  })
  const tar = join(path, 'layer.tar')
  await runCommand(['tar', '--create', '--file', tar, '--directory', join(path, 'files'), '.'])
  const layer = await readFile(tar)
  const env = { COSIGN_PASSWORD: 'test' }
  await runCommand([peers.cosign, 'generate-key-pair', '--output-key-prefix', join(path, 'key')], { env })
  const image = makeImage(layer, 'amd64')
  const [config = '', gzip = ''] = image.blobs
  await writeContext(path, {
    'config.json': { content: config, mode: 0o644 },
    'layer.tar.gz': { content: gzip, mode: 0o644 },
  })
  const index = makeIndex({ amd64: image, arm64: makeImage(layer, 'arm64') })
  const dockerd = await startDockerd()
  const close = async (): Promise<void> => {
    await dockerd.close()
    await folder[Symbol.asyncDispose]()
  }
  return { peers, folder: path, dockerd, contents: { image, index, artifact: makeArtifact('ours\n') }, close }
}

/** One cell at work: a registry, a repository nobody has used, and how to run the tool. */
export interface Cell extends Omit<World, 'close'>, RegistryAccess {
  readonly referrersApi: boolean
  readonly repository: { readonly registry: string; readonly path: string }
  /** `host/path`, as the tools write it. */
  readonly image: string
  /** Where to keep files of this cell alone: what their paths begin with. */
  readonly place: string
  /** Runs a tool, which has to succeed, and returns what it printed. */
  readonly run: (tool: Tool, ...args: readonly string[]) => Promise<string>
}

let used = 0

/** Opens a cell; everything in it ends with the test. */
export function openCell(world: World, host: string, referrersApi: boolean): Cell {
  used += 1
  const path = `team/app${used}`
  const argvOf = (tool: Tool, args: readonly string[]): [string, ...string[]] =>
    tool === 'buildx' ? [world.peers.docker, 'buildx', ...args] : [world.peers[tool], ...args]
  const options = {
    cwd: world.folder,
    // A trust root of its own, or cosign would use and change the user's.
    env: { ...world.dockerd.env, COSIGN_PASSWORD: 'test', TUF_ROOT: join(world.folder, 'tuf') },
  }
  return {
    ...world,
    ...open(),
    referrersApi,
    repository: { registry: host, path },
    image: `${host}/${path}`,
    place: join(world.folder, `cell-${used}`),
    run: async (tool, ...args) => (await runCommand(argvOf(tool, args), options)).stdout,
  }
}
