import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Permissions } from '../../sandbox/github/access/tokens.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import type { HeldLock, Holder } from '../../src/domain/lock.ts'
import type { DeploymentRecord } from '../../src/domain/record.ts'
import { digestWith, nextNonce, repository } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { intentOf, type LogSetup, openLog, requestOf } from './support/deployments.ts'

interface Turn {
  readonly id: string
  readonly held: HeldLock
  end(state?: DeploymentRecord['state']): Promise<void>
}

interface JobSetup extends LogSetup {
  readonly workflowRun?: Holder['workflowRun']
}

function runOf(id: number, attempt = 1): Holder['workflowRun'] {
  const url = `https://github.com/octo-org/app/actions/runs/${id}`
  return { id: String(id), attempt, url, workflow: 'CI', job: 'deploy' }
}

/** A job that announces a deployment and takes its turn. */
function job(github: SandboxGitHub, setup: JobSetup = {}) {
  const opened = openLog(github, setup)
  const workflowRun = setup.workflowRun ?? null
  const record = opened.record({ id: nextNonce(), workflowRun })
  return {
    ...opened,
    announce: async () => (await opened.deployments.open(repository, intentOf(record)))?.id ?? '',
    take: async (id: string, timeoutMs?: number): Promise<Turn> => {
      const holder = { id: record.id, workflowRun, checkRunId: setup.checkRunId ?? null }
      const held = await opened.lock.acquire(requestOf(id, holder, timeoutMs))
      const end = async (state: DeploymentRecord['state'] = 'success'): Promise<void> => {
        await opened.deployments.append(repository, { ...record, state }, undefined, { id })
        await held.release()
      }
      return { id, held, end }
    },
  }
}

test('one waits for the other, and both say so on GitHub', async () => {
  const github = await openGitHub()
  const [first, second] = [job(github, { workflowRun: runOf(1) }), job(github)]
  const turn = await first.take(await first.announce())
  const events: string[] = []
  const id = await second.announce()
  const waiting = second.take(id).then((taken) => {
    events.push('second')
    return taken
  })
  await expect.poll(() => second.statesOf(id), { timeout: 20_000 }).toEqual(['queued'])
  await sleep(100)
  events.push('ended')
  await turn.end()
  await (await waiting).end()
  expect(events).toEqual(['ended', 'second'])
  expect(second.statesOf(id)).toEqual(['queued', 'in_progress', 'success'])
  expect(second.log.lines.join('\n')).toContain('Waiting for https://github.com/octo-org/app/actions/runs/1')
})

test('turns are taken in the order of the announcements', async () => {
  const github = await openGitHub({ rateLimit: 100_000 })
  const jobs = Array.from({ length: 8 }, () => job(github))
  const ids: string[] = []
  for (const one of jobs) ids.push(await one.announce())
  let inside = 0
  const order: string[] = []
  await Promise.all(
    jobs.map(async (one, n) => {
      await sleep((n * 37) % 100)
      const turn = await one.take(ids[n] ?? '', 50_000)
      inside += 1
      order.push(`${turn.id} ${inside}`)
      await sleep(20)
      inside -= 1
      await turn.end(n % 3 === 0 ? 'failure' : 'success')
    }),
  )
  expect(order).toEqual(ids.map((id) => `${id} 1`))
})

test('sixteen that announce themselves at once never deploy at the same time', async () => {
  const github = await openGitHub({ rateLimit: 100_000 })
  let inside = 0
  const seen: number[] = []
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      const one = job(github)
      const turn = await one.take(await one.announce(), 50_000)
      inside += 1
      seen.push(inside)
      await sleep(20)
      inside -= 1
      await turn.end()
    }),
  )
  expect(seen).toEqual(Array.from({ length: 16 }, () => 1))
})

test('a list that lags behind is looked at twice', async () => {
  const github = await openGitHub()
  const [first, second] = [job(github), job(github)]
  await (await first.take(await first.announce())).end('failure')
  const turn = await first.take(await first.announce())
  const id = await second.announce()
  github.faults.add({ fault: { kind: 'stale', newest: 2 }, operation: 'repos/list-deployments' })
  await expectCode(second.take(id, 0), 'LOCKED')
  await turn.end()
})

test('whoever does not want to wait is told who deploys', async () => {
  const github = await openGitHub()
  const [first, second] = [job(github, { workflowRun: runOf(4711, 2) }), job(github)]
  github.state.actions.rerun(github.state.actions.startRun({ sha: first.commit, id: 4711 }))
  const turn = await first.take(await first.announce())
  const error = await expectCode(second.take(await second.announce(), 0), 'LOCKED')
  expect(error.message).toContain(
    'https://github.com/octo-org/app/actions/runs/4711 (attempt 2, job deploy, octocat)',
  )
  await turn.end()
})

test('other images and environments are not waited for', async () => {
  const github = await openGitHub()
  const one = job(github)
  await one.deployments.open(repository, intentOf(one.record({ environment: 'production' })))
  await one.deployments.open(repository, intentOf(one.record({ repository: 'registry.test/owner/other' })))
  await (await one.take(await one.announce(), 0)).end()
})

test('waiting costs a request now and then, and few of them', async () => {
  const github = await openGitHub({ rateLimit: 100_000 })
  const { actions, jobs, git } = github.state
  const workflowRun = runOf(1)
  jobs.start(actions.startRun({ sha: git.head(), id: 1 }), { id: 11 })
  const first = job(github, { workflowRun, checkRunId: 11 })
  const turn = await first.take(await first.announce())
  const start = Date.now()
  let waitedMs = 0
  let isEnded = false
  const turnClock = {
    now: () => new Date(start + waitedMs),
    sleep: async (milliseconds: number) => {
      waitedMs += milliseconds
      if (waitedMs < 590_000 || isEnded) return
      isEnded = true
      await turn.end()
    },
  }
  const second = job(github, { workflowRun: runOf(2), turnClock })
  const id = await second.announce()
  const before = github.requests.length
  const waited = await second.take(id, 3_600_000)
  expect(waitedMs).toBeLessThan(640_000)
  // Somebody waits for ten minutes; a repository has 1,000 requests in an hour.
  expect(github.requests.length - before).toBeLessThan(80)
  await waited.end()
})

describe('who ended without saying so', () => {
  test.each([
    {
      how: 'its job has ended',
      setUp: (github: SandboxGitHub) => {
        const { actions, jobs } = github.state
        jobs.finish(
          jobs.start(actions.startRun({ sha: github.state.git.head(), id: 5 }), { id: 50 }),
          'failure',
        )
      },
    },
    {
      how: 'its workflow run has ended',
      setUp: (github: SandboxGitHub) => {
        const { actions } = github.state
        actions.finishRun(actions.startRun({ sha: github.state.git.head(), id: 5 }), 'cancelled')
      },
    },
    {
      how: 'its workflow run runs again',
      setUp: (github: SandboxGitHub) => {
        const { actions } = github.state
        actions.rerun(actions.startRun({ sha: github.state.git.head(), id: 5 }))
      },
    },
  ])('is taken over from: $how', async ({ setUp }) => {
    const github = await openGitHub()
    setUp(github)
    const gone = job(github, { workflowRun: runOf(5), checkRunId: 50 })
    const announced = await gone.announce()
    const started = await job(github, { workflowRun: runOf(5), checkRunId: 50 }).announce()
    github.state.deployments.addStatus(github.state.deployments.find(Number(started)) ?? expect.fail(), {
      state: 'in_progress',
      creator: github.state.deployments.all()[0]?.creator ?? expect.fail(),
    })
    const next = job(github, { workflowRun: runOf(6) })
    await (await next.take(await next.announce(), 0)).end()
    expect(next.statesOf(announced)).toEqual(['error'])
    expect(next.statesOf(started)).toEqual(['in_progress', 'error'])
    expect(next.log.lines.join('\n')).toContain('did not end properly')
    // Whoever had not got its turn has not touched anything.
    expect((await next.list()).map(({ record: { state } }) => state)).toEqual([
      'success',
      'failure',
      'refused',
    ])
  })

  test('is known without asking: an earlier attempt of the same workflow run', async () => {
    const github = await openGitHub({ permissions: { contents: 'read', deployments: 'write' } })
    await job(github, { workflowRun: runOf(5, 1) }).announce()
    const again = job(github, { workflowRun: runOf(5, 2) })
    await (await again.take(await again.announce(), 0)).end()
  })

  test('is waited for where nobody may be asked, and a notice says what to add', async () => {
    const permissions: Permissions = { contents: 'read', deployments: 'write' }
    const github = await openGitHub({ permissions })
    await job(github, { workflowRun: runOf(5), checkRunId: 50 }).announce()
    const next = job(github, { workflowRun: runOf(6) })
    await expectCode(next.take(await next.announce(), 150), 'LOCKED')
    const notices = next.log.lines.filter((line) => line.includes('it is waited for'))
    expect(notices).toEqual([expect.stringContaining('Add `permissions: actions: read` to this job.')])
  })

  test('is nobody’s job any more after days, where its workflow run is gone', async () => {
    const github = await openGitHub()
    const days = async (count: number): Promise<void> => {
      const id = await job(github, { workflowRun: runOf(5), checkRunId: 50 }).announce()
      const createdAt = new Date(Date.now() - count * 86_400_000)
      Object.assign(github.state.deployments.find(Number(id)) ?? expect.fail(), { createdAt })
    }
    await days(6)
    const next = job(github, { workflowRun: runOf(6) })
    await (await next.take(await next.announce(), 0)).end()
    await days(4)
    await expectCode(next.take(await next.announce(), 0), 'LOCKED')
  })

  test('is a twin of this one, whose request was repeated although it had been carried out', async () => {
    const github = await openGitHub()
    const one = job(github, { workflowRun: runOf(5) })
    const [twin, id] = [await one.announce(), await one.announce()]
    await (await one.take(id, 0)).end()
    expect(one.statesOf(twin)).toEqual(['error'])
  })
})

test('thousands of foreign deployments are gone through, ours no further than the last success', async () => {
  const github = await openGitHub({ rateLimit: 100_000 })
  const one = job(github)
  for (const digit of ['a', 'b', 'c']) await one.append({ digest: digestWith(digit) })
  const creator = github.state.deployments.all()[0]?.creator ?? expect.fail()
  for (let n = 0; n < 1_000; n += 1)
    github.state.deployments.add({ sha: one.commit, ref: 'main', environment: 'staging', creator })
  const id = await one.announce()
  const before = github.requests.length
  const turn = await one.take(id)
  // Eleven pages, the newest of them once more, and each time the one end; then the status.
  expect(github.requests.length - before).toBe(15)
  await turn.end()
})
