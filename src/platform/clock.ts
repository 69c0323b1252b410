import { setTimeout as sleep } from 'node:timers/promises'

/** Time, as a port: the verbs never ask the system themselves. */
export interface Clock {
  now(): Date
  /** Waits; milliseconds. */
  sleep(milliseconds: number): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds) => {
    await sleep(milliseconds)
  },
}
