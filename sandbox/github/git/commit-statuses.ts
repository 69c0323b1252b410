import type { Account } from '../accounts.ts'
import { accountOf, presentAccount } from '../accounts.ts'
import { created, notFound, ok, unprocessable } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { nodeId, requiredText, textOf, timeText } from '../fields.ts'
import { cutPage } from '../http/paging.ts'
import { presentMinimalRepository } from '../repository.ts'
import type { World } from '../world.ts'

/** One status of a commit. */
export interface CommitStatus {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: string
  readonly description: string | null
  readonly targetUrl: string | null
  readonly creator: Account
  readonly createdAt: Date
}

type NewStatus = Omit<CommitStatus, 'createdAt' | 'id'>

/** The statuses of all commits. */
export class CommitStatuses {
  readonly #now: () => Date
  readonly #statuses: CommitStatus[] = []

  constructor(now: () => Date) {
    this.#now = now
  }

  add(status: NewStatus): CommitStatus {
    const added = { ...status, id: 29_000_000 + this.#statuses.length, createdAt: this.#now() }
    this.#statuses.push(added)
    return added
  }

  /** The newest status of each context. */
  current(sha: string): readonly CommitStatus[] {
    const own = this.#statuses.filter((status) => status.sha === sha)
    return [...new Map(own.map((status) => [status.context, status])).values()]
  }
}

/** A status as the combined one lists it, without who set it. */
function presentStatus({ urls }: World, status: CommitStatus): JsonObject {
  const time = timeText(status.createdAt)
  return {
    url: urls.repository(`/statuses/${status.sha}`),
    avatar_url: presentAccount(status.creator, urls)['avatar_url'] ?? null,
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: time,
    updated_at: time,
  }
}

/** Adds a status to a commit. */
export const createCommitStatus: Handler = (world, exchange) => {
  const sha = parameterOf(exchange, 'sha')
  if (world.git.objects.commit(sha) === undefined) throw unprocessable(`No commit found for SHA: ${sha}`)
  const status = world.statuses.add({
    sha,
    context: textOf(exchange.body, 'context') ?? 'default',
    state: requiredText(exchange.body, 'state'),
    description: textOf(exchange.body, 'description') ?? null,
    targetUrl: textOf(exchange.body, 'target_url') ?? null,
    creator: accountOf(exchange.caller, world.repository.owner),
  })
  return created({ ...presentStatus(world, status), creator: presentAccount(status.creator, world.urls) })
}

function combine(states: readonly string[]): string {
  if (states.some((state) => ['error', 'failure'].includes(state))) return 'failure'
  return states.length > 0 && states.every((state) => state === 'success') ? 'success' : 'pending'
}

/** Shows the newest status of each context, and what they amount to. */
export const getCombinedStatus: Handler = (world, exchange) => {
  const commit = world.git.resolve(parameterOf(exchange, 'ref'))
  if (commit === undefined) throw notFound()
  const current = world.statuses.current(commit.sha)
  const { entries, headers } = cutPage(exchange, current)
  const url = world.urls.repository(`/commits/${commit.sha}`)
  const body = {
    state: combine(current.map(({ state }) => state)),
    statuses: entries.map((status) => presentStatus(world, status)),
    sha: commit.sha,
    total_count: current.length,
    repository: presentMinimalRepository(world),
    commit_url: url,
    url: `${url}/status`,
  }
  return ok(body, headers)
}
