import { ACTIONS_BOT } from '../accounts.ts'
import type { Actions, Conclusion, Job, Run } from './actions.ts'
import type { Deployment, Deployments } from '../deployments/deployments.ts'
import type { Urls } from '../urls.ts'

/** What a workflow says about a job. */
export interface JobOptions {
  readonly name?: string
  /** The id of the job and its check run; made up unless said. */
  readonly id?: number
  readonly environment?: {
    readonly name: string
    readonly url?: string
    /** `false` uses the environment without a deployment. */
    readonly deployment?: boolean
  }
}

/** Jobs as GitHub's service and runner play them. */
export class Jobs {
  readonly #actions: Actions
  readonly #deployments: Deployments
  readonly #urls: Urls
  readonly #environmentUrls = new Map<number, string>()

  constructor(actions: Actions, deployments: Deployments, urls: Urls) {
    this.#actions = actions
    this.#deployments = deployments
    this.#urls = urls
  }

  /** Starts a job; with an environment comes a deployment in the name of who started the run. */
  start(run: Run, { name = 'deploy', id, environment }: JobOptions = {}): Job {
    const job = this.#actions.startJob(run, name, id)
    if (environment === undefined || environment.deployment === false) return job
    const deployment = this.#deployments.add({
      sha: run.headSha,
      ref: run.headBranch ?? run.headSha,
      environment: environment.name,
      creator: run.actor,
      viaApp: true,
    })
    job.deploymentId = deployment.id
    if (environment.url !== undefined) this.#environmentUrls.set(job.id, environment.url)
    this.#deployments.addStatus(deployment, {
      state: 'in_progress',
      creator: ACTIONS_BOT,
      viaApp: true,
      logUrl: this.#logUrl(job),
    })
    return job
  }

  /** Ends a job and its deployment. */
  finish(job: Job, conclusion: Conclusion): void {
    this.#actions.finishJob(job, conclusion)
    const deployment = this.deploymentOf(job)
    if (deployment === undefined) return
    this.#deployments.addStatus(deployment, {
      state: conclusion === 'success' ? 'success' : 'failure',
      creator: ACTIONS_BOT,
      viaApp: true,
      logUrl: this.#logUrl(job),
      environmentUrl: this.#environmentUrls.get(job.id) ?? '',
      autoInactive: true,
    })
  }

  /** The deployment GitHub made for a job, if it did and nobody deleted it. */
  deploymentOf({ deploymentId }: Job): Deployment | undefined {
    return deploymentId === undefined ? undefined : this.#deployments.find(deploymentId)
  }

  #logUrl({ id, run }: Job): string {
    return this.#urls.page(`/actions/runs/${run.id}/job/${id}`)
  }
}
