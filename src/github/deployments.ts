import type { DeploymentIntent, DeploymentLog, LoggedDeployment } from '../domain/deployment-log.ts'
import { shortDigest } from '../domain/digest.ts'
import { isSameEnvironment } from '../domain/environment.ts'
import { GitHubError, messageOf } from '../domain/error.ts'
import type { Liveness } from '../domain/lock.ts'
import { isSuccess } from '../domain/order.ts'
import type { DeploymentRecord } from '../domain/record.ts'
import type { Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { type AutomaticDeployment, findAutomaticDeployment } from './check-run.ts'
import { DeploymentHistory, type HistoryOptions, type OwnDeployment } from './deployment-history.ts'
import { holderOf, payloadOf } from './deployment-payload.ts'
import { endingOf, shorten, type Standing } from './deployment-status.ts'
import { addStatus, createDeployment, type NewStatus } from './deployments-api.ts'

/** What the log on GitHub works with. */
export interface GitHubLogOptions extends HistoryOptions {
  readonly clock: Clock
  /** What this job has read of deployments so far; the log and the lock of a job share it. */
  readonly history?: DeploymentHistory
  /** The check run of this job, where the runner says it. */
  readonly checkRunId: number | undefined
  /** Where the environment can be looked at. */
  readonly environmentUrl?: string | undefined
  /** Whether somebody's job has ended. */
  readonly isOver: Liveness
}

/** A superseded deployment is behind few others: failures since, and what else there is in its environment. */
const MAX_SUPERSEDED = 20
const MAX_LOOKED = 300

/** The ends of fewer attempts are asked for one by one, because they tell why something does not count. */
const MANY_ATTEMPTS = 10

/**
 * The log of deployments as GitHub Deployments. What was known at the beginning is the payload, which nobody can change
 * afterwards; how it ended is the statuses. Times are GitHub's, so that the clocks of runners do not matter.
 */
export function createGitHubDeploymentLog(options: GitHubLogOptions): DeploymentLog {
  const { api, clock } = options
  const history = options.history ?? new DeploymentHistory(options)
  // A deployment that could not be announced is created when its failure is recorded: nothing is said twice.
  let known: AutomaticDeployment | null | undefined
  const own = new Set<number>()
  const create = async (
    intent: DeploymentIntent,
    reason: DeploymentRecord['reason'] = null,
  ): Promise<number> => {
    if (known === undefined) {
      known = await findAutomaticDeployment(api, options.checkRunId, options.log)
      if (known !== null) checkEnvironment(options.log, known.environment, intent.environment)
    }
    const automaticDeployment = known?.id ?? null
    const payload = payloadOf(intent, {
      checkRunId: options.checkRunId ?? null,
      automaticDeployment,
      ...(reason === null ? {} : { refused: { ...reason, message: shorten(reason.message) } }),
    })
    const what = intent.digest === null ? 'nothing' : shortDigest(intent.digest)
    const description = shorten(`${what} of commit ${intent.commit.slice(0, 12)}, ${intent.repository}`)
    const environment = await history.spelling(intent.environment)
    const created = await orAdvice(
      intent,
      async () => await createDeployment(api, clock, { payload, description, environment }),
    )
    history.identify(created.creator)
    own.add(created.id)
    return created.id
  }
  return {
    now: () => api.now(),
    open: async (_repository, intent) => ({ id: String(await create(intent)) }),
    append: async (repository, record, _subject, open) => {
      const refusal = record.state === 'refused' ? record.reason : null
      const id = open === undefined ? await create(record, refusal) : Number(open.id)
      const since = await sinceWhich(options, history, repository, record, id)
      await addStatus(api, clock, id, { ...endingOf(record, since), ...links(options, record) })
      if (record.state === 'success') await supersede(options, history, repository, record.environment, id)
      return String(id)
    },
    list: async function* (repository, environment, isOfInterest = () => true) {
      let since = Infinity
      for await (const deployment of history.listBelieved(repository, environment)) {
        if (deployment.id > since || !isOfInterest(deployment.payload)) continue
        const isOver = own.has(deployment.id) ? async () => false : options.isOver
        const standing = await history.standing(deployment)
        const logged = await endOf(deployment, standing, isOver)
        if (logged !== undefined) yield logged
        if (standing?.kind === 'ended') since = standing.since ?? since
      }
    },
  }
}

/** GitHub holds a job back for the environment that its workflow names, wherever it deploys to. */
function checkEnvironment(log: Log, named: string, deployed: string): void {
  if (isSameEnvironment(named, deployed)) return
  log.warning(
    `This job names the environment ${named} and deploys to ${deployed}, so that the protection rules of ${deployed} were not passed. Write environment: ${deployed} in the job.`,
  )
}

/** Where a status leads to. */
export function links(
  { checkRunId, environmentUrl }: Pick<GitHubLogOptions, 'checkRunId' | 'environmentUrl'>,
  { workflowRun }: Pick<DeploymentRecord, 'workflowRun'>,
): Pick<NewStatus, 'logUrl' | 'environmentUrl'> {
  const job = checkRunId === undefined ? '' : `/job/${checkRunId}`
  return { logUrl: workflowRun === null ? undefined : `${workflowRun.url}${job}`, environmentUrl }
}

/**
 * How a deployment has ended; undefined for one that has not, or is deleted. Whoever was killed while it was at work has
 * failed, and whoever wants to go back to what was there before must not have to wait until somebody writes that down.
 */
async function endOf(
  { id, payload }: OwnDeployment,
  standing: Standing | undefined,
  isOver: Liveness,
): Promise<LoggedDeployment | undefined> {
  if (standing?.kind === 'ended')
    return { record: standing.record, isActive: standing.isActive, id: String(id) }
  if (standing?.begun === undefined || !(await isOver(holderOf(payload)))) return undefined
  return { record: standing.begun, isActive: false, id: String(id) }
}

/**
 * After many attempts without success: the deployment before them, so that whoever comes later need not ask for the end
 * of each of them, as of the refusals of a job that is tried every ten minutes while a week of soaking goes by. After a
 * refusal that is the last one that was more than a refusal, after a failure the last success, whoever made it; 0 where
 * there is none. Only whoever had its turn knows that all of them have ended.
 */
async function sinceWhich(
  { log }: GitHubLogOptions,
  history: DeploymentHistory,
  repository: Repository,
  { environment, state, reason }: DeploymentRecord,
  id: number,
): Promise<number | undefined> {
  // A job that is cancelled has no time.
  if (state === 'success' || reason?.code === 'CANCELLED' || !history.hasBegun(id)) return undefined
  let asked = 0
  let since = id - 1
  try {
    for await (const other of history.list(repository, environment)) {
      if (other.id > since) continue
      const standing = await history.standing(other)
      if (standing?.kind === 'open') return undefined
      if (standing === undefined) continue
      const isEnough =
        standing.record.state === 'success' || (state === 'refused' && standing.record.state !== 'refused')
      if (isEnough) return asked < MANY_ATTEMPTS ? undefined : other.id
      asked += 1
      if (history.isBelieved(other)) since = standing.since ?? since
    }
  } catch (error) {
    log.debug(`How many attempts there were before is not known: ${messageOf(error)}`)
    return undefined
  }
  return asked < MANY_ATTEMPTS ? undefined : 0
}

/**
 * What this deployment has replaced is inactive from now on; where that was done before, all older ones are too. Only
 * the last success counts anyway, so that a failure here makes nothing wrong.
 */
async function supersede(
  options: GitHubLogOptions,
  history: DeploymentHistory,
  repository: Repository,
  environment: string,
  id: number,
): Promise<void> {
  const { api, clock, log } = options
  let looked = 0
  try {
    for await (const other of history.listBelieved(repository, environment, MAX_LOOKED)) {
      if (other.id >= id) continue
      looked += 1
      const standing = await history.standing(other)
      const hasSucceeded = standing?.kind === 'ended' && isSuccess(standing.record)
      if (hasSucceeded && !standing.isActive) return
      if (hasSucceeded)
        await addStatus(api, clock, other.id, {
          state: 'inactive',
          description: `Replaced by deployment ${id}`,
        })
      if (looked >= MAX_SUPERSEDED) return
    }
  } catch (error) {
    log.warning(`The deployments before ${id} could not be marked as inactive: ${messageOf(error)}`)
  }
}

/** A commit of another repository cannot be deployed here as far as GitHub is concerned. */
async function orAdvice<T>({ commit }: DeploymentIntent, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof GitHubError) || error.code !== 'GITHUB_REFUSED' || error.status !== 422)
      throw error
    throw new GitHubError('GITHUB_REFUSED', `${error.message} (commit ${commit})`, {
      status: error.status,
      cause: error,
      hint: 'A GitHub Deployment needs a commit of this repository. For images built elsewhere set records: registry.',
    })
  }
}
