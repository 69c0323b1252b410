import { algorithmOf, assertDigest, corrupt, type Digest, digestOf, isDigest } from '../domain/digest.ts'
import { RegistryError, saysBlobIsMissing, withHint } from '../domain/error.ts'
import {
  bareMediaType,
  MANIFEST_MEDIA_TYPES,
  MAX_MANIFEST_BYTES,
  type Manifest,
  type ManifestMediaType,
  parseManifest,
} from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type Answer, isHtml, networkFailure } from './answers.ts'
import { pushGrant } from './blobs.ts'
import { Deadline } from './deadline.ts'
import { readPresent } from './first-push.ts'
import { NetworkError } from './network-error.ts'
import type { Call, Session } from './session.ts'

/** How long it may take to find out whether a write arrived whose answer was lost. */
const READ_BACK_MS = 15_000

const ACCEPT = MANIFEST_MEDIA_TYPES.join(', ')

/** What a registry holds under a name, before anybody looked inside. */
export interface RawManifest {
  readonly bytes: Uint8Array
  /** The digest it was asked for by, verified; of a tag the sha256 of the bytes. */
  readonly digest: Digest
  readonly contentType: string | undefined
}

/** Reads what a tag or digest names. The digest is computed from the bytes; a header only may contradict. */
export async function fetchManifest(
  session: Session,
  repository: Repository,
  name: string,
): Promise<Manifest | undefined> {
  const raw = await fetchRawManifest(session, repository, name)
  if (raw === undefined) return undefined
  return parseManifest(raw.bytes, raw.contentType, describeName(repository, name), raw.digest)
}

/**
 * The bytes that a tag or digest names, as {@link fetchManifest} checks them, whatever they say. With a deadline
 * the request is sent once, and what fails in transit is thrown as NetworkError.
 */
export async function fetchRawManifest(
  session: Session,
  repository: Repository,
  name: string,
  deadline?: Deadline,
): Promise<RawManifest | undefined> {
  const what = describeName(repository, name)
  for (let reads = 1; ; reads += 1) {
    const answer = await readPresent(session, repository, {
      method: 'GET',
      url: session.urlOf(repository, `manifests/${name}`),
      headers: { accept: ACCEPT },
      limit: MAX_MANIFEST_BYTES,
      follows: true,
      mayBeUnborn: !isDigest(name),
      ...(deadline === undefined ? {} : { deadline }),
    })
    if (answer === undefined) return undefined
    try {
      return checked(answer, name, what)
    } catch (error) {
      // Bytes may be damaged on their way; what is corrupt twice is corrupt where it lies.
      if (reads > 1 || !(error instanceof RegistryError) || error.code !== 'CONTENT_CORRUPT') throw error
    }
  }
}

function checked(answer: Answer, name: string, what: string): RawManifest {
  if (isDigest(name)) assertDigest(answer.body, name, what)
  assertHeaderDigest(answer, answer.body, what)
  const digest = isDigest(name) ? name : digestOf(answer.body)
  return { bytes: answer.body, digest, contentType: answer.headers['content-type'] }
}

function describeName(repository: Repository, name: string): string {
  return `${formatRepository(repository)}${isDigest(name) ? '@' : ':'}${name}`
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
  /** The digest that names the bytes, where it is not their sha256. */
  readonly digest?: Digest
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
  { bytes, mediaType, tag, deadline, digest = digestOf(bytes) }: ManifestWrite,
): Promise<Digest> {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) throw tooLarge(repository, bytes)
  const url = session.urlOf(repository, `manifests/${tag ?? digest}`)
  const call = {
    method: 'PUT',
    url,
    grant: pushGrant(repository),
    headers: { 'content-type': mediaType },
    body: bytes,
    limit: MAX_MANIFEST_BYTES,
    isPassing: missesBlob,
    ...(deadline === undefined ? {} : { deadline, isSentOnce: true }),
  } as const
  const { answer, refusal, isLost } = await send(session, call)
  if (refusal === undefined) {
    assertHeaderDigest(answer, bytes, `${formatRepository(repository)} after writing`)
    return digest
  }
  if (isLost === true) {
    if (deadline !== undefined || !(await arrived(session, repository, tag ?? digest, digest))) throw refusal
    return digest
  }
  if (answer !== undefined && answer.status < 400) throw refusal
  const there = await readAfterRefusal(session, repository, tag ?? digest, refusal)
  if (there?.digest === digest) return digest
  if (there !== undefined) throw occupied(repository, tag ?? '', there.digest, digest, refusal)
  throw tag === undefined ? refusal : free(refusal)
}

function missesBlob({ status, faults }: Answer): boolean {
  return (status === 400 || status === 404) && saysBlobIsMissing(faults.map(({ code }) => code))
}

type Sent =
  | { readonly answer: Answer; readonly refusal?: undefined; readonly isLost?: undefined }
  /** Without an answer where the token server refused, or where it was lost and the write may have arrived. */
  | { readonly answer?: Answer; readonly refusal: RegistryError; readonly isLost?: boolean }

async function send(session: Session, call: Call): Promise<Sent> {
  try {
    const answer = await session.call(call)
    if ([200, 201, 202, 204].includes(answer.status) && !isHtml(answer)) return { answer }
    return { answer, refusal: await session.failure(answer, call.grant) }
  } catch (error) {
    // A single attempt fails with the bare network error, which is made one of the registry here.
    const failure = error instanceof NetworkError ? networkFailure(call.method, call.url, error, 1) : error
    if (!(failure instanceof RegistryError)) throw failure
    if (failure.code === 'REGISTRY_DENIED') return { refusal: failure }
    if (failure.code === 'REGISTRY_UNAVAILABLE' && failure.status !== 429)
      return { refusal: failure, isLost: true }
    throw failure
  }
}

/** True when a write whose answer was lost is there. Asked once: whoever wrote knows better what a doubt means. */
async function arrived(
  session: Session,
  repository: Repository,
  name: string,
  digest: Digest,
): Promise<boolean> {
  try {
    const there = await fetchRawManifest(session, repository, name, new Deadline(READ_BACK_MS))
    // By tag the sha256 is computed, whatever algorithm the digest of the write is of.
    return there !== undefined && digestOf(there.bytes, algorithmOf(digest)) === digest
  } catch (error) {
    if (error instanceof NetworkError || error instanceof RegistryError) return false
    throw error
  }
}

async function readAfterRefusal(
  session: Session,
  repository: Repository,
  name: string,
  refusal: RegistryError,
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
  repository: Repository,
  tag: string,
  there: Digest,
  ours: Digest,
  refusal: RegistryError,
): RegistryError {
  return new RegistryError(
    'REGISTRY_REFUSED',
    `The tag ${formatRepository(repository)}:${tag} was not changed · expected ${ours}, got ${there} (${refusal.message})`,
    {
      ...(refusal.status === undefined ? {} : { status: refusal.status }),
      ociCodes: refusal.ociCodes,
      cause: refusal,
      hint: 'The tag already holds something else; it is immutable, or may not be overwritten.',
    },
  )
}

/** The refusal of a tag that is free, so that it is not the tag that is immutable. Denials have their own hint. */
function free(refusal: RegistryError): RegistryError {
  if (refusal.code !== 'REGISTRY_REFUSED') return refusal
  return withHint(
    refusal,
    'The tag is free. Check the rules of the repository: some forbid new tags (protected tags), or a second tag for a manifest that is there already (Nexus: disable redeploy).',
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
