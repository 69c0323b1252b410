import { Refusal } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Caller } from './tokens.ts'

const HOUR_S = 3600
/** A job's token has 1,000 requests an hour for the repository, a user 5,000, and an address without a token 60. */
const LIMITS: Readonly<Record<Caller['kind'], number>> = { workflow: 1000, user: 5000, anonymous: 60 }

interface Window {
  readonly limit: number
  used: number
  /** Unix time in seconds. */
  reset: number
}

/** Primary rate limits, counted per kind of caller: the jobs of a repository share one. */
export interface RateLimits {
  /** Counts a request; one too many is refused. */
  count(caller: Caller): void
  headers(caller: Caller): Readonly<Record<string, string>>
  describe(caller: Caller): JsonObject
  /** Leaves so many requests, and starts again after so many seconds. */
  leave(kind: Caller['kind'], remaining: number, resetInSeconds?: number): void
}

/** The refusal of a request above the primary limit; GitHub says that both statuses mean it. */
export function exhausted(status: 403 | 429 = 403): Refusal {
  return new Refusal(status, 'API rate limit exceeded for installation ID 50000000.', {
    documentation_url: 'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api',
  })
}

/** Makes the limits; `limit` replaces that of a job's token. */
export function createRateLimits(now: () => Date, limit = LIMITS.workflow): RateLimits {
  const seconds = (): number => Math.floor(now().getTime() / 1000)
  const open = (kind: Caller['kind']): Window => ({
    limit: kind === 'workflow' ? limit : LIMITS[kind],
    used: 0,
    reset: seconds() + HOUR_S,
  })
  const windows = new Map<Caller['kind'], Window>()
  const current = (kind: Caller['kind']): Window => {
    const known = windows.get(kind)
    if (known !== undefined && known.reset > seconds()) return known
    const fresh = open(kind)
    windows.set(kind, fresh)
    return fresh
  }
  const remaining = (window: Window): number => Math.max(0, window.limit - window.used)

  return {
    count({ kind }) {
      const window = current(kind)
      const isLeft = remaining(window) > 0
      window.used += 1
      if (!isLeft) throw exhausted()
    },
    headers({ kind }) {
      const window = current(kind)
      return {
        'x-ratelimit-limit': String(window.limit),
        'x-ratelimit-remaining': String(remaining(window)),
        'x-ratelimit-used': String(window.used),
        'x-ratelimit-reset': String(window.reset),
        'x-ratelimit-resource': 'core',
      }
    },
    describe({ kind }) {
      const { limit: most, used, reset } = current(kind)
      return { limit: most, used, remaining: remaining(current(kind)), reset }
    },
    leave(kind, count, resetInSeconds = HOUR_S) {
      const window = current(kind)
      window.used = window.limit - count
      window.reset = seconds() + resetInSeconds
    },
  }
}
