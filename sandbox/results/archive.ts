import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CacheEntry, WorkflowArtifact } from './model.ts'

/** Keeps copies of finalized content where people can look at them. */
export interface Archive {
  saveArtifact(artifact: WorkflowArtifact): Promise<void>
  removeArtifact(artifact: WorkflowArtifact): Promise<void>
  saveCache(entry: CacheEntry, bytes: Buffer): Promise<void>
}

/** An archive that keeps nothing: the service's own memory is enough. */
export const noArchive: Archive = {
  saveArtifact: async () => {},
  removeArtifact: async () => {},
  saveCache: async () => {},
}

/**
 * An archive in a folder: `artifacts/<workflow run>/<attempt>/<name>`, `caches/<id>`, and beside each
 * a `.json` that describes it.
 */
export function createFolderArchive(directory: string): Archive {
  const artifactPath = (artifact: WorkflowArtifact): string => {
    const fileName = artifact.mimeType === 'application/zip' ? `${artifact.name}.zip` : artifact.name
    return join(directory, 'artifacts', artifact.workflowRunId, String(artifact.attempt), fileName)
  }
  return {
    async saveArtifact(artifact) {
      await save(artifactPath(artifact), artifact.bytes(), { ...artifact, bytes: undefined })
    },
    async removeArtifact(artifact) {
      const path = artifactPath(artifact)
      await rm(path, { force: true })
      await rm(`${path}.description.json`, { force: true })
    },
    async saveCache(entry, bytes) {
      await save(join(directory, 'caches', String(entry.id)), bytes, entry)
    },
  }
}

async function save(path: string, bytes: Buffer, description: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
  await writeFile(`${path}.description.json`, `${JSON.stringify(description, null, 2)}\n`)
}
