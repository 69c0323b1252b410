import { drawConnectionFault, drawFault, type Drawn, FAULT_KINDS } from './draw.ts'
import type { ConnectionFault, Fault, FaultKind } from './faults.ts'
import { createRandom } from './random.ts'

/** One request as faults are chosen for it. */
export interface Subject {
  readonly method: string
  /** Without the query. */
  readonly path: string
}

/** A fault for chosen requests. */
export interface FaultRule {
  readonly fault: Fault | ConnectionFault
  readonly method?: string
  readonly path?: RegExp
  /** Only from the nth request (or connection) that matches on, counted from 0. */
  readonly from?: number
  /** How many of them; without it one. */
  readonly times?: number
}

/** Faults at random. The same seed and the same requests give the same faults. */
export interface FaultLottery {
  readonly seed: string | number
  /** Of every request, from 0 to 1. */
  readonly probability: number
  /** Of every new connection, from 0 to 1; 0 where it is left out. */
  readonly connectionProbability?: number
  /** All there are where it is left out. */
  readonly kinds?: readonly FaultKind[]
  /** False leaves the request in peace. */
  readonly permits?: (fault: Fault, subject: Subject) => boolean
  readonly elsewhere?: readonly string[]
  readonly longestMs?: number
}

/** What goes wrong: rules first, then luck. */
export interface FaultPlan {
  readonly rules?: readonly FaultRule[]
  readonly lottery?: FaultLottery
}

/** Decides request by request. */
export interface Chooser {
  forRequest(subject: Subject): Fault | undefined
  forConnection(): ConnectionFault | undefined
}

/** Upload sessions have a new name every time; they count as one, so that a seed means the same again. */
export function keyOf({ method, path }: Subject): string {
  return `${method} ${path.replace(/(\/blobs\/uploads\/)[^/]+$/u, '$1*')}`
}

/** Counts how often something was asked, from 0. */
function counter(): (key: string) => number {
  const counts = new Map<string, number>()
  return (key) => {
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    return count
  }
}

function isConnectionFault(fault: Fault | ConnectionFault): fault is ConnectionFault {
  return fault.kind === 'drop-connection'
}

/**
 * Makes the decisions of a plan. Every request draws from a generator of its own, named by the seed, the request
 * and how often it came: requests at the same time may overtake each other without changing what is drawn.
 */
export function createChooser({ rules = [], lottery }: FaultPlan): Chooser {
  const asked = counter()
  const matched = counter()
  const storms = new Map<string, { readonly fault: Fault; left: number }>()

  const applies = (rule: FaultRule, index: number): boolean => {
    const count = matched(String(index)) - (rule.from ?? 0)
    return count >= 0 && count < (rule.times ?? 1)
  }
  const byRule = (subject: Subject): Fault | undefined => {
    const found = rules.find(({ fault, method, path }, index) => {
      if (isConnectionFault(fault)) return false
      if (method !== undefined && method !== subject.method) return false
      if (path !== undefined && !path.test(subject.path)) return false
      return applies(rules[index] as FaultRule, index)
    })
    return found?.fault as Fault | undefined
  }
  const drawn = (chances: FaultLottery, key: string, nth: number): Drawn | undefined => {
    const random = createRandom(`${chances.seed} ${key} ${nth}`)
    if (!random.chance(chances.probability)) return undefined
    const options = { elsewhere: chances.elsewhere ?? [], longestMs: chances.longestMs ?? 50 }
    return drawFault(random, chances.kinds ?? FAULT_KINDS, options)
  }
  const byLuck = (chances: FaultLottery, subject: Subject): Fault | undefined => {
    const key = keyOf(subject)
    const nth = asked(key)
    const storm = storms.get(key)
    if (storm !== undefined && storm.left > 0) {
      storm.left -= 1
      return storm.fault
    }
    const found = drawn(chances, key, nth)
    if (found === undefined || chances.permits?.(found.fault, subject) === false) return undefined
    storms.set(key, { fault: found.fault, left: found.times - 1 })
    return found.fault
  }
  return {
    forRequest: (subject) =>
      byRule(subject) ?? (lottery === undefined ? undefined : byLuck(lottery, subject)),
    forConnection: () => {
      const rule = rules.find(({ fault }, index) => {
        return isConnectionFault(fault) && applies(rules[index] as FaultRule, index)
      })
      if (rule !== undefined) return rule.fault as ConnectionFault
      if (lottery?.connectionProbability === undefined) return undefined
      const random = createRandom(`${lottery.seed} connection ${asked('connection')}`)
      return random.chance(lottery.connectionProbability) ? drawConnectionFault(random) : undefined
    },
  }
}
