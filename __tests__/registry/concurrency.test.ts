import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { mapLimited } from '../../src/registry/concurrency.ts'

describe('mapLimited', () => {
  test('keeps the order of the input, and the limit', async () => {
    let running = 0
    let most = 0
    const work = async (value: number): Promise<number> => {
      running += 1
      most = Math.max(most, running)
      await sleep(value % 3)
      running -= 1
      return value * 2
    }
    const values = Array.from({ length: 20 }, (_, index) => index)
    await expect(mapLimited(values, 4, work)).resolves.toEqual(values.map((value) => value * 2))
    expect(most).toBe(4)
    await expect(mapLimited([], 4, work)).resolves.toEqual([])
  })

  test('the first failure is thrown once everything under way has stopped, and nothing new is begun', async () => {
    const begun: number[] = []
    let stopped = 0
    const work = async (value: number, signal: AbortSignal): Promise<void> => {
      begun.push(value)
      if (value === 1) throw new Error('first')
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await sleep(5)
      stopped += 1
      throw new Error('a consequence')
    }
    await expect(mapLimited([0, 1, 2, 3, 4, 5], 3, work)).rejects.toThrow('first')
    expect(begun).toEqual([0, 1, 2])
    expect(stopped).toBe(2)
  })
})
