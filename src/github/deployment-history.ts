import { isSameEnvironment } from '../domain/environment.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'
import { type DeploymentPayload, readPayload } from './deployment-payload.ts'
import {
  type Circumstances,
  type Creator,
  type Standing,
  standingOf,
  standingOfRefused,
} from './deployment-status.ts'
import { type ListedDeployment, listDeployments, PAGE, readStatuses } from './deployments-api.ts'

/** A deployment of ours. */
export interface OwnDeployment extends Circumstances {
  readonly id: number
  readonly payload: DeploymentPayload
}

/** What the history works with. */
export interface HistoryOptions {
  readonly api: GitHubApi
  readonly log: Log
  /** Logins whose deployments count beside those of this job's token. */
  readonly deployers?: readonly string[] | undefined
  /** What GitHub calls an environment. */
  readonly spelling?: (environment: string) => Promise<string>
  /** More deployments of an environment than that are not looked at. */
  readonly maxDeployments?: number
}

/** A tenth of what GitHub lets all jobs of a repository ask in an hour. */
const MAX_DEPLOYMENTS = 10_000

const MAX_WARNINGS = 5

interface Entry {
  readonly id: number
  /** Undefined for what is not ours. */
  readonly own: OwnDeployment | undefined
}

/** As much of the list of an environment as was needed so far, newest first. */
interface Known {
  entries: Entry[]
  isComplete: boolean
}

/**
 * The deployments of environments, as one job reads them several times: for its turn, for the order of environments,
 * and to end what it has replaced. Most are not ours, and there may be thousands. So each page is read once, and later
 * on only the newest, as far as it is new; what has ended without success is asked once.
 */
export class DeploymentHistory {
  readonly #options: HistoryOptions
  readonly #known = new Map<string, Known>()
  readonly #over = new Map<number, Standing>()
  readonly #told = new Set<string>()
  readonly #turns = new Set<number>()
  #self: Creator

  constructor(options: HistoryOptions) {
    this.#options = options
  }

  /** What GitHub calls an environment; as it was asked for, where nobody can say. */
  async spelling(environment: string): Promise<string> {
    return (await this.#options.spelling?.(environment)) ?? environment
  }

  /** Says who this job is: whoever its own deployment was made by. */
  identify(creator: Creator): void {
    this.#self = creator
  }

  /** Says that it is the turn of one of this job's deployments. */
  begin(id: number): void {
    this.#turns.add(id)
  }

  /** Whether it was the turn of one of this job's deployments. */
  hasBegun(id: number): boolean {
    return this.#turns.has(id)
  }

  /**
   * Whether deployments of an account count. Only those of this job's own, as far as it is known, and of the accounts
   * that were named: others may be allowed to write deployments and nothing else.
   */
  isBelieved({ creator }: OwnDeployment): boolean {
    const login = creator?.login.toLowerCase()
    const isNamed = (this.#options.deployers ?? []).some((name) => name.toLowerCase() === login)
    const self = this.#self
    return self === undefined || self === null || creator?.id === self.id || isNamed
  }

  /**
   * Our deployments of an image to an environment, newest first, whoever made them.
   * @param atMost how many deployments to look at, for what need not be complete.
   */
  async *list(repository: Repository, environment: string, atMost = Infinity): AsyncGenerator<OwnDeployment> {
    const image = formatRepository(repository)
    const { maxDeployments = MAX_DEPLOYMENTS } = this.#options
    let looked = 0
    for await (const { own } of this.#entries(environment)) {
      if (own?.payload.repository === image && isSameEnvironment(own.payload.environment, environment))
        yield own
      looked += 1
      if (looked >= atMost) return
      if (looked < maxDeployments) continue
      this.#tell(
        'notice',
        `Only the newest ${maxDeployments} deployments to ${environment} were looked at. What was deployed before them counts as never deployed.`,
      )
      return
    }
  }

  /** The same, but only those that count; a warning says whose do not. */
  async *listBelieved(
    repository: Repository,
    environment: string,
    atMost?: number,
  ): AsyncGenerator<OwnDeployment> {
    for await (const deployment of this.list(repository, environment, atMost)) {
      if (this.isBelieved(deployment)) yield deployment
      else {
        const login = deployment.creator?.login ?? 'nobody'
        this.#tell(
          'warning',
          `Deployments to ${environment} that ${login} made do not count, because this job's are made by ${this.#self?.login}. If it is one of yours, add it to the input deployers.`,
        )
      }
    }
  }

  /** How a deployment stands; undefined once it is deleted. */
  async standing(deployment: OwnDeployment): Promise<Standing | undefined> {
    const { payload, createdAt } = deployment
    if (payload.refused !== undefined) return standingOfRefused(payload, payload.refused, createdAt)
    const over = this.#over.get(deployment.id)
    if (over !== undefined) return over
    const statuses = await readStatuses(this.#options.api, deployment)
    if (statuses === undefined) return undefined
    const standing = standingOf(payload, statuses, deployment)
    if (standing.kind === 'ended' && !standing.isActive) this.#over.set(deployment.id, standing)
    return standing
  }

  async *#entries(asked: string): AsyncGenerator<Entry> {
    const environment = await this.spelling(asked)
    const known = this.#known.get(environment) ?? { entries: [], isComplete: false }
    this.#known.set(environment, known)
    if (known.entries.length > 0 || known.isComplete) {
      await this.#refresh(environment, known)
      yield* known.entries
    }
    if (known.isComplete) return
    const seen = new Set(known.entries.map(({ id }) => id))
    for await (const entry of this.#rest(environment, known.entries)) {
      if (seen.has(entry.id)) continue
      seen.add(entry.id)
      known.entries.push(entry)
      yield entry
    }
    known.isComplete = true
  }

  /**
   * Reads what is new. A deployment may become visible after another that was made later, so that the newest page is
   * always read whole.
   */
  async #refresh(environment: string, known: Known): Promise<void> {
    const ids = new Set(known.entries.map(({ id }) => id))
    const head = new Map<number, Entry>()
    let isJoined = false
    for await (const entry of this.#pages(environment)) {
      head.set(entry.id, entry)
      isJoined ||= ids.has(entry.id)
      if (isJoined && head.size % PAGE === 0) break
    }
    const oldest = Math.min(...head.keys())
    known.entries = [...head.values(), ...known.entries.filter(({ id }) => id < oldest)]
  }

  /** What follows the last known entry; entries that were deleted meanwhile moved it to an earlier page. */
  async *#rest(environment: string, known: readonly Entry[]): AsyncGenerator<Entry> {
    const last = known.at(-1)
    for (let page = Math.max(1, Math.ceil(known.length / PAGE)); ; page -= 1) {
      let isJoined = page === 1 || last === undefined
      for await (const entry of this.#pages(environment, page)) {
        isJoined ||= entry.id >= (last?.id ?? 0)
        if (!isJoined) break
        yield entry
      }
      if (isJoined) return
    }
  }

  async *#pages(environment: string, page = 1): AsyncGenerator<Entry> {
    for await (const deployment of listDeployments(this.#options.api, environment, page))
      yield { id: deployment.id, own: this.#read(deployment) }
  }

  #read(deployment: ListedDeployment): OwnDeployment | undefined {
    const { id, sha, created_at: createdAt, creator } = deployment
    const read = readPayload(deployment.payload)
    if (read.kind === 'foreign') return undefined
    if (read.kind === 'ours' && read.payload.commit === sha)
      return { id, payload: read.payload, createdAt, creator }
    const why =
      read.kind === 'broken'
        ? `it holds no record that can be read: ${read.why}`
        : `it is of commit ${sha}, and its record is that of another, ${read.payload.commit}`
    this.#tell('warning', `Passed over deployment ${id}: ${why}`)
    return undefined
  }

  #tell(level: 'notice' | 'warning', message: string): void {
    if (this.#told.has(message)) return
    this.#told.add(message)
    if (this.#told.size <= MAX_WARNINGS) this.#options.log[level](message)
    else this.#options.log.debug(message)
  }
}
