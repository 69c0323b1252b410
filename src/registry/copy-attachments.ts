import type { Digest } from '../domain/digest.ts'
import { MANIFEST_MEDIA_TYPES } from '../domain/manifest.ts'
import type { Repository } from '../domain/reference.ts'
import { fallbackEntries, fallbackTag, recordPrefix } from './fallback.ts'
import { fetchReferrers } from './referrers.ts'
import type { Session } from './session.ts'

/** A manifest that may be attached to another one: by its own `subject`, or because its tag says so (cosign). */
export interface Attached {
  readonly name: Digest | string
  readonly subject: Digest
  /** True for a tag whose name alone attaches what it points at. */
  readonly isByTag: boolean
}

/** Tags that begin with the name of a manifest, by that beginning. */
export type AttachedTags = ReadonlyMap<string, readonly string[]>

/** Where cosign up to version 2 keeps signatures, attestations and SBOMs: no subject, only the tag. */
const COSIGN = ['sig', 'att', 'sbom']

/** Finds the tags of a repository that attach something: `sha256-<64>` itself, and with an ending. */
export function attachedTags(tags: readonly string[]): AttachedTags {
  const found = new Map<string, string[]>()
  for (const tag of tags) {
    const base = /^sha(?:256|512)-[0-9a-f]{64}(?=$|\.)/.exec(tag)?.[0]
    if (base !== undefined) found.set(base, [...(found.get(base) ?? []), tag])
  }
  return found
}

/**
 * Everything that a repository says is attached to a manifest: the union of the referrers API, the fallback index
 * and the tags, because each of them may hold what was written before the registry had, or after it lost, another.
 */
export async function findAttached(
  session: Session,
  repository: Repository,
  subject: Digest,
  tags: AttachedTags,
): Promise<readonly Attached[]> {
  const own = tags.get(fallbackTag(subject)) ?? []
  const [api, early] = await Promise.all([
    fetchReferrers(session, repository, subject),
    own.includes(fallbackTag(subject)) ? fallbackEntries(session, repository, subject) : undefined,
  ])
  // A list of tags may lag behind; where nothing else tells, the index is asked for anyway.
  const fallback = early ?? (api === undefined ? await fallbackEntries(session, repository, subject) : [])
  const listed = [...(api ?? []), ...fallback].filter(({ mediaType }) =>
    (MANIFEST_MEDIA_TYPES as readonly string[]).includes(mediaType),
  )
  const digests = [...new Set(listed.map(({ digest }) => digest))]
  return [
    ...digests.map((name) => ({ name, subject, isByTag: false })),
    ...own.flatMap((name) => {
      if (recordPrefix(name, subject) !== undefined) return [{ name, subject, isByTag: false }]
      const isCosign = COSIGN.some((kind) => name === `${fallbackTag(subject)}.${kind}`)
      return isCosign ? [{ name, subject, isByTag: true }] : []
    }),
  ]
}
