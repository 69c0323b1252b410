import type { Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import type { Descriptor } from '../domain/manifest.ts'
import type { BlobSource, BlobTransfer } from '../domain/registry.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type Answer, isHtml, isTransientStatus, unexpected } from './answers.ts'
import type { Grant } from './auth.ts'
import { headBlob, pushGrant, SMALL_BODY, streamBlob } from './blobs.ts'
import { Deadline } from './deadline.ts'
import { addressFault, apiPath } from './endpoint.ts'
import { NetworkError } from './network-error.ts'
import { redactUrl } from './redact.ts'
import { resolveLocation } from './redirects.ts'
import { pullScope, pushScope } from './scopes.ts'
import type { Session } from './session.ts'
import { verifiedStream } from './verified-stream.ts'

/** How long the clean-up of an abandoned upload may take; it is a courtesy to the registry. */
const CANCEL_MS = 10_000

/** Makes sure a blob is in a repository; the upload is only committed when it hashes to its digest. */
export async function putBlob(
  session: Session,
  repository: Repository,
  blob: BlobSource,
): Promise<BlobTransfer> {
  if (await isThere(session, repository, blob.digest)) return 'present'
  await upload(session, repository, blob, undefined)
  return 'uploaded'
}

/** Brings a blob from another repository: mounted within one registry where it can be, else as a stream. */
export async function copyBlob(
  source: Session,
  from: Repository,
  session: Session,
  to: Repository,
  descriptor: Descriptor,
): Promise<BlobTransfer> {
  const { digest, size } = descriptor
  if (await isThere(session, to, digest)) return 'present'
  const isSameRegistry = source === session && apiPath(from) !== apiPath(to)
  const mount = isSameRegistry ? await tryMount(session, from, to, digest) : undefined
  if (mount?.status === 201) return 'mounted'
  const started = mount?.status === 202 ? mount : undefined
  const blob = { digest, size, open: () => streamBlob(source, from, descriptor) }
  await upload(session, to, blob, started)
  return 'uploaded'
}

/**
 * A look-up before an upload: a doubtful "no" only costs an upload, so it is not examined further. A denial is
 * what some registries say of a repository that does not exist yet; the upload tells whether it may be made.
 */
async function isThere(session: Session, repository: Repository, digest: Digest): Promise<boolean> {
  // Asked with the right to push, so that one token serves the look-up and the upload.
  const grant = pushGrant(repository)
  const answer = await headBlob(session, repository, digest, grant)
  if (answer.status === 200) return true
  if ([401, 403, 404, 405].includes(answer.status) && !isHtml(answer)) return false
  throw await session.failure(answer, grant)
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
  try {
    return await session.call({ method: 'POST', url, grant, limit: SMALL_BODY })
  } catch (error) {
    // A token for two repositories may be refused although each alone is allowed; the upload will tell.
    if (error instanceof RegistryError && error.code === 'REGISTRY_DENIED') return undefined
    throw error
  }
}

async function upload(
  session: Session,
  repository: Repository,
  blob: BlobSource,
  started: Answer | undefined,
): Promise<void> {
  const grant = pushGrant(repository)
  const url = session.urlOf(repository, 'blobs/uploads/')
  const answer = await session.repeat({ method: 'PUT', url }, async (deadline, tries) => {
    if (tries > 1) {
      // The answer may have been lost after the upload was committed.
      const there = await headBlob(session, repository, blob.digest, grant, deadline)
      if (there.status === 200 || isTransientStatus(there.status)) return there
    }
    const begin = { method: 'POST', url, grant, limit: SMALL_BODY, deadline } as const
    const start = tries === 1 && started !== undefined ? started : await session.call(begin)
    return start.status === 202 ? await send(session, repository, blob, start, deadline) : start
  })
  if ([200, 201].includes(answer.status) && !isHtml(answer)) return
  const refusal = await session.failure(answer, grant)
  // Two uploads of one blob at a time make some registries refuse the second: present is success.
  if (answer.status >= 400 && (await isThere(session, repository, blob.digest))) return
  throw refusal
}

async function send(
  session: Session,
  repository: Repository,
  blob: BlobSource,
  start: Answer,
  deadline: Deadline,
): Promise<Answer> {
  const grant = pushGrant(repository)
  const location = uploadLocation(session, start)
  const url = new URL(location)
  // By hand: URLSearchParams would rewrite the state that the registry put into the query.
  url.search += `${url.search === '' ? '?' : '&'}digest=${encodeURIComponent(blob.digest)}`
  const what = `${formatRepository(repository)}@${blob.digest} to upload`
  const body = { size: blob.size, open: () => verifiedStream(blob.open(), blob, what) }
  const headers = { 'content-type': 'application/octet-stream' }
  try {
    return await session.call({ method: 'PUT', url, grant, headers, body, limit: SMALL_BODY, deadline })
  } catch (error) {
    if (!(error instanceof NetworkError)) await cancelUpload(session, location, grant)
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
