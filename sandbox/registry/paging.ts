import { RefusalError } from './answer.ts'

/** The most entries of one page unless the registry is set up otherwise. */
export const DEFAULT_PAGE_SIZE = 1000

/** A part of a list, and where the next one starts. */
export interface Page<T> {
  readonly entries: readonly T[]
  readonly next: string | undefined
}

/**
 * Lexical order as distribution-spec "Listing Tags" defines it: case-insensitive. Texts that differ in
 * case only are ordered by code unit, so that paging is well defined.
 */
export function compareLexically(left: string, right: string): number {
  const [a, b] = [left.toLowerCase(), right.toLowerCase()]
  if (a !== b) return a < b ? -1 : 1
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** The number of entries asked for with `n`, never more than a page. */
export function parsePageSize(n: string | null, pageSize: number): number {
  if (n === null) return pageSize
  if (!/^\d{1,9}$/u.test(n)) {
    throw new RefusalError(400, 'PAGINATION_NUMBER_INVALID', 'n is not a number of entries')
  }
  return Math.min(Number(n), pageSize)
}

/** The entries behind `last`, which need not be in the list itself. */
export function cutPage<T>(
  entries: readonly T[],
  key: (entry: T) => string,
  size: number,
  last: string | null,
): Page<T> {
  const sorted = entries.toSorted((left, right) => compareLexically(key(left), key(right)))
  const rest = last === null ? sorted : sorted.filter((entry) => compareLexically(key(entry), last) > 0)
  const page = rest.slice(0, size)
  const final = page.at(-1)
  return { entries: page, next: final === undefined || rest.length <= size ? undefined : key(final) }
}

/** A `Link` header to the page behind this one, or no header on the last page. */
export function linkNext(path: string, parameters: Readonly<Record<string, string>>): Record<string, string> {
  return { Link: `<${path}?${new URLSearchParams(parameters).toString()}>; rel="next"` }
}
