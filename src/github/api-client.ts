import type { ThrottlingOptions } from '@octokit/plugin-throttling'
import { z } from 'zod'
import { GitHubError, oneLine } from '../domain/error.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { failureOf } from './api-failure.ts'
import { boundedFetch, type Fetch, type FetchLimits } from './api-fetch.ts'
import { plainLimit, type Refusal } from './api-limit.ts'
import type { ApiTarget } from './api-target.ts'
import type { GitHubApi, Parameters, RequestOptions } from './api.ts'
import { createWritePace } from './write-pace.ts'

/** Bounds of all that the client does by itself. */
export interface ApiLimits extends FetchLimits {
  /** How often a request is sent again, for whatever reason. */
  readonly retries: number
  /** Seconds that may be spent waiting for rate limits, in all. */
  readonly waitSeconds: number
  /** Milliseconds that a second of waiting takes; shorter in tests. */
  readonly secondMs: number
  /** A list longer than this is not read to its end. */
  readonly maxPages: number
}

/** What the client needs. */
export interface ApiOptions extends ApiTarget {
  readonly log: Log
  readonly clock: Clock
  readonly limits?: Partial<ApiLimits>
}

const LIMITS: ApiLimits = {
  timeoutMs: 30_000,
  maxBytes: 16 * 1024 * 1024,
  retries: 2,
  waitSeconds: 90,
  secondMs: 1000,
  maxPages: 1000,
}

/** 429 belongs to the throttling plugin, and what 409 and 422 mean is found out by reading. */
const NOT_REPEATED = [400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 451]

type Octokit = Awaited<ReturnType<typeof connect>>

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | number | undefined>>
  readonly data: unknown
}

/** Makes the API client. Nothing is loaded and nothing sent until something is asked. */
export function createGitHubApi(options: ApiOptions): GitHubApi {
  let connecting: Promise<Octokit> | undefined
  let ahead = 0
  const octokit = async (): Promise<Octokit> => await (connecting ??= connect(options))
  const ask = async (asked: Asked): Promise<Answer> => {
    const answer = await send(await octokit(), options, asked)
    const date = Date.parse(String(answer.headers['date']))
    if (!Number.isNaN(date)) ahead = date - options.clock.now().getTime()
    return answer
  }
  return {
    repository: options.repository,
    now: () => new Date(options.clock.now().getTime() + ahead),
    request: async (route, parameters, schema, how = {}) => {
      const answer = await ask({ route, parameters, how })
      return parse(answer, schema, named(route, options))
    },
    pages: async function* (route, parameters, schema, how = {}) {
      const { maxPages } = { ...LIMITS, ...options.limits }
      let asked = { route, parameters, how }
      for (let page = 1; ; page += 1) {
        const answer = await ask(asked)
        yield* parse(answer, schema, named(route, options))
        const next = nextPage(answer)
        if (next === undefined) return
        if (page >= maxPages)
          throw new GitHubError(
            'GITHUB_UNEXPECTED',
            `GitHub (${named(route, options)}) has over ${maxPages} pages`,
          )
        asked = { route: `GET ${next}`, parameters: {}, how }
      }
    },
  }
}

/** The toolkit's client with GitHub's plugins. It says which address answers, which proxy is between, and who we are. */
async function connect(options: ApiOptions) {
  const { url, token, log, clock } = options
  const limits = { ...LIMITS, ...options.limits }
  const [{ getOctokit }, { defaults }, { retry }, { throttling }] = await Promise.all([
    import('@actions/github'),
    import('@actions/github/lib/utils'),
    import('@octokit/plugin-retry'),
    import('@octokit/plugin-throttling'),
  ])
  const quiet = (message: string): void => log.debug(message.replaceAll(token, '***'))
  const through = defaults.request?.['fetch'] as Fetch
  return getOctokit(
    token,
    {
      baseUrl: url.href.replace(/\/+$/, ''),
      userAgent: 'build-once',
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      request: { fetch: boundedFetch(url, through, limits) },
      retry: { retries: limits.retries, doNotRetry: NOT_REPEATED, retryAfterBaseValue: limits.secondMs },
      throttle: throttle(limits, clock, log),
    },
    answersOf(clock),
    retry,
    throttling,
  )
}

/** Waits for a limit only when it is over soon; a job that waits an hour blocks the queue behind it. */
function throttle(limits: ApiLimits, clock: Clock, log: Log): ThrottlingOptions {
  let waited = 0
  const wait = (seconds: number, retryCount: number): boolean => {
    if (retryCount >= limits.retries || waited + seconds > limits.waitSeconds) return false
    waited += seconds
    log.info(`GitHub takes no more requests for now; waiting ${seconds} s`)
    return true
  }
  return {
    onRateLimit: (seconds, _options, _octokit, retryCount) => wait(seconds, retryCount),
    onSecondaryRateLimit: (seconds, _options, _octokit, retryCount) => wait(seconds, retryCount),
    retryAfterBaseValue: limits.secondMs,
    // The plugin's type is the class of a limiter it uses two methods of.
    write: createWritePace(clock) as unknown as NonNullable<ThrottlingOptions['write']>,
  }
}

interface Hooked {
  hook: { error(name: 'request', handle: (error: unknown) => never): void }
}

/**
 * Comes before the other plugins. What {@link boundedFetch} refuses is no failure of the network, which would be tried
 * again; and limits are said so that the throttling plugin understands them.
 */
function answersOf(clock: Clock) {
  return (octokit: Hooked): object => {
    octokit.hook.error('request', (error) => {
      if (error instanceof Error && error.cause instanceof GitHubError) throw error.cause
      sayPlainLimit(error, clock.now().getTime())
      throw error
    })
    return {}
  }
}

function sayPlainLimit(error: unknown, now: number): void {
  if (!(error instanceof Error) || !('status' in error) || !('response' in error)) return
  const { status, response, message: text } = error
  if (typeof status !== 'number' || typeof response !== 'object' || response === null) return
  if (!('headers' in response)) return
  const headers = response.headers as Refusal['headers']
  response.headers = plainLimit({ status, headers, text }, now)
}

interface Asked {
  readonly route: string
  readonly parameters: Parameters
  readonly how: RequestOptions
}

async function send(
  octokit: Octokit,
  options: ApiOptions,
  { route, parameters, how }: Asked,
): Promise<Answer> {
  const { owner, name } = options.repository
  const isRepeatable = how.isRepeatable ?? route.startsWith('GET ')
  const isNamed = route.includes('{owner}')
  try {
    const { status, headers, data } = await octokit.request(route, {
      ...parameters,
      ...(isNamed ? { owner, repo: name } : {}),
      headers: { 'x-github-api-version': '2022-11-28', accept: 'application/vnd.github+json' },
      request: isRepeatable ? {} : { retries: 0 },
    })
    return { status, headers, data: readable(data, headers) }
  } catch (error) {
    const { token, clock } = options
    const now = clock.now().getTime()
    throw failureOf(error, { route: named(route, options), permission: how.permission, token, now })
  }
}

/**
 * The client hands over as a text what it cannot read. It fails at objects that have no value of their own, such as
 * `{"valueOf": null}`, which anybody can put into the payload of a deployment.
 */
function readable(data: unknown, headers: Answer['headers']): unknown {
  if (typeof data !== 'string' || !String(headers['content-type']).startsWith('application/json')) return data
  try {
    return JSON.parse(data) as unknown
  } catch {
    return data
  }
}

/** `GET /repos/owner/name/…`, as messages name a request; the address of a further page without its query. */
function named(route: string, { repository: { owner, name } }: ApiOptions): string {
  return route.replace('{owner}', owner).replace('{repo}', name).replace(/\?.*$/, '')
}

function parse<T>({ status, data }: Answer, schema: z.ZodType<T>, route: string): T {
  const result = schema.safeParse(data)
  if (status < 300 && result.success) return result.data
  const why =
    status >= 300 || result.error === undefined
      ? `it has the status ${status}`
      : oneLine(z.prettifyError(result.error)).slice(0, 300)
  throw new GitHubError('GITHUB_UNEXPECTED', `GitHub's answer (${route}) cannot be used: ${why}`, { status })
}

/** The address of the next page (RFC 8288 §3); the client refuses one at another origin. */
function nextPage({ headers }: Answer): string | undefined {
  const links = String(headers['link'] ?? '').split(',')
  const next = links.find((link) => /;\s*rel="?next"?\s*(?:;|$)/.test(link))
  return /^\s*<(?<address>[^>]*)>/.exec(next ?? '')?.groups?.['address']
}
