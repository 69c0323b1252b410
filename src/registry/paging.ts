import { RegistryError } from '../domain/error.ts'
import { type Answer, unexpected } from './answers.ts'
import { redactUrl } from './redact.ts'
import { resolveLocation } from './redirects.ts'

const MAX_PAGES = 1000

/** The address of the next page, which must be on the same registry and path as this one. */
export function nextPage(answer: Answer): URL | undefined {
  const header = String(answer.headers['link'] ?? '')
  const match = /<([^<>]{0,2048})>\s*;[^,<]*\brel="?next"?(?![\w-])/i.exec(header)
  if (match === null) return undefined
  const url = resolveLocation(match[1], answer.url)
  if (url === undefined || url.origin !== answer.url.origin || url.pathname !== answer.url.pathname) {
    throw unexpected(answer, 'its next page is on another host or path')
  }
  return url
}

/** Reads page after page; a registry that names a page again, or without end, is refused. */
export async function readPages(first: URL, read: (url: URL) => Promise<Answer | undefined>): Promise<void> {
  const seen = new Set<string>()
  for (let url: URL | undefined = first; url !== undefined; ) {
    if (seen.has(url.href) || seen.size >= MAX_PAGES) throw endless(url)
    seen.add(url.href)
    const answer = await read(url)
    url = answer === undefined ? undefined : nextPage(answer)
  }
}

function endless(url: URL): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `GET ${redactUrl(url)} · its pages have no end`)
}
