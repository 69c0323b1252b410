import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Fault } from './faults.ts'

/** One request on its way through the proxy. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly fault: Fault | undefined
  /** Aborted once the client is gone or the proxy stops: nothing is sent to the target after that. */
  readonly gone: AbortSignal
}

/** The client is gone; there is nobody to answer. */
export class GoneError extends Error {}

/** Waits; without a time until the client goes, which it throws then. */
export async function pause(milliseconds: number | undefined, gone: AbortSignal): Promise<void> {
  if (gone.aborted) throw new GoneError('the client is gone')
  await new Promise<void>((resolve, reject) => {
    const timer = milliseconds === undefined ? undefined : setTimeout(done, milliseconds)
    function done(): void {
      gone.removeEventListener('abort', leave)
      resolve()
    }
    function leave(): void {
      clearTimeout(timer)
      reject(new GoneError('the client is gone'))
    }
    gone.addEventListener('abort', leave, { once: true })
  })
}

/** Lets requests wait until others were answered. */
export class Turnstile {
  #passed = 0
  readonly #waiting = new Set<() => void>()

  /** One more request was answered. */
  pass(): void {
    this.#passed += 1
    for (const look of this.#waiting) look()
  }

  /** Waits until so many others were answered, but no longer than `ms`. */
  async wait(others: number, ms: number, gone: AbortSignal): Promise<void> {
    const goal = this.#passed + others
    const enough = new AbortController()
    const look = (): void => {
      if (this.#passed >= goal) enough.abort()
    }
    this.#waiting.add(look)
    try {
      await pause(ms, AbortSignal.any([gone, enough.signal]))
    } catch (error) {
      if (!(error instanceof GoneError) || gone.aborted) throw error
    } finally {
      this.#waiting.delete(look)
    }
  }
}
