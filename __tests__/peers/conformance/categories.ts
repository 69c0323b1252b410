/** The four categories of distribution-spec §Conformance, and the endpoint that all have in common. */
export const CATEGORIES = ['pull', 'push', 'content discovery', 'content management', 'ping'] as const
export type Category = (typeof CATEGORIES)[number]

// The suite groups its tests by the content they work on, and names the last part after the request made.
const RULES: readonly (readonly [RegExp, Category])[] = [
  [/^ping$/, 'ping'],
  [/(?:^|\/)(?:tag list|tag-list|referrers)$/, 'content discovery'],
  [/(?:^|\/)(?:blob|manifest|tag)-delete$/, 'content management'],
  [/(?:^|\/)(?:blob-(?:post|patch|mount)[-\w]*|manifest-put)$/, 'push'],
  [/\/push\/manifest-by-(?:tag|digest)$/, 'push'],
  [/\/(?:pull|head)\/[-\w]+$/, 'pull'],
  [/\/(?:blob-(?:get|head)|manifest-get|get-missing|range [-\d]+)$/, 'pull'],
  [/^missing-manifest\/by-(?:tag|digest)$/, 'pull'],
]

/**
 * What a test of the suite is about, by its name.
 * @throws {Error} for a name that no rule knows: a new version of the suite needs a new look here.
 */
export function categoryOf(name: string): Category {
  const found = RULES.find(([pattern]) => pattern.test(name))
  if (found === undefined) throw new Error(`no category for the test "${name}"`)
  return found[1]
}
