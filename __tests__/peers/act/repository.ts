import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ContextFile, runCommand, writeContext } from '../../../sandbox/peers/command.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'
import { writeAccepted } from './accepted.ts'

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples', 'workflows')
const WORKFLOWS = join('.github', 'workflows')

/** Files by their path in a repository. */
export type Files = Readonly<Record<string, ContextFile>>

/** A user's repository with one commit. */
export interface Repository {
  readonly folder: string
  readonly commit: string
  /** What act could not parse of the workflows, as `file:line: text`. */
  readonly leftOut: readonly string[]
}

/**
 * Makes a repository that uses some of our example workflows as they are.
 * @param name `owner/name` on GitHub.
 */
export async function createRepository(
  folder: string,
  name: string,
  workflows: readonly string[],
  files: Files,
): Promise<Repository> {
  const { git } = await findPeers()
  const run = async (...args: readonly string[]): Promise<string> =>
    (await runCommand([git, '-C', folder, ...args])).stdout.trim()
  await writeContext(folder, { ...files, [join(WORKFLOWS, 'README.md')]: 'Copied from the examples.\n' })
  const leftOut: string[] = []
  for (const workflow of workflows) {
    const original = await readFile(join(EXAMPLES, workflow), 'utf8')
    const accepted = await writeAccepted(join(folder, WORKFLOWS, workflow), original)
    leftOut.push(...accepted.leftOut.map((line) => `${workflow}:${line}`))
  }
  await run('init', '--quiet', '--initial-branch', 'main')
  await run('remote', 'add', 'origin', `https://github.com/${name}`)
  await run('add', '--all')
  const author = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'] as const
  await run(...author, 'commit', '--quiet', '--message', 'Begin')
  return { folder, commit: await run('rev-parse', 'HEAD'), leftOut }
}

/** An application for the engine `docker`, in a folder of the repository. */
export async function dockerApplication(greeting: string, folder = '.'): Promise<Files> {
  const { busybox } = await findPeers()
  const lines = [
    'FROM scratch',
    'COPY busybox /bin/busybox',
    'COPY greeting /',
    'CMD ["/bin/busybox", "true"]',
    '',
  ]
  return {
    [join(folder, 'Dockerfile')]: lines.join('\n'),
    [join(folder, 'greeting')]: greeting,
    [join(folder, 'busybox')]: { content: await readFile(busybox), mode: 0o755 },
  }
}
