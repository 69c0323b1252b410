import { expect, test } from 'vitest'
import type { Case } from '../../bench/measure.ts'
import { measurePlan } from '../../bench/plan.ts'

function caseOf(name: string, milliseconds: number, more: Partial<Case> = {}): Case & { rounds: string[] } {
  const rounds: string[] = []
  const run = async (round: string): Promise<number> => {
    rounds.push(round)
    return milliseconds
  }
  return { name, run, rounds, ...more }
}

test('the first round warms up, and every other round goes backwards', async () => {
  const order: string[] = []
  const named = (name: string): Case => ({
    name,
    run: async (round) => {
      order.push(`${name}${round}`)
      return Number(round)
    },
  })
  const sections = await measurePlan([{ title: '', lines: [[named('a')], [named('b')]] }], 2, () => undefined)
  expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2'])
  expect(sections[0]?.rows[0]?.summary).toEqual({ median: 1.5, min: 1, max: 2, runs: 2 })
})

test('what takes long is not warmed up, and measured no more often than it says', async () => {
  const [long, short] = [caseOf('long', 9, { atMost: 2 }), caseOf('short', 1)]
  const sections = await measurePlan([{ title: '', lines: [[long], [short]] }], 4, () => undefined)
  expect(long.rounds).toEqual(['1', '2'])
  expect(short.rounds).toEqual(['0', '1', '2', '3', '4'])
  expect(sections[0]?.rows.map(({ summary }) => summary.runs)).toEqual([2, 4])
})

test('a case in several sections is measured once and compared with the first line of each', async () => {
  const [a, b, shared] = [caseOf('a', 10), caseOf('b', 100), caseOf('shared', 50)]
  const plan = [
    { title: 'one', lines: [[a], [shared]] },
    { title: 'two', lines: [[b], [shared]] },
  ] as const
  const sections = await measurePlan(plan, 1, () => undefined)
  expect(shared.rounds).toEqual(['0', '1'])
  expect(sections.map(({ rows }) => rows[1]?.base?.median)).toEqual([10, 100])
  expect(sections.map(({ rows }) => rows[0]?.base)).toEqual([undefined, undefined])
})

test('an aim can follow from what else was measured', async () => {
  const [ours, peer, start] = [caseOf('ours', 55), caseOf('peer', 20), caseOf('start', 30)]
  const sections = await measurePlan(
    [
      {
        title: '',
        lines: [
          [
            ours,
            (of) => ({ kind: 'at most', milliseconds: of(peer).median + of(start).median }),
            { kind: 'memory', megabytes: 1 },
          ],
          [peer],
          [start],
        ],
      },
    ],
    1,
    () => undefined,
  )
  expect(sections[0]?.rows[0]?.aims).toEqual([
    { kind: 'at most', milliseconds: 50 },
    { kind: 'memory', megabytes: 1 },
  ])
})

test('a run that fails ends the benchmark and says which it was', async () => {
  const failing: Case = {
    name: 'a peer',
    run: async () => {
      throw new Error('another digest')
    },
  }
  await expect(measurePlan([{ title: '', lines: [[failing]] }], 1, () => undefined)).rejects.toThrow(
    'a peer, round 0: another digest',
  )
})
