import { describe, expect, it } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { mapLimited } from '../../src/registry/concurrency.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

/** Where a build is killed: before the registry handles a request, or once a write took effect, without its answer. */
interface KillPoint {
  /** Counts all requests, or all writes that took effect. */
  readonly index: number
  readonly when: 'before a request' | 'after a write'
}

/** Points that are tried at the same time. */
const PARALLEL = 4

function isWrite({ method }: { readonly method: string }): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

function inputsFor(host: string, commit: string): Readonly<Record<string, string>> {
  return { image: `${host}/team/app`, commit, engine: 'layers', path: 'dist', settle: '0', tags: 'v1' }
}

/**
 * The points of one build of a new commit. A read leaves the registry as it was, and nothing but the registry outlives
 * a build: after a read is before the request that follows.
 */
async function listKillPoints(referrersApi: boolean): Promise<readonly KillPoint[]> {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  const counted = await startRegistry({ referrersApi })
  try {
    await step('build', inputsFor(counted.host, newCommit()), { workspace: folder.path })
    const { requests } = counted
    return [
      ...requests.map((_, index) => ({ index, when: 'before a request' as const })),
      ...requests.filter(isWrite).map((_, index) => ({ index, when: 'after a write' as const })),
    ]
  } finally {
    await counted.close()
  }
}

describe.each([{ referrersApi: true }, { referrersApi: false }])(
  'killed at every request (referrers API: $referrersApi)',
  ({ referrersApi }) => {
    it('converges when it is run again: one digest, and never a seal without a record', async () => {
      const points = await listKillPoints(referrersApi)
      expect(points.filter(({ when }) => when === 'before a request').length).toBeGreaterThan(8)
      expect(points.filter(({ when }) => when === 'after a write').length).toBeGreaterThan(8)
      await mapLimited(points, PARALLEL, async (point) => await killAt(referrersApi, point))
    }, 600_000)
  },
)

async function killAt(referrersApi: boolean, { index: point, when }: KillPoint): Promise<void> {
  await using folder = await temporaryFolder()
  let pid: number | undefined
  let written = 0
  const kill = (isPoint: boolean): void => {
    if (pid !== undefined && isPoint) process.kill(pid, 'SIGKILL')
  }
  const registry = await startRegistry({
    referrersApi,
    onRequest: ({ index }) => kill(when === 'before a request' && index === point),
    onResponse: (request) => {
      if (!isWrite(request)) return
      kill(when === 'after a write' && written === point)
      written += 1
    },
  })
  try {
    const commit = newCommit()
    const inputs = inputsFor(registry.host, commit)
    await writeApplication(folder.path, 'first')
    const killed = await step('build', inputs, {
      workspace: folder.path,
      onSpawn: (spawned) => (pid = spawned),
    })
    const last = registry.requests.at(-1)
    const where = `killed ${when} (${point}), at the latest at ${last?.method} ${last?.path}`
    // A run may need a request less than the one that was counted; then it ended before the point.
    const reached = when === 'before a request' ? registry.requests.length : written
    if (killed.signal !== 'SIGKILL') expect(reached, where).toBeLessThanOrEqual(point)
    pid = undefined
    const sealedBefore = (await registry.readManifest('team/app', commit))?.digest

    // The second run would build something else, so a second digest for the commit would show.
    await writeApplication(folder.path, 'second')
    const again = await step('build', inputs, { workspace: folder.path })
    expect(errorsOf(again), where).toBe('')
    const sealed = (await registry.readManifest('team/app', commit))?.digest
    expect(again.outputs['digest'], where).toBe(sealed)
    if (sealedBefore !== undefined) expect(sealed, where).toBe(sealedBefore)
    expect(again.outputs['built'], where).toBe(String(sealedBefore === undefined))
    expect((await registry.readManifest('team/app', 'v1'))?.digest, where).toBe(sealed)
    const third = await step('build', inputs, { workspace: folder.path })
    expect(third.outputs, where).toMatchObject({ built: 'false', digest: sealed })
  } finally {
    await registry.close()
  }
}
