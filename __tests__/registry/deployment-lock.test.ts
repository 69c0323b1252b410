import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { RegistryOptions } from '../../sandbox/registry/options.ts'
import { type SandboxRegistry, startRegistry } from '../../sandbox/registry/server.ts'
import {
  allOf,
  type DeploymentLock,
  type HeldLock,
  type Holder,
  type Liveness,
} from '../../src/domain/lock.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createRegistryLock, type LockTimes } from '../../src/registry/deployment-lock.ts'
import type { Ending } from '../fixtures/ending.ts'
import { nextNonce } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'
import { keptLog, open } from './support/access.ts'

// Faster than in earnest, and still longer than requests take on a busy machine. The tests wait side by side.
const TIMES: LockTimes = {
  settleMs: 1_000,
  pollMs: 20,
  renewMs: 60_000,
  staleMs: 60_000,
  longestMs: 6 * 3_600_000,
}

/** The test each registry is of. */
const tests = new WeakMap<SandboxRegistry, Ending>()

async function start(test: Ending, options: RegistryOptions = {}): Promise<SandboxRegistry> {
  const registry = await startRegistry(options)
  tests.set(registry, test)
  test.onTestFinished(async () => await registry.close())
  return registry
}

interface Job {
  readonly lock: DeploymentLock
  readonly lines: readonly string[]
  take(timeoutMs?: number, environment?: string): Promise<HeldLock>
}

interface JobOptions {
  readonly holder?: Partial<Holder>
  readonly times?: Partial<LockTimes>
  readonly isOver?: Liveness
}

function runOf(id: string, attempt = 1): Holder['workflowRun'] {
  const url = `https://github.com/octo-org/app/actions/runs/${id}`
  return { id, attempt, url, workflow: 'CI', job: 'deploy' }
}

/** A job with connections of its own. */
function job(sandbox: SandboxRegistry, options: JobOptions = {}): Job {
  const log = keptLog()
  const { registry } = open({ clock: systemClock }, tests.get(sandbox))
  const { isOver } = options
  const lock = createRegistryLock({
    registry,
    clock: systemClock,
    log,
    times: { ...TIMES, ...options.times },
    ...(isOver === undefined ? {} : { isOver }),
  })
  const id = nextNonce()
  const holder = { id, workflowRun: runOf(id), checkRunId: null, actor: 'octocat', ...options.holder }
  const repository = parseRepository(`${sandbox.host}/team/app`)
  return {
    lock,
    lines: log.lines,
    take: async (timeoutMs = 20_000, environment = 'production') =>
      await lock.acquire({ repository, environment, holder, timeoutMs, open: undefined }),
  }
}

/** Work that notices when it is not alone. */
function criticalSection() {
  let inside = 0
  const order: string[] = []
  return {
    order,
    run: async (name: string): Promise<void> => {
      inside += 1
      order.push(`${name} ${inside}`)
      await sleep(60)
      inside -= 1
    },
  }
}

const tagsOf = async (registry: SandboxRegistry): Promise<readonly string[]> =>
  (await registry.tags('team/app')).filter((tag) => tag.startsWith('build-once.lock.'))

describe.concurrent.each([
  { name: 'tags that can be written again', options: {} },
  { name: 'immutable tags', options: { immutableTags: true } },
  {
    name: 'tags that take only the same digest again',
    options: { immutableTags: 'same-digest-allowed' } as const,
  },
])('with $name', ({ options }) => {
  test('one waits for the other', async (context) => {
    const registry = await start(context, options)
    const [first, second] = [job(registry), job(registry)]
    const held = await first.take()
    const events: string[] = []
    const waiting = second.take().then((lock) => {
      events.push('second')
      return lock
    })
    await sleep(500)
    events.push('released')
    await held.release()
    await (await waiting).release()
    expect(events).toEqual(['released', 'second'])
    expect(second.lines.join('\n')).toMatch(
      /Waiting for https:\/\/github\.com\/octo-org\/app\/actions\/runs\//,
    )
    const third = await job(registry).take(0)
    await third.release()
  })

  test('whoever does not want to wait is told who deploys', async (context) => {
    const registry = await start(context, options)
    const held = await job(registry, { holder: { workflowRun: runOf('4711') } }).take()
    for (const timeoutMs of [0, 400]) {
      const error = await expectCode(job(registry).take(timeoutMs), 'LOCKED')
      expect(error.message).toContain(
        'https://github.com/octo-org/app/actions/runs/4711 (attempt 1, job deploy',
      )
      expect(error.message).toContain(timeoutMs === 0 ? 'to end now' : 'to end within 1s')
    }
    await held.release()
  })

  test('eight never deploy at the same time, and all get their turn', async (context) => {
    const registry = await start(context, options)
    const section = criticalSection()
    await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const held = await job(registry).take(50_000)
        await section.run(String(n))
        await held.release()
      }),
    )
    expect(section.order.map((entry) => entry.split(' ')[1])).toEqual(Array.from({ length: 8 }, () => '1'))
    expect(new Set(section.order).size).toBe(8)
  })

  test('environments do not wait for each other', async (context) => {
    const registry = await start(context, options)
    const held = await job(registry).take(0, 'staging')
    const other = await job(registry).take(0, 'production')
    // Names that differ only in what no tag can hold.
    const third = await job(registry).take(0, 'stag ing')
    const fourth = await job(registry).take(0, 'stag/ing')
    // To GitHub this is the first one.
    await expectCode(job(registry).take(0, 'Staging'), 'LOCKED')
    for (const lock of [held, other, third, fourth]) await lock.release()
  })

  test('an earlier attempt of the same workflow run is over', async (context) => {
    const registry = await start(context, options)
    await job(registry, { holder: { workflowRun: runOf('9', 1) } }).take()
    const again = await job(registry, { holder: { workflowRun: runOf('9', 2) } }).take(0)
    const error = await expectCode(job(registry).take(0), 'LOCKED')
    expect(error.message).toContain('runs/9 (attempt 2')
    await again.release()
    await job(registry).take(0)
  })

  test('a holder that is known to have ended is taken over from', async (context) => {
    const registry = await start(context, options)
    await job(registry, { holder: { workflowRun: runOf('13') } }).take()
    const isOver: Liveness = async (holder) => holder.workflowRun?.id === '13'
    const section = criticalSection()
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const held = await job(registry, { isOver }).take(30_000)
        await section.run(name)
        await held.release()
      }),
    )
    expect(section.order.map((entry) => entry.split(' ')[1])).toEqual(['1', '1', '1'])
  })
})

test.concurrent('a single tag is enough where it can be written again; else each turn has two', async (context) => {
  for (const [options, expected] of [
    [{}, ['.1']],
    [{ immutableTags: true }, ['.1', '.1.free', '.2', '.2.free', '.3', '.3.free']],
  ] as const) {
    const registry = await start(context, options)
    for (let turn = 0; turn < 3; turn += 1) await (await job(registry).take()).release()
    const tags = await tagsOf(registry)
    expect(
      tags.map((tag) => tag.replace(/^build-once\.lock\.production-[0-9a-f]{8}/, '')).toSorted(),
    ).toEqual(expected)
  }
})

test.concurrent('a holder that says nothing any more is taken over from, one that does is not', async (context) => {
  const registry = await start(context)
  const times = { renewMs: 100, staleMs: 4_000 }
  const held = await job(registry, { times }).take()
  await expectCode(job(registry, { times }).take(7_000), 'LOCKED')
  await held.release()
  // This one never says that it is still there.
  const gone = job(registry)
  const lock = await gone.take()
  const next = await job(registry, { times }).take(30_000)
  await expectCode(job(registry).take(0), 'LOCKED')
  // What comes back after all does not end the turn of another.
  await lock.release()
  expect(gone.lines.join('\n')).toContain('Another job took over the lock')
  await expectCode(job(registry).take(0), 'LOCKED')
  await next.release()
})

test.concurrent('silence is no sign where tags are immutable, because nobody can speak there; time is', async (context) => {
  const registry = await start(context, { immutableTags: true })
  await job(registry).take()
  await expectCode(job(registry, { times: { staleMs: 100 } }).take(1_500), 'LOCKED')
  const held = await job(registry, { times: { staleMs: 100, longestMs: 1 } }).take(3_000)
  await held.release()
})

test.concurrent('an answer that is lost does not lose the lock', async (context) => {
  let lose = 1
  const registry = await start(context, {
    onResponse: ({ method, reference }) => {
      if (method !== 'PUT' || !reference?.startsWith('build-once.lock.') || lose === 0) return undefined
      lose -= 1
      return 'reset'
    },
  })
  const held = await job(registry).take()
  await expectCode(job(registry).take(0), 'LOCKED')
  await held.release()
})

test.concurrent('a write that comes too late is not sent again', async (context) => {
  let isSlow = true
  const registry = await start(context, {
    onRequest: async ({ method, reference }) => {
      if (method === 'PUT' && reference?.startsWith('build-once.lock.') && isSlow) {
        isSlow = false
        await sleep(2_500)
      }
    },
  })
  const section = criticalSection()
  await Promise.all(
    ['a', 'b'].map(async (name) => {
      const held = await job(registry, { times: { settleMs: 1_500 } }).take()
      await section.run(name)
      await held.release()
    }),
  )
  expect(section.order).toHaveLength(2)
})

test.concurrent('a tag that holds something else is no lock, and is not overwritten', async (context) => {
  const registry = await start(context)
  await (await job(registry).take()).release()
  const [tag = ''] = await tagsOf(registry)
  const digest = (await registry.readManifest('team/app', tag))?.digest ?? ''
  const foreign = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.empty.v1+json',
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      size: 2,
    },
    layers: [],
    annotations: { 'dev.build-once.lock': '{}' },
  })
  const answer = await fetch(`http://${registry.host}/v2/team/app/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: foreign,
  })
  expect(answer.status).toBe(201)
  const error = await expectCode(job(registry).take(), 'RECORD_INVALID')
  expect(error.message).toContain('holds no lock')
  expect((await registry.readManifest('team/app', tag))?.digest).not.toBe(digest)
})

test.concurrent('several locks are one: all are taken, and given back where one is not to be had', async () => {
  const events: string[] = []
  const lockOf = (name: string, isFree: boolean): DeploymentLock => ({
    acquire: async () => {
      if (!isFree) throw new Error(`${name} is taken`)
      events.push(`take ${name}`)
      return {
        release: async () => {
          events.push(`release ${name}`)
        },
      }
    },
  })
  const request = {
    repository: parseRepository('registry.test/app'),
    environment: 'production',
    holder: { id: nextNonce(), workflowRun: null, checkRunId: null, actor: 'octocat' },
    timeoutMs: 0,
    open: undefined,
  }
  const both = await allOf([lockOf('a', true), lockOf('b', true)], () => new Date()).acquire(request)
  await both.release()
  expect(events.splice(0)).toEqual(['take a', 'take b', 'release b', 'release a'])
  await expect(
    allOf([lockOf('a', true), lockOf('b', false)], () => new Date()).acquire(request),
  ).rejects.toThrow('b is taken')
  expect(events).toEqual(['take a', 'release a'])
})
