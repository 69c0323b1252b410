import { algorithmOf, type Digest, digestOf, encodedOf } from '../domain/digest.ts'
import { isRefusal, RegistryError } from '../domain/error.ts'
import { canonicalJson, type Json, parseStrictJson } from '../domain/json.ts'
import { bareMediaType, type Descriptor, MAX_MANIFEST_BYTES, MEDIA_TYPES } from '../domain/manifest.ts'
import type { Registry } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { fetchRawManifest, type RawManifest } from './manifests.ts'
import { entriesOf, type ReferrerEntry } from './referrers.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

/** The tag under which registries without the API list referrers (distribution-spec §Referrers Tag Schema). */
export function fallbackTag(subject: Digest): string {
  return `${algorithmOf(subject)}-${encodedOf(subject).slice(0, 64)}`
}

/** Our own tag for one record: named by its content, written once, so that no other writer can lose it. */
export function writeOnceTag(subject: Digest, record: Digest): string {
  return `${fallbackTag(subject)}.bo-${prefixOf(record)}`
}

/** The beginning of a digest by which a write-once tag names it. */
export function prefixOf(record: Digest): string {
  return encodedOf(record).slice(0, 16)
}

/** The beginning of the record digest in a write-once tag of this subject; undefined for any other tag. */
export function recordPrefix(tag: string, subject: Digest): string | undefined {
  const prefix = `${fallbackTag(subject)}.bo-`
  const rest = tag.slice(prefix.length)
  return tag.startsWith(prefix) && /^[0-9a-f]{16}$/.test(rest) ? rest : undefined
}

/** What stands under the fallback tag of a subject. */
export type Fallback =
  | { readonly state: 'absent' }
  /** Something that is no index of referrers; it is left as it is. */
  | { readonly state: 'foreign'; readonly why: string }
  | { readonly state: 'index'; readonly index: FallbackIndex }

/** A fallback index with all that others wrote into it, malformed entries and unknown fields included. */
export interface FallbackIndex {
  readonly document: { readonly [key: string]: Json }
  readonly manifests: readonly Json[]
}

/**
 * Reads the fallback index. Anyone who can push can write this tag: what cannot be read as an index lists
 * nothing, which hides no record, because each has a write-once tag of its own.
 */
export async function readFallback(
  session: Session,
  repository: Repository,
  subject: Digest,
): Promise<Fallback> {
  const raw = await fetchRawManifest(session, repository, fallbackTag(subject))
  return raw === undefined ? { state: 'absent' } : judge(raw, subject)
}

/** The entries of the fallback index that can be read; none when there is no index under that tag. */
export async function fallbackEntries(
  session: Session,
  repository: Repository,
  subject: Digest,
): Promise<readonly ReferrerEntry[]> {
  const fallback = await readFallback(session, repository, subject)
  return fallback.state === 'index' ? entriesOf(fallback.index.manifests) : []
}

function judge(raw: RawManifest, subject: Digest): Fallback {
  const foreign = (why: string): Fallback => ({ state: 'foreign', why })
  // GitLab takes the tag sha256-<digits> for the digest sha256:<digits>.
  if (digestOf(raw.bytes, algorithmOf(subject)) === subject) return foreign('it is the artifact itself')
  if (bareMediaType(raw.contentType) !== MEDIA_TYPES.ociIndex) return foreign('it has another media type')
  let document: Json
  try {
    document = parseStrictJson(raw.bytes, { maxBytes: MAX_MANIFEST_BYTES })
  } catch (error) {
    if (error instanceof SyntaxError) return foreign(error.message)
    throw error
  }
  if (!isObject(document)) return foreign('it is not a JSON object')
  if ((document['mediaType'] ?? MEDIA_TYPES.ociIndex) !== MEDIA_TYPES.ociIndex)
    return foreign('its body says another media type')
  // Go writes an empty list as null.
  const manifests = document['manifests'] === null ? [] : document['manifests']
  if (!Array.isArray(manifests)) return foreign('it has no list of manifests')
  return { state: 'index', index: { document, manifests: manifests as readonly Json[] } }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const MAX_ROUNDS = 20

/** What merging needs. */
export interface FallbackOptions {
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Log
}

/**
 * Adds entries to the fallback index, for tools that know only it. Registries have no compare-and-swap, so
 * concurrent writers overwrite each other: read again after a pause that grows, and merge again, until the
 * entries stay. Entries seen meanwhile are put back too, as they were. False when the index cannot be changed: a
 * record is found without it, by its write-once tag.
 */
export async function mergeIntoFallback(
  options: FallbackOptions,
  repository: Repository,
  subject: Digest,
  entries: readonly Descriptor[],
): Promise<boolean> {
  const { sessions, clock, log } = options
  const tag = fallbackTag(subject)
  const known = new Map(entries.map((entry): [string, Json] => [entry.digest, entry as unknown as Json]))
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const current = await readFallback(sessions.of(repository), repository, subject)
    if (current.state === 'foreign') {
      log.debug(`${tag} is not an index of referrers, and is left as it is: ${current.why}.`)
      return false
    }
    const index = current.state === 'index' ? current.index : undefined
    const listed = new Map((index?.manifests ?? []).map((entry): [string, Json] => [keyOf(entry), entry]))
    if ([...known.keys()].every((key) => listed.has(key))) return true
    for (const [key, entry] of listed) known.set(key, entry)
    if (!(await write(options, repository, encodeIndex(index, known), tag))) return false
    // 150-250 ms a round: measured to keep every entry of eight writers; a fixed or no pause loses some.
    await clock.sleep(Math.round((150 + Math.random() * 100) * round))
  }
  log.debug(`${tag} kept changing.`)
  return false
}

/** Entries are the same when they name the same digest; one that names none, when all of it is the same. */
function keyOf(entry: Json): string {
  const digest = isObject(entry) ? entry['digest'] : undefined
  return typeof digest === 'string' ? digest : canonicalJson(entry)
}

function encodeIndex(index: FallbackIndex | undefined, known: ReadonlyMap<string, Json>): Uint8Array {
  const base = index?.document ?? { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex }
  const manifests = [...known].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  return new TextEncoder().encode(JSON.stringify({ ...base, manifests }))
}

async function write(
  { registry, log }: FallbackOptions,
  repository: Repository,
  bytes: Uint8Array,
  tag: string,
): Promise<boolean> {
  if (bytes.byteLength > MAX_MANIFEST_BYTES) {
    log.debug(`${tag} is full.`)
    return false
  }
  try {
    await registry.putManifest(repository, bytes, MEDIA_TYPES.ociIndex, tag)
    return true
  } catch (error) {
    // Some registries call an immutable tag a lack of rights (403).
    if (!(error instanceof RegistryError && isRefusal(error))) throw error
    log.debug(`${tag} cannot be changed: ${error.message}`)
    return false
  }
}
