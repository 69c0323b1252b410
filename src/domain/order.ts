import type { Finding } from './agreement.ts'
import type { Relation } from './ancestry.ts'
import type { Commit } from './commit.ts'
import type { LoggedDeployment } from './deployment-log.ts'
import type { Digest } from './digest.ts'
import { formatDuration } from './duration.ts'
import type { DeploymentRecord } from './record.ts'

/** A deployment that succeeded. */
export type Success = DeploymentRecord & { readonly state: 'success'; readonly digest: Digest }

/** How many attempts are kept to explain why something does not count. */
const KEPT_ATTEMPTS = 20

/** What an environment runs, as far as its log says. */
export interface Standing {
  /** The last success, while the log calls it active. */
  readonly current: Success | undefined
  /** The last success, active or not. */
  readonly last: Success | undefined
  /** Attempts since then, newest first, none of which counts. */
  readonly attempts: readonly DeploymentRecord[]
}

/** True for a deployment that succeeded, whether or not it is still there. */
export function isSuccess(record: DeploymentRecord): record is Success {
  return record.state === 'success' && record.digest !== null
}

/**
 * What counts is the last success and nothing else. Failures, refusals and what was rolled back since then did
 * not replace it. Where it is inactive, nothing counts: what it replaced does not come back by itself.
 */
export async function readStanding(history: AsyncIterable<LoggedDeployment>): Promise<Standing> {
  const attempts: DeploymentRecord[] = []
  for await (const { record, isActive } of history) {
    if (isSuccess(record)) return { current: isActive ? record : undefined, last: record, attempts }
    if (attempts.length < KEPT_ATTEMPTS) attempts.push(record)
  }
  return { current: undefined, last: undefined, attempts }
}

/** What has to be somewhere before it may go on. */
export interface OrderQuestion {
  /** Where it has to be. */
  readonly environment: string
  readonly standing: Standing
  readonly digest: Digest
  /** True for every digest that names the same artifact. */
  readonly isSame: (digest: Digest) => boolean
  readonly soakMs: number
  readonly now: Date
}

/** What came of the question; the note says it in a few words, whichever it is. */
export interface OrderAnswer {
  readonly environment: string
  readonly finding: Finding | undefined
  readonly note: string
}

/** Whether this digest is what an environment runs, and has been for long enough. */
export function judgeOrder(question: OrderQuestion): OrderAnswer {
  const { environment, standing, digest, isSame, soakMs, now } = question
  const { current } = standing
  if (current === undefined || !isSame(current.digest)) {
    const expected = `${environment} does not run this digest · expected a successful deployment of ${digest} that is still current`
    const message = `${expected}, got ${found(question)}`
    return { environment, finding: { code: 'OUT_OF_ORDER', message }, note: 'does not run this digest' }
  }
  const since = Date.parse(current.finishedAt)
  const ran = now.getTime() - since
  const note = `runs this digest since ${current.finishedAt}`
  if (soakMs === 0 || ran >= soakMs) return { environment, finding: undefined, note }
  const until = new Date(since + soakMs).toISOString()
  const message = `${environment} runs this digest for too short a time · expected ${formatDuration(soakMs)}, got ${formatDuration(ran)} (since ${current.finishedAt}); it will do at ${until}`
  return { environment, finding: { code: 'SOAKING', message }, note: `${note}, soaks until ${until}` }
}

function found({ standing, isSame, environment }: OrderQuestion): string {
  const { current, last, attempts } = standing
  const attempt = attempts.find((record) => record.digest !== null && isSame(record.digest))
  const tried = attempt === undefined ? '' : `; ${describeAttempt(attempt)}`
  if (current !== undefined)
    return `${current.digest} of commit ${current.commit}, since ${current.finishedAt}${tried}`
  if (last === undefined) return `none: nothing was deployed to ${environment} with success${tried}`
  const same = isSame(last.digest) ? 'this digest' : last.digest
  return `none: the last success, of ${same} at ${last.finishedAt}, is no longer active${tried}`
}

const ATTEMPTS = {
  failure: 'failed',
  refused: 'was refused',
  'rolled-back': 'was rolled back',
  success: 'succeeded',
} as const satisfies Record<DeploymentRecord['state'], string>

function describeAttempt({ state, reason, finishedAt }: DeploymentRecord): string {
  const why = reason === null ? '' : ` (${reason.code})`
  return `the last attempt with this digest ${ATTEMPTS[state]} at ${finishedAt}${why}`
}

/** A commit that is about to replace another. */
export interface AgeQuestion {
  readonly environment: string
  readonly current: Success
  readonly commit: Commit
  readonly relation: Relation
  /** When the same artifact was there before the current one; undefined where the log does not say so. */
  readonly replacedAt: string | undefined
}

/**
 * Whether a commit is older than the one it would replace. Another line of history is not older. Where nobody knows
 * the history, the log of the environment decides: what was replaced there is older than what replaced it.
 */
export function judgeAge(question: AgeQuestion): Finding | undefined {
  const { environment, current, commit, relation, replacedAt } = question
  const isOlder = relation === 'behind' || (relation === 'unknown' && replacedAt !== undefined)
  if (!isOlder) return undefined
  const how =
    relation === 'behind' ? 'it is an ancestor' : `${environment} ran it at ${replacedAt} and moved on`
  return {
    code: 'OUTDATED',
    message: `commit ${commit} is older than what ${environment} runs (${how}) · expected ${current.commit} or a commit after it, deployed at ${current.finishedAt}`,
  }
}
