import type { Account } from '../accounts.ts'
import { DEVELOPER } from '../accounts.ts'

/** How a job or a run ends. */
export type Conclusion = 'cancelled' | 'failure' | 'skipped' | 'success'

/** One attempt of a workflow run. */
export interface Run {
  readonly id: number
  readonly attempt: number
  readonly number: number
  readonly name: string
  readonly path: string
  readonly event: string
  readonly headBranch: string | null
  readonly headSha: string
  readonly actor: Account
  readonly startedAt: Date
  readonly createdAt: Date
  updatedAt: Date
  conclusion: Conclusion | null
}

/** A job of a run. Its id is also the id of its check run. */
export interface Job {
  readonly id: number
  readonly run: Run
  readonly name: string
  readonly startedAt: Date
  completedAt: Date | null
  conclusion: Conclusion | null
  /** The deployment GitHub made for the job's environment. */
  deploymentId: number | undefined
}

/** What a run is made from. */
export interface RunOptions {
  readonly sha: string
  /** Made up unless said. */
  readonly id?: number
  readonly name?: string
  readonly path?: string
  readonly event?: string
  readonly branch?: string | null
  readonly actor?: Account
}

/** Workflow runs, their attempts and jobs. */
export class Actions {
  readonly #now: () => Date
  readonly #runs: Run[] = []
  readonly #jobs: Job[] = []

  constructor(now: () => Date) {
    this.#now = now
  }

  startRun(options: RunOptions): Run {
    const id = options.id ?? 30_433_642 + this.#runs.length
    if (this.findRun(id) !== undefined) throw new Error(`there is a run ${id} already`)
    const now = this.#now()
    const run = {
      id,
      attempt: 1,
      number: this.#runs.length + 1,
      name: options.name ?? 'CI',
      path: options.path ?? '.github/workflows/ci.yml',
      event: options.event ?? 'push',
      headBranch: options.branch === undefined ? 'main' : options.branch,
      headSha: options.sha,
      actor: options.actor ?? DEVELOPER,
      startedAt: now,
      createdAt: now,
      updatedAt: now,
      conclusion: null,
    }
    this.#runs.push(run)
    return run
  }

  /** Starts the run again: the same id, the next attempt. */
  rerun(run: Run): Run {
    const last = this.findRun(run.id) ?? run
    const now = this.#now()
    const next = { ...last, attempt: last.attempt + 1, startedAt: now, updatedAt: now, conclusion: null }
    this.#runs.push(next)
    return next
  }

  finishRun(run: Run, conclusion: Conclusion): void {
    run.conclusion = conclusion
    run.updatedAt = this.#now()
  }

  startJob(run: Run, name: string, id = 399_444_496 + this.#jobs.length): Job {
    const startedAt = this.#now()
    const job = {
      id,
      run,
      name,
      startedAt,
      completedAt: null,
      conclusion: null,
      deploymentId: undefined,
    }
    this.#jobs.push(job)
    return job
  }

  finishJob(job: Job, conclusion: Conclusion): void {
    job.conclusion = conclusion
    job.completedAt = this.#now()
  }

  /** The attempt of a run, or its last one. */
  findRun(id: number, attempt?: number): Run | undefined {
    return this.#runs.findLast((run) => run.id === id && (attempt === undefined || run.attempt === attempt))
  }

  findJob(id: number): Job | undefined {
    return this.#jobs.find((job) => job.id === id)
  }

  jobsOfRun(id: number, attempt?: number): readonly Job[] {
    return this.#jobs.filter(({ run }) => run.id === id && (attempt === undefined || run.attempt === attempt))
  }

  /** The jobs that checked a commit. */
  jobsOf(sha: string): readonly Job[] {
    return this.#jobs.filter(({ run }) => run.headSha === sha)
  }
}
