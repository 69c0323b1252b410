import { describe, expect, test } from 'vitest'
import type { Fault, FaultRule } from '../../sandbox/github/faults.ts'
import { parseCommit } from '../../src/domain/commit.ts'
import { GitHubError } from '../../src/domain/error.ts'
import { sealRef } from '../../src/domain/git-seal.ts'
import { buildRecord, IMAGE, repository } from '../fixtures/samples.ts'
import { newCommit } from '../e2e/world.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { openApi } from './support/api.ts'
import { intentOf, openLog } from './support/deployments.ts'

const FAULTS: readonly Fault[] = [
  { kind: 'reset', when: 'before' },
  { kind: 'reset', when: 'after' },
  { kind: 'truncated', end: 'reset' },
  { kind: 'truncated', end: 'hang' },
  { kind: 'hang', when: 'after' },
  { kind: 'malformed-json' },
  { kind: 'html', when: 'before' },
  { kind: 'html', when: 'after' },
  { kind: 'answer', status: 500, body: { message: 'Server Error' }, when: 'after' },
  { kind: 'answer', status: 503, body: { message: 'No server is currently available' } },
  { kind: 'secondary-limit', retryAfter: 1 },
  { kind: 'secondary-limit', status: 429 },
]

/** Carried out after the client has given up. A deployment may be there twice then, a seal may not. */
const LATE: Fault = { kind: 'delay', ms: 250, when: 'before' }

/** About one request in three meets a fault, of any kind. */
function storm(seed: number, faults: readonly Fault[]): readonly FaultRule[] {
  return faults.map((fault, index) => {
    return { fault, times: Infinity, storm: { seed: `${seed}/${index}`, share: 0.035 } }
  })
}

/** What came of it: a value, or a failure that has a code. Anything else is a mistake of ours. */
async function outcome<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof GitHubError) return undefined
    throw error
  }
}

const limits = { secondMs: 1, timeoutMs: 150 }
const SEEDS = Array.from({ length: 8 }, (_, seed) => seed)

describe('whatever GitHub answers', () => {
  test.each(SEEDS)('one of four claims wins, storm %i', async (seed) => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const commit = parseCommit(newCommit())
    github.faults.add(...storm(seed, [...FAULTS, LATE]))
    const claims = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (letter) => {
        const record = buildRecord({ commit, nonce: letter.repeat(32) })
        return await outcome(openApi(github, { limits }).seals.claim(record))
      }),
    )
    github.faults.clear()
    const sealed = await openApi(github).seals.read(IMAGE, commit)
    expect(github.state.git.refs.read(sealRef(IMAGE, commit)) !== undefined).toBe(sealed !== undefined)
    const known = claims.filter((claim) => claim !== undefined)
    expect(known.filter(({ won }) => won).length).toBeLessThanOrEqual(1)
    for (const { won, record } of known) {
      expect(record.nonce).toBe(sealed?.nonce)
      if (won) expect(claims.findIndex((one) => one?.won)).toBe('abcd'.indexOf(record.nonce.charAt(0)))
    }
  })

  test.each(SEEDS)('a deployment is recorded once, and says how it ended, storm %i', async (seed) => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { deployments, record, list } = openLog(github, { limits })
    const wanted = record()
    github.faults.add(...storm(seed, FAULTS))
    const open = await outcome(deployments.open(repository, intentOf(wanted)))
    const id = open && (await outcome(deployments.append(repository, wanted, undefined, open)))
    github.faults.clear()
    const made = github.state.deployments.all()
    expect(made.length).toBeLessThanOrEqual(1)
    if (id === undefined) return
    expect(made.map((one) => String(one.id))).toEqual([id])
    expect(made[0]?.statuses.map(({ state }) => state)).toEqual(['success'])
    expect(await list()).toMatchObject([{ id, isActive: true, record: { id: wanted.id } }])
  })
})
