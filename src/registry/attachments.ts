import type { Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import { type Descriptor, MEDIA_TYPES } from '../domain/manifest.ts'
import { RECORD_TYPES } from '../domain/record.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Registry } from '../domain/registry.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { fallbackTag, mergeIntoFallback, writeOnceTag } from './fallback.ts'
import { fetchReferrers } from './referrers.ts'
import type { Sessions } from './sessions.ts'

/** Reads until our own entries show up in the API; caches in front of registries lag behind. */
const PROOF_READS = 4
const PROOF_PAUSE_MS = 150

/** What attaching needs. */
export interface AttachmentOptions {
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Log
}

/** A manifest with a subject, already stored by its digest, and how an index lists it. */
export interface Attachment {
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
}

/** How readers find what was attached: by the API, or by tags where it lists nothing or is not there. */
export type Listing = 'api' | 'tags' | 'tags-without-api'

/**
 * Makes manifests findable at their subject. Where the referrers API lists them, that is all; else they are
 * listed in the fallback index, and records get a tag of their own, which no other writer can lose.
 * @param type asks the API for this artifactType only.
 */
export async function listAttachments(
  options: AttachmentOptions,
  repository: Repository,
  subject: Digest,
  attachments: readonly Attachment[],
  type?: string,
): Promise<Listing> {
  const proof = await prove(options, repository, subject, attachments, type)
  if (proof === 'api') return proof
  const records = attachments.filter(({ descriptor }) => isRecord(descriptor))
  for (const { bytes, descriptor } of records) {
    const tag = writeOnceTag(subject, descriptor.digest)
    await options.registry.putManifest(repository, bytes, MEDIA_TYPES.ociManifest, tag)
  }
  const entries = attachments.map(({ descriptor }) => descriptor)
  const isListed = await mergeIntoFallback(options, repository, subject, entries)
  if (!isListed && records.length < attachments.length) throw unlisted(repository, subject)
  return proof
}

function isRecord({ artifactType, mediaType }: Descriptor): boolean {
  const types: readonly (string | undefined)[] = Object.values(RECORD_TYPES)
  return types.includes(artifactType) && mediaType === MEDIA_TYPES.ociManifest
}

async function prove(
  { sessions, clock, log }: AttachmentOptions,
  repository: Repository,
  subject: Digest,
  attachments: readonly Attachment[],
  type: string | undefined,
): Promise<Listing> {
  for (let read = 1; read <= PROOF_READS; read += 1) {
    const entries = await fetchReferrers(sessions.of(repository), repository, subject, type)
    if (entries === undefined) return 'tags-without-api'
    const listed = new Map(entries.map(({ digest, artifactType }) => [digest, artifactType]))
    if (attachments.every(({ descriptor }) => isProven(descriptor, listed))) return 'api'
    if (read < PROOF_READS) await clock.sleep(PROOF_PAUSE_MS * read)
  }
  const digests = attachments.map(({ descriptor }) => descriptor.digest).join(', ')
  log.debug(`The referrers API of ${repository.registry} does not list ${digests}; tags are used.`)
  return 'tags'
}

/** A record must be listed as one: among thousands of artifacts that nobody gave a type it would not be looked for. */
function isProven(descriptor: Descriptor, listed: ReadonlyMap<Digest, string | undefined>): boolean {
  if (!listed.has(descriptor.digest)) return false
  return !isRecord(descriptor) || listed.get(descriptor.digest) === descriptor.artifactType
}

function unlisted(repository: Repository, subject: Digest): RegistryError {
  const tag = `${formatRepository(repository)}:${fallbackTag(subject)}`
  return new RegistryError(
    'REGISTRY_REFUSED',
    `What is attached to ${subject} cannot be listed · the registry has no referrers API, and ${tag} cannot be changed`,
    { hint: 'Allow this tag to be written, or use a registry with the referrers API.' },
  )
}
