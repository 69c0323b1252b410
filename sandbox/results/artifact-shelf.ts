import type { Archive } from './archive.ts'
import type { Blob, BlobStore } from './blobs.ts'
import type { WorkflowArtifact } from './model.ts'
import type { Caller } from './tokens.ts'
import { TwirpError } from './twirp.ts'

/** An artifact from its creation on; only finalized ones are visible to readers. */
export interface ArtifactState {
  readonly id: number
  readonly name: string
  readonly caller: Caller
  readonly mimeType: string
  readonly blob: Blob
  readonly createdAt: Date
  finalized: boolean
}

/** The artifacts of one repository. */
export interface ArtifactShelf {
  /** Reserves a name in the caller's run attempt: 409 when it is taken, finalized or not. */
  add(caller: Caller, name: string, mimeType: string): ArtifactState
  /** The artifact of that name in a run attempt; 404 when there is none. */
  find(runBackendId: string, name: string, finalized: boolean): ArtifactState
  finalized(): ArtifactState[]
  remove(artifact: ArtifactState): Promise<void>
  signUpload(artifact: ArtifactState): string
  signDownload(artifact: ArtifactState): string
  /** Ends the upload: the bytes cannot change any more. */
  close(artifact: ArtifactState): Promise<void>
}

/** Makes an empty shelf. */
export function createArtifactShelf(store: BlobStore, origin: () => string, archive: Archive): ArtifactShelf {
  const artifacts = new Map<number, ArtifactState>()
  let nextId = 1001
  const inRun = (runBackendId: string, name: string): ArtifactState | undefined =>
    [...artifacts.values()].find((one) => one.caller.runBackendId === runBackendId && one.name === name)

  return {
    add(caller, name, mimeType) {
      if (inRun(caller.runBackendId, name) !== undefined) {
        throw new TwirpError(
          'already_exists',
          'an artifact with this name already exists on the workflow run',
        )
      }
      const blob = store.create()
      const artifact = { id: nextId, name, caller, mimeType, blob, createdAt: new Date(), finalized: false }
      nextId += 1
      artifacts.set(artifact.id, artifact)
      return artifact
    },
    find(runBackendId, name, finalized) {
      const found = inRun(runBackendId, name)
      if (found?.finalized !== finalized) {
        throw new TwirpError(
          'not_found',
          `no ${finalized ? '' : 'unfinished '}artifact '${name}' in this workflow run`,
        )
      }
      return found
    },
    finalized: () => [...artifacts.values()].filter((one) => one.finalized),
    async remove(artifact) {
      artifacts.delete(artifact.id)
      store.remove(artifact.blob)
      await archive.removeArtifact(describeArtifact(artifact))
    },
    signUpload: ({ blob }) => origin() + store.sign({ blob, permission: 'write' }),
    signDownload({ blob, name, mimeType }) {
      const fileName = mimeType === 'application/zip' ? `${name}.zip` : name
      return origin() + store.sign({ blob, permission: 'read', fileName })
    },
    async close(artifact) {
      artifact.blob.closed = true
      artifact.finalized = true
      await archive.saveArtifact(describeArtifact(artifact))
    },
  }
}

/** The outside view of a finalized artifact. */
export function describeArtifact({
  id,
  name,
  caller,
  mimeType,
  blob,
  createdAt,
}: ArtifactState): WorkflowArtifact {
  const { content } = blob
  if (content === undefined) throw new Error(`artifact ${id} has no content`)
  const { workflowRunId, attempt, jobId } = caller.identity
  const size = content.bytes.length
  const digest = content.digest
  return {
    id,
    name,
    workflowRunId,
    attempt,
    jobId,
    size,
    digest,
    mimeType,
    createdAt,
    bytes: () => content.bytes,
  }
}
