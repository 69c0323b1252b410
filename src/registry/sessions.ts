import type { Repository } from '../domain/reference.ts'
import { endpointOf } from './endpoint.ts'
import { Session, type SessionOptions } from './session.ts'

/** The sessions of all registries of this process: tokens and connections are shared by everything. */
export class Sessions {
  readonly #options: Omit<SessionOptions, 'endpoint'> & { readonly insecure: readonly string[] }
  readonly #sessions = new Map<string, Session>()

  constructor(options: Omit<SessionOptions, 'endpoint'> & { readonly insecure: readonly string[] }) {
    this.#options = options
  }

  /** The session of a repository's registry. */
  of({ registry }: Repository): Session {
    const known = this.#sessions.get(registry)
    if (known !== undefined) return known
    const session = new Session({
      ...this.#options,
      endpoint: endpointOf(registry, this.#options.insecure),
    })
    this.#sessions.set(registry, session)
    return session
  }
}
