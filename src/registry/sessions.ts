import type { Repository } from '../domain/reference.ts'
import { registryNames } from './credentials.ts'
import { endpointOf } from './endpoint.ts'
import { Session, type SessionOptions } from './session.ts'

export interface SessionsOptions extends Omit<SessionOptions, 'endpoint' | 'tokenHosts'> {
  readonly insecure: readonly string[]
  /** Token servers on other hosts that may see the credentials of a registry; by default none of any. */
  readonly tokenHosts: ReadonlyMap<string, readonly string[]> | undefined
}

/** The sessions of all registries of this process: tokens and connections are shared by everything. */
export class Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, Session>()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** The session of a repository's registry. */
  of({ registry }: Repository): Session {
    const known = this.#sessions.get(registry)
    if (known !== undefined) return known
    const session = new Session({
      ...this.#options,
      endpoint: endpointOf(registry, this.#options.insecure),
      tokenHosts: this.#tokenHostsOf(registry),
    })
    this.#sessions.set(registry, session)
    return session
  }

  #tokenHostsOf(registry: string): readonly string[] | undefined {
    const { tokenHosts } = this.#options
    if (tokenHosts === undefined) return []
    const name = registryNames(registry).find((it) => tokenHosts.has(it))
    return name === undefined ? undefined : tokenHosts.get(name)
  }
}
