import { z } from 'zod'
import { type Digest, isDigest } from '../domain/digest.ts'
import { parseStrictJson } from '../domain/json.ts'
import { MEDIA_TYPES } from '../domain/manifest.ts'
import type { Repository } from '../domain/reference.ts'
import { type Answer, isHtml, unexpected } from './answers.ts'
import { pullGrant } from './blobs.ts'
import { hasMediaType } from './manifests.ts'
import { readPages } from './paging.ts'
import { isRedirect } from './redirects.ts'
import type { Session } from './session.ts'

// Some registries send all that is attached at once, and thousands of attestations are no fault of ours.
const MAX_PAGE_BYTES = 16 * 1024 * 1024

/** One entry of a list of referrers: a hint what to fetch, never evidence. */
export interface ReferrerEntry {
  readonly digest: Digest
  readonly mediaType: string
  readonly artifactType: string | undefined
}

// Go writes an empty list as null. Entries are judged one by one: a foreign one must not hide ours.
const referrerList = z.looseObject({ manifests: z.array(z.unknown()).nullable() })
const entrySchema = z.looseObject({
  digest: z.string().refine(isDigest),
  mediaType: z.string(),
  artifactType: z.string().nullish(),
})

/** Repositories whose registry has sent a list of referrers. They differ even within one registry. */
const proven = new WeakMap<Session, Set<string>>()

// 3xx is GHCR's, 400 Quay's for an unknown subject, 404 the rest's (distribution-spec §Listing Referrers).
const UNSUPPORTED = [400, 404, 405, 406, 415]

/**
 * Asks the referrers API; undefined when the registry has none. Only an OCI index proves the API: headers such
 * as OCI-Subject have been sent without it, and been missing with it.
 */
export async function fetchReferrers(
  session: Session,
  repository: Repository,
  subject: Digest,
  artifactType?: string,
): Promise<readonly ReferrerEntry[] | undefined> {
  const grant = pullGrant(repository)
  const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`
  const first = session.urlOf(repository, `referrers/${subject}${query}`)
  const known = proven.get(session) ?? new Set<string>()
  const isPassing = (answer: Answer): boolean => known.has(repository.path) && isDoubtful(answer)
  const entries: ReferrerEntry[] = []
  let isSupported = true
  await readPages(first, async (url) => {
    const headers = { accept: MEDIA_TYPES.ociIndex }
    const answer = await session.call({
      method: 'GET',
      url,
      grant,
      headers,
      limit: MAX_PAGE_BYTES,
      isPassing,
    })
    if (![200, ...UNSUPPORTED].includes(answer.status) && !isRedirect(answer.status)) {
      throw await session.failure(answer, grant)
    }
    const page = parsePage(answer)
    if (page === undefined && url !== first) throw unexpected(answer, 'expected a further page of referrers')
    isSupported = page !== undefined
    entries.push(...(page ?? []))
    return page === undefined ? undefined : answer
  })
  if (isSupported) proven.set(session, known.add(repository.path))
  return isSupported ? entries : undefined
}

/**
 * True for an answer that the registry need not have given: a login page, a redirect, a list that is none. From a
 * registry that has the API it is no sign that there is none, which would hide every record that only it lists.
 */
function isDoubtful(answer: Answer): boolean {
  if (answer.status === 200) return parsePage(answer) === undefined
  return isRedirect(answer.status) || isHtml(answer)
}

function parsePage(answer: Answer): readonly ReferrerEntry[] | undefined {
  if (answer.status !== 200 || !hasMediaType(answer, MEDIA_TYPES.ociIndex)) return undefined
  try {
    const list = referrerList.parse(parseStrictJson(answer.body, { maxBytes: MAX_PAGE_BYTES }))
    return entriesOf(list.manifests ?? [])
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined
    throw error
  }
}

/** The entries of a list that can be read; others are none of ours, and must not hide ours. */
export function entriesOf(manifests: readonly unknown[]): readonly ReferrerEntry[] {
  return manifests.flatMap((entry) => {
    const parsed = entrySchema.safeParse(entry)
    if (!parsed.success) return []
    const { digest, mediaType, artifactType } = parsed.data
    return [{ digest, mediaType, artifactType: artifactType ?? undefined }]
  })
}
