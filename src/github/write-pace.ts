import type { Clock } from '../platform/clock.ts'

/** The part of a limiter group that the throttling plugin uses for writes. */
export interface WritePace {
  key(): { schedule(options: object, job: () => Promise<void>): Promise<void> }
}

/** A step writes a handful of things; what GitHub asks to be spread is a long series. */
const BURST = 5
const INTERVAL_MS = 1000

/**
 * GitHub's guidance for writes: one a second. The plugin would keep to it from the second write on, two seconds for
 * every build; here a short series goes through at once, and only what follows is spread.
 */
export function createWritePace(clock: Clock): WritePace {
  let nextFree = -Infinity
  let last = -Infinity
  const read = (): number => {
    const now = clock.now().getTime()
    // A clock that is set back would let the next write wait until it has caught up.
    if (now < last) nextFree -= last - now
    last = now
    return now
  }
  return {
    key: () => ({
      schedule: async (_options, job) => {
        const now = read()
        nextFree = Math.max(nextFree, now - BURST * INTERVAL_MS) + INTERVAL_MS
        if (nextFree > now) await clock.sleep(nextFree - now)
        read()
        await job()
      },
    }),
  }
}
