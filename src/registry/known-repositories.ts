import type { RegistryError } from '../domain/error.ts'
import type { Repository } from '../domain/reference.ts'
import { type Answer, isHtml } from './answers.ts'
import { apiPath } from './endpoint.ts'
import type { Call } from './session.ts'

/** What a registry lets this process do with a repository that it does not show; an error is as good as a no. */
export type Verdict = 'may-be-made' | 'not-writable' | RegistryError

/** What one process knows about which repositories of a registry exist. */
export class KnownRepositories {
  readonly #seen = new Set<string>()
  readonly #doubted = new Set<string>()
  readonly #verdicts = new Map<string, Promise<Verdict>>()

  /** Notes that reading a repository was denied: what is granted for it may change once it exists. */
  doubt(repository: Repository): void {
    this.#doubted.add(apiPath(repository))
  }

  /**
   * Learns from an answer: what was read or written is there, and from then on a denial is a denial.
   * @returns true when that ends a doubt.
   */
  learn({ method, url, grant }: Pick<Call, 'method' | 'url' | 'grant'>, answer: Answer): boolean {
    if (![200, 201, 204].includes(answer.status) || isHtml(answer)) return false
    // A blob that is found proves nothing: some registries show those of other repositories.
    const isRead = method === 'GET' && /\/(?:manifests|tags|referrers)\/[^/]+$/.test(url.pathname)
    const isWrite = method === 'PUT' || (method === 'POST' && answer.status === 201)
    const path = apiPath(grant.repository)
    if (isRead || isWrite) this.#seen.add(path)
    return this.#seen.has(path) && this.#doubted.delete(path)
  }

  /** True once something in the repository was read or written. */
  has(repository: Repository): boolean {
    return this.#seen.has(apiPath(repository))
  }

  /** True once there is a verdict on the repository, or about to be one. */
  isJudged(repository: Repository): boolean {
    return this.#verdicts.has(apiPath(repository))
  }

  /** The verdict on a repository, asked for once. */
  async verdict(repository: Repository, ask: () => Promise<Verdict>): Promise<Verdict> {
    const path = apiPath(repository)
    const known = this.#verdicts.get(path) ?? ask()
    this.#verdicts.set(path, known)
    return await known
  }
}
