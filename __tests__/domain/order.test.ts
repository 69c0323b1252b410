import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { firstToKnow, type Relation } from '../../src/domain/ancestry.ts'
import type { LoggedDeployment } from '../../src/domain/deployment-log.ts'
import type { Digest } from '../../src/domain/digest.ts'
import { formatDuration } from '../../src/domain/duration.ts'
import { identify } from '../../src/domain/manifest.ts'
import { isSuccess, judgeAge, judgeOrder, type OrderAnswer, readStanding } from '../../src/domain/order.ts'
import { historyOf, logged } from '../fixtures/history.ts'
import {
  amd64,
  arm64,
  commit,
  deploymentRecord,
  digestWith,
  index,
  otherCommit,
} from '../fixtures/samples.ts'

const wanted = digestWith('a')
const other = digestWith('b')
const END = '2026-11-23T11:01:00.000Z'

async function judge(
  entries: readonly LoggedDeployment[],
  { soakMs = 0, now = new Date(END), isSame = (digest: Digest) => digest === wanted } = {},
): Promise<OrderAnswer> {
  const standing = await readStanding(historyOf(entries))
  return judgeOrder({ environment: 'staging', standing, digest: wanted, isSame, soakMs, now })
}

describe('what counts is the last success', () => {
  const there = logged({ digest: wanted })
  test.each<{ description: string; entries: readonly LoggedDeployment[] }>([
    { description: 'alone', entries: [there] },
    { description: 'after others', entries: [there, logged({ digest: other })] },
    {
      description: 'although a later one of another digest failed',
      entries: [logged({ digest: other, state: 'failure' }), there],
    },
    {
      description: 'although a later one was refused before its digest was known',
      entries: [logged({ digest: null, state: 'refused' }), there],
    },
    {
      description: 'although a later one was deployed and rolled back',
      entries: [logged({ digest: other, state: 'rolled-back' }), there],
    },
    {
      description: 'although it failed when it was deployed once more',
      entries: [logged({ digest: wanted, state: 'failure' }), there],
    },
  ])('$description', async ({ entries }) => {
    expect(await judge(entries)).toMatchObject({ finding: undefined })
  })

  test.each<{ description: string; entries: readonly LoggedDeployment[]; says: string }>([
    { description: 'nothing at all', entries: [], says: 'got none: nothing was deployed to staging' },
    {
      description: 'another digest',
      entries: [logged({ digest: other, commit: otherCommit }), there],
      says: `got ${other} of commit ${otherCommit}, since ${END}`,
    },
    {
      description: 'a failure only',
      entries: [logged({ digest: wanted, state: 'failure', reason: { code: 'RUN_FAILED', message: 'x' } })],
      says: `the last attempt with this digest failed at ${END} (RUN_FAILED)`,
    },
    {
      description: 'a refusal only',
      entries: [logged({ digest: wanted, state: 'refused' })],
      says: 'the last attempt with this digest was refused',
    },
    {
      description: 'one that was rolled back',
      entries: [logged({ digest: wanted, state: 'rolled-back' }), logged({ digest: other })],
      says: 'the last attempt with this digest was rolled back',
    },
    {
      description: 'one that is inactive',
      entries: [logged({ digest: wanted }, false)],
      says: 'the last success, of this digest',
    },
    {
      description: 'one that was replaced by what is inactive by now',
      entries: [logged({ digest: other }, false), there],
      says: `the last success, of ${other}`,
    },
  ])('not $description: OUT_OF_ORDER', async ({ entries, says }) => {
    const { finding } = await judge(entries)
    expect(finding?.code).toBe('OUT_OF_ORDER')
    expect(finding?.message).toContain(`expected a successful deployment of ${wanted} that is still current`)
    expect(finding?.message).toContain(says)
  })

  test('in any history: as the words say', async () => {
    const entry = fc.record({
      digest: fc.constantFrom(wanted, other, null),
      state: fc.constantFrom('success', 'failure', 'refused', 'rolled-back'),
      isActive: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { maxLength: 12 }), async (list) => {
        const entries = list.map(({ isActive, ...fields }) => logged(fields, isActive))
        const successes = entries.filter(({ record }) => isSuccess(record))
        const counts = successes[0]?.isActive === true && successes[0].record.digest === wanted
        const { finding } = await judge(entries)
        expect(finding === undefined).toBe(counts)
        // What does not count changes nothing, wherever it stands.
        const bare = await judge(successes)
        expect(bare.finding?.code).toBe(finding?.code)
      }),
    )
  })

  test('is read no further than needed', async () => {
    const history = historyOf([
      logged({ state: 'failure' }),
      there,
      ...Array.from({ length: 5000 }, () => there),
    ])
    await readStanding(history)
    expect(history.reads).toBe(2)
  })

  test('of an index, where a platform of it was deployed, and the other way round', async () => {
    const isSame = (digest: Digest): boolean => identify(digest, index).same
    for (const digest of [index.digest, amd64.digest, arm64.digest])
      expect(await judge([logged({ digest })], { isSame })).toMatchObject({ finding: undefined })
    expect((await judge([logged({ digest: other })], { isSame })).finding?.code).toBe('OUT_OF_ORDER')
  })
})

describe('soak', () => {
  const entries = [logged({ digest: wanted, finishedAt: '2026-11-23T11:00:00.000Z' })]
  test('has to be over; the message says when it will be', async () => {
    const early = await judge(entries, { soakMs: 3_600_000, now: new Date('2026-11-23T11:12:30.000Z') })
    expect(early.finding).toEqual({
      code: 'SOAKING',
      message:
        'staging runs this digest for too short a time · expected 1h, got 12m 30s (since 2026-11-23T11:00:00.000Z); it will do at 2026-11-23T12:00:00.000Z',
    })
    const last = await judge(entries, { soakMs: 3_600_000, now: new Date('2026-11-23T11:59:59.999Z') })
    expect(last.finding?.code).toBe('SOAKING')
    const over = await judge(entries, { soakMs: 3_600_000, now: new Date('2026-11-23T12:00:00.000Z') })
    expect(over.finding).toBeUndefined()
    expect(over.note).toContain('since 2026-11-23T11:00:00.000Z')
  })

  test('starts again with every deployment, of the same digest too', async () => {
    const again = [logged({ digest: wanted, finishedAt: '2026-11-23T11:50:00.000Z' }), ...entries]
    const { finding } = await judge(again, { soakMs: 3_600_000, now: new Date('2026-11-23T12:30:00.000Z') })
    expect(finding?.message).toContain('2026-11-23T12:50:00.000Z')
  })

  test('of nothing lets a deployment pass that another clock says is in the future', async () => {
    const now = new Date('2026-11-23T10:59:00.000Z')
    expect((await judge(entries, { now })).finding).toBeUndefined()
    expect((await judge(entries, { now, soakMs: 1000 })).finding?.message).toContain('got 0s')
  })

  test.each([
    [0, '0s'],
    [1, '1s'],
    [59_001, '1m'],
    [61_000, '1m 1s'],
    [3_600_000, '1h'],
    [604_800_000, '7d'],
    [90_061_000, '1d 1h'],
  ])('%s ms is %s', (milliseconds, expected) => {
    expect(formatDuration(milliseconds)).toBe(expected)
  })
})

describe('a commit older than what the environment runs', () => {
  const current = deploymentRecord({ commit: otherCommit, finishedAt: END })
  const ask = (relation: Relation, replacedAt?: string) => {
    if (!isSuccess(current)) throw new Error('expected a success')
    return judgeAge({ environment: 'production', current, commit, relation, replacedAt })
  }

  test('is OUTDATED, and the message names both', () => {
    const finding = ask('behind')
    expect(finding?.code).toBe('OUTDATED')
    expect(finding?.message).toContain(`commit ${commit} is older than what production runs`)
    expect(finding?.message).toContain(`expected ${otherCommit} or a commit after it, deployed at ${END}`)
  })

  test.each(['identical', 'ahead', 'diverged', 'unknown'] as const)('is not %s', (relation) => {
    expect(ask(relation)).toBeUndefined()
  })

  test('is known from the log where nobody knows the history, and only there', () => {
    expect(ask('unknown', '2026-11-20T00:00:00.000Z')?.message).toContain('production ran it at 2026-11-20')
    for (const relation of ['identical', 'ahead', 'diverged'] as const)
      expect(ask(relation, '2026-11-20T00:00:00.000Z')).toBeUndefined()
  })
})

describe('firstToKnow', () => {
  const says = (relation: Relation, asked: string[] = []) => ({
    compare: async () => {
      asked.push(relation)
      return relation
    },
  })

  test('asks until somebody knows, and nobody about a commit and itself', async () => {
    const asked: string[] = []
    const sources = [says('unknown', asked), says('behind', asked), says('ahead', asked)]
    expect(await firstToKnow(sources).compare(commit, otherCommit)).toBe('behind')
    expect(asked).toEqual(['unknown', 'behind'])
    expect(await firstToKnow(sources).compare(commit, commit)).toBe('identical')
    expect(asked).toHaveLength(2)
    expect(await firstToKnow([says('unknown')]).compare(commit, otherCommit)).toBe('unknown')
    expect(await firstToKnow([]).compare(commit, otherCommit)).toBe('unknown')
  })

  test('asks the others when one fails, and fails only when nobody else knows', async () => {
    const down = new Error('down')
    const fails = {
      compare: async () => {
        throw down
      },
    }
    expect(await firstToKnow([fails, says('behind')]).compare(commit, otherCommit)).toBe('behind')
    await expect(firstToKnow([fails, says('unknown')]).compare(commit, otherCommit)).rejects.toBe(down)
  })
})
