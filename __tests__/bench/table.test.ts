import { describe, expect, test } from 'vitest'
import {
  type Aim,
  formatRatio,
  judgeAim,
  median,
  renderTable,
  type Summary,
  summarize,
} from '../../bench/table.ts'

function summaryOf(...times: readonly number[]): Summary {
  return summarize(times.map((milliseconds) => ({ milliseconds })))
}

describe('median', () => {
  test.each([
    { values: [3], expected: 3 },
    { values: [10, 1, 2], expected: 2 },
    // Numbers, not texts, are sorted: '100' would come before '9'.
    { values: [100, 9, 11], expected: 11 },
    { values: [4, 1, 2, 3], expected: 2.5 },
    { values: [0.1, 0.1], expected: 0.1 },
  ])('of $values is $expected', ({ values, expected }) => {
    expect(median(values)).toBe(expected)
  })

  test('leaves its argument as it was', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })

  test('of nothing is an error', () => {
    expect(() => median([])).toThrow('nothing was measured')
  })
})

describe('summarize', () => {
  test('keeps the extremes and how often was measured', () => {
    expect(summaryOf(5, 9, 7)).toEqual({ median: 7, min: 5, max: 9, runs: 3 })
  })

  test('keeps the most memory of all runs, also where the middle run held less', () => {
    const samples = [90, 140, 100].map((peakMegabytes) => ({ milliseconds: 1, peakMegabytes }))
    expect(summarize(samples).peakMegabytes).toBe(140)
  })
})

test.each([
  { ratio: 0.034, text: '0.03×' },
  { ratio: 0.994, text: '0.99×' },
  { ratio: 0.996, text: '1.0×' },
  { ratio: 5.66, text: '5.7×' },
  { ratio: 9.96, text: '10×' },
  { ratio: 21.5, text: '22×' },
])('the ratio $ratio reads $text', ({ ratio, text }) => {
  expect(formatRatio(ratio)).toBe(text)
})

describe('judgeAim', () => {
  const fast: Aim = { kind: 'at most', milliseconds: 150 }
  const slow: Aim = { kind: 'slower by', factor: 10 }
  const small: Aim = { kind: 'memory', megabytes: 150 }

  test.each([
    { milliseconds: 150, verdict: '≤ 150 ms: met' },
    { milliseconds: 150.4, verdict: '≤ 150 ms: missed' },
  ])('a limit of 150 ms and $milliseconds ms: $verdict', ({ milliseconds, verdict }) => {
    expect(judgeAim(fast, { summary: summaryOf(milliseconds) })).toBe(verdict)
  })

  test.each([
    { milliseconds: 1000, verdict: '≥ 10×: met' },
    { milliseconds: 999, verdict: '≥ 10×: missed' },
  ])('ten times 100 ms and $milliseconds ms: $verdict', ({ milliseconds, verdict }) => {
    expect(judgeAim(slow, { summary: summaryOf(milliseconds), base: summaryOf(100) })).toBe(verdict)
  })

  test.each([
    { peakMegabytes: 149.6, verdict: '≤ 150 MB: met' },
    { peakMegabytes: 150.4, verdict: '≤ 150 MB: missed' },
  ])('a limit of 150 MB and $peakMegabytes MB: $verdict', ({ peakMegabytes, verdict }) => {
    expect(judgeAim(small, { summary: summarize([{ milliseconds: 1, peakMegabytes }]) })).toBe(verdict)
  })

  test('a factor needs something to compare with', () => {
    expect(() => judgeAim(slow, { summary: summaryOf(1) })).toThrow('something to compare with')
  })

  test('a limit of memory needs its measure', () => {
    expect(() => judgeAim(small, { summary: summaryOf(1) })).toThrow('needs its measure')
  })
})

describe('renderTable', () => {
  test('aligns its columns and is Markdown', () => {
    const ours = summaryOf(20, 25, 21)
    const rows = [
      { label: 'ours', summary: ours, aims: [{ kind: 'at most', milliseconds: 30 }] as const },
      { label: 'a peer', summary: summaryOf(1000, 1200, 1100), base: ours },
      { label: 'nothing', summary: summaryOf(0.5, 2.25, 1.25), base: ours },
    ]
    expect(renderTable([{ title: 'Reuse', rows }])).toBe(
      [
        '|           | median ms |   min–max | runs | × first | aim          |',
        '| --------- | --------: | --------: | ---: | ------: | ------------ |',
        '| **Reuse** |           |           |      |         |              |',
        '| ours      |        21 |     20–25 |    3 |         | ≤ 30 ms: met |',
        '| a peer    |      1100 | 1000–1200 |    3 |     52× |              |',
        '| nothing   |       1.3 |   0.5–2.3 |    3 |   0.06× |              |',
      ].join('\n'),
    )
  })

  test('has columns for memory and digests where a line has them, and all verdicts of a line in one cell', () => {
    const ours = summarize([{ milliseconds: 20, peakMegabytes: 61.6 }])
    const aims = [
      { kind: 'at most', milliseconds: 10 },
      { kind: 'memory', megabytes: 150 },
    ] as const
    const rows = [
      { label: 'ours', summary: ours, digest: 'unchanged', aims } as const,
      { label: 'a peer', summary: summaryOf(30), base: ours, digest: 'another' } as const,
    ]
    expect(renderTable([{ title: 'Copy', rows }])).toBe(
      [
        '|          | median ms | min–max | runs | × first | peak MB | digest    | aim                            |',
        '| -------- | --------: | ------: | ---: | ------: | ------: | --------- | ------------------------------ |',
        '| **Copy** |           |         |      |         |         |           |                                |',
        '| ours     |        20 |   20–20 |    1 |         |      62 | unchanged | ≤ 10 ms: missed, ≤ 150 MB: met |',
        '| a peer   |        30 |   30–30 |    1 |    1.5× |         | another   |                                |',
      ].join('\n'),
    )
  })
})
