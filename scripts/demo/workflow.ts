import { dirname, join } from 'node:path'
import type { SandboxResults } from '../../sandbox/results/server.ts'
import type { StepResult } from '../../sandbox/runner/runner.ts'
import { createJob, jobOutputs, runStep } from '../../sandbox/runner/runner.ts'
import type { Cleanups } from './cleanups.ts'
import { DemoFailure } from './failure.ts'
import { CHECKOUT, type Folders } from './folders.ts'
import type { DemoGitHub, WorkflowRun } from './github.ts'
import type { Screen } from './screen.ts'

/** One job of a workflow run, with one of the actions as its only step. */
export interface DemoJob {
  /** Names the files of its log and summary. */
  readonly name: string
  readonly action: 'build' | 'deploy'
  readonly run: WorkflowRun
  readonly environment?: string
  readonly with: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Says nothing while it runs, because another one does. */
  readonly isQuiet?: boolean
}

/** What became of a job. */
export interface JobResult {
  readonly job: DemoJob
  readonly step: StepResult
  /** `needs.<job>.outputs` of the jobs after it. */
  readonly outputs: Readonly<Record<string, string>>
  /** The code of the error it ended with, for example `TAG_MOVED`. */
  readonly code: string | undefined
  readonly milliseconds: number
}

/** Runs a job. */
export type RunJob = (job: DemoJob) => Promise<JobResult>

/** Where jobs run and what they talk to. */
export interface WorkflowServices {
  readonly folders: Folders
  readonly results: SandboxResults
  readonly github: DemoGitHub
  /** Where node keeps what it compiled: a step starts sooner when one before it has run the same program. */
  readonly compileCache: string
}

const ACTIONS = {
  build: { folder: CHECKOUT, outputs: ['digest', 'commit', 'built'] },
  deploy: { folder: join(CHECKOUT, 'deploy'), outputs: ['digest', 'release-id', 'deployment-id'] },
} as const

/** Makes a function that runs the bundled actions the way the GitHub runner does. */
export function createWorkflow(services: WorkflowServices, screen: Screen, cleanups: Cleanups): RunJob {
  const { folders, results, github, compileCache } = services
  return async (demoJob) => {
    const { action, run, environment } = demoJob
    const jobName = environment === undefined ? action : `deploy-${environment}`
    const registered = github.startJob(run, jobName, action)
    const job = await createJob({
      workspace: folders.repository,
      repository: github.repository,
      workflow: 'release',
      jobName,
      results,
      commit: run.commit,
      workflowRunId: String(run.id),
      attempt: run.attempt,
      apiUrl: github.apiUrl,
      token: registered.token,
      checkRunId: registered.checkRunId,
      ...(environment === undefined ? {} : { environment }),
      // The scripts of the demo need the node that runs the demo, wherever it was found.
      env: {
        ...demoJob.env,
        PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
        NODE_COMPILE_CACHE: compileCache,
      },
    })
    const cleanUp = cleanups.add(async () => await job.cleanup())
    const started = performance.now()
    const step = await runStep({
      action: ACTIONS[action].folder,
      id: action,
      with: demoJob.with,
      job,
      ...(demoJob.isQuiet === true ? {} : { onLine: (line) => screen.logLine(line) }),
    })
    const milliseconds = performance.now() - started
    const expressions = ACTIONS[action].outputs.map((output) => [
      output,
      `\${{ steps.${action}.outputs.${output} }}`,
    ])
    const { outputs } = jobOutputs(job, Object.fromEntries(expressions) as Record<string, string>)
    registered.finish(step.conclusion)
    await cleanUp()
    return { job: demoJob, step, outputs, code: codeOf(step), milliseconds }
  }
}

function codeOf({ annotations }: StepResult): string | undefined {
  const errors = annotations.filter(({ level }) => level === 'error').map(({ message }) => message)
  return errors.map((message) => /^([A-Z][A-Z_]+): /.exec(message)?.[1]).find((code) => code !== undefined)
}

/** Shows the log of a job that said nothing while it ran, or some lines of it. */
export function showLog(
  screen: Screen,
  { step }: JobResult,
  isWanted: (line: string) => boolean = () => true,
): void {
  for (const line of step.log.split('\n').filter(isWanted)) screen.logLine(line)
}

/** Fails the demo when a job did not succeed. */
export function expectSuccess(name: string, { step, code }: JobResult): void {
  if (step.conclusion === 'success') return
  throw new DemoFailure(`${name} failed · expected success, got ${code ?? `exit code ${step.exitCode}`}`)
}
