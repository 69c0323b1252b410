import { RegistryError } from '../domain/error.ts'
import type { Clock } from '../platform/clock.ts'
import { type Answer, describeAnswer, failureOf, isTransientStatus, networkFailure } from './answers.ts'
import type { Deadline } from './deadline.ts'
import { parseHttpDate } from './http-date.ts'
import { NetworkError } from './network-error.ts'
import type { Method } from './transport.ts'

/** How often and how patiently a request is repeated. */
export interface RetryPolicy {
  /** Attempts in all. */
  readonly tries: number
  /** First and longest pause; the pause doubles and is drawn anew between zero and its length. */
  readonly baseMs: number
  readonly capMs: number
  /** The longest pause a server may ask for; a longer one fails at once. */
  readonly retryAfterCapMs: number
}

export const DEFAULT_RETRY: RetryPolicy = { tries: 5, baseMs: 500, capMs: 15_000, retryAfterCapMs: 60_000 }

/** The pause a server asks for, in milliseconds: seconds or an HTTP date; undefined when it names none. */
export function retryAfter(header: string | undefined, now: Date): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d{1,12}$/.test(text)) return Number(text) * 1000
  const time = parseHttpDate(text, now)
  return time === undefined ? undefined : Math.max(0, time - now.getTime())
}

/** One operation that may be repeated: what it asks, for messages, and what bounds it. */
export interface Repeatable {
  readonly method: Method
  readonly url: URL
  readonly policy: RetryPolicy
  readonly clock: Clock
  readonly deadline: Deadline
  /** Answers to repeat after, beside those with a transient status. */
  readonly isPassing?: (answer: Answer) => boolean
}

type Outcome = { readonly answer: Answer } | { readonly error: NetworkError }

/**
 * Repeats an attempt while it fails in a way that may pass. Other errors and other statuses come back at once;
 * a failure that does not pass is thrown as REGISTRY_UNAVAILABLE.
 */
export async function withRetries(
  operation: Repeatable,
  attempt: (tries: number) => Promise<Answer>,
): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    const outcome = await outcomeOf(attempt(tries))
    if ('answer' in outcome && !isTransient(operation, outcome.answer)) return outcome.answer
    const pause = pauseBefore(operation, tries, outcome)
    if (pause === undefined) throw exhausted(operation, tries, outcome)
    await operation.clock.sleep(pause)
  }
}

function isTransient({ isPassing }: Repeatable, answer: Answer): boolean {
  return isTransientStatus(answer.status) || isPassing?.(answer) === true
}

async function outcomeOf(attempt: Promise<Answer>): Promise<Outcome> {
  try {
    return { answer: await attempt }
  } catch (error) {
    if (error instanceof NetworkError) return { error }
    throw error
  }
}

/** Milliseconds until the next attempt; undefined when there is to be none. */
function pauseBefore(operation: Repeatable, tries: number, outcome: Outcome): number | undefined {
  const { policy, deadline, clock } = operation
  const asked =
    'answer' in outcome ? retryAfter(outcome.answer.headers['retry-after'], clock.now()) : undefined
  if (asked !== undefined && asked > policy.retryAfterCapMs) throw tooLong(outcome, asked)
  if (tries >= policy.tries || ('error' in outcome && !outcome.error.isTransient)) return undefined
  const pause = asked ?? Math.random() * Math.min(policy.capMs, policy.baseMs * 2 ** (tries - 1))
  if (pause < deadline.remaining) return pause
  if (asked !== undefined) throw tooLong(outcome, asked)
  return undefined
}

function tooLong(outcome: Outcome, asked: number): RegistryError {
  const said = 'answer' in outcome ? describeAnswer(outcome.answer) : ''
  const seconds = Math.ceil(asked / 1000)
  return new RegistryError('REGISTRY_UNAVAILABLE', `${said} · it asks to wait ${seconds} s`, {
    hint: `Run the job again after ${seconds} seconds; the limit is the registry’s.`,
    ...('answer' in outcome ? { status: outcome.answer.status } : {}),
  })
}

function exhausted(operation: Repeatable, tries: number, outcome: Outcome): RegistryError {
  if ('error' in outcome) return networkFailure(operation.method, operation.url, outcome.error, tries)
  return failureOf(outcome.answer, tries > 1 ? `after ${tries} tries` : undefined)
}
