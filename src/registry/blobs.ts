import { assertDigest, type Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import type { Descriptor } from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type Answer, isHtml, unexpected } from './answers.ts'
import type { Grant } from './auth.ts'
import type { Deadline } from './deadline.ts'
import { apiPath } from './endpoint.ts'
import { pullScope, pushScope } from './scopes.ts'
import type { Call, Session } from './session.ts'

/** The body of a blob look-up or upload answer is of no interest; a page of text is more than any has. */
export const SMALL_BODY = 64 * 1024

/** The right to read a repository. */
export function pullGrant(repository: Repository): Grant {
  return { repository, scopes: [pullScope(apiPath(repository))] }
}

/** The right to write a repository, and to read it. */
export function pushGrant(repository: Repository): Grant {
  return { repository, scopes: [pushScope(apiPath(repository))] }
}

/** Asks for a blob without reading it. */
export async function headBlob(
  session: Session,
  repository: Repository,
  digest: Digest,
  grant: Grant,
  deadline?: Deadline,
): Promise<Answer> {
  const call: Call = {
    method: 'HEAD',
    url: session.urlOf(repository, `blobs/${digest}`),
    grant,
    limit: SMALL_BODY,
    follows: true,
    ...(deadline === undefined ? {} : { deadline }),
  }
  const asked = await session.call(call)
  // Some registries (GitHub Packages of GHES among them) do not answer HEAD for a blob; reading one only begins.
  const isNotAnswered = asked.status === 405 || asked.status === 501
  const answer = isNotAnswered ? await session.call({ ...call, method: 'GET', discards: true }) : asked
  if (answer.status === 200 && isHtml(answer)) throw unexpected(answer, 'expected a blob, got a web page')
  return answer
}

/** True when the blob is in the repository; false only when the registry says that it is not. */
export async function hasBlob(session: Session, repository: Repository, digest: Digest): Promise<boolean> {
  const grant = pullGrant(repository)
  const answer = await headBlob(session, repository, digest, grant)
  if (answer.status === 200) return true
  if (await session.saysAbsent(answer, grant)) return false
  throw await session.failure(answer, grant)
}

/** A blob by the name and size that a manifest gives it. */
export type Named = Pick<Descriptor, 'digest' | 'size'>

/** How a blob is asked for, from its first byte or from a later one. */
export interface BlobRead extends Pick<Call, 'limit' | 'streams'> {
  readonly from?: number
  readonly signal?: AbortSignal | undefined
}

/** Asks for a blob; the answer is 200, or 206 where a later byte was asked for and the registry begins there. */
export async function getBlob(
  session: Session,
  repository: Repository,
  blob: Named,
  { from = 0, ...how }: BlobRead,
): Promise<Answer> {
  const grant = pullGrant(repository)
  const url = session.urlOf(repository, `blobs/${blob.digest}`)
  const headers = from === 0 ? {} : { range: `bytes=${from}-` }
  const answer = await session.call({ method: 'GET', url, grant, headers, follows: true, ...how })
  if (answer.status === 200 || (answer.status === 206 && from > 0)) return answer
  if (await session.saysAbsent(answer, grant)) {
    const what = nameOf(repository, blob)
    throw new RegistryError('REGISTRY_NOT_FOUND', `${what} is not in the repository`, { status: 404 })
  }
  throw await session.failure(answer, grant)
}

/** Reads a small blob at once, repeating the read when it breaks off. */
export async function fetchBlob(session: Session, repository: Repository, blob: Named): Promise<Uint8Array> {
  const answer = await getBlob(session, repository, blob, { limit: blob.size })
  assertDigest(answer.body, blob.digest, nameOf(repository, blob))
  return answer.body
}

/** `host/path@digest`, for messages. */
export function nameOf(repository: Repository, blob: Named): string {
  return `${formatRepository(repository)}@${blob.digest}`
}
