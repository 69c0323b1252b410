import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, delimiter, join } from 'node:path'
import { messageOf, PolicyError } from '../domain/error.ts'
import { type GuardLevel, guardedPrograms } from '../domain/rebuild.ts'
import { findProgram, shellWord } from '../platform/program.ts'

/** What stands between a deploy script and the builders on PATH. */
export interface Guard {
  /** The environment for the script: the caller's with the guard in front of PATH. */
  readonly environment: NodeJS.ProcessEnv
  /** Every attempt to build so far, in the words of the guard. */
  violations(): Promise<readonly string[]>
}

/** How the guard program is started: the node that runs this action, and the entry of the guard. */
export interface GuardProgram {
  readonly node: string
  readonly entry: string
}

/**
 * Puts a shim in front of every builder on PATH. Builders that are not installed are left to bash's
 * command_not_found_handle, so that a script that asks `command -v podman` still gets a true answer.
 * @param folder where the shims stay: what a script leaves running is refused too, so nobody may remove them.
 */
export async function createGuard(
  folder: string,
  level: GuardLevel,
  program: GuardProgram,
  environment: NodeJS.ProcessEnv,
): Promise<Guard> {
  const shims = join(folder, 'guard')
  const log = join(folder, 'guard.log')
  await mkdir(shims, { recursive: true, mode: 0o700 })
  await writeFile(log, '', { mode: 0o600 })
  const start = [program.node, program.entry, log, level, shims].map(shellWord).join(' ')
  const path = environment['PATH'] ?? ''
  const found = findProgram('bash', path) ?? '/bin/bash'
  // The first line of a script cannot name a program whose path holds white space.
  const bash = /^\S{1,100}$/.test(found) ? found : '/bin/bash'
  const absent: string[] = []
  const written = new Map<string, string>()
  for (const name of guardedPrograms(level)) {
    if (findProgram(name, path) === undefined) absent.push(name)
    else written.set(join(shims, name), shim(bash, `${start} ${shellWord(name)}`))
  }
  for (const [file, text] of written) await writeShim(file, text)
  return {
    environment: {
      ...environment,
      PATH: path === '' ? shims : `${shims}${delimiter}${path}`,
      'BASH_FUNC_command_not_found_handle%%': notFoundHandler(start, absent),
    },
    violations: async () => {
      await checkShims(written)
      return await readViolations(log)
    },
  }
}

/**
 * A shim asks the guard for the command to go on with, and becomes it. Not the guard itself: node ignores
 * SIGPIPE, what it starts would inherit that, and `docker logs app | head -1` would end otherwise than it does
 * without a guard. `bash -p` keeps variables whose names other shells drop, and reads no BASH_ENV.
 */
function shim(bash: string, start: string): string {
  return `#!${bash} -p\nbuild_once_command="$(${start} "$@")" || exit\neval "exec $build_once_command"\n`
}

/** A bash function for programs that do not exist; the guard judges the builders among them. */
function notFoundHandler(start: string, names: readonly string[]): string {
  return `() { case " ${names.join(' ')} " in *" $1 "*) ${start} "$@" >&2; return $?;; esac; printf '%s: command not found\\n' "$1" >&2; return 127; }`
}

async function writeShim(path: string, text: string): Promise<void> {
  await writeFile(path, text)
  await chmod(path, 0o755)
}

/** Shims that are gone or were changed refused nothing from then on, so nobody knows what the script did. */
async function checkShims(written: ReadonlyMap<string, string>): Promise<void> {
  for (const [file, text] of written) {
    const now = await readFile(file, 'utf8').catch(() => undefined)
    if (now !== text) throw tampered(`${basename(file)} is no longer guarded`)
  }
}

function tampered(how: string, cause?: unknown): PolicyError {
  return new PolicyError('REBUILD_REQUESTED', `The script removed the guard while it ran: ${how}`, {
    hint: 'The guard stands in front of builders on PATH. Leave its folder as it is; deploy never builds.',
    cause,
  })
}

/** A log that is gone means that the script tampered with the guard, so nobody knows what it did. */
async function readViolations(log: string): Promise<readonly string[]> {
  try {
    const text = await readFile(log, 'utf8')
    return [...new Set(text.split('\n').filter((line) => line !== ''))].slice(0, 50)
  } catch (cause) {
    throw tampered(messageOf(cause), cause)
  }
}
