type Headers = Readonly<Record<string, string | number | undefined>>

/** An answer that refuses a request. */
export interface Refusal {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What GitHub asks for where it names no time. */
const UNKNOWN_S = 60

/** Nothing is limited for longer; a larger number is a mistake of somebody in between. */
const LONGEST_S = 24 * 3600

/** Enterprise servers have called it abuse. */
const LIMITED = /\bsecondary rate\b|\brate limit exceeded\b|\babuse detection\b/i

/** The last request of an hour may be one that is not allowed. */
const DENIED = /\bnot accessible by\b/i

/**
 * Seconds until requests are taken again; undefined where a limit is not why it was refused. What is said comes from
 * the server or from a proxy in between, so none of it is believed when it makes no sense.
 */
export function limitOf({ status, headers, text }: Refusal, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const after = retryAfter(headers, now)
  if (after !== undefined) return after
  if (DENIED.test(text)) return undefined
  if (String(headers['x-ratelimit-remaining']) === '0') return untilReset(headers, now)
  return status === 429 || LIMITED.test(text) ? UNKNOWN_S : undefined
}

/**
 * Says the same in the headers that the throttling plugin reads: it knows fewer words, takes a reset that is missing
 * or overflows 32 bits for one that has passed, and knows nothing of clocks that differ.
 */
export function plainLimit(refusal: Refusal, now: number): Headers {
  const { headers } = refusal
  const seconds = limitOf(refusal, now)
  if (seconds === undefined) return { ...headers, 'x-ratelimit-remaining': undefined }
  return {
    ...headers,
    'retry-after': String(seconds),
    'x-ratelimit-remaining': '0',
    // The plugin adds a second.
    'x-ratelimit-reset': String(Math.floor(now / 1000) + seconds - 1),
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfter(headers: Headers, now: number): number | undefined {
  const said = String(headers['retry-after'] ?? '')
  if (/^\d+(?:\.\d+)?$/.test(said)) return bounded(Number(said))
  const date = /^[A-Z][a-z]{2},/.test(said) ? Date.parse(said) : Number.NaN
  return Number.isNaN(date) ? undefined : bounded((date - serverTime(headers, now)) / 1000)
}

function untilReset(headers: Headers, now: number): number {
  const reset = Number(headers['x-ratelimit-reset'])
  // A second more, to come after it.
  return reset > 0 ? bounded(reset - serverTime(headers, now) / 1000 + 1) : UNKNOWN_S
}

/** Times of the server are measured by its own clock, where it says what that shows. */
function serverTime(headers: Headers, now: number): number {
  const time = Date.parse(String(headers['date'] ?? ''))
  return Number.isNaN(time) ? now : time
}

function bounded(seconds: number): number {
  return Math.min(Math.max(1, Math.ceil(seconds)), LONGEST_S)
}
