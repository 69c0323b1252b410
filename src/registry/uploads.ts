import { corrupt, type Digest, isDigest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import type { BlobSource, BlobTransfer } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import { type Answer, isHtml, isTransientStatus, unexpected } from './answers.ts'
import type { Grant } from './auth.ts'
import { streamBlob } from './blob-stream.ts'
import { headBlob, type Named, nameOf, pushGrant, SMALL_BODY } from './blobs.ts'
import { Deadline } from './deadline.ts'
import { addressFault, apiPath } from './endpoint.ts'
import { NetworkError } from './network-error.ts'
import { redactUrl } from './redact.ts'
import { resolveLocation } from './redirects.ts'
import { pullScope, pushScope } from './scopes.ts'
import type { Session } from './session.ts'
import type { StreamBody } from './transport.ts'
import { verifiedStream } from './verified-stream.ts'

/** How long the clean-up of an abandoned upload may take; it is a courtesy to the registry. */
const CANCEL_MS = 10_000
/** How long a registry may think about a mount; the upload that follows does as well. */
const MOUNT_MS = 30_000

/** A blob to upload. Its stream has verified the content before it gives out the last byte. */
interface VerifiedBlob extends StreamBody {
  readonly digest: Digest
}

/** What an upload goes on from, and what stops it. */
interface UploadOptions {
  /** The answer that opened it, where there is one already. */
  readonly started?: Answer | undefined
  readonly signal?: AbortSignal | undefined
}

/** Makes sure a blob is in a repository; the upload is only committed when it hashes to its digest. */
export async function putBlob(
  session: Session,
  repository: Repository,
  blob: BlobSource,
): Promise<BlobTransfer> {
  if (await isThere(session, repository, blob)) return 'present'
  const { digest, size } = blob
  const what = `${nameOf(repository, blob)} to upload`
  const open = (): AsyncIterable<Uint8Array> => verifiedStream(blob.open(), blob, what)
  await upload(session, repository, { digest, size, open })
  return 'uploaded'
}

/** Brings a blob from another repository: mounted within one registry where it can be, else as a stream. */
export async function copyBlob(
  source: Session,
  from: Repository,
  session: Session,
  to: Repository,
  blob: Named,
  signal?: AbortSignal,
): Promise<BlobTransfer> {
  const { digest, size } = blob
  if (await isThere(session, to, blob)) return 'present'
  const isSameRegistry = source === session && apiPath(from) !== apiPath(to)
  const mount = isSameRegistry ? await tryMount(session, from, to, digest) : undefined
  // Some registries say that they mounted what they do not have.
  if (mount?.status === 201 && (await isThere(session, to, blob))) return 'mounted'
  const started = mount?.status === 202 && !isHtml(mount) ? mount : undefined
  const open = (): AsyncIterable<Uint8Array> => streamBlob(source, from, blob, signal)
  await upload(session, to, { digest, size, open, isOwned: true }, { started, signal })
  return 'uploaded'
}

/**
 * True when a blob of this size is there. A doubtful "no" only costs an upload, so it is not examined further. A
 * denial is what some registries say of a repository that does not exist yet; the upload tells whether it may be
 * made.
 */
export async function isThere(session: Session, repository: Repository, blob: Named): Promise<boolean> {
  // Asked with the right to push, so that one token serves the look-up and the upload.
  const grant = pushGrant(repository)
  const answer = await headBlob(session, repository, blob.digest, grant)
  if (answer.status === 200) {
    assertLength(answer, repository, blob)
    return true
  }
  if ([401, 403, 404, 405].includes(answer.status) && !isHtml(answer)) return false
  throw await session.failure(answer, grant)
}

/** Content-Length is all that can be checked without reading the blob; some servers send none, or 0, to HEAD. */
function assertLength(answer: Answer, repository: Repository, blob: Named): void {
  const length = Number(answer.headers['content-length'] ?? 0)
  if (length === 0 || length === blob.size) return
  throw corrupt(nameOf(repository, blob), blob.digest, `${length} bytes instead of ${blob.size}`)
}

async function tryMount(
  session: Session,
  from: Repository,
  to: Repository,
  digest: Digest,
): Promise<Answer | undefined> {
  const query = `?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(apiPath(from))}`
  const grant = { repository: to, scopes: [pushScope(apiPath(to)), pullScope(apiPath(from))] }
  const url = session.urlOf(to, `blobs/uploads/${query}`)
  const deadline = new Deadline(MOUNT_MS)
  try {
    return await session.call({ method: 'POST', url, grant, limit: SMALL_BODY, deadline })
  } catch (error) {
    // Some registries drop the connection instead of saying no. The upload will tell.
    if (error instanceof NetworkError) return undefined
    // A token for two repositories may be refused although each alone is allowed.
    if (error instanceof RegistryError && error.code === 'REGISTRY_DENIED') return undefined
    throw error
  }
}

async function upload(
  session: Session,
  repository: Repository,
  blob: VerifiedBlob,
  { started, signal }: UploadOptions = {},
): Promise<void> {
  const grant = pushGrant(repository)
  const url = session.urlOf(repository, 'blobs/uploads/')
  const answer = await session.repeat({ method: 'PUT', url }, async (deadline, tries) => {
    if (tries > 1) {
      // The answer may have been lost after the upload was committed.
      const there = await headBlob(session, repository, blob.digest, grant, deadline)
      if (there.status === 200 || isTransientStatus(there.status)) return there
    }
    const begin = { method: 'POST', url, grant, limit: SMALL_BODY, deadline, signal } as const
    const start = tries === 1 && started !== undefined ? started : await session.call(begin)
    return start.status === 202 ? await send(session, repository, blob, { start, deadline, signal }) : start
  })
  if (answer.status < 300 && !isHtml(answer)) return await assertStored(session, repository, blob, answer)
  const refusal = await session.failure(answer, grant)
  // Two uploads of one blob at a time make some registries refuse the second: present is success.
  if (answer.status >= 400 && (await isThere(session, repository, blob))) return
  throw refusal
}

/** Only 201 to the PUT says that the upload was committed; what else sounds like success is looked into. */
async function assertStored(
  session: Session,
  repository: Repository,
  blob: VerifiedBlob,
  answer: Answer,
): Promise<void> {
  if (answer.method === 'HEAD') return assertLength(answer, repository, blob)
  const named = String(answer.headers['docker-content-digest'] ?? '').trim()
  const isOther =
    isDigest(named) && named.split(':')[0] === blob.digest.split(':')[0] && named !== blob.digest
  if (isOther) throw corrupt(`${nameOf(repository, blob)} after the upload`, blob.digest, named)
  if (answer.method === 'PUT' && answer.status === 201) return
  if (await isThere(session, repository, blob)) return
  throw unexpected(answer, `expected 201, and ${nameOf(repository, blob)} is not there`)
}

async function send(
  session: Session,
  repository: Repository,
  blob: VerifiedBlob,
  { start, deadline, signal }: { start: Answer; deadline: Deadline; signal: AbortSignal | undefined },
): Promise<Answer> {
  const grant = pushGrant(repository)
  const location = uploadLocation(session, start)
  const url = new URL(location)
  // By hand: URLSearchParams would rewrite the state that the registry put into the query.
  url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(blob.digest)}`
  const headers = { 'content-type': 'application/octet-stream' }
  const call = {
    method: 'PUT',
    url,
    grant,
    headers,
    body: blob,
    limit: SMALL_BODY,
    deadline,
    signal,
  } as const
  try {
    return await session.call(call)
  } catch (error) {
    // After a failure in transit the upload is repeated, which is no reason to wait for its clean-up.
    if (!(error instanceof NetworkError) || signal?.aborted === true)
      await cancelUpload(session, location, grant)
    throw error
  }
}

/** Where an upload that was opened goes on. */
export function uploadLocation(session: Session, start: Answer): URL {
  const url = resolveLocation(start.headers.location, start.url)
  if (url === undefined) throw unexpected(start, 'it opens an upload without a usable Location')
  const fault = addressFault(url, session.endpoint)
  if (fault === undefined) return url
  throw unexpected(start, `the upload would go to ${redactUrl(url)}, which is refused: ${fault}`)
}

/** Ends an upload that is not to be finished, so that nothing can ever be committed from it. */
export async function cancelUpload(session: Session, location: URL, grant: Grant): Promise<void> {
  const deadline = new Deadline(CANCEL_MS)
  try {
    await session.call({ method: 'DELETE', url: location, grant, limit: SMALL_BODY, deadline })
  } catch (error) {
    // Why it is not finished is the news; an upload that cannot be cancelled expires by itself.
    if (!(error instanceof NetworkError || error instanceof RegistryError)) throw error
  }
}
