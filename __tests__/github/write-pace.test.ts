import { describe, expect, test } from 'vitest'
import { createWritePace } from '../../src/github/write-pace.ts'

/** A clock that somebody sets, with the pauses that were made. */
function settableClock() {
  const pauses: number[] = []
  let now = Date.parse('2026-11-23T12:00:00Z')
  const clock = {
    now: () => new Date(now),
    sleep: async (milliseconds: number) => {
      pauses.push(milliseconds)
      now += milliseconds
    },
  }
  return { clock, pauses, turn: (milliseconds: number) => (now += milliseconds) }
}

async function write(pace: ReturnType<typeof createWritePace>, times: number): Promise<number> {
  let written = 0
  for (let turn = 0; turn < times; turn += 1)
    await pace.key().schedule({}, async () => {
      written += 1
    })
  return written
}

describe('the pace of writes', () => {
  test('lets a short series through, and spreads what follows to one a second', async () => {
    const { clock, pauses } = settableClock()
    const pace = createWritePace(clock)
    expect(await write(pace, 5)).toBe(5)
    expect(pauses).toEqual([])
    expect(await write(pace, 60)).toBe(60)
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(60_000)
  })

  test('lets a short series through again after some rest', async () => {
    const { clock, pauses, turn } = settableClock()
    const pace = createWritePace(clock)
    await write(pace, 10)
    pauses.splice(0)
    turn(60_000)
    await write(pace, 5)
    expect(pauses).toEqual([])
  })

  test('does not wait for the clock to catch up when it is set back', async () => {
    const { clock, pauses, turn } = settableClock()
    const pace = createWritePace(clock)
    await write(pace, 10)
    pauses.splice(0)
    turn(-3_600_000)
    expect(await write(pace, 3)).toBe(3)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1000)
  })
})
