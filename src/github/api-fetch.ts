import { GitHubError } from '../domain/error.ts'

/** What sends requests: `fetch` of the toolkit's client, which goes through the proxy where there is one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Bounds of one request. */
export interface FetchLimits {
  /** From the request to the end of the answer. */
  readonly timeoutMs: number
  readonly maxBytes: number
}

const MAX_REDIRECTS = 3
const WITHOUT_BODY = new Set([204, 205, 304])

/**
 * Makes a `fetch` that stays at one origin and below one path, because the token goes with every request, and that
 * reads answers whole and bounded: half an answer is a failure of the connection, not an answer.
 */
export function boundedFetch(base: URL, send: Fetch, limits: FetchLimits): Fetch {
  return async (address, init) => {
    let url = new URL(address)
    for (let hop = 0; ; hop += 1) {
      refuseElsewhere(url, base)
      const timeout = AbortSignal.timeout(limits.timeoutMs)
      const signal = init.signal == null ? timeout : AbortSignal.any([init.signal, timeout])
      const response = await send(url.href, { ...init, redirect: 'manual', signal })
      const location = redirection(response, init.method ?? 'GET')
      const what = `${init.method ?? 'GET'} ${url.pathname}`
      if (location === undefined) return await readWhole(response, what, limits.maxBytes)
      await response.body?.cancel()
      if (hop >= MAX_REDIRECTS) throw unexpected(what, `it redirects more than ${MAX_REDIRECTS} times`)
      if (!URL.canParse(location, url.href)) throw unexpected(what, 'it redirects to no address')
      url = new URL(location, url)
    }
  }
}

function unexpected(what: string, why: string): GitHubError {
  return new GitHubError('GITHUB_UNEXPECTED', `GitHub's answer (${what}) cannot be used: ${why}`)
}

/** Redirects of renamed repositories, and the addresses of further pages, are GitHub's to choose, but not the host. */
function refuseElsewhere(url: URL, base: URL): void {
  const folder = base.pathname.replace(/\/*$/, '/')
  const isAnonymous = url.username === '' && url.password === ''
  if (url.origin === base.origin && url.pathname.startsWith(folder) && isAnonymous) return
  throw new GitHubError(
    'GITHUB_UNEXPECTED',
    `The API leads elsewhere, where the token must not go · expected ${base.origin}${folder}…, got ${url.origin}`,
    { hint: 'Check GITHUB_API_URL, and any proxy in between.' },
  )
}

/** Where to go on; only 307 and 308 keep method and body. */
function redirection(response: Response, method: string): string | undefined {
  const isRedirect =
    response.status === 307 ||
    response.status === 308 ||
    (method === 'GET' && [301, 302].includes(response.status))
  return isRedirect ? (response.headers.get('location') ?? undefined) : undefined
}

async function readWhole(response: Response, what: string, maxBytes: number): Promise<Response> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    // Leaving the loop ends the transfer.
    if (size > maxBytes) throw unexpected(what, `it is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  const { status, headers } = response
  return new Response(WITHOUT_BODY.has(status) ? null : Buffer.concat(chunks), { status, headers })
}
