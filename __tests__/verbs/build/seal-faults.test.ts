import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  createFaultProxy,
  describeInjected,
  type Fault,
  type Subject,
} from '../../../sandbox/faults/proxy.ts'
import { type RegistryOptions, startRegistry } from '../../../sandbox/registry/server.ts'
import { type Commit, parseCommit } from '../../../src/domain/commit.ts'
import { BuildOnceError } from '../../../src/domain/error.ts'
import { type Manifest } from '../../../src/domain/manifest.ts'
import { formatRepository, type Repository } from '../../../src/domain/reference.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { anonymous } from '../../../src/registry/credentials.ts'
import { createRegistry } from '../../../src/registry/index.ts'
import { look, seal } from '../../../src/verbs/build/seal-registry.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'
import { buildRecord, imageManifest } from '../../fixtures/samples.ts'
import { directTo } from '../../registry/faults/direct.ts'

const SEED = Number(process.env['BUILD_ONCE_SEED'] ?? Math.floor(Math.random() * 1e9))
const ROUNDS = Number(process.env['BUILD_ONCE_ROUNDS'] ?? 8)

console.log(`seals under faults: BUILD_ONCE_SEED=${SEED} BUILD_ONCE_ROUNDS=${ROUNDS}`)

const RACERS = 3
const SETTLE_MS = 3_000

const REGISTRIES: readonly RegistryOptions[] = [{}, { referrersApi: false }, { immutableTags: true }]

/** A registry that shows old tags for longer than the settle time is one where no build can be sealed safely. */
function isFair({ kind }: Fault, { path }: Subject): boolean {
  return kind !== 'stale' || !/\/manifests\/[0-9a-f]{40}$/u.test(path)
}

interface Place {
  readonly repository: Repository
  readonly commit: Commit
}

function openPorts() {
  const log = createMemoryLog()
  const access = createRegistry({
    credentials: anonymous,
    log,
    clock: systemClock,
    environment: {},
    retry: { tries: 4, baseMs: 20, capMs: 200, retryAfterCapMs: 2_000 },
    timeouts: { idleMs: 1_000, totalMs: 10_000 },
  })
  return { ports: { ...access, clock: systemClock, log }, close: () => access.close() }
}

/** One racer: the digest it says is sealed, and whether it says that the seal is its own. */
async function race({ repository, commit }: Place, manifest: Manifest) {
  const { ports, close } = openPorts()
  try {
    const record = buildRecord({
      repository: formatRepository(repository),
      commit,
      digest: manifest.digest,
      size: manifest.bytes.byteLength,
      createdAt: new Date().toISOString(),
      nonce: randomBytes(16).toString('hex'),
    })
    const result = await seal(ports, { repository, commit, settle: SETTLE_MS }, manifest, record)
    return { digest: result.manifest.digest, isOurs: result.ours }
  } catch (error) {
    if (!(error instanceof BuildOnceError)) throw error
    return { error: `${error.code}: ${error.message}` }
  } finally {
    close()
  }
}

async function playRace(seed: number) {
  const registry = await startRegistry(REGISTRIES[seed % REGISTRIES.length])
  const direct = directTo(registry.host)
  const commit = parseCommit(randomBytes(20).toString('hex'))
  const proxy = await createFaultProxy({
    target: registry.url,
    lottery: { seed, probability: 0.15, connectionProbability: 0.02, longestMs: 100, permits: isFair },
  })
  try {
    const manifests = Array.from({ length: RACERS }, (_, racer) => imageManifest(`racer ${racer}`))
    for (const text of [JSON.stringify({ os: 'linux', architecture: 'amd64' }), '{}'])
      await direct.pushBlob('team/app', Buffer.from(text))
    for (const { digest, bytes, mediaType } of manifests)
      await direct.pushManifest('team/app', digest, bytes, mediaType)
    const place = { repository: { registry: proxy.host, path: 'team/app' }, commit }
    const outcomes = await Promise.all(manifests.map(async (manifest) => await race(place, manifest)))
    proxy.follow({})
    const { ports, close } = openPorts()
    const later = await look(ports, { ...place, settle: 10 })
      .then(({ state }) => state, String)
      .finally(close)
    const shown = (await registry.readManifest('team/app', commit))?.digest
    return { outcomes, later, shown, told: proxy.injected.map(describeInjected) }
  } finally {
    await proxy.close()
    await registry.close()
  }
}

test('whatever happens on the way, racing builds report the digest that stays, or an error with a code', {
  timeout: 600_000,
}, async () => {
  const seeds = Array.from({ length: ROUNDS }, (_, round) => SEED + round)
  // A race is mostly waiting, so they wait together.
  const rounds = await Promise.all(seeds.map(async (seed) => ({ seed, ...(await playRace(seed)) })))
  for (const { seed, outcomes, later, shown, told } of rounds) {
    const report = [
      `BUILD_ONCE_SEED=${seed} BUILD_ONCE_ROUNDS=1`,
      JSON.stringify(outcomes, undefined, 2),
      ...told,
    ]
    const digests = new Set(outcomes.flatMap((outcome) => ('digest' in outcome ? [outcome.digest] : [])))
    const claims = outcomes.filter((outcome) => 'isOurs' in outcome && outcome.isOurs)
    expect(
      [...digests].filter((digest) => digest !== shown),
      report.join('\n'),
    ).toEqual([])
    expect(claims.length, report.join('\n')).toBeLessThanOrEqual(1)
    if (digests.size > 0) expect(later, report.join('\n')).toBe('sealed')
  }
  const all = rounds.flatMap(({ outcomes }) => outcomes)
  const faults = rounds.reduce((sum, { told }) => sum + told.length, 0)
  const sealed = all.filter((outcome) => 'digest' in outcome).length
  console.log(`seals under faults: ${sealed} of ${all.length} builds succeeded under ${faults} faults`)
  expect(sealed).toBeGreaterThan(0)
})
