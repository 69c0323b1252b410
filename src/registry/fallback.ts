import { algorithmOf, type Digest, encodedOf } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import {
  type Descriptor,
  type ImageIndex,
  MAX_MANIFEST_BYTES,
  type Manifest,
  MEDIA_TYPES,
} from '../domain/manifest.ts'
import type { Registry } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

/** The tag under which registries without the API list referrers (distribution-spec §Referrers Tag Schema). */
export function fallbackTag(subject: Digest): string {
  return `${algorithmOf(subject)}-${encodedOf(subject).slice(0, 64)}`
}

/** Our own tag for one record: named by its content, written once, so that no other writer can lose it. */
export function writeOnceTag(subject: Digest, record: Digest): string {
  return `${fallbackTag(subject)}.bo-${encodedOf(record).slice(0, 16)}`
}

/** The beginning of the record digest in a write-once tag of this subject; undefined for any other tag. */
export function recordPrefix(tag: string, subject: Digest): string | undefined {
  const prefix = `${fallbackTag(subject)}.bo-`
  const rest = tag.slice(prefix.length)
  return tag.startsWith(prefix) && /^[0-9a-f]{16}$/.test(rest) ? rest : undefined
}

/** The entries of the fallback index; none when there is no index under that tag. */
export async function readFallback(
  registry: Registry,
  repository: Repository,
  subject: Digest,
): Promise<readonly Descriptor[]> {
  return indexOf(await registry.readTag(repository, fallbackTag(subject)))?.manifests ?? []
}

function indexOf(manifest: Manifest | undefined): ImageIndex | undefined {
  const isIndex = manifest?.kind === 'index' && manifest.mediaType === MEDIA_TYPES.ociIndex
  return isIndex ? manifest.document : undefined
}

const MAX_ROUNDS = 20

/** What merging an entry needs. */
export interface Merge {
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
}

/**
 * Adds entries to the fallback index, for tools that know only it. Registries have no compare-and-swap, so
 * concurrent writers overwrite each other: read again after a pause that grows, and merge again, until the
 * entries stay. Entries seen meanwhile are put back too. False when the index cannot be changed: a record is
 * found without it, by its write-once tag.
 */
export async function mergeIntoFallback(
  { registry, clock, log }: Merge,
  repository: Repository,
  subject: Digest,
  entries: readonly Descriptor[],
): Promise<boolean> {
  const tag = fallbackTag(subject)
  const known = new Map(entries.map((entry): [Digest, Descriptor] => [entry.digest, entry]))
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const current = await registry.readTag(repository, tag)
    const index = indexOf(current)
    if (current !== undefined && index === undefined) {
      log.debug(`${tag} is not an index, and is left as it is.`)
      return false
    }
    const listed = new Set(index?.manifests.map(({ digest }) => digest))
    if ([...known.keys()].every((digest) => listed.has(digest))) return true
    for (const other of index?.manifests ?? []) known.set(other.digest, other)
    const bytes = encodeIndex(index, [...known.values()])
    if (bytes.byteLength > MAX_MANIFEST_BYTES) return false
    if (!(await canWrite(registry, repository, bytes, tag, log))) return false
    // 150-250 ms a round: measured to keep every entry of eight writers; a fixed or no pause loses some.
    await clock.sleep(Math.round((150 + Math.random() * 100) * round))
  }
  log.debug(`${tag} kept changing.`)
  return false
}

function encodeIndex(index: ImageIndex | undefined, manifests: readonly Descriptor[]): Uint8Array {
  const base = index ?? { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex }
  const sorted = manifests.toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
  return new TextEncoder().encode(JSON.stringify({ ...base, manifests: sorted }))
}

async function canWrite(
  registry: Registry,
  repository: Repository,
  bytes: Uint8Array,
  tag: string,
  log: Log,
): Promise<boolean> {
  try {
    await registry.putManifest(repository, bytes, MEDIA_TYPES.ociIndex, tag)
    return true
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'REGISTRY_REFUSED')) throw error
    log.debug(`${tag} cannot be changed: ${error.message}`)
    return false
  }
}
