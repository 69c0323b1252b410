import { createRandom, type Random } from '../faults/random.ts'
import type { Json } from './description/extract.ts'
import type { OperationId } from './operations.ts'
import type { World } from './world.ts'

/** When a fault strikes: before the request takes effect, or after, so that its answer is lost. */
export type Moment = 'after' | 'before'

/** Something that goes wrong with a request. */
export type Fault =
  /** Another answer than the right one. A text body is sent as it is, anything else as JSON. */
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly body?: Json
      readonly headers?: Readonly<Record<string, string>>
      readonly when?: Moment
    }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly when?: Moment }
  /** No answer ever comes. */
  | { readonly kind: 'hang'; readonly when?: Moment }
  | { readonly kind: 'delay'; readonly ms: number; readonly when?: Moment }
  /** The right answer, cut off in the middle, in a response that is complete. */
  | { readonly kind: 'malformed-json' }
  /** The right answer as far as its middle: then the connection is reset, or nothing more ever comes. */
  | { readonly kind: 'truncated'; readonly end: 'hang' | 'reset' }
  /** A page for people. */
  | { readonly kind: 'html'; readonly status?: number; readonly when?: Moment }
  /** The secondary rate limit; the request is not carried out. */
  | { readonly kind: 'secondary-limit'; readonly status?: 403 | 429; readonly retryAfter?: number }
  /** The primary rate limit; the request is not carried out. */
  | { readonly kind: 'primary-limit'; readonly status?: 403 | 429; readonly resetIn?: number }
  /** Lists that are newest first lag behind: so many of the newest entries are missing. */
  | { readonly kind: 'stale'; readonly newest: number }
  /** Somebody else is faster: this happens just before the request does. */
  | { readonly kind: 'overtake'; readonly act: (world: World) => void }

/** A fault for chosen requests. */
export interface FaultRule {
  readonly fault: Fault
  readonly operation?: OperationId
  readonly method?: string
  /** Of the path without the query, as sent. */
  readonly path?: RegExp
  /** Only from the nth request that matches on, counted from 0. */
  readonly from?: number
  /** How many of them; without it one. */
  readonly times?: number
  /** Strikes only this share of them, from 0 to 1: which ones the seed says, and their order. */
  readonly storm?: { readonly seed: number | string; readonly share: number }
}

/** A request as faults are chosen for it. */
export interface Subject {
  readonly operation: OperationId | undefined
  readonly method: string
  readonly path: string
}

/** The faults that are set up. */
export interface Faults {
  add(...rules: readonly FaultRule[]): void
  clear(): void
  /** Rules that have not struck as often as they should: a test with one of these left tested nothing. */
  readonly unspent: readonly FaultRule[]
  /** What goes wrong with this request, in the order the rules were added. */
  choose(subject: Subject): readonly Fault[]
}

interface Armed {
  readonly rule: FaultRule
  readonly random: Random
  seen: number
  struck: number
}

function matches(rule: FaultRule, { operation, method, path }: Subject): boolean {
  if (rule.operation !== undefined && rule.operation !== operation) return false
  if (rule.method !== undefined && rule.method !== method) return false
  return rule.path?.test(path) !== false
}

/** Makes a sandbox's faults: none at first. */
export function createFaults(): Faults {
  let armed: Armed[] = []
  return {
    add(...rules) {
      armed.push(
        ...rules.map((rule) => ({ rule, random: createRandom(rule.storm?.seed ?? 0), seen: 0, struck: 0 })),
      )
    },
    clear() {
      armed = []
    },
    get unspent() {
      const due = armed.filter(({ rule, struck }) => struck < (rule.times ?? 1))
      return due.filter(({ rule, struck }) => rule.times !== Infinity || struck === 0).map(({ rule }) => rule)
    },
    choose: (subject) =>
      armed.flatMap((one) => {
        if (!matches(one.rule, subject)) return []
        one.seen += 1
        if (one.seen <= (one.rule.from ?? 0) || one.struck >= (one.rule.times ?? 1)) return []
        if (one.rule.storm !== undefined && !one.random.chance(one.rule.storm.share)) return []
        one.struck += 1
        return [one.rule.fault]
      }),
  }
}

/** The fault that stands for a request, of those that can strike at a moment. */
export function momentOf(fault: Fault): Moment {
  switch (fault.kind) {
    case 'answer':
    case 'delay':
    case 'hang':
    case 'html':
    case 'reset':
      return fault.when ?? 'before'
    case 'malformed-json':
    case 'truncated':
      return 'after'
    case 'overtake':
    case 'primary-limit':
    case 'secondary-limit':
    case 'stale':
      return 'before'
    default:
      return fault satisfies never
  }
}
