import type { Digest } from '../domain/digest.ts'
import { MEDIA_TYPES } from '../domain/manifest.ts'
import type { RecordType } from '../domain/record.ts'
import type { Repository } from '../domain/reference.ts'
import { type FallbackOptions, prefixOf, readFallback, recordPrefix } from './fallback.ts'
import { entriesOf, fetchReferrers, type ReferrerEntry } from './referrers.ts'

/** A write-once tag, and the beginning of the digest it stands for. */
export interface RecordTag {
  readonly tag: string
  readonly prefix: string
}

/** A place that may hold a record. */
export interface Candidate {
  readonly name: Digest | RecordTag
  /**
   * Who says that it is a record of the type asked for: the registry (`api`), a tag of the form that only records
   * have (`tag`), an index that anyone can write (`index`), or nobody (`none`: it must be read to know).
   */
  readonly claim: 'api' | 'tag' | 'index' | 'none'
}

/** What may be records of one type at one subject. */
export interface Candidates {
  /** What the API and the fallback index name. */
  readonly listed: readonly Candidate[]
  /** Write-once tags of what they do not name. */
  tagged(): Promise<readonly Candidate[]>
  /** Write-once tags of what they name as something else; worth reading only when nothing else is found. */
  disguised(): Promise<readonly Candidate[]>
  /** True when a write-once tag says that a record of this digest is there. */
  isTagged(digest: Digest): Promise<boolean>
}

/** The same for every question about a registry. */
export interface Memory {
  /** Registries that were seen to have no referrers API. */
  readonly withoutApi: Set<string>
}

/**
 * Finds what may be a record: the union of the referrers API, the fallback index and the write-once tags. What
 * lists say about an entry is a hint what to read first, never evidence.
 */
export async function findCandidates(
  options: FallbackOptions,
  memory: Memory,
  repository: Repository,
  subject: Digest,
  type: RecordType,
): Promise<Candidates> {
  const { registry, sessions, log } = options
  const session = sessions.of(repository)
  // Where the API is known to be missing the tags are needed anyway: ask for them at once.
  const early = memory.withoutApi.has(repository.registry) ? registry.listTags(repository) : undefined
  const [api, fallback, tagsRead] = await Promise.all([
    fetchReferrers(session, repository, subject, type),
    readFallback(session, repository, subject),
    early,
  ])
  if (api === undefined) memory.withoutApi.add(repository.registry)
  if (fallback.state === 'foreign')
    log.debug(`What is under the fallback tag of ${subject} is not an index of referrers: ${fallback.why}.`)
  const inIndex = fallback.state === 'index' ? entriesOf(fallback.index.manifests) : []
  // An API that lists a record of ours is proven, so that no record is kept by tag alone; but there may be older
  // ones, of a time when the registry had no API. Whoever wrote those wrote the fallback tag as well.
  const isComplete =
    fallback.state === 'absent' && (api ?? []).some(({ artifactType }) => artifactType === type)
  const tags = isComplete ? [] : (tagsRead ?? registry.listTags(repository))
  const all = Promise.resolve(tags).then((names) => recordTags(names, subject))
  return sorted(api ?? [], inIndex, type, all)
}

function sorted(
  api: readonly ReferrerEntry[],
  inIndex: readonly ReferrerEntry[],
  type: RecordType,
  tags: Promise<readonly RecordTag[]>,
): Candidates {
  const claims = new Map<Digest, Candidate['claim']>()
  const others = new Set<Digest>()
  for (const [entries, place] of [[inIndex, 'index'] as const, [api, 'api'] as const]) {
    for (const { digest, mediaType, artifactType } of entries) {
      if (mediaType === MEDIA_TYPES.ociManifest && artifactType === type) claims.set(digest, place)
      else if (!mayBeRecord(mediaType, artifactType)) others.add(digest)
      else if (!claims.has(digest)) claims.set(digest, 'none')
    }
  }
  const [known, elsewhere] = [prefixesOf(claims.keys()), prefixesOf(others)]
  const pick = async (isWanted: (prefix: string) => boolean): Promise<readonly Candidate[]> =>
    (await tags)
      .filter(({ prefix }) => !known.has(prefix) && isWanted(prefix))
      .map((name): Candidate => ({ name, claim: 'tag' }))
  return {
    listed: [...claims].map(([name, claim]): Candidate => ({ name, claim })),
    tagged: async () => await pick((prefix) => !elsewhere.has(prefix)),
    disguised: async () => await pick((prefix) => elsewhere.has(prefix)),
    isTagged: async (digest) => {
      const own = prefixesOf([digest])
      return (await tags).some(({ prefix }) => own.has(prefix))
    },
  }
}

function prefixesOf(digests: Iterable<Digest>): ReadonlySet<string> {
  return new Set([...digests].map(prefixOf))
}

/**
 * What must be read to know. Some writers list every artifact with the type of its empty config, and some with
 * none.
 */
function mayBeRecord(mediaType: string, artifactType: string | undefined): boolean {
  return mediaType === MEDIA_TYPES.ociManifest && [MEDIA_TYPES.ociEmpty, undefined, ''].includes(artifactType)
}

function recordTags(tags: readonly string[], subject: Digest): readonly RecordTag[] {
  return tags.flatMap((tag) => {
    const prefix = recordPrefix(tag, subject)
    return prefix === undefined ? [] : [{ tag, prefix }]
  })
}
