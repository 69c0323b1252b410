/**
 * A process that seals commits in git as fast as it can: `claimer.ts API TOKEN NUMBER COMMIT…`. It says `ready`, waits
 * for a line, and then reads, claims and reads each commit. Its last line is the history of what it saw.
 */
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Commit } from '../../../src/domain/commit.ts'
import { createGitHubApi } from '../../../src/github/api-client.ts'
import { createGitSeals } from '../../../src/github/git-seals.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'
import { buildRecord, IMAGE } from '../../fixtures/samples.ts'
import type { Operation } from './history.ts'

const [apiUrl = '', token = '', number = '', ...commits] = process.argv.slice(2)
const clock = {
  now: () => new Date(),
  sleep: async (milliseconds: number) => {
    await sleep(milliseconds / 50)
  },
}
const log = createMemoryLog()
const api = createGitHubApi({
  url: new URL(apiUrl),
  repository: { owner: 'octo-org', name: 'app' },
  token,
  log,
  clock,
  limits: { secondMs: 10 },
})
const seals = createGitSeals({ api, clock, log })
const history: Operation[] = []

/** The clock of the machine, the same for all its processes. */
function now(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

async function note(
  commit: string,
  kind: Operation['kind'],
  work: () => Promise<Pick<Operation, 'won' | 'nonce'>>,
) {
  const start = now()
  try {
    const seen = await work()
    history.push({ commit, kind, start, end: now(), ...seen })
  } catch (error) {
    // An operation that failed may have taken effect, now or later.
    history.push({
      commit,
      kind,
      start,
      end: undefined,
      won: undefined,
      nonce: undefined,
      error: String(error),
    })
  }
}

async function read(commit: Commit): Promise<void> {
  await note(commit, 'read', async () => ({
    won: undefined,
    nonce: (await seals.read(IMAGE, commit))?.nonce,
  }))
}

await api.request(
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  { ref: 'heads/main' },
  (await import('zod')).z.unknown(),
)
console.log('ready')
await once(process.stdin, 'data')
for (const commit of commits as Commit[]) {
  await read(commit)
  const nonce = number.padStart(4, '0').repeat(8)
  await note(commit, 'claim', async () => {
    const { won, record } = await seals.claim(buildRecord({ commit, nonce }))
    return { won, nonce: record.nonce }
  })
  await read(commit)
}
console.log(JSON.stringify(history))
process.exit(0)
