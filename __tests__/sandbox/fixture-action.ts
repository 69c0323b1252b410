import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import type { JobOptions, RunnerJob, StepOptions, StepResult } from '../../sandbox/runner/runner.ts'
import { createJob, runStep } from '../../sandbox/runner/runner.ts'

/** A folder that is removed after the test. */
export async function makeFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'runner-test-')))
  onTestFinished(async () => await rm(folder, { recursive: true, force: true }))
  return folder
}

/** A job in an empty workspace that is cleaned up after the test. */
export async function makeJob(options: Partial<JobOptions> = {}): Promise<RunnerJob> {
  const job = await createJob({ workspace: await makeFolder(), ...options })
  onTestFinished(async () => await job.cleanup())
  return job
}

/** Scripts of a fixture action, and the rest of its action.yml. */
export interface FixtureAction {
  readonly main: string
  readonly pre?: string
  readonly post?: string
  readonly inputs?: unknown
  readonly runs?: Readonly<Record<string, string>>
}

const PRELUDE = `
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
const append = (name, text) => appendFileSync(process.env[name], text)
const output = (name, value) => append('GITHUB_OUTPUT', name + '<<END_OF_VALUE\\n' + value + '\\nEND_OF_VALUE\\n')
`

/** Writes an action of plain node scripts; they have \`append(variable, text)\` and \`output(name, value)\`. */
export async function writeAction({ main, inputs, runs, ...scripts }: FixtureAction): Promise<string> {
  const folder = join(await makeFolder(), 'fixture')
  await mkdir(folder)
  const files = Object.entries({ main, ...scripts })
  for (const [name, script] of files) await writeFile(join(folder, `${name}.mjs`), PRELUDE + script)
  const paths = Object.fromEntries(files.map(([name]) => [name, `${name}.mjs`]))
  const definition = { name: 'fixture', inputs, runs: { using: 'node24', ...paths, ...runs } }
  await writeFile(join(folder, 'action.yml'), stringify(definition))
  return folder
}

/** Runs a fixture action as one step; a job of its own by default. */
export async function runFixture(
  fixture: FixtureAction | string,
  { job, ...options }: Partial<Omit<StepOptions, 'action'>> = {},
): Promise<StepResult> {
  const action = await writeAction(typeof fixture === 'string' ? { main: fixture } : fixture)
  return await runStep({ action, job: job ?? (await makeJob()), ...options })
}
