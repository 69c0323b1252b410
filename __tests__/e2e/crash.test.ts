import { afterEach, describe, expect, it } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

let registry: SandboxRegistry | undefined

afterEach(async () => {
  await registry?.close()
})

/** Requests one build of a new commit makes; the kill points are before and after each. */
async function countRequests(referrersApi: boolean): Promise<number> {
  await using folder = await temporaryFolder()
  await writeApplication(folder.path)
  const counted = await startRegistry({ referrersApi })
  try {
    await step(
      'build',
      {
        image: `${counted.host}/team/app`,
        commit: newCommit(),
        engine: 'layers',
        path: 'dist',
        settle: '0',
        tags: 'v1',
      },
      { workspace: folder.path },
    )
    return counted.requests.length
  } finally {
    await counted.close()
  }
}

describe.each([{ referrersApi: true }, { referrersApi: false }])(
  'killed at every request (referrers API: $referrersApi)',
  ({ referrersApi }) => {
    it('converges when it is run again: one digest, and never a seal without a record', async () => {
      const total = await countRequests(referrersApi)
      expect(total).toBeGreaterThan(8)
      for (let point = 0; point < total; point += 1) {
        for (const when of ['before', 'after'] as const) {
          await killAt(referrersApi, point, when)
        }
      }
    }, 600_000)
  },
)

async function killAt(referrersApi: boolean, point: number, when: 'before' | 'after'): Promise<void> {
  await using folder = await temporaryFolder()
  let pid: number | undefined
  const kill = (index: number, moment: string): void => {
    if (pid !== undefined && index === point && moment === when) process.kill(pid, 'SIGKILL')
  }
  registry = await startRegistry({
    referrersApi,
    onRequest: ({ index }) => kill(index, 'before'),
    onResponse: ({ index }) => kill(index, 'after'),
  })
  const commit = newCommit()
  const inputs = {
    image: `${registry.host}/team/app`,
    commit,
    engine: 'layers',
    path: 'dist',
    settle: '0',
    tags: 'v1',
  }
  await writeApplication(folder.path, 'first')
  const killed = await step('build', inputs, {
    workspace: folder.path,
    onSpawn: (spawned) => (pid = spawned),
  })
  const where = `killed ${when} request ${point} (${registry.requests[point]?.method} ${registry.requests[point]?.path})`
  // A run may need a request less than the one that was counted; then it ended before the point.
  if (killed.signal !== 'SIGKILL') expect(registry.requests.length, where).toBeLessThanOrEqual(point)
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
  await registry.close()
}
