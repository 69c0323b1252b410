import { resolve } from 'node:path'
import type { ActionDefinition } from './action-file.ts'
import { readAction } from './action-file.ts'
import { applyCommandFiles, createCommandFiles } from './file-commands.ts'
import { inputEnvironment, resolveInputs } from './inputs.ts'
import { createInterpreter } from './interpreter.ts'
import type { RunnerJob, StepOptions, StepResult } from './model.ts'
import type { ProcessEnd } from './process.ts'
import { isGroupAlive, runProcess } from './process.ts'
import type { StepRecord } from './step-record.ts'
import { createStepRecord, finishStepRecord } from './step-record.ts'

/**
 * Runs one step: pre, main and post of a JavaScript action, as the runner does. Post follows main at once
 * instead of at the end of the job.
 */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const { job } = options
  const action = await readAction(options.action)
  const record = createStepRecord(job, options.onLine)
  const inputs = resolveInputs(action, options.with ?? {}, { ...job.contexts })
  record.log(`##[group]Run ${action.name}`)
  if (inputs.values.size > 0) record.log('with:')
  for (const [name, value] of inputs.values) if (value !== '') record.log(`  ${name}: ${value}`)
  record.log('##[endgroup]')
  for (const warning of inputs.warnings) record.issue('warning', warning)

  const environment = { ...options.env, ...inputEnvironment(inputs.values) }
  const run = (script: string): Promise<ProcessEnd> =>
    runScript(record, options, action.name, resolve(options.action, script), environment)
  const result = finishStepRecord(record, await runScripts(action, record, run))
  if (options.id !== undefined) job.steps.set(options.id, result)
  return result
}

async function runScripts(
  { runs }: ActionDefinition,
  record: StepRecord,
  run: (script: string) => Promise<ProcessEnd>,
): Promise<ProcessEnd> {
  let end: ProcessEnd | undefined
  if (runs.pre !== undefined && isConditionMet(runs['pre-if'], record)) end = await run(runs.pre)
  // Main has the condition success(): it is skipped when pre failed.
  if (end === undefined || !record.failed) end = await run(runs.main)
  if (runs.post !== undefined && isConditionMet(runs['post-if'], record)) {
    record.log('Post job cleanup.')
    await run(runs.post)
  }
  return end
}

function isConditionMet(condition: string, { failed }: StepRecord): boolean {
  switch (condition.replace(/^\$\{\{(.*)\}\}$/, '$1').trim()) {
    case 'always()':
    case '!cancelled()':
      return true
    case 'success()':
      return !failed
    case 'failure()':
      return failed
    default:
      throw new Error(`the condition '${condition}' is not supported`)
  }
}

async function runScript(
  record: StepRecord,
  options: StepOptions,
  actionName: string,
  script: string,
  environment: Readonly<Record<string, string>>,
): Promise<ProcessEnd> {
  const { job } = options
  const files = await createCommandFiles(record)
  let pid: number | undefined
  const end = await (options.execute ?? runProcess)({
    file: options.node ?? process.execPath,
    args: [script],
    cwd: job.workspace,
    env: scriptEnvironment(record, environment, { ...files, GITHUB_ACTION: options.id ?? '__self' }),
    timeoutMs: options.timeoutMs,
    onLine: createInterpreter(record),
    onStdout: (chunk) => record.rawStdout.push(chunk),
    onSpawn(started) {
      pid = started
      job.processGroups.add(started)
      options.onSpawn?.(started)
    },
  })
  // What the script left running may go on until the end of the job.
  if (pid !== undefined && !isGroupAlive(pid)) job.processGroups.delete(pid)
  if (end.timedOut) {
    record.issue('error', `The action '${actionName}' has timed out after ${options.timeoutMs} milliseconds.`)
  }
  if (end.exitCode !== 0 || end.timedOut) record.failed = true
  await applyCommandFiles(record, files)
  return end
}

/** The order is the runner's: what it sets itself cannot be overridden by a step, nor by $GITHUB_ENV. */
function scriptEnvironment(
  { job, state }: StepRecord,
  step: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>>,
): Record<string, string> {
  const states = Object.fromEntries([...state].map(([name, value]) => [`STATE_${name}`, value]))
  const merged: Record<string, string> = {
    ...job.machine,
    ...Object.fromEntries(job.env),
    ...step,
    ...states,
  }
  return { ...merged, PATH: prependPath(job, merged['PATH'] ?? ''), ...job.runner, ...files }
}

function prependPath({ path }: RunnerJob, rest: string): string {
  return [...path.toReversed(), rest].filter((part) => part !== '').join(':')
}
