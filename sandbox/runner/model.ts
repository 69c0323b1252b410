import type { SandboxResults } from '../results/model.ts'
import type { Masker } from './masks.ts'
import type { ProcessEnd, ProcessOptions } from './process.ts'

/** What a job is made of; everything has a default but the workspace. */
export interface JobOptions {
  /** The checkout: the working directory of every step. */
  readonly workspace: string
  /** Default `push`. */
  readonly event?: string
  /** The webhook payload; default: a small one that fits the event. */
  readonly payload?: unknown
  /** `owner/name`; default `octo-org/app`. */
  readonly repository?: string
  /** Of the repository, as the payload says it; default `User`. */
  readonly ownerType?: 'Organization' | 'User'
  /** `GITHUB_SHA`; default: a fixed commit id. */
  readonly commit?: string
  /** Default `refs/heads/main`. */
  readonly ref?: string
  readonly workflowRunId?: string
  readonly attempt?: number
  readonly jobName?: string
  /** The `environment:` of the job; the runner does not pass it on to steps. */
  readonly environment?: string
  readonly actor?: string
  /** Default `https://github.com`: the clients refuse artifacts on any host that is not GitHub's. */
  readonly serverUrl?: string
  /** Default: the API of `serverUrl`. */
  readonly apiUrl?: string
  /** `github.token`; default: a random one. Masked. */
  readonly token?: string
  /** `job.check_run_id`. */
  readonly checkRunId?: number
  /** The name of the workflow; default `build`. */
  readonly workflow?: string
  /** Environment of the whole job, as `env:` gives it. */
  readonly env?: Readonly<Record<string, string>>
  /** The results service of this job; without one, steps have no artifacts and no cache. */
  readonly results?: SandboxResults
  /** `HOME`; default: an empty folder. */
  readonly home?: string
  /** `RUNNER_TEMP`; default: an empty folder. */
  readonly temp?: string
  /** Values that are masked from the start. */
  readonly secrets?: readonly string[]
  /** Step debug logging: `RUNNER_DEBUG=1`, and debug lines reach the log. */
  readonly debug?: boolean
}

/** The expression contexts that the runner knows here. */
export interface Contexts {
  readonly github: Readonly<Record<string, unknown>>
  readonly runner: Readonly<Record<string, unknown>>
  readonly job: Readonly<Record<string, unknown>>
}

/** A job: what its steps share. */
export interface RunnerJob {
  readonly workspace: string
  readonly temp: string
  readonly home: string
  readonly environment: string | undefined
  readonly debug: boolean
  readonly contexts: Contexts
  /** The clean environment of the machine: PATH, HOME, LANG. A step may override it. */
  readonly machine: Readonly<Record<string, string>>
  /** What the runner sets itself: GITHUB_*, RUNNER_*, ACTIONS_*. A step cannot override it. */
  readonly runner: Readonly<Record<string, string>>
  readonly masker: Masker
  /** Set through $GITHUB_ENV by earlier steps, on top of the job's own. */
  readonly env: Map<string, string>
  /** Added through $GITHUB_PATH, oldest first; the newest is found first. */
  readonly path: string[]
  /** Declared through $GITHUB_ARTIFACTS, by name. */
  readonly subjects: Map<string, ArtifactSubject>
  /** Finished steps that had an id. */
  readonly steps: Map<string, StepResult>
  /** Process groups that steps left behind. */
  readonly processGroups: Set<number>
  /** Kills what steps left running and removes the folders that were made for the job. */
  cleanup(): Promise<void>
}

/** One artifact that a step declared. */
export interface ArtifactSubject {
  readonly name: string
  readonly digest: string
  readonly kind: 'oci' | 'file'
}

/** What one step runs. */
export interface StepOptions {
  /** The folder that holds action.yml. */
  readonly action: string
  /** `id:`, for `steps.<id>.outputs` in job outputs. */
  readonly id?: string
  readonly with?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly job: RunnerJob
  /** The node that runs the action; default: this one. */
  readonly node?: string
  /** Runs the action's scripts in place of a process of their own: for tests that run many steps. */
  readonly execute?: (script: ProcessOptions) => Promise<ProcessEnd>
  /** The log as it happens: masked, with workflow commands interpreted. */
  readonly onLine?: (line: string) => void
  readonly onSpawn?: (pid: number) => void
  readonly timeoutMs?: number
}

/** The level of an annotation. */
export type AnnotationLevel = 'error' | 'warning' | 'notice' | 'debug'

/** A message that a step raised. */
export interface Annotation {
  readonly level: AnnotationLevel
  readonly message: string
  readonly title?: string
  readonly file?: string
  readonly line?: number
}

/** What one step did, its pre and post scripts included. */
export interface StepResult {
  /** Of the main script; of pre when main did not run. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly outputs: Readonly<Record<string, string>>
  readonly state: Readonly<Record<string, string>>
  /** The job summary as GitHub would show it: masked. */
  readonly summary: string
  readonly log: string
  readonly rawStdout: string
  readonly annotations: readonly Annotation[]
  readonly conclusion: 'success' | 'failure'
  readonly exportedEnv: Readonly<Record<string, string>>
  readonly addedPaths: readonly string[]
  /** The lines of $GITHUB_ARTIFACTS. */
  readonly declaredArtifacts: readonly string[]
}
