import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerRegistry, startDockerRegistry } from '../sandbox/peers/docker-registry.ts'
import { type Dockerd, startDockerd } from '../sandbox/peers/dockerd.ts'
import { findPeers, type Peers } from '../sandbox/peers/tools.ts'

/** What every table needs. All of it is on loopback, and gone at the end. */
export interface Servers {
  readonly peers: Peers
  readonly registry: DockerRegistry
  readonly dockerd: Dockerd
  /** The variables every client is started with: docker's configuration and daemon. */
  readonly env: Record<string, string>
  /** A private folder for whatever a measurement writes. */
  readonly temporary: string
}

/** Starts a registry and a docker daemon; the stack stops them. */
export async function startServers(stack: AsyncDisposableStack): Promise<Servers> {
  const temporary = await mkdtemp(join(tmpdir(), 'build-once-bench-'))
  stack.defer(async () => rm(temporary, { recursive: true, force: true }))
  const registry = await startDockerRegistry()
  stack.defer(registry.close)
  const dockerd = await startDockerd()
  stack.defer(dockerd.close)
  return { peers: await findPeers(), registry, dockerd, env: dockerd.env, temporary }
}

/** Makes a folder in the private one. */
export async function makeFolder({ temporary }: Servers, name: string): Promise<string> {
  const path = join(temporary, name)
  await mkdir(path)
  return path
}

/** An empty script: what no program of node can be faster than. */
export async function writeEmptyScript({ temporary }: Servers): Promise<string> {
  const path = join(temporary, 'empty.mjs')
  await writeFile(path, '')
  return path
}
