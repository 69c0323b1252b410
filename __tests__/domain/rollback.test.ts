import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { isSuccess } from '../../src/domain/order.ts'
import { findPrevious, findSuccess } from '../../src/domain/rollback.ts'
import { historyOf, logged } from '../fixtures/history.ts'
import { commitWith, digestWith } from '../fixtures/samples.ts'

const deployed = (digit: string, state: 'success' | 'failure' | 'refused' | 'rolled-back' = 'success') =>
  logged({ digest: digestWith(digit), commit: commitWith(digit), state })

async function previous(entries: readonly ReturnType<typeof logged>[]): Promise<Digest | undefined> {
  return (await findPrevious(historyOf(entries)))?.digest
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

  test('what is there now, where the last attempt to put it there again failed', async () => {
    // As when a rollback after a failed deployment has failed itself, and is run again.
    expect(
      await previous([deployed('b', 'failure'), deployed('c', 'failure'), deployed('b'), deployed('a')]),
    ).toBe(digestWith('b'))
    expect(await previous([deployed('b', 'failure'), deployed('b'), deployed('a')])).toBe(digestWith('b'))
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
    const byCommit = await findSuccess(({ commit }) => commit === commitWith('a'), historyOf(entries))
    expect(byCommit?.digest).toBe(digestWith('a'))
    const byDigest = await findSuccess(({ digest }) => digest === digestWith('b'), historyOf(entries))
    expect(byDigest?.commit).toBe(commitWith('b'))
  })

  test('not found where it only failed, or never was', async () => {
    for (const digit of ['c', 'd'])
      expect(
        await findSuccess(({ commit }) => commit === commitWith(digit), historyOf(entries)),
      ).toBeUndefined()
  })
})

test('whatever is found succeeded there', async () => {
  const digit = fc.constantFrom('a', 'b', 'c')
  const state = fc.constantFrom('success', 'failure', 'refused', 'rolled-back')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(digit, state), { maxLength: 10 }), digit, async (list, about) => {
      const entries = list.map(([digit, state]) => deployed(digit, state))
      const successes = entries.map(({ record }) => record).filter((record) => isSuccess(record))
      const found = await findSuccess(({ commit }) => commit === commitWith(about), historyOf(entries))
      expect(found).toBe(successes.find(({ commit }) => commit === commitWith(about)))
      const tried = entries.find(({ record }) => record.state !== 'refused')?.record
      const before = await findPrevious(historyOf(entries))
      const isTried = tried?.state === 'success' ? tried.commit : undefined
      expect(before).toBe(successes.find(({ commit }) => commit !== isTried))
    }),
  )
})
