import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { tryCommand } from '../../../sandbox/peers/command.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'
import type { Repository } from './repository.ts'

/** How a run of a workflow ended. */
export interface Run {
  readonly exitCode: number
  /** `success` or `failure` of every job that ran; the jobs of a matrix are numbered. */
  readonly jobs: Readonly<Record<string, string>>
  /** What everything in it printed. */
  readonly log: string
}

/** How act is started. */
export interface ActOptions {
  readonly workflow: string
  readonly event: string
  readonly actor: string
  /** The job's token. */
  readonly token: string
  /** Where actions are found instead of on GitHub: `owner/name@ref` to a folder. */
  readonly actions: Readonly<Record<string, string>>
  /** Variables of the runner itself. */
  readonly environment: Readonly<Record<string, string>>
  /** Variables that only GitHub's runner would set for the jobs. */
  readonly jobEnvironment: Readonly<Record<string, string>>
  /** Path of the event's payload. */
  readonly payload: string
  /** A folder for what only act reads. */
  readonly folder: string
}

const lineSchema = z.looseObject({
  job: z.string().optional(),
  jobResult: z.string().optional(),
  msg: z.string(),
})

/** Runs a workflow of a repository as GitHub would after an event, on this machine and without containers. */
export async function runWorkflow(repository: Repository, options: ActOptions): Promise<Run> {
  const { act } = await findPeers()
  const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`])
  // A file, not a variable: jobs would inherit it, and the examples have to pass the token on themselves.
  const secrets = join(options.folder, 'secrets')
  await writeFile(secrets, `GITHUB_TOKEN=${options.token}\n`, { mode: 0o600 })
  const { exitCode, stdout, stderr } = await tryCommand(
    [
      ...([
        act,
        options.event,
        '--json',
        '--workflows',
        join('.github', 'workflows', options.workflow),
      ] as const),
      ...['--platform', 'ubuntu-latest=-self-hosted', '--no-cache-server', '--actor', options.actor],
      ...['--eventpath', options.payload, '--defaultbranch', 'main'],
      ...pairs('--local-repository', options.actions),
      ...pairs('--env', options.jobEnvironment),
      ...['--secret-file', secrets],
    ],
    { cwd: repository.folder, env: options.environment },
  )
  const lines = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => lineSchema.parse(JSON.parse(line)))
  const ended = lines.filter(({ jobResult }) => jobResult !== undefined)
  return {
    exitCode,
    jobs: Object.fromEntries(ended.map(({ job = '', jobResult = '' }) => [job.trim(), jobResult])),
    log: [...lines.map(({ msg }) => msg.trimEnd()), stderr].join('\n'),
  }
}
