import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError, InputError, messageOf } from '../domain/error.ts'
import { type Exec, isMissingProgram } from '../platform/exec.ts'

/** What is checked out: the commit, and when it was made (RFC 3339, whole seconds). */
export interface Checkout {
  readonly commit: string
  readonly time: string
}

/**
 * The commit checked out in the workspace; undefined where the workspace is no git work tree of its own, or
 * git is not installed. SOURCE_DATE_EPOCH, where set, replaces the time, as reproducible-builds.org defines it.
 * @throws {InputError} for a malformed SOURCE_DATE_EPOCH.
 * @throws {EngineError} when git is there but cannot read the work tree: guessing could seal the wrong files.
 */
export async function readCheckout(
  exec: Exec,
  workspace: string,
  environment: NodeJS.ProcessEnv,
): Promise<Checkout | undefined> {
  if (!existsSync(join(workspace, '.git'))) return undefined
  // The work tree may belong to another user inside a container; only this one command trusts it.
  const epoch = sourceDateEpoch(environment)
  const args = [
    '-c',
    `safe.directory=${workspace}`,
    '-C',
    workspace,
    'log',
    '-1',
    '--no-show-signature',
    '--format=%H %ct',
  ]
  try {
    const { exitCode, stdout, stderr } = await exec('git', args, { environment, timeoutMs: 60_000 })
    const groups = /^(?<commit>[0-9a-f]{40,64}) (?<seconds>\d+)$/m.exec(stdout)?.groups
    if (exitCode !== 0 || groups === undefined)
      throw new Error(stderr.trim().slice(0, 500) || `git ended with exit code ${exitCode}`)
    return {
      commit: groups['commit'] ?? '',
      time: timeOf(epoch ?? groups['seconds'] ?? ''),
    }
  } catch (cause) {
    if (isMissingProgram(cause)) return undefined
    throw new EngineError(
      'COMMIT_NOT_CHECKED_OUT',
      `The commit in ${workspace} cannot be read: ${messageOf(cause)}`,
      {
        hint: 'Check the repository out with actions/checkout before this step.',
        cause,
      },
    )
  }
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
