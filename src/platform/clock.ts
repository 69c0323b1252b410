import { setTimeout as sleep } from 'node:timers/promises'

/** Time, as a port: the verbs never ask the system themselves. */
export interface Clock {
  now(): Date
  /** Waits; milliseconds. Fails with the reason of the signal when that is aborted meanwhile. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    try {
      await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
    } catch (error) {
      throw signal?.aborted === true ? signal.reason : error
    }
  },
}
