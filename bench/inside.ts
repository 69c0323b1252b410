import { join } from 'node:path'
import { type RunnerJob } from '../sandbox/runner/model.ts'
import { runCommand } from '../sandbox/peers/command.ts'

/** What a measurement inside a process reports. */
export interface ChildReport {
  readonly milliseconds: number
  readonly digest: string
}

/**
 * Runs one of the scripts in `inside/` in a process of its own: its modules are loaded when it starts the
 * clock, and nothing has been run yet, as in an action.
 */
export async function runInside(
  script: 'before-sealing' | 'witnesses',
  task: Readonly<Record<string, string>>,
  job: RunnerJob,
): Promise<ChildReport> {
  const path = join(import.meta.dirname, 'inside', `${script}.ts`)
  const { stdout } = await runCommand([process.execPath, path, JSON.stringify(task)], { cwd: job.workspace })
  return JSON.parse(stdout) as ChildReport
}
