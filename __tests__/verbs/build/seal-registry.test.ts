import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RegistryError } from '../../../src/domain/error.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import { encodeRecord, RECORD_TYPES, recordTime } from '../../../src/domain/record.ts'
import { look, seal } from '../../../src/verbs/build/seal-registry.ts'
import type { SealResult } from '../../../src/verbs/build/sealed.ts'
import {
  createJob,
  createWorld,
  immutableTags,
  type Job,
  type JobOptions,
  type World,
} from '../../fixtures/build-world.ts'
import {
  amd64,
  arm64,
  buildRecord,
  commit,
  imageManifest,
  json,
  nextNonce,
  otherCommit,
  publish,
  repository,
} from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

const SETTLE = 3000
const target = { repository, commit, settle: SETTLE }
const OLD = '2026-11-20T10:00:00.000Z'

function recordOf(world: World, manifest: Manifest, createdAt = recordTime(world.clock.now())) {
  return buildRecord({ digest: manifest.digest, createdAt, nonce: nextNonce() })
}

/** Tag and record, as another build left them. */
async function sealBefore(world: World, manifest: Manifest, createdAt = OLD) {
  const record = recordOf(world, manifest, createdAt)
  await publish(world.registry, manifest, commit)
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, encodeRecord(record))
  return record
}

/** Publishes without a tag and seals, as a build does. */
async function sealNow(
  world: World,
  manifest: Manifest,
  options: JobOptions = {},
): Promise<SealResult & { job: Job }> {
  const job = createJob(world, options)
  await publish(world.registry, manifest)
  return { ...(await seal(job.ports, target, manifest, recordOf(world, manifest))), job }
}

async function moveTag(world: World, manifest: Manifest): Promise<void> {
  await publish(world.registry, manifest, commit)
}

async function removeTag(world: World): Promise<void> {
  // A tag cannot be removed through the interface; an index that holds nothing stands for it in other tests.
  Object.assign(world.registry, { readTag: async () => undefined })
}

describe('look', () => {
  test('a tag that is not there', async () => {
    const { ports, events } = createJob(createWorld())
    expect(await look(ports, target)).toEqual({ state: 'absent' })
    expect(events).toEqual([`readTag ${commit}`])
  })

  test('a seal that is old is taken at once', async () => {
    const world = createWorld()
    const record = await sealBefore(world, amd64)
    const { ports, events } = createJob(world)
    expect(await look(ports, target)).toEqual({ state: 'sealed', sealed: { manifest: amd64, record } })
    expect(world.clock.elapsed()).toBe(0)
    expect(events).toEqual([`readTag ${commit}`, 'list'])
  })

  test.each([
    { description: 'one second ago', createdAt: '2026-11-23T11:59:59.000Z', waits: true },
    {
      description: 'eleven seconds ago, the last that counts',
      createdAt: '2026-11-23T11:59:49.001Z',
      waits: true,
    },
    { description: 'eleven seconds ago and a bit', createdAt: '2026-11-23T11:59:49.000Z', waits: false },
    { description: 'by a clock that is ahead', createdAt: '2026-11-23T12:10:00.000Z', waits: true },
  ])('a seal of $description is waited for: $waits', async ({ createdAt, waits }) => {
    const world = createWorld()
    const record = await sealBefore(world, amd64, createdAt)
    expect(await look(createJob(world).ports, target)).toMatchObject({ state: 'sealed', sealed: { record } })
    expect(world.clock.elapsed()).toBe(waits ? SETTLE : 0)
  })

  test('a fresh seal that loses its race while it is waited for', async () => {
    const world = createWorld()
    await sealBefore(world, amd64, '2026-11-23T11:59:59.000Z')
    let winner: unknown
    world.clock.after(1000, async () => {
      winner = await sealBefore(world, arm64, '2026-11-23T12:00:00.500Z')
    })
    expect(await look(createJob(world).ports, target)).toEqual({
      state: 'sealed',
      sealed: { manifest: arm64, record: winner },
    })
    expect(world.clock.elapsed()).toBe(2 * SETTLE)
  })

  test('a tag without a record is unsealed, after a second look', async () => {
    const world = createWorld()
    await moveTag(world, amd64)
    expect(await look(createJob(world).ports, target)).toEqual({ state: 'unsealed', manifest: amd64 })
    expect(world.clock.elapsed()).toBe(SETTLE)
  })

  test('a record that the listing shows late', async () => {
    const world = createWorld()
    await moveTag(world, amd64)
    const record = recordOf(world, amd64, OLD)
    world.clock.after(1000, () =>
      world.records.plant(repository, amd64.digest, RECORD_TYPES.build, encodeRecord(record)),
    )
    expect(await look(createJob(world).ports, target)).toMatchObject({ state: 'sealed', sealed: { record } })
  })

  test.each([
    { description: 'of another commit', fields: { commit: otherCommit } },
    { description: 'of another repository', fields: { repository: 'other.test/app' } },
    { description: 'about another digest', fields: { digest: arm64.digest } },
  ])('a record $description seals nothing', async ({ fields }) => {
    const world = createWorld()
    await moveTag(world, amd64)
    world.records.plant(
      repository,
      amd64.digest,
      RECORD_TYPES.build,
      encodeRecord(buildRecord({ createdAt: OLD, ...fields })),
    )
    expect(await look(createJob(world).ports, target)).toMatchObject({ state: 'unsealed' })
  })

  test('a malformed document beside the record is passed over with a warning', async () => {
    const world = createWorld()
    const record = await sealBefore(world, amd64)
    world.records.plant(repository, amd64.digest, RECORD_TYPES.build, json({ schema: 'build-once/build/v9' }))
    const { ports, log } = createJob(world)
    expect(await look(ports, target)).toMatchObject({ state: 'sealed', sealed: { record } })
    expect(log.lines.filter((line) => line.startsWith('warning: Passed over'))).toHaveLength(1)
  })

  test('a malformed document alone is an error, not an absence', async () => {
    const world = createWorld()
    await moveTag(world, amd64)
    world.records.plant(repository, amd64.digest, RECORD_TYPES.build, json({ schema: 'build-once/build/v9' }))
    await expectCode(look(createJob(world).ports, target), 'RECORD_INVALID')
  })

  test.each(['REGISTRY_UNAVAILABLE', 'REGISTRY_DENIED', 'REGISTRY_UNEXPECTED'] as const)(
    'a registry that answers %s is an error, not an absence',
    async (code) => {
      const failing = createJob(createWorld(), {
        around: async () => {
          throw new RegistryError(code, 'x')
        },
      })
      await expectCode(look(failing.ports, target), code)
    },
  )

  test.each([
    {
      description: 'keeps changing',
      change: async (world: World, n: number) => moveTag(world, imageManifest(`change ${n}`)),
      says: 'expected one digest, got 20 changes',
    },
    { description: 'goes away', change: async (world: World) => removeTag(world), says: 'got nothing' },
  ])('a tag that $description does not settle', async ({ change, says }) => {
    const world = createWorld()
    await moveTag(world, amd64)
    for (let n = 0; n < 25; n += 1) world.clock.after(1000 + n * SETTLE, async () => change(world, n))
    const error = await expectCode(look(createJob(world).ports, target), 'SEAL_UNSTABLE')
    expect(error.message).toContain(says)
  })
})

describe('seal', () => {
  test('records first, then puts the tag, then reads it again after the settle time', async () => {
    const world = createWorld()
    const { ours, manifest, record, job } = await sealNow(world, amd64)
    expect({ ours, manifest }).toEqual({ ours: true, manifest: amd64 })
    expect(record.digest).toBe(amd64.digest)
    expect(world.clock.elapsed()).toBe(SETTLE)
    expect(job.events).toEqual([
      `readTag ${commit}`,
      'list',
      'attach',
      `readTag ${commit}`,
      `putManifest ${commit}`,
      `readTag ${commit}`,
      'list',
    ])
  })

  test('adopts what was sealed while it built', async () => {
    const world = createWorld()
    const record = await sealBefore(world, arm64)
    const result = await sealNow(world, amd64)
    expect(result).toMatchObject({ ours: false, manifest: arm64, record })
    expect(result.job.events).not.toContain('attach')
  })

  test('refuses a tag that somebody pushed while it built', async () => {
    const world = createWorld()
    await moveTag(world, arm64)
    const error = await expectCode(sealNow(world, amd64), 'UNSEALED_TAG')
    expect(error.message).toContain(arm64.digest)
  })

  test('adopts a build that sealed between the record and the tag, and moves nothing', async () => {
    const world = createWorld()
    let winner: unknown
    const result = await sealNow(world, amd64, {
      around: async (call, proceed) => {
        if (call === 'attach') winner = await sealBefore(world, arm64, recordTime(world.clock.now()))
        return await proceed()
      },
    })
    expect(result).toMatchObject({ ours: false, manifest: arm64, record: winner })
    expect(result.job.events).not.toContain(`putManifest ${commit}`)
  })

  test('adopts a build that overwrote the tag within the settle time', async () => {
    const world = createWorld()
    let winner: unknown
    world.clock.after(2000, async () => {
      winner = await sealBefore(world, arm64, recordTime(world.clock.now()))
    })
    expect(await sealNow(world, amd64)).toMatchObject({ ours: false, manifest: arm64, record: winner })
    expect(world.clock.elapsed()).toBe(2 * SETTLE)
  })

  test('refuses when the tag ends on something without a record', async () => {
    const world = createWorld()
    world.clock.after(1000, async () => moveTag(world, arm64))
    await expectCode(sealNow(world, amd64), 'UNSEALED_TAG')
  })

  test.each(['REGISTRY_REFUSED', 'REGISTRY_DENIED'] as const)(
    'a lost race on immutable tags, which the registry answers with %s, adopts the winner',
    async (code) => {
      const world = createWorld()
      let winner: unknown
      const immutable = immutableTags(world, code)
      const result = await sealNow(world, amd64, {
        around: async (call, proceed) => {
          if (call.startsWith('putManifest'))
            winner = await sealBefore(world, arm64, recordTime(world.clock.now()))
          return await immutable(call, proceed)
        },
      })
      expect(result).toMatchObject({ ours: false, manifest: arm64, record: winner })
    },
  )

  test.each(['REGISTRY_REFUSED', 'REGISTRY_DENIED', 'REGISTRY_UNAVAILABLE'] as const)(
    'a put that fails with %s while the tag is not there stays that failure',
    async (code) => {
      const failing = sealNow(createWorld(), amd64, {
        around: async (call, proceed) => {
          if (call.startsWith('putManifest')) throw new RegistryError(code, 'no')
          return await proceed()
        },
      })
      await expectCode(failing, code)
    },
  )

  test('a put that is said to have worked, but did not, is unstable', async () => {
    const failing = sealNow(createWorld(), amd64, {
      around: async (call, proceed) => {
        if (call.startsWith('putManifest')) return undefined as Awaited<ReturnType<typeof proceed>>
        return await proceed()
      },
    })
    const error = await expectCode(failing, 'SEAL_UNSTABLE')
    expect(error.message).toContain('got nothing')
  })

  test('a build that was killed between record and seal is finished by the next, whose record adds nothing', async () => {
    const world = createWorld()
    const killed = sealNow(world, amd64, {
      around: async (call, proceed) => {
        if (call.startsWith('putManifest')) throw new Error('killed')
        return await proceed()
      },
    })
    await expect(killed).rejects.toThrow('killed')
    expect(await look(createJob(world).ports, target)).toEqual({ state: 'absent' })
    const result = await sealNow(world, amd64)
    expect(result).toMatchObject({ ours: false, manifest: amd64 })
    expect(result.job.events).not.toContain('attach')
    expect(await world.records.list(repository, amd64.digest, RECORD_TYPES.build)).toHaveLength(1)
  })

  test('the orphan of a killed build with other bytes does not stand in the way', async () => {
    const world = createWorld()
    world.records.plant(
      repository,
      arm64.digest,
      RECORD_TYPES.build,
      encodeRecord(recordOf(world, arm64, OLD)),
    )
    expect(await sealNow(world, amd64)).toMatchObject({ ours: true, manifest: amd64 })
  })

  test('a record that nobody could read back stops before anything is written', async () => {
    const world = createWorld()
    const { ports, events } = createJob(world)
    await publish(world.registry, amd64)
    await expectCode(seal(ports, target, amd64, buildRecord({ actor: 'a\tb' })), 'RECORD_INVALID')
    expect(events).not.toContain('attach')
    expect(await world.registry.readTag(repository, commit)).toBeUndefined()
  })
})

describe('races', () => {
  interface Racer {
    readonly manifest: Manifest
    readonly start: number
    readonly delays: readonly number[]
  }
  // A call takes effect after half its time. Settling relies on this: a build that finds no tag has left its
  // record (four halves later) before another build that put the tag meanwhile has settled.
  const delay = fc.integer({ min: 0, max: SETTLE / 4 - 1 })
  const racer: fc.Arbitrary<Racer> = fc.record({
    manifest: fc.constantFrom(amd64, arm64, imageManifest('third')),
    start: fc.integer({ min: 0, max: 3 * SETTLE }),
    delays: fc.array(delay, { minLength: 8, maxLength: 8 }),
  })

  async function race(world: World, { manifest, start, delays }: Racer): Promise<SealResult> {
    let calls = 0
    const job = createJob(world, {
      around: async (_, proceed) => {
        const half = delays[(calls += 1) % delays.length] ?? 0
        await world.clock.sleep(half)
        const result = await proceed()
        await world.clock.sleep(half)
        return result
      },
    })
    await world.clock.sleep(start)
    await publish(world.registry, manifest)
    return await seal(job.ports, target, manifest, recordOf(world, manifest))
  }

  test('all builds end with one digest and one record, and at most one says that it built', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(racer, { minLength: 2, maxLength: 4 }), async (racers) => {
        const world = createWorld()
        const results = await Promise.all(racers.map(async (one) => race(world, one)))
        expect(new Set(results.map(({ manifest }) => manifest.digest)).size).toBe(1)
        expect(new Set(results.map(({ record }) => record.nonce)).size).toBe(1)
        expect(results.filter(({ ours }) => ours).length).toBeLessThanOrEqual(1)
        // Whoever looks later sees the same.
        await world.clock.sleep(60_000)
        expect(await look(createJob(world).ports, target)).toMatchObject({
          state: 'sealed',
          sealed: { manifest: results[0]?.manifest, record: results[0]?.record },
        })
      }),
      { numRuns: 300 },
    )
  })

  test('builds of the same bytes: the earliest record stands', async () => {
    const world = createWorld()
    const delays = [10]
    const racers = [5, 0, 7].map((start) => ({ manifest: amd64, start, delays }))
    const results = await Promise.all(racers.map(async (one) => race(world, one)))
    expect(results.map(({ ours }) => ours)).toEqual([false, true, false])
    expect(results[0]?.record.createdAt).toBe('2026-11-23T12:00:00.000Z')
  })
})
