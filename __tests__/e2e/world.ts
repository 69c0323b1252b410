import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { type JobOptions, createJob, runStep, type StepResult } from '../../sandbox/runner/runner.ts'

const root = resolve(import.meta.dirname, '..', '..')

/** Folders with an action.yml, as `uses:` names them. */
export const ACTIONS = { build: root, deploy: join(root, 'deploy') } as const

/** A commit id nobody has used. */
export function newCommit(): string {
  return randomBytes(20).toString('hex')
}

/** A temporary folder that is removed when the scope ends. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'build-once-e2e-'))
  return { path, [Symbol.asyncDispose]: async () => await rm(path, { recursive: true, force: true }) }
}

/** Writes files below a folder, making the folders they are in. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
}

/** How a step of a test is run, beside its inputs. */
export interface StepSetup extends Omit<JobOptions, 'workspace'> {
  readonly workspace: string
  readonly stepEnv?: Readonly<Record<string, string>>
  readonly onSpawn?: (pid: number) => void
}

/** Runs one step of an action from dist/ in a job of its own. */
export async function step(
  action: keyof typeof ACTIONS,
  inputs: Readonly<Record<string, string>>,
  setup: StepSetup,
): Promise<StepResult> {
  const { stepEnv = {}, onSpawn, ...options } = setup
  const job = await createJob(options)
  try {
    return await runStep({
      action: ACTIONS[action],
      // Without a token nothing of GitHub is asked, and records are kept in the registry.
      with: action === 'deploy' ? { token: '', ...inputs } : inputs,
      env: stepEnv,
      job,
      timeoutMs: 120_000,
      ...(onSpawn === undefined ? {} : { onSpawn }),
    })
  } finally {
    await job.cleanup()
  }
}

/** The errors a step raised, as one text. */
export function errorsOf(result: StepResult): string {
  return result.annotations
    .filter((annotation) => annotation.level === 'error')
    .map((annotation) => annotation.message)
    .join('\n')
}

/** A small application to publish. */
export async function writeApplication(folder: string, marker = 'one'): Promise<void> {
  await writeFiles(folder, {
    'dist/server.js': `console.log(${JSON.stringify(marker)})\n`,
    'dist/public/index.html': '<!doctype html><title>hello</title>\n',
    'dist/public/über/naïve 文件.txt': 'unicode\n',
  })
}
