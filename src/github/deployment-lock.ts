import { type DeploymentLock, isKnownToBeOver, locked, type LockRequest, waitingFor } from '../domain/lock.ts'
import { messageOf } from '../domain/error.ts'
import { DeploymentHistory, type OwnDeployment } from './deployment-history.ts'
import { holderOf } from './deployment-payload.ts'
import { addStatus } from './deployments-api.ts'
import { type GitHubLogOptions, links } from './deployments.ts'

/** Times of the lock, in milliseconds. */
export interface TurnTimes {
  /** Until a deployment that was just created is in everybody's list. */
  readonly settleMs: number
  /** The pause between two looks at whoever is before us: a short turn should not keep the next one waiting for long. */
  readonly pollMs: number
  /** After so long nothing is about to happen any more, and the pauses are longer. */
  readonly patienceMs: number
  readonly slowPollMs: number
  /** What is no job of GitHub's has ended by then. */
  readonly longestMs: number
  /** So long may a job take on a runner of one's own; longer ones GitHub ends. */
  readonly longestJobMs: number
}

const TIMES: TurnTimes = {
  settleMs: 2_000,
  pollMs: 5_000,
  patienceMs: 120_000,
  slowPollMs: 15_000,
  longestMs: 6 * 3_600_000,
  longestJobMs: 5 * 86_400_000,
}

/** What the lock on GitHub works with. */
export interface GitHubLockOptions extends GitHubLogOptions {
  readonly times?: Partial<TurnTimes>
}

type Waiting = GitHubLockOptions & { readonly history: DeploymentHistory }

interface Blocker {
  readonly deployment: OwnDeployment
  readonly since: string
}

/**
 * The order of deployments is the order of turns, as at a bakery: GitHub numbers them, so whoever is announced waits for
 * all that were announced before and have not ended. Those whose job has ended without saying so are ended here.
 */
export function createGitHubLock(options: GitHubLockOptions): DeploymentLock {
  const times = { ...TIMES, ...options.times }
  const history = options.history ?? new DeploymentHistory(options)
  return {
    acquire: async (request) => {
      const own = Number(request.open?.id ?? Number.NaN)
      if (!Number.isSafeInteger(own)) throw new TypeError('a turn needs a deployment that was announced')
      await waitForTurn({ ...options, history }, times, request, own)
      request.cancelled?.throwIfAborted()
      // How it ended is the next status; until then others wait.
      await addStatus(options.api, options.clock, own, {
        state: 'in_progress',
        description: '',
        ...links(options, request.holder),
      })
      history.begin(own)
      return { release: async () => {} }
    },
  }
}

async function waitForTurn(
  options: Waiting,
  times: TurnTimes,
  request: LockRequest,
  own: number,
): Promise<void> {
  const { clock, log } = options
  const end = clock.now().getTime() + request.timeoutMs
  let isQueued = false
  for (let clear = 0; ; ) {
    request.cancelled?.throwIfAborted()
    const blocker = await findBlocker(options, times, request, own)
    clear = blocker === undefined ? clear + 1 : 0
    // What was created at the same moment may not have been in the first list.
    if (clear >= 2) return
    if (blocker === undefined) {
      await clock.sleep(times.settleMs, request.cancelled)
      continue
    }
    const holder = holderOf(blocker.deployment.payload)
    if (end <= clock.now().getTime()) throw locked(request, holder, blocker.since)
    if (!isQueued) {
      log.info(waitingFor(holder, blocker.since))
      await sayQueued(options, request, own, blocker)
    }
    isQueued = true
    await waitFor(options, times, request, { blocker, end })
  }
}

async function sayQueued(
  options: Waiting,
  { holder }: LockRequest,
  own: number,
  { deployment }: Blocker,
): Promise<void> {
  const description = `Waits for deployment ${deployment.id}`
  await addStatus(options.api, options.clock, own, {
    state: 'queued',
    description,
    ...links(options, holder),
  })
}

/** Until one deployment has ended, or the time is over: with one request now and then, which all jobs have few of. */
async function waitFor(
  options: Waiting,
  times: TurnTimes,
  request: LockRequest,
  { blocker, end }: { readonly blocker: Blocker; readonly end: number },
): Promise<void> {
  const { clock, history } = options
  const now = (): number => clock.now().getTime()
  let since = now()
  for (let hadTurn = false; ; ) {
    const left = end - now()
    if (left <= 0) return
    const pause = now() - since < times.patienceMs ? times.pollMs : times.slowPollMs
    await clock.sleep(Math.max(1, Math.min(pause, left)), request.cancelled)
    const standing = await history.standing(blocker.deployment)
    if (standing?.kind !== 'open') return
    const hasTurn = standing.begun !== undefined
    if (hasTurn && !hadTurn) since = now()
    hadTurn = hasTurn
    if (await hasEnded(options, times, request, blocker)) return
  }
}

/**
 * The newest deployment before ours that has not ended. One that had its turn had waited for all before it, so nothing
 * older needs to be looked at.
 */
async function findBlocker(
  options: Waiting,
  times: TurnTimes,
  request: LockRequest,
  own: number,
): Promise<Blocker | undefined> {
  for await (const deployment of options.history.list(request.repository, request.environment)) {
    if (deployment.id >= own) continue
    const standing = await options.history.standing(deployment)
    if (standing === undefined) continue
    if (standing.kind === 'ended') {
      const isAfterAll = standing.hadTurn || standing.record.state === 'success'
      if (isAfterAll && options.history.isBelieved(deployment)) return undefined
      continue
    }
    const blocker = { deployment, since: standing.since }
    if (!(await hasEnded(options, times, request, blocker))) return blocker
    await endInstead(options, blocker)
  }
  return undefined
}

async function hasEnded(
  { isOver, api }: GitHubLockOptions,
  times: TurnTimes,
  { holder: self }: LockRequest,
  { deployment, since }: Blocker,
): Promise<boolean> {
  const holder = holderOf(deployment.payload)
  // A request that was repeated although it had been carried out.
  if (holder.id === self.id) return true
  if (isKnownToBeOver(holder, self) || (await isOver(holder))) return true
  const age = api.now().getTime() - Date.parse(since)
  return age >= (holder.workflowRun === null ? times.longestMs : times.longestJobMs)
}

async function endInstead(
  { api, clock, log }: GitHubLockOptions,
  { deployment: { id, payload } }: Blocker,
): Promise<void> {
  const url = payload.workflowRun?.url ?? payload.actor
  log.notice(`Deployment ${id} of ${url} did not end properly; it is marked as an error.`)
  try {
    await addStatus(api, clock, id, { state: 'error', description: `Abandoned: ${url} has ended` })
  } catch (error) {
    // Others who wait do the same, and the next one will.
    log.debug(`Deployment ${id} could not be marked: ${messageOf(error)}`)
  }
}
