import { appendFileSync } from 'node:fs'
import { GUARD_LEVELS, judgeCommand } from '../domain/rebuild.ts'
import { findProgram, shellWord } from '../platform/program.ts'

/** Exit code of a command the guard refused. */
export const REFUSED = 97

/**
 * The program behind the shims: judges one command, then prints what bash shall go on with, or refuses.
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
  const real = findProgram(program, process.env['PATH'] ?? '', shims)
  if (real === undefined) {
    process.stderr.write(`${program}: command not found\n`)
    process.exitCode = 127
    return
  }
  process.stdout.write(`${shellWord(real)} ${passOn(args, verdict.args)}`)
}

/**
 * The arguments in the words of the shim, which has them: text that is not UTF-8 would not survive the way
 * through this program.
 */
function passOn(given: readonly string[], wanted: readonly string[]): string {
  const at = wanted.findIndex((argument, index) => argument !== given[index])
  if (at < 0) return '"$@"'
  return `"\${@:1:${at}}" ${shellWord(wanted[at] ?? '')} "\${@:${at + 1}}"`
}
