import { assertDigest, corrupt, type Digest, digestOf, isDigest } from '../domain/digest.ts'
import { RegistryError, saysBlobIsMissing } from '../domain/error.ts'
import {
  bareMediaType,
  MANIFEST_MEDIA_TYPES,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type ManifestMediaType,
  parseManifest,
} from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type Answer, describeAnswer, isHtml, networkFailure, unexpected } from './answers.ts'
import type { Grant } from './auth.ts'
import type { Deadline } from './deadline.ts'
import { apiPath } from './endpoint.ts'
import { NetworkError } from './network-error.ts'
import { pullScope, pushScope } from './scopes.ts'
import type { Call, Session } from './session.ts'

const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ')

/** Reads what a tag or digest names. The digest is computed from the bytes; a header only may contradict. */
export async function fetchManifest(
  session: Session,
  repository: Repository,
  name: string,
): Promise<Manifest | undefined> {
  const grant: Grant = { repository, scopes: [pullScope(apiPath(repository))] }
  const answer = await session.call({
    method: 'GET',
    url: session.urlOf(repository, `manifests/${name}`),
    grant,
    headers: { accept: ACCEPT },
    limit: MAX_MANIFEST_BYTES,
    follows: true,
  })
  if (answer.status !== 200) {
    if (await session.saysAbsent(answer, grant)) return undefined
    throw await session.failure(answer, grant)
  }
  const what = `${formatRepository(repository)}${isDigest(name) ? '@' : ':'}${name}`
  return checkManifest(answer, name, what)
}

function checkManifest(answer: Answer, name: string, what: string): Manifest {
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity')
    throw unexpected(answer, 'it is compressed, which was not asked for')
  if (isDigest(name)) assertDigest(answer.body, name, what)
  assertHeaderDigest(answer, answer.body, what)
  return parseManifest(answer.body, answer.headers['content-type'], what)
}

/** Docker-Content-Digest is not needed, but one that names other bytes means something is wrong in between. */
function assertHeaderDigest(answer: Answer, bytes: Uint8Array, what: string): void {
  const header = answer.headers['docker-content-digest'] ?? ''
  for (const value of String(header).split(',')) {
    const named = value.trim()
    if (isDigest(named)) assertDigest(bytes, named, `${what} as named by Docker-Content-Digest`)
    else if (named.startsWith('sha256:'))
      throw corrupt(`${what} as named by Docker-Content-Digest`, digestOf(bytes), named.slice(0, 80))
  }
}

/** A manifest to store; with a deadline there is one attempt, which must be over by then. */
export interface ManifestWrite {
  readonly bytes: Uint8Array
  readonly mediaType: ManifestMediaType
  readonly tag: string | undefined
  readonly deadline: Deadline | undefined
}

/**
 * Stores exact bytes under a tag or under their digest. Registries refuse an existing immutable tag with five
 * different statuses and even when the bytes are the same, so after any refusal what is there decides.
 */
export async function storeManifest(
  session: Session,
  repository: Repository,
  { bytes, mediaType, tag, deadline }: ManifestWrite,
): Promise<Digest> {
  const digest = digestOf(bytes)
  if (bytes.byteLength > MAX_MANIFEST_BYTES) throw tooLarge(repository, bytes)
  const grant: Grant = { repository, scopes: [pushScope(apiPath(repository))] }
  const call = {
    method: 'PUT',
    url: session.urlOf(repository, `manifests/${tag ?? digest}`),
    grant,
    headers: { 'content-type': mediaType },
    body: bytes,
    limit: MAX_MANIFEST_BYTES,
    isPassing: missesBlob,
    ...(deadline === undefined ? {} : { deadline, isSentOnce: true }),
  } as const
  const answer = await send(session, call)
  if ([200, 201, 202].includes(answer.status) && !isHtml(answer)) {
    assertHeaderDigest(answer, bytes, `${formatRepository(repository)} after writing`)
    return digest
  }
  const refusal = await session.failure(answer, grant)
  if (answer.status < 400) throw refusal
  const there = await readAfterRefusal(session, repository, tag ?? digest, refusal)
  if (there?.digest === digest) return digest
  throw there === undefined ? refusal : occupied(answer, repository, tag ?? '', there.digest, digest, refusal)
}

function missesBlob({ status, faults }: Answer): boolean {
  return (status === 400 || status === 404) && saysBlobIsMissing(faults.map(({ code }) => code))
}

/** A single attempt fails with the bare network error, which is made one of the registry here. */
async function send(session: Session, call: Call): Promise<Answer> {
  try {
    return await session.call(call)
  } catch (error) {
    throw error instanceof NetworkError ? networkFailure(call.method, call.url, error, 1) : error
  }
}

async function readAfterRefusal(
  session: Session,
  repository: Repository,
  name: string,
  refusal: Error,
): Promise<Manifest | undefined> {
  try {
    return await fetchManifest(session, repository, name)
  } catch (error) {
    // The refusal is what the user must see; that the tag cannot be read either does not change it.
    if (error instanceof RegistryError) throw refusal
    throw error
  }
}

function occupied(
  answer: Answer,
  repository: Repository,
  tag: string,
  there: Digest,
  ours: Digest,
  cause: Error,
): RegistryError {
  return new RegistryError(
    'REGISTRY_REFUSED',
    `The tag ${formatRepository(repository)}:${tag} was not changed · expected ${ours}, got ${there} (${describeAnswer(answer)})`,
    {
      status: answer.status,
      ociCodes: answer.faults.map(({ code }) => code),
      cause,
      hint: 'The tag already holds something else; it is immutable, or may not be overwritten.',
    },
  )
}

function tooLarge(repository: Repository, bytes: Uint8Array): RegistryError {
  return new RegistryError(
    'REGISTRY_REFUSED',
    `A manifest for ${formatRepository(repository)} is too large · expected at most ${MAX_MANIFEST_BYTES} bytes, got ${bytes.byteLength}`,
  )
}

/** True when a Content-Type, with or without parameters, is the given one. */
export function hasMediaType(answer: Answer, mediaType: string): boolean {
  return bareMediaType(answer.headers['content-type']) === mediaType
}
