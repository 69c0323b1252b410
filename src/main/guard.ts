import { spawnSync } from 'node:child_process'
import { accessSync, appendFileSync, constants, statSync } from 'node:fs'
import { constants as os } from 'node:os'
import { delimiter, join } from 'node:path'
import { GUARD_LEVELS, judgeCommand } from '../domain/rebuild.ts'

/** Exit code of a command the guard refused. */
export const REFUSED = 97

/**
 * The program behind the shims: judges one command, then becomes the real program or refuses.
 * @param argv log file, guard level, folder of the shims, program, its arguments.
 */
export function main(argv: readonly string[]): void {
  const [log = '', levelText = '', shims = '', program = '', ...args] = argv
  const level = GUARD_LEVELS.find((known) => known === levelText) ?? 'strict'
  const verdict = judgeCommand(program, args, level)
  if (!verdict.allowed) {
    // Only the kind of command is noted: its arguments may hold secrets.
    appendFileSync(log, `${verdict.why}\n`)
    process.stderr.write(
      `build-once: "${verdict.why}" was refused (REBUILD_REQUESTED): deploy never builds, pushes or retags.\n`,
    )
    process.exitCode = REFUSED
    return
  }
  const real = findProgram(program, shims)
  if (real === undefined) {
    process.stderr.write(`${program}: command not found\n`)
    process.exitCode = 127
    return
  }
  become(real, program, verdict.args)
}

function findProgram(program: string, shims: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder === '' || folder === shims) continue
    const candidate = join(folder, program)
    try {
      accessSync(candidate, constants.X_OK)
      if (statSync(candidate).isFile()) return candidate
    } catch {
      // Not in this folder: the next one decides.
    }
  }
  return undefined
}

/** Replaces this process where the system can (signals and terminal stay the program's own), else waits for it. */
function become(real: string, program: string, args: readonly string[]): void {
  if (process.platform !== 'win32' && typeof process.execve === 'function') {
    process.removeAllListeners('warning')
    process.execve(real, [program, ...args], definedEnvironment())
  }
  const { status, signal, error } = spawnSync(real, args, { stdio: 'inherit', windowsHide: true })
  if (error !== undefined) throw error
  process.exitCode = status ?? 128 + (signal === null ? 0 : os.signals[signal])
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
