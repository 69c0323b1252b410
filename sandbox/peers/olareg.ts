import { startDaemon } from './daemon.ts'
import type { DockerRegistry } from './docker-registry.ts'
import { answersAsRegistry } from './docker-registry.ts'
import { createPeerFolder, removePeerFolder } from './folder.ts'
import { findListeningPort } from './processes.ts'
import { findPeers } from './tools.ts'

/** Starts olareg, a registry with the referrers API, in memory on a free loopback port. */
export async function startOlareg(): Promise<DockerRegistry> {
  const peers = await findPeers()
  const folder = await createPeerFolder()
  const storage = ['--store-type', 'mem', '--api-delete', '--api-blob-delete']
  let host = ''
  try {
    const daemon = await startDaemon(
      { folder, argv: [peers.olareg, 'serve', '--addr', '127.0.0.1', '--port', '0', ...storage] },
      async (_log, pid) => {
        const port = await findListeningPort(pid)
        host = `127.0.0.1:${port}`
        return port !== undefined && (await answersAsRegistry(host))
      },
    )
    const close = async (): Promise<void> => {
      await daemon.stop()
      await removePeerFolder(folder)
    }
    return { host, pid: daemon.pid, close }
  } catch (error) {
    await removePeerFolder(folder)
    throw error
  }
}
