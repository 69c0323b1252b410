import { RegistryError } from '../domain/error.ts'
import { type Answer, unexpected } from './answers.ts'
import { type Link, parseLinks } from './link.ts'
import { redactUrl } from './redact.ts'
import { resolveLocation } from './redirects.ts'

const MAX_PAGES = 1000
/** More than a million tags; a list is kept whole, and each page alone may be large. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * The address of the next page. Only its query is taken from the registry: host and path must be those of this
 * page, so that no list is continued with another one. A header that cannot be read is refused, since a list
 * that ends too early would pass for the whole.
 */
export function nextPage(answer: Answer): URL | undefined {
  const header = [answer.headers['link'] ?? []].flat().join(', ')
  const links = parseLinks(header)
  if (links === undefined) throw unexpected(answer, 'its Link header cannot be read')
  const targets = links
    .filter((link) => link.relations.includes('next') && isAbout(answer, link))
    .map(({ target }) => target)
  const [target] = targets
  if (target === undefined) return undefined
  if (targets.some((other) => other !== target)) throw unexpected(answer, 'it names several next pages')
  const url = resolveLocation(target, answer.url)
  if (url === undefined) throw unexpected(answer, 'its next page has no address')
  const isHere = url.origin === answer.url.origin && pathOf(url) === pathOf(answer.url)
  if (!isHere || url.username !== '' || url.password !== '')
    throw unexpected(answer, 'its next page is on another host or path')
  const next = new URL(answer.url)
  next.search = url.search
  return next
}

/** A link may say that it is about another document; then its next page is not ours. */
function isAbout(answer: Answer, { anchor }: Link): boolean {
  return anchor === undefined || resolveLocation(anchor, answer.url)?.href === answer.url.href
}

/** Some registries escape the colon of a digest. */
function pathOf(url: URL): string {
  return url.pathname.replaceAll(/%3a/gi, ':')
}

/**
 * Reads page after page; a registry that names a page again, or without end, or one that is not there, is refused.
 * @param read undefined when there is nothing at that address; only the first page may be missing.
 */
export async function readPages(first: URL, read: (url: URL) => Promise<Answer | undefined>): Promise<void> {
  const seen = new Set<string>()
  let bytes = 0
  for (let url: URL | undefined = first; url !== undefined; ) {
    if (seen.has(url.href) || seen.size >= MAX_PAGES) throw broken(url, 'its pages have no end')
    seen.add(url.href)
    const answer = await read(url)
    if (answer === undefined && seen.size > 1)
      throw broken(url, 'the page before names it, but it is not there')
    bytes += answer?.body.byteLength ?? 0
    if (bytes > MAX_BYTES) throw broken(url, `its pages are larger than ${MAX_BYTES} bytes`)
    url = answer === undefined ? undefined : nextPage(answer)
  }
}

function broken(url: URL, why: string): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `GET ${redactUrl(url)} · ${why}`)
}
