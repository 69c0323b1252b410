import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createPeerFolder, removePeerFolder } from './folder.ts'
import { findPeers } from './tools.ts'

/** A place for buildah to work in. It has no daemon; this is only where its images are. */
export interface BuildahStorage {
  /** Goes beside a test's own environment. */
  readonly env: Record<string, string>
  readonly close: () => Promise<void>
}

/** Gives buildah an image store of its own, and an isolation that needs no container runtime. */
export async function createBuildahStorage(): Promise<BuildahStorage> {
  const peers = await findPeers()
  const folder = await createPeerFolder()
  const config = join(folder, 'storage.conf')
  const [graph, run] = [join(folder, 'data'), join(folder, 'run')]
  const credentials = join(folder, 'auth.json')
  // Missing altogether, it is an error.
  await writeFile(credentials, '{}')
  await writeFile(
    config,
    `[storage]\ndriver = "overlay"\ngraphroot = ${JSON.stringify(graph)}\nrunroot = ${JSON.stringify(run)}\n`,
  )
  return {
    env: {
      CONTAINERS_STORAGE_CONF: config,
      BUILDAH_ISOLATION: 'chroot',
      REGISTRY_AUTH_FILE: credentials,
      PATH: `${dirname(peers.buildah)}:${process.env['PATH'] ?? ''}`,
    },
    close: async () => removePeerFolder(folder),
  }
}
