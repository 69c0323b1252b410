import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startDaemon } from './daemon.ts'
import { createPeerFolder, removePeerFolder } from './folder.ts'
import { findPeers } from './tools.ts'

/** A running BuildKit daemon. */
export interface Buildkitd {
  /** For `docker buildx create --driver remote ADDRESS`. */
  readonly address: string
  readonly pid: number
  readonly close: () => Promise<void>
}

/**
 * Starts a BuildKit daemon apart from any dockerd. A builder on it can do what the docker driver refuses:
 * push by digest, attestations, the OCI exporter. It speaks plain http to loopback registries.
 */
export async function startBuildkitd(): Promise<Buildkitd> {
  const peers = await findPeers()
  const folder = await createPeerFolder()
  const address = `unix://${join(folder, 'buildkitd.sock')}`
  const config = join(folder, 'buildkitd.toml')
  try {
    // A config file of one's own, or it would read the machine's.
    await writeFile(config, '')
    const daemon = await startDaemon(
      {
        folder,
        argv: [
          peers.buildkitd,
          ...['--config', config, '--addr', address, '--root', join(folder, 'data')],
          // With runc, not a containerd; without a network, but `RUN` steps may use the host's.
          ...['--oci-worker=true', '--containerd-worker=false', '--oci-worker-net=host'],
          '--oci-worker-binary=/usr/sbin/runc',
        ],
      },
      async (log) => log.includes('running server on'),
    )
    const close = async (): Promise<void> => {
      await daemon.stop()
      await removePeerFolder(folder)
    }
    return { address, pid: daemon.pid, close }
  } catch (error) {
    await removePeerFolder(folder)
    throw error
  }
}
