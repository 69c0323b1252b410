import { z } from 'zod'
import type { ArtifactShelf } from './artifact-shelf.ts'
import type { Caller } from './tokens.ts'
import { runBackendId } from './tokens.ts'
import type { TwirpMethods } from './twirp.ts'
import { decodeMessage, Int64, TwirpError } from './twirp.ts'

const ids = { workflow_run_backend_id: z.string(), workflow_job_run_backend_id: z.string() }
const NamedArtifactRequest = z.strictObject({ ...ids, name: z.string() })
const CreateArtifactRequest = z.strictObject({
  ...ids,
  name: z.string(),
  expires_at: z.iso.datetime().optional(),
  version: z.literal([4, 5, 6, 7]),
  mime_type: z.string().optional(),
})
const FinalizeArtifactRequest = z.strictObject({
  ...ids,
  name: z.string(),
  size: Int64,
  hash: z.string().optional(),
})
const ListArtifactsRequest = z.strictObject({
  ...ids,
  name_filter: z.string().optional(),
  id_filter: Int64.optional(),
})
type Ids = z.infer<z.ZodObject<typeof ids>>

/** The methods of `ArtifactService`, as the artifact client calls them. */
export function createArtifactMethods(shelf: ArtifactShelf): TwirpMethods<Caller> {
  return new Map([
    ['CreateArtifact', (caller, message) => createArtifact(shelf, caller, message)],
    ['FinalizeArtifact', (caller, message) => finalizeArtifact(shelf, caller, message)],
    ['ListArtifacts', (caller, message) => listArtifacts(shelf, caller, message)],
    ['GetSignedArtifactURL', (caller, message) => getSignedArtifactUrl(shelf, caller, message)],
    ['DeleteArtifact', (caller, message) => deleteArtifact(shelf, caller, message)],
  ])
}

function createArtifact(shelf: ArtifactShelf, caller: Caller, message: unknown): object {
  const request = decodeMessage(CreateArtifactRequest, message)
  requireOwnJob(caller, request)
  checkName(request.name)
  const artifact = shelf.add(caller, request.name, request.mime_type ?? 'application/zip')
  return { ok: true, signed_upload_url: shelf.signUpload(artifact) }
}

async function finalizeArtifact(shelf: ArtifactShelf, caller: Caller, message: unknown): Promise<object> {
  const request = decodeMessage(FinalizeArtifactRequest, message)
  requireOwnJob(caller, request)
  const artifact = shelf.find(caller.runBackendId, request.name, false)
  const { content } = artifact.blob
  if (content === undefined) throw new TwirpError('failed_precondition', 'nothing was uploaded')
  if (Number(request.size) !== content.bytes.length) {
    throw new TwirpError('invalid_argument', `size: expected ${content.bytes.length}, got ${request.size}`)
  }
  if (request.hash !== undefined && request.hash !== content.digest) {
    throw new TwirpError('invalid_argument', `hash: expected ${content.digest}, got ${request.hash}`)
  }
  await shelf.close(artifact)
  return { ok: true, artifact_id: String(artifact.id) }
}

function listArtifacts(shelf: ArtifactShelf, caller: Caller, message: unknown): object {
  const request = decodeMessage(ListArtifactsRequest, message)
  requireOwnJob(caller, request)
  const readable = readableRuns(caller)
  const found = shelf
    .finalized()
    .filter((one) => readable.includes(one.caller.runBackendId))
    .filter((one) => request.name_filter === undefined || one.name === request.name_filter)
    .filter((one) => request.id_filter === undefined || String(one.id) === request.id_filter)
  return {
    artifacts: found.map(({ id, name, caller: owner, blob, createdAt }) => ({
      workflow_run_backend_id: owner.runBackendId,
      workflow_job_run_backend_id: owner.jobBackendId,
      database_id: String(id),
      name,
      size: String(blob.content?.bytes.length),
      created_at: createdAt.toISOString(),
      digest: blob.content?.digest,
    })),
  }
}

function getSignedArtifactUrl(shelf: ArtifactShelf, caller: Caller, message: unknown): object {
  const request = decodeMessage(NamedArtifactRequest, message)
  requireReadableRun(caller, request)
  return { signed_url: shelf.signDownload(shelf.find(request.workflow_run_backend_id, request.name, true)) }
}

async function deleteArtifact(shelf: ArtifactShelf, caller: Caller, message: unknown): Promise<object> {
  const request = decodeMessage(NamedArtifactRequest, message)
  requireReadableRun(caller, request)
  const artifact = shelf.find(request.workflow_run_backend_id, request.name, true)
  await shelf.remove(artifact)
  return { ok: true, artifact_id: String(artifact.id) }
}

/** The client checks names too; the service must not rely on it, since names become file names. */
function checkName(name: string): void {
  const bad = name.split('').some((character) => '"<>|*?:\\/'.includes(character) || character < ' ')
  if (bad || ['', '.', '..'].includes(name)) {
    throw new TwirpError('invalid_argument', `the artifact name is not valid: ${JSON.stringify(name)}`)
  }
}

/** The run attempts whose artifacts the caller can read. */
function readableRuns({ identity, runBackendId: own }: Caller): readonly string[] {
  if (identity.rerun === 'all-jobs') return [own]
  const attempts = Array.from({ length: identity.attempt }, (_, index) => index + 1)
  return attempts.map((attempt) => runBackendId(identity.workflowRunId, attempt))
}

function requireOwnJob(caller: Caller, message: Ids): void {
  const own =
    message.workflow_run_backend_id === caller.runBackendId &&
    message.workflow_job_run_backend_id === caller.jobBackendId
  if (!own) throw new TwirpError('permission_denied', 'the token is for another workflow run or job')
}

function requireReadableRun(caller: Caller, message: Ids): void {
  if (!readableRuns(caller).includes(message.workflow_run_backend_id)) {
    throw new TwirpError('permission_denied', 'the token is for another workflow run')
  }
}
