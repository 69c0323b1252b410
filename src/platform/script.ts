import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Exec, ExecResult } from './exec.ts'

/** How a script of the user is run. */
export interface ScriptOptions {
  readonly exec: Exec
  /** Private folder the script file is written to; created when missing. */
  readonly folder: string
  /** Name of the input the script comes from, used for the file name. */
  readonly name: string
  readonly cwd: string
  readonly environment: NodeJS.ProcessEnv
  readonly onOutput?: (chunk: string) => void
  readonly timeoutMs?: number
  readonly waitsForAll?: boolean
}

/**
 * Runs a script the way the runner runs `shell: bash` steps: from a file, stopping at the first failure, also
 * inside a pipe. Resolves whatever the exit code is; rejects with the system error when bash is missing.
 */
export async function runScript(text: string, options: ScriptOptions): Promise<ExecResult> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 })
  const file = join(options.folder, `${options.name}.sh`)
  // A workflow file with Windows line ends is common, and bash would take the CR as part of the last word.
  await writeFile(file, `${text.replaceAll('\r\n', '\n')}\n`, { mode: 0o600 })
  const { exec, cwd, environment, onOutput, timeoutMs, waitsForAll } = options
  return await exec('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
    cwd,
    environment,
    ...(onOutput === undefined ? {} : { onOutput }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(waitsForAll === undefined ? {} : { waitsForAll }),
  })
}
