import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { isSuccess } from '../../src/domain/order.ts'
import { findReplaced, findRollback } from '../../src/domain/rollback.ts'
import { historyOf, logged } from '../fixtures/history.ts'
import { commitWith, digestWith } from '../fixtures/samples.ts'

const deployed = (digit: string, state: 'success' | 'failure' | 'refused' | 'rolled-back' = 'success') =>
  logged({ digest: digestWith(digit), commit: commitWith(digit), state })

async function previous(entries: readonly ReturnType<typeof logged>[]): Promise<Digest | undefined> {
  return (await findRollback({ kind: 'previous' }, historyOf(entries)))?.digest
}

describe('previous is', () => {
  test('what was there before what is there now', async () => {
    expect(await previous([deployed('b'), deployed('a')])).toBe(digestWith('a'))
    expect(await previous([deployed('b'), deployed('b'), deployed('a')])).toBe(digestWith('a'))
    expect(await previous([deployed('b'), deployed('a', 'failure'), deployed('c')])).toBe(digestWith('c'))
  })

  test('what is there now, where the last attempt with something else failed', async () => {
    expect(await previous([deployed('c', 'failure'), deployed('b'), deployed('a')])).toBe(digestWith('b'))
    expect(await previous([deployed('c', 'rolled-back'), deployed('b'), deployed('a')])).toBe(digestWith('b'))
  })

  test('not moved by refusals, which never reached the environment', async () => {
    expect(await previous([deployed('c', 'refused'), deployed('b'), deployed('a')])).toBe(digestWith('a'))
  })

  test('after a rollback what was rolled back', async () => {
    expect(await previous([deployed('a'), deployed('b'), deployed('a')])).toBe(digestWith('b'))
  })

  test('not another name of the same artifact: a commit has only one', async () => {
    const child = logged({ digest: digestWith('d'), commit: commitWith('b') })
    expect(await previous([child, deployed('b'), deployed('a')])).toBe(digestWith('a'))
    // Two commits that give the same bytes are the same artifact too.
    const same = logged({ digest: digestWith('b'), commit: commitWith('c') })
    expect(await previous([deployed('b'), same, deployed('a')])).toBe(digestWith('a'))
  })

  test('nothing where there is nothing else', async () => {
    expect(await previous([])).toBeUndefined()
    expect(await previous([deployed('b')])).toBeUndefined()
    expect(await previous([deployed('b'), deployed('a', 'failure')])).toBeUndefined()
  })

  test('what was there before, also where it is inactive by now', async () => {
    const inactive = logged({ digest: digestWith('a'), commit: commitWith('a') }, false)
    expect(await previous([deployed('b'), inactive])).toBe(digestWith('a'))
  })
})

describe('a commit or an artifact is', () => {
  const entries = [deployed('c', 'failure'), deployed('b'), deployed('a')]

  test('found where it succeeded', async () => {
    const byCommit = await findRollback({ kind: 'commit', commit: commitWith('a') }, historyOf(entries))
    expect(byCommit?.digest).toBe(digestWith('a'))
    const isSame = (digest: Digest) => digest === digestWith('b')
    expect((await findRollback({ kind: 'artifact', isSame }, historyOf(entries)))?.commit).toBe(
      commitWith('b'),
    )
  })

  test('not found where it only failed, or never was', async () => {
    for (const digit of ['c', 'd']) {
      expect(
        await findRollback({ kind: 'commit', commit: commitWith(digit) }, historyOf(entries)),
      ).toBeUndefined()
      const isSame = (digest: Digest) => digest === digestWith(digit)
      expect(await findRollback({ kind: 'artifact', isSame }, historyOf(entries))).toBeUndefined()
    }
  })
})

test('whatever is found succeeded there', async () => {
  const digit = fc.constantFrom('a', 'b', 'c')
  const state = fc.constantFrom('success', 'failure', 'refused', 'rolled-back')
  const kind = fc.constantFrom('previous', 'commit', 'artifact')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(digit, state), { maxLength: 10 }),
      kind,
      digit,
      async (list, kind, about) => {
        const entries = list.map(([digit, state]) => deployed(digit, state))
        const question =
          kind === 'previous'
            ? { kind }
            : kind === 'commit'
              ? { kind, commit: commitWith(about) }
              : { kind, isSame: (digest: Digest) => digest === digestWith(about) }
        const found = await findRollback(question, historyOf(entries))
        const successes = entries.map(({ record }) => record).filter((record) => isSuccess(record))
        if (found !== undefined) expect(successes).toContain(found)
        const tried = entries.find(({ record }) => record.state !== 'refused')?.record
        const candidates = successes.filter(({ commit }) =>
          kind === 'previous' ? commit !== tried?.commit : commit === commitWith(about),
        )
        expect(found).toBe(candidates[0])
      },
    ),
  )
})

test('what was replaced is known by the log', async () => {
  const entries = [deployed('d', 'failure'), deployed('b'), deployed('a')]
  const ask = async (digit: string) =>
    await findReplaced((record) => record.digest === digestWith(digit), historyOf(entries))
  expect((await ask('a'))?.digest).toBe(digestWith('a'))
  expect(await ask('b')).toBeUndefined()
  expect(await ask('c')).toBeUndefined()
  expect(await ask('d')).toBeUndefined()
})
