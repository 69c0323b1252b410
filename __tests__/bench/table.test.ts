import { describe, expect, test } from 'vitest'
import { type Aim, formatRatio, judgeAim, median, renderTable, summarize } from '../../bench/table.ts'

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

test('summarize keeps the extremes and how often was measured', () => {
  expect(summarize([5, 9, 7])).toEqual({ median: 7, min: 5, max: 9, runs: 3 })
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
  const row = (milliseconds: number, aim?: Aim, base?: number) => ({
    label: 'row',
    summary: summarize([milliseconds]),
    ...(aim === undefined ? {} : { aim }),
    ...(base === undefined ? {} : { base: summarize([base]) }),
  })
  const fast: Aim = { kind: 'at most', milliseconds: 150 }
  const slow: Aim = { kind: 'slower by', factor: 10 }

  test('says nothing without an aim', () => {
    expect(judgeAim(row(1))).toBeUndefined()
  })

  test.each([
    { milliseconds: 150, verdict: '≤ 150 ms: met' },
    { milliseconds: 150.4, verdict: '≤ 150 ms: missed' },
  ])('a limit of 150 ms and $milliseconds ms: $verdict', ({ milliseconds, verdict }) => {
    expect(judgeAim(row(milliseconds, fast))).toBe(verdict)
  })

  test.each([
    { milliseconds: 1000, verdict: '≥ 10×: met' },
    { milliseconds: 999, verdict: '≥ 10×: missed' },
  ])('ten times 100 ms and $milliseconds ms: $verdict', ({ milliseconds, verdict }) => {
    expect(judgeAim(row(milliseconds, slow, 100))).toBe(verdict)
  })

  test('a factor needs something to compare with', () => {
    expect(() => judgeAim(row(1, slow))).toThrow('something to compare with')
  })
})

test('renderTable aligns its columns and is Markdown', () => {
  const ours = summarize([20, 25, 21])
  const rows = [
    { label: 'ours', summary: ours, aim: { kind: 'at most', milliseconds: 30 } as const },
    { label: 'a peer', summary: summarize([1000, 1200, 1100]), base: ours },
    { label: 'nothing', summary: summarize([0.5, 2.25, 1.25]), base: ours },
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
