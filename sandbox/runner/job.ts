import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createContexts, githubEnvironment, runnerEnvironment } from './contexts.ts'
import { evaluateTemplate } from './expressions.ts'
import { createMasker } from './masks.ts'
import type { Contexts, JobOptions, RunnerJob } from './model.ts'
import { endGroup, endTracked } from './process.ts'

/**
 * Makes a job: folders, event file, GITHUB_* and RUNNER_* variables, and a clean environment. Nothing of
 * the caller's environment gets in but PATH.
 */
export async function createJob(given: JobOptions): Promise<RunnerJob> {
  const options = { ...given, workspace: resolve(given.workspace) }
  const root = await realpath(await mkdtemp(join(tmpdir(), 'runner-')))
  const temp = options.temp ?? join(root, 'temp')
  const home = options.home ?? join(root, 'home')
  const toolCache = join(root, 'tools')
  const eventPath = join(temp, '_github_workflow', 'event.json')
  await Promise.all(
    [temp, home, toolCache, join(eventPath, '..')].map((path) => mkdir(path, { recursive: true })),
  )

  const contexts = createContexts(options, { temp, toolCache })
  await writeFile(eventPath, JSON.stringify(contexts.github['event'], null, 2))
  const service = serviceEnvironment(options, contexts)
  const masker = createMasker()
  const token = service.runner['ACTIONS_RUNTIME_TOKEN'] ?? ''
  for (const secret of [String(contexts.github['token']), token, ...(options.secrets ?? [])])
    masker.add(secret)

  const processGroups = new Set<number>()
  const trackingId = `github_${randomUUID()}`
  return {
    workspace: options.workspace,
    temp,
    home,
    environment: options.environment,
    debug: options.debug ?? false,
    contexts,
    machine: { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', CI: 'true', ...service.machine },
    runner: {
      GITHUB_ACTIONS: 'true',
      RUNNER_TRACKING_ID: trackingId,
      GITHUB_EVENT_PATH: eventPath,
      ...githubEnvironment(contexts),
      ...runnerEnvironment(contexts),
      ...service.runner,
    },
    masker,
    env: new Map(Object.entries(options.env ?? {})),
    path: [],
    subjects: new Map(),
    steps: new Map(),
    processGroups,
    async cleanup() {
      for (const pid of processGroups) endGroup(pid)
      processGroups.clear()
      await endTracked(trackingId)
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** What the results service wants: ACTIONS_* is the runner's, the rest is the machine's. */
function serviceEnvironment(
  { results }: JobOptions,
  { github }: Contexts,
): { runner: Record<string, string>; machine: Record<string, string> } {
  const all = results?.environment({
    workflowRunId: String(github['run_id']),
    jobId: String(github['job']),
    attempt: Number(github['run_attempt']),
  })
  const entries = Object.entries(all ?? {})
  return {
    runner: Object.fromEntries(entries.filter(([name]) => name.startsWith('ACTIONS_'))),
    machine: Object.fromEntries(entries.filter(([name]) => !name.startsWith('ACTIONS_'))),
  }
}

/** The outputs of a job, those that were dropped, and what the runner logs about both. */
export interface JobOutputs {
  readonly outputs: Record<string, string>
  readonly dropped: string[]
  readonly log: string[]
}

/**
 * Evaluates job outputs such as `${{ steps.build.outputs.digest }}`. A value that contains anything masked
 * is dropped with a warning only, and downstream jobs then read an empty string; empty ones are skipped.
 */
export function jobOutputs(job: RunnerJob, expressions: Readonly<Record<string, string>>): JobOutputs {
  const steps = Object.fromEntries(
    [...job.steps].map(([id, { outputs, conclusion }]) => [id, { outputs, conclusion, outcome: conclusion }]),
  )
  const result: JobOutputs = { outputs: {}, dropped: [], log: [] }
  for (const [name, expression] of Object.entries(expressions)) {
    const value = evaluateTemplate(expression, { ...job.contexts, steps })
    if (value === '') continue
    if (job.masker.mask(value) === value) {
      result.outputs[name] = value
      result.log.push(`Set output '${name}'`)
    } else {
      result.dropped.push(name)
      result.log.push(`##[warning]Skip output '${name}' since it may contain secret.`)
    }
  }
  return result
}
