import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readAction } from '../sandbox/runner/action-file.ts'
import { inputEnvironment, resolveInputs } from '../sandbox/runner/inputs.ts'
import { parseKeyValues } from '../sandbox/runner/key-values.ts'
import type { RunnerJob } from '../sandbox/runner/model.ts'
import { exec, type ExecResult } from '../src/platform/exec.ts'
import { timed } from './measure.ts'

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '..')

/** A commit id nobody has used. */
export function newCommit(): string {
  return randomBytes(20).toString('hex')
}

/** How an action ended, and how long its process lived. */
export interface ActionRun extends ExecResult {
  readonly milliseconds: number
  readonly outputs: Readonly<Record<string, string>>
}

/** Runs the bundled action as the runner starts it: `node dist/VERB/index.js`, inputs and files as variables. */
export async function runAction(
  verb: 'build' | 'deploy',
  inputs: Readonly<Record<string, string>>,
  job: RunnerJob,
): Promise<ActionRun> {
  const action = await readAction(verb === 'build' ? ROOT : join(ROOT, verb))
  const { values } = resolveInputs(action, inputs, { ...job.contexts })
  const files = await commandFiles(job)
  const env = { ...job.machine, ...inputEnvironment(values), ...job.runner, ...files }
  const entry = join(ROOT, 'dist', verb, 'index.js')
  const { milliseconds, value } = await timed(async () =>
    exec(process.execPath, [entry], { environment: env, cwd: job.workspace }),
  )
  const outputs = Object.fromEntries(parseKeyValues(await readFile(files.GITHUB_OUTPUT, 'utf8')))
  return { ...value, milliseconds, outputs }
}

/** Like `runAction`, but a step that fails is an error that shows what it printed. */
export async function succeed(
  verb: 'build' | 'deploy',
  inputs: Readonly<Record<string, string>>,
  job: RunnerJob,
): Promise<ActionRun> {
  const run = await runAction(verb, inputs, job)
  if (run.exitCode !== 0) throw new Error(`${verb} ended with ${run.exitCode}\n${run.stdout}${run.stderr}`)
  return run
}

async function commandFiles(job: RunnerJob) {
  const folder = await mkdtemp(join(job.temp, 'files-'))
  const files = {
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_ARTIFACTS: join(folder, 'artifacts'),
  }
  await Promise.all(Object.values(files).map(async (file) => writeFile(file, '')))
  return files
}
