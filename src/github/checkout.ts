import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { EngineError, InputError, messageOf } from '../domain/error.ts'
import { type Exec, isMissingProgram } from '../platform/exec.ts'

/** What is checked out: the commit, and when it was made (RFC 3339, whole seconds). */
export interface Checkout {
  readonly commit: string
  readonly time: string
  /** The work tree, from the workspace; empty for the workspace itself. */
  readonly folder: string
}

/** What would make git read another repository than the one it is pointed at. */
const MISLEADING = new Set(['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_NAMESPACE'])

/**
 * The commit the sources are checked out at; undefined where neither they nor the workspace are in a git work tree of
 * their own, or git is not installed. SOURCE_DATE_EPOCH, where set, replaces the time, as reproducible-builds.org defines it.
 * @param source what is built, from the workspace: actions/checkout may have put it into a folder of its own (`path`).
 * @throws {InputError} for a malformed SOURCE_DATE_EPOCH.
 * @throws {EngineError} when git is there but cannot read the work tree: guessing could seal the wrong files.
 */
export async function readCheckout(
  exec: Exec,
  workspace: string,
  environment: NodeJS.ProcessEnv,
  source = '',
): Promise<Checkout | undefined> {
  const folder = workTreeOf(resolve(workspace), source)
  if (folder === undefined) return undefined
  // The work tree may belong to another user inside a container; only this one command trusts it.
  const epoch = sourceDateEpoch(environment)
  const args = [
    '-c',
    `safe.directory=${folder}`,
    '-C',
    folder,
    'log',
    '-1',
    '--no-show-signature',
    '--format=%H %ct',
  ]
  try {
    const own = Object.fromEntries(Object.entries(environment).filter(([name]) => !MISLEADING.has(name)))
    const { exitCode, stdout, stderr } = await exec('git', args, { environment: own, timeoutMs: 60_000 })
    const groups = /^(?<commit>[0-9a-f]{40,64}) (?<seconds>\d+)$/m.exec(stdout)?.groups
    if (exitCode !== 0 || groups === undefined)
      throw new Error(stderr.trim().slice(0, 500) || `git ended with exit code ${exitCode}`)
    return {
      commit: groups['commit'] ?? '',
      time: timeOf(epoch ?? groups['seconds'] ?? ''),
      folder: relative(workspace, folder),
    }
  } catch (cause) {
    if (isMissingProgram(cause)) return undefined
    throw new EngineError(
      'COMMIT_NOT_CHECKED_OUT',
      `The commit in ${folder} cannot be read: ${messageOf(cause)}`,
      {
        hint: 'Check the repository out with actions/checkout before this step.',
        cause,
      },
    )
  }
}

/** The work tree the sources are in, at most the workspace; what is outside of it belongs to the workspace. */
function workTreeOf(workspace: string, source: string): string | undefined {
  let folder = resolve(workspace, source)
  if (!folder.startsWith(`${workspace}${sep}`)) folder = workspace
  for (; folder !== workspace; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git')) && !isSubmodule(folder)) return folder
  }
  return existsSync(join(workspace, '.git')) ? workspace : undefined
}

/** A submodule is part of the commit of the work tree around it. */
function isSubmodule(folder: string): boolean {
  const file = join(folder, '.git')
  return statSync(file).isFile() && /^gitdir: .*[/\\]modules[/\\]/.test(readFileSync(file, 'utf8'))
}

function sourceDateEpoch(environment: NodeJS.ProcessEnv): string | undefined {
  const text = environment['SOURCE_DATE_EPOCH'] ?? ''
  if (text === '') return undefined
  if (/^\d{1,11}$/.test(text)) return text
  throw new InputError([
    `SOURCE_DATE_EPOCH (environment variable): must be seconds since 1970, got ${JSON.stringify(text.slice(0, 40))}`,
  ])
}

function timeOf(seconds: string): string {
  return new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
}
