import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { raceOnce } from './race.ts'

let registry: SandboxRegistry | undefined

afterEach(async () => {
  await registry?.close()
})

describe.each([
  { description: 'with the referrers API', options: {} },
  { description: 'without the referrers API', options: { referrersApi: false } },
  { description: 'with immutable tags', options: { immutableTags: true as const, referrersApi: true } },
])('racing builds of one commit $description', ({ options }) => {
  it.each([
    { racers: 2, files: 'different' as const },
    { racers: 6, files: 'different' as const },
    { racers: 4, files: 'same' as const },
  ])(
    '$racers processes with $files files end with one digest and one record that stands',
    async ({ racers, files }) => {
      registry = await startRegistry(options)
      const outcome = await raceOnce({ host: registry.host, racers, files })
      expect(outcome.errors).toEqual([])
      expect(outcome.digests).toHaveLength(1)
      expect(outcome.standingRecords).toHaveLength(1)
      expect(outcome.built).toBeLessThanOrEqual(1)
      expect((await registry.readManifest('team/app', outcome.commit))?.digest).toBe(outcome.digests[0])
    },
  )
})

it('the worst order: everybody has seen that nothing is sealed before anybody seals', async () => {
  const racers = 5
  let waiting = 0
  registry = await startRegistry({
    onRequest: async ({ method, operation, reference = '' }) => {
      if (method !== 'PUT' || operation !== 'manifest' || !/^[0-9a-f]{40}$/.test(reference)) return
      waiting += 1
      for (let turn = 0; turn < 40 && waiting < racers; turn += 1) await sleep(50)
    },
  })
  const outcome = await raceOnce({ host: registry.host, racers, files: 'different', settle: '3s' })
  expect(waiting).toBe(racers)
  expect(outcome.errors).toEqual([])
  expect(outcome.digests).toHaveLength(1)
  expect(outcome.standingRecords).toHaveLength(1)
  expect(outcome.built).toBe(1)
})
