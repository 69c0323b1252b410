import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand, tryCommand } from './command.ts'
import { startDaemon } from './daemon.ts'
import { createPeerFolder, removePeerFolder } from './folder.ts'
import type { Peers } from './tools.ts'
import { findPeers } from './tools.ts'

/** Which daemon to start. */
export interface DockerdOptions {
  /**
   * `graph-driver` (default): Debian's dockerd 20.10 with its classic image store.
   * `containerd`: a current dockerd with the containerd image store, which keeps what BuildKit made as it is,
   * indexes and attestations included.
   */
  readonly imageStore?: 'graph-driver' | 'containerd'
  /** Laid over the daemon's environment, for example the proxy it reaches registries through. */
  readonly environment?: Readonly<Record<string, string>>
}

/** A running docker daemon. The environments go beside a test's own; both reach the same daemon. */
export interface Dockerd {
  /** For a current docker client with the buildx plugin. */
  readonly env: Record<string, string>
  /** For Debian's docker 20.10 client and no plugin: `docker buildx` is no command there. */
  readonly withoutBuildx: Record<string, string>
  readonly pid: number
  readonly close: () => Promise<void>
}

/**
 * Starts a docker daemon of one's own. It has no bridge and touches no firewall: build and run with
 * `--network none` or `host`. Nothing is shared with a daemon the machine may have.
 */
export async function startDockerd(options: DockerdOptions = {}): Promise<Dockerd> {
  const peers = await findPeers()
  const folder = await createPeerFolder()
  const socket = `unix://${join(folder, 'docker.sock')}`
  try {
    const environments = await describeClients(folder, socket, peers)
    const daemon = await startDaemon(
      {
        folder,
        argv: await describeDaemon(folder, socket, peers, options),
        environment: { ...daemonPath(peers, options), ...options.environment },
      },
      async () => (await tryCommand([peers.docker, 'version'], { env: environments.env })).exitCode === 0,
    )
    const close = async (): Promise<void> => {
      await daemon.stop()
      await removePeerFolder(folder)
    }
    return { ...environments, pid: daemon.pid, close }
  } catch (error) {
    await removePeerFolder(folder)
    throw error
  }
}

async function describeDaemon(
  folder: string,
  socket: string,
  peers: Peers,
  options: DockerdOptions,
): Promise<[string, ...string[]]> {
  const config = join(folder, 'daemon.json')
  const containerd = options.imageStore === 'containerd'
  // A config file of one's own, or it would read the machine's.
  await writeFile(config, JSON.stringify(containerd ? { features: { 'containerd-snapshotter': true } } : {}))
  return [
    containerd ? peers.dockerdCurrent : peers.dockerd,
    ...['--config-file', config, '--host', socket, '--pidfile', join(folder, 'docker.pid')],
    ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
    ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--userland-proxy=false'],
  ]
}

/** dockerd finds its containerd by PATH: the current one has its own beside it. */
function daemonPath(peers: Peers, options: DockerdOptions): NodeJS.ProcessEnv {
  const program = options.imageStore === 'containerd' ? peers.dockerdCurrent : peers.dockerd
  return { ...process.env, PATH: `${dirname(program)}:/usr/sbin:/usr/bin:/sbin:/bin` }
}

async function describeClients(
  folder: string,
  socket: string,
  peers: Peers,
): Promise<Pick<Dockerd, 'env' | 'withoutBuildx'>> {
  const describe = async (name: string, client: string, config: object): Promise<Record<string, string>> => {
    const directory = join(folder, name)
    await mkdir(directory)
    await writeFile(join(directory, 'config.json'), JSON.stringify(config))
    const path = `${dirname(client)}:${process.env['PATH'] ?? ''}`
    return { DOCKER_HOST: socket, DOCKER_CONFIG: directory, DOCKER_BUILDKIT: '1', PATH: path }
  }
  return {
    env: await describe('client', peers.docker, { cliPluginsExtraDirs: [peers.cliPlugins] }),
    withoutBuildx: await describe('client-without-buildx', peers.dockerWithoutBuildx, {}),
  }
}

/** Creates a buildx builder that is a BuildKit daemon at an address, and returns its name. */
export async function createRemoteBuilder(dockerd: Dockerd, address: string): Promise<string> {
  const argv = ['docker', 'buildx', 'create', '--driver', 'remote', address] as const
  return (await runCommand([...argv], { env: dockerd.env })).stdout.trim()
}
