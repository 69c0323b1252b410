import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, type TestContext } from 'vitest'
import { type RegistryOptions, type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { startResults } from '../../sandbox/results/server.ts'
import { raceOnce } from './race.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

/** A registry for one test; a race is mostly waiting for seals to settle, so races run side by side. */
async function start({ onTestFinished }: TestContext, options?: RegistryOptions): Promise<SandboxRegistry> {
  const registry = await startRegistry(options)
  onTestFinished(async () => await registry.close())
  return registry
}

describe.concurrent.each([
  { description: 'with the referrers API', options: {} },
  { description: 'without the referrers API', options: { referrersApi: false } },
  { description: 'with immutable tags', options: { immutableTags: true as const, referrersApi: true } },
])('racing builds of one commit $description', ({ options }) => {
  it.for([
    { racers: 2, files: 'different' as const },
    { racers: 6, files: 'different' as const },
    { racers: 4, files: 'same' as const },
  ])(
    '$racers processes with $files files end with one digest and one record that stands',
    async ({ racers, files }, context) => {
      const registry = await start(context, options)
      const outcome = await raceOnce({ host: registry.host, racers, files })
      expect(outcome.errors).toEqual([])
      expect(outcome.digests).toHaveLength(1)
      expect(outcome.standingRecords).toHaveLength(1)
      expect(outcome.built).toBeLessThanOrEqual(1)
      expect((await registry.readManifest('team/app', outcome.commit))?.digest).toBe(outcome.digests[0])
    },
  )
})

it.concurrent('the worst order: everybody has seen that nothing is sealed before anybody seals', async (context) => {
  const racers = 5
  let waiting = 0
  const registry = await start(context, {
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

it.concurrent.for([
  {
    description: 'the registry asks to come back later',
    answer: { status: 503, headers: { 'retry-after': '1' }, body: '' },
  },
  { description: 'the registry takes too many requests', answer: { status: 429, headers: {}, body: '' } },
  { description: 'the connection breaks', answer: 'reset' as const },
])(
  'a seal whose write fails because $description looks again before it writes again',
  async ({ answer }, context) => {
    await using folder = await temporaryFolder()
    const commit = newCommit()
    const workspace = async (marker: string) => {
      await writeApplication(`${folder.path}/${marker}`, marker)
      return { workspace: `${folder.path}/${marker}` }
    }
    let winner: ReturnType<typeof step> | undefined
    const registry = await start(context, {
      onRequest: async ({ method, reference }) => {
        if (method !== 'PUT' || reference !== commit || winner !== undefined) return undefined
        // While the first seal is on its way another build starts, seals, settles and ends.
        winner = workspace('second').then(async (setup) => await step('build', inputs, setup))
        await winner
        return answer
      },
    })
    const inputs = {
      image: `${registry.host}/team/app`,
      commit,
      engine: 'layers',
      path: 'dist',
      settle: '1s',
    }
    const first = await step('build', inputs, await workspace('first'))
    const sealed = await winner
    expect(sealed?.outputs).toMatchObject({ built: 'true' })
    expect(errorsOf(first)).toBe('')
    expect(first.outputs).toMatchObject({ built: 'false', digest: sealed?.outputs['digest'] })
    expect((await registry.readManifest('team/app', commit))?.digest).toBe(sealed?.outputs['digest'])
  },
)

it.concurrent('jobs of one workflow run share one results service', async (context) => {
  const registry = await start(context)
  const results = await startResults()
  try {
    const outcome = await raceOnce({ host: registry.host, racers: 4, files: 'different', results })
    expect(outcome.errors).toEqual([])
    expect(outcome.digests).toHaveLength(1)
    expect(outcome.built).toBe(1)
    expect(results.artifacts('9000').length).toBeGreaterThan(0)
  } finally {
    await results.close()
  }
})
