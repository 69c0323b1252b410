import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Permissions } from '../../../sandbox/github/access/tokens.ts'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { runCommand, writeContext } from '../../../sandbox/peers/command.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'
import { writeAccepted } from './accepted.ts'

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'examples', 'workflows')
const WORKFLOWS = '.github/workflows'

/** Texts by their path in a repository. */
export type Files = Readonly<Record<string, string>>

/** A user's repository, whose commits GitHub has as well. */
export interface Repository {
  readonly folder: string
  /** What is checked out. */
  readonly commit: string
  /** What act could not parse of the workflows, as `file:line: text`. */
  readonly leftOut: readonly string[]
  /** What the jobs of the workflows ask for together. */
  readonly permissions: Permissions
  /** Commits changes to files, and checks that out. */
  readonly change: (files: Files) => Promise<string>
}

const workflowSchema = z.looseObject({
  jobs: z.record(z.string(), z.looseObject({ permissions: z.record(z.string(), z.enum(['read', 'write'])) })),
})

/** The permissions of all jobs of some workflows together, as the API calls them. */
function permissionsOf(texts: readonly string[]): Permissions {
  const asked = texts
    .flatMap((text) => Object.values(workflowSchema.parse(parse(text)).jobs))
    .flatMap(({ permissions }) => Object.entries(permissions))
  // "read" comes before "write", which includes it.
  const sorted = asked.toSorted(([, one], [, other]) => (one < other ? -1 : 1))
  return Object.fromEntries(sorted.map(([name, access]) => [name.replaceAll('-', '_'), access]))
}

/** Checks out a repository that uses some of our example workflows as they are. */
export async function createRepository(
  folder: string,
  github: SandboxGitHub,
  workflows: readonly string[],
  files: Files,
): Promise<Repository> {
  // As the sandbox's commits begin.
  const given = { 'README.md': '# App\n', ...files }
  await writeContext(folder, given)
  await mkdir(join(folder, WORKFLOWS), { recursive: true })
  const copies: Record<string, string> = {}
  const leftOut: string[] = []
  const originals: string[] = []
  for (const workflow of workflows) {
    const original = await readFile(join(EXAMPLES, workflow), 'utf8')
    const accepted = await writeAccepted(join(folder, WORKFLOWS, workflow), original)
    copies[`${WORKFLOWS}/${workflow}`] = accepted.text
    leftOut.push(...accepted.leftOut.map((line) => `${workflow}:${line}`))
    originals.push(original)
  }
  const { git } = await findPeers()
  await runCommand([git, '-C', folder, 'init', '--quiet', '--initial-branch', 'main'])
  const origin = `https://github.com/${github.repository}`
  await runCommand([git, '-C', folder, 'remote', 'add', 'origin', origin])
  let commit = await commitBoth(folder, github, { ...given, ...copies })
  return {
    folder,
    leftOut,
    permissions: permissionsOf(originals),
    get commit() {
      return commit
    },
    change: async (changed) => {
      await writeContext(folder, changed)
      commit = await commitBoth(folder, github, changed)
      return commit
    },
  }
}

/** Commits everything in a folder, and the same on GitHub: it is one commit, by its id. */
async function commitBoth(folder: string, { state }: SandboxGitHub, changed: Files): Promise<string> {
  const { git } = await findPeers()
  const date = new Date()
  const { name, email } = state.git.signature(date)
  const when = `${Math.floor(date.getTime() / 1000)} +0000`
  const env = { GIT_AUTHOR_DATE: when, GIT_COMMITTER_DATE: when }
  const run = async (...args: readonly string[]): Promise<string> =>
    (await runCommand([git, '-C', folder, ...args], { env })).stdout.trim()
  await run('add', '--all')
  const identity = ['-c', `user.name=${name}`, '-c', `user.email=${email}`] as const
  await run(...identity, 'commit', '--quiet', '--message', 'Change')
  const commit = await run('rev-parse', 'HEAD')
  const same = state.git.commit({ message: 'Change\n', files: changed, date })
  if (same !== commit) throw new Error(`the commit is ${commit} here and ${same} on GitHub`)
  return commit
}

/** An application for the engine `docker`, in a folder of the repository. */
export function dockerApplication(greeting: string, folder = ''): Files {
  return {
    [`${folder}Dockerfile`]: 'FROM scratch\nCOPY greeting /\nCMD ["/none"]\n',
    [`${folder}greeting`]: greeting,
  }
}
