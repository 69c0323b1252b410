import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACTIONS_BOT, DEVELOPER } from '../../sandbox/github/accounts.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import { parseCommit } from '../../src/domain/commit.ts'
import { readStanding } from '../../src/domain/order.ts'
import type { DeploymentRecord } from '../../src/domain/record.ts'
import { findPrevious } from '../../src/domain/rollback.ts'
import { digestWith, nextNonce, repository } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { intentOf, openLog, requestOf } from './support/deployments.ts'

type State = 'success' | 'failure' | 'refused'

const REASONS = { failure: 'RUN_FAILED', refused: 'SOAKING', success: '' } as const

function fieldsOf(state: State, digit: string): Partial<DeploymentRecord> {
  const reason = state === 'success' ? null : { code: REASONS[state], message: 'not this time' }
  return { id: nextNonce(), digest: digestWith(digit), state, reason }
}

/** A job that takes its turn and ends in some way; returns what its deployment is called. */
async function attempt(
  github: SandboxGitHub,
  state: State,
  digit = 'a',
  fields: Partial<DeploymentRecord> = {},
): Promise<number> {
  const { deployments, lock, record } = openLog(github, { times: { settleMs: 1 } })
  const ended = record({ ...fieldsOf(state, digit), ...fields })
  const open = await deployments.open(repository, intentOf(ended))
  const held = await lock.acquire(requestOf(open?.id ?? '', { id: ended.id }))
  await deployments.append(repository, ended, undefined, open)
  await held.release()
  return Number(open?.id)
}

/** Attempts of jobs that did not say what was before them. */
function addAttempts({ state: { deployments } }: SandboxGitHub, id: number, count: number): void {
  const { payload, ...model } = deployments.find(id) ?? expect.fail()
  for (let n = 0; n < count; n += 1) {
    const added = deployments.add({ ...model, payload: { ...(payload as object), id: nextNonce() } })
    for (const state of ['in_progress', 'error'] as const)
      deployments.addStatus(added, { state, creator: ACTIONS_BOT, description: 'SOAKING: not yet' })
  }
}

function descriptionOf({ state: { deployments } }: SandboxGitHub, id: number): string | undefined {
  return deployments.find(id)?.statuses.at(-1)?.description
}

async function askedBy(github: SandboxGitHub, work: () => Promise<unknown>): Promise<number> {
  const before = github.requests.length
  await work()
  return github.requests.length - before
}

describe('after hundreds of attempts without success', { timeout: 120_000 }, () => {
  test('one says since when, and those that follow ask for the ends of a few', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const last = await attempt(github, 'success')
    addAttempts(github, last, 300)
    const told = await attempt(github, 'refused', 'b')
    expect(descriptionOf(github, told)).toBe(`SOAKING: not this time [since ${last}]`)
    // The words are for jobs; people read the reason.
    const { list, deployments } = openLog(github)
    expect((await list())[0]?.record.reason).toEqual({ code: 'SOAKING', message: 'not this time' })
    for (let n = 0; n < 12; n += 1) {
      const asked = await askedBy(github, async () => await attempt(github, 'refused', 'b'))
      expect(asked).toBeLessThan(30)
      const read = await askedBy(
        github,
        async () => await readStanding(deployments.list(repository, 'staging')),
      )
      expect(read).toBeLessThan(20)
    }
    expect((await readStanding(deployments.list(repository, 'staging'))).current?.digest).toBe(
      digestWith('a'),
    )
  })

  test('where nothing has succeeded, none is asked for', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const first = await attempt(github, 'refused')
    addAttempts(github, first, 30)
    const told = await attempt(github, 'refused')
    expect(descriptionOf(github, told)).toContain('[since 0]')
    expect(await openLog(github).list()).toHaveLength(1)
  })

  test('a failure behind them is still the last attempt, so that previous is the last success', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const commits = ['a', 'b', 'c'].map((digit) => ({
      digit,
      commit: parseCommit(github.state.git.commit()),
    }))
    const ids: number[] = []
    for (const [n, { digit, commit }] of commits.entries())
      ids.push(await attempt(github, n === 2 ? 'failure' : 'success', digit, { commit }))
    addAttempts(github, ids[0] ?? 0, 20)
    expect(descriptionOf(github, await attempt(github, 'refused'))).toContain(`[since ${ids[2]}]`)
    const { deployments } = openLog(github)
    expect((await findPrevious(deployments.list(repository, 'staging')))?.digest).toBe(digestWith('b'))
    // And after a failure only successes are of interest.
    expect(descriptionOf(github, await attempt(github, 'failure'))).toBe('RUN_FAILED: not this time')
    addAttempts(github, ids[0] ?? 0, 20)
    expect(descriptionOf(github, await attempt(github, 'failure'))).toContain(`[since ${ids[1]}]`)
    expect((await findPrevious(deployments.list(repository, 'staging')))?.digest).toBe(digestWith('b'))
  })

  test('a few attempts are asked for, because they tell why something does not count', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    for (const state of ['success', 'failure', 'refused', 'refused'] as const) await attempt(github, state)
    expect((await openLog(github).list()).map(({ record }) => record.state)).toEqual([
      'refused',
      'refused',
      'failure',
      'success',
    ])
  })

  test('what was refused before it was announced says so itself', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { append, list, record } = openLog(github)
    await append({ digest: digestWith('a') })
    for (let n = 0; n < 30; n += 1) await append(fieldsOf('refused', 'b'))
    const asked = await askedBy(github, async () => {
      const entries = await list()
      expect(entries).toHaveLength(31)
      expect(entries[0]).toMatchObject({
        isActive: false,
        record: { state: 'refused', reason: { code: 'SOAKING', message: 'not this time' } },
      })
    })
    expect(asked).toBeLessThan(5)
    expect(record().state).toBe('success')
  })
})

describe('what is said of earlier attempts is believed', () => {
  test('of whoever made the deployment, and of nobody else', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { deployments } = github.state
    await attempt(github, 'success', 'a')
    const newer = await attempt(github, 'success', 'b')
    const failed = deployments.find(await attempt(github, 'failure', 'c')) ?? expect.fail()
    deployments.addStatus(failed, {
      state: 'failure',
      creator: DEVELOPER,
      description: `RUN_FAILED: x [since ${newer - 1}]`,
    })
    expect((await readStanding(openLog(github).deployments.list(repository, 'staging'))).last?.digest).toBe(
      digestWith('b'),
    )
  })

  test('not where one of somebody else succeeded between: another job may count it', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const model = await attempt(github, 'success', 'a')
    addAttempts(github, model, 12)
    const other = github.state.deployments.find(await attempt(github, 'success', 'b')) ?? expect.fail()
    for (const made of [other, ...other.statuses]) Object.assign(made, { creator: DEVELOPER, viaApp: false })
    addAttempts(github, model, 12)
    expect(descriptionOf(github, await attempt(github, 'refused', 'c'))).toContain(`[since ${other.id}]`)
    const { deployments } = openLog(github, { deployers: [DEVELOPER.login] })
    expect((await readStanding(deployments.list(repository, 'staging'))).last?.digest).toBe(digestWith('b'))
  })

  test('not of one that only waited: who is before it may go on', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const model = await attempt(github, 'success', 'a')
    addAttempts(github, model, 12)
    const { deployments, record } = openLog(github)
    const locked = record(fieldsOf('refused', 'b'))
    const open = await deployments.open(repository, intentOf(locked))
    await deployments.append(repository, locked, undefined, open)
    expect(descriptionOf(github, Number(open?.id))).toBe('SOAKING: not this time')
  })
})

test('any history is read as if every end was asked for', { timeout: 240_000 }, async () => {
  const step = fc.tuple(
    fc.constantFrom<State>('success', 'failure', 'refused', 'refused', 'refused', 'refused'),
    fc.constantFrom('a' as const, 'b' as const, 'c' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 30 }), async (steps) => {
      const github = await openGitHub({ rateLimit: 100_000 })
      const commits = {
        a: github.state.git.commit(),
        b: github.state.git.commit(),
        c: github.state.git.commit(),
      }
      const model: DeploymentRecord[] = []
      for (const [state, digit] of steps) {
        const commit = parseCommit(commits[digit])
        await attempt(github, state, digit, { commit })
        model.unshift(openLog(github).record({ ...fieldsOf(state, digit), commit }))
      }
      const { deployments } = openLog(github)
      const entries = model.map((record) => ({ record, isActive: true, id: record.id }))
      const expected = async function* () {
        yield* entries
      }
      const list = () => deployments.list(repository, 'staging')
      expect((await readStanding(list())).last?.digest).toBe((await readStanding(expected())).last?.digest)
      expect((await findPrevious(list()))?.digest).toBe((await findPrevious(expected()))?.digest)
    }),
    { numRuns: 2 },
  )
})
