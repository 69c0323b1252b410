import { describe, expect, test } from 'vitest'
import { ACTIONS_BOT, DEVELOPER } from '../../sandbox/github/accounts.ts'
import type { NewDeployment } from '../../sandbox/github/deployments/deployments.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import { readStanding } from '../../src/domain/order.ts'
import { digestWith, nextNonce, repository } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { intentOf, openLog, requestOf } from './support/deployments.ts'

function addForeign({ state }: SandboxGitHub, count: number, fields: Partial<NewDeployment> = {}): void {
  const sha = state.git.head()
  for (let n = 0; n < count; n += 1)
    state.deployments.add({ sha, ref: 'main', environment: 'staging', creator: ACTIONS_BOT, ...fields })
}

/** Lets an account be whoever made a deployment and said how it ended. */
function giveTo({ state }: SandboxGitHub, id: number, creator = DEVELOPER): void {
  const deployment = state.deployments.find(id) ?? expect.fail()
  Object.assign(deployment, { creator, viaApp: false })
  for (const status of deployment.statuses) Object.assign(status, { creator, viaApp: false })
}

describe('of thousands of deployments', () => {
  test('a job reads each page once, and later on only the newest', { timeout: 120_000 }, async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    addForeign(github, 5_000)
    const { deployments, lock, list, record, commit } = openLog(github)
    const before = github.requests.length
    const wanted = record({ id: nextNonce(), commit })
    const open = await deployments.open(repository, intentOf(wanted))
    const held = await lock.acquire(requestOf(open?.id ?? '', { id: wanted.id }))
    expect(await readStanding(deployments.list(repository, 'staging'))).toMatchObject({ last: undefined })
    await deployments.append(repository, wanted, undefined, open)
    await held.release()
    // 51 pages, and one more for the second look, the order and what was replaced each; three writes; the name of the
    // environment, and that this deployment has not ended.
    expect(github.requests.length - before).toBe(51 + 3 + 3 + 2)
    expect(await list()).toHaveLength(1)
  })

  test('the second deployment does not go through all of them to find what else it replaces', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    addForeign(github, 2_000)
    await openLog(github).append({ digest: digestWith('a') })
    const before = github.requests.length
    const { append, statesOf } = openLog(github)
    const id = await append({ digest: digestWith('b') })
    expect(github.requests.length - before).toBeLessThan(10)
    expect(statesOf(id - 1)).toEqual(['success', 'inactive'])
  })

  test('only so many are looked at, and a notice says so once', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { append, list, log } = openLog(github, { maxDeployments: 300 })
    await append()
    addForeign(github, 299)
    expect(await list()).toHaveLength(1)
    addForeign(github, 1)
    expect(await list()).toEqual([])
    expect(await list()).toEqual([])
    const notices = log.lines.filter((line) => line.startsWith('notice'))
    expect(notices).toEqual([
      expect.stringContaining('Only the newest 300 deployments to staging were looked at'),
    ])
  })

  test('none is missed where others are deleted between two looks', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { append, deployments, list } = openLog(github)
    await append({ digest: digestWith('a') })
    addForeign(github, 20)
    await append({ digest: digestWith('b') })
    addForeign(github, 400)
    for await (const { record } of deployments.list(repository, 'staging')) {
      expect(record.digest).toBe(digestWith('b'))
      break
    }
    const all = github.state.deployments.all()
    for (const deployment of all.slice(0, 350)) github.state.deployments.remove(deployment)
    expect((await list()).map(({ record }) => record.digest)).toEqual([digestWith('b'), digestWith('a')])
  })

  test('one that becomes visible after a newer one is seen', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    await append({ digest: digestWith('a') })
    const late = github.state.deployments.find(await append({ digest: digestWith('b') })) ?? expect.fail()
    await append({ digest: digestWith('c'), state: 'failure' })
    Object.assign(late, { environment: 'not yet' })
    expect(await list()).toHaveLength(2)
    Object.assign(late, { environment: 'staging' })
    expect((await list()).map(({ record }) => record.digest)).toEqual(['c', 'b', 'a'].map(digestWith))
  })

  test('those of an environment are found however its name is written', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    github.state.environments.set('Staging')
    await append({ digest: digestWith('a'), environment: 'Staging' })
    await append({ digest: digestWith('b'), environment: 'STAGING' })
    expect(github.state.deployments.all().map(({ environment }) => environment)).toEqual([
      'Staging',
      'Staging',
    ])
    for (const name of ['staging', 'Staging', 'sTAGING'])
      expect((await list(name)).map(({ record }) => record.digest)).toEqual([
        digestWith('b'),
        digestWith('a'),
      ])
  })

  test('an environment that was empty is looked at again', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    expect(await list()).toEqual([])
    await append()
    expect(await list()).toHaveLength(1)
  })
})

describe('deployments that somebody else made', () => {
  test('do not count once it is known who this job is; a warning says whose, and how to let them', async () => {
    const github = await openGitHub()
    const { append, list, log } = openLog(github)
    giveTo(github, await append({ digest: digestWith('a') }))
    giveTo(github, await append({ digest: digestWith('b') }))
    // Nobody knows yet, as in a dry run.
    expect(await openLog(github).list()).toHaveLength(2)
    expect(await list()).toEqual([])
    const warnings = log.lines.filter((line) => line.startsWith('warning'))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain(`Deployments to staging that ${DEVELOPER.login} made do not count`)
    expect(warnings[0]).toContain('deployers')
  })

  test('count where they are named, however their name is written', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github, { deployers: [DEVELOPER.login.toUpperCase()] })
    giveTo(github, await append({ digest: digestWith('a') }))
    await append({ environment: 'production' })
    expect(await list()).toHaveLength(1)
  })

  test('are waited for all the same', async () => {
    const github = await openGitHub()
    const theirs = openLog(github)
    const open = await theirs.deployments.open(repository, intentOf(theirs.record()))
    giveTo(github, Number(open?.id))
    // A success of theirs after it says nothing about it.
    giveTo(github, await theirs.append({ digest: digestWith('a') }))
    const { deployments, lock, record } = openLog(github)
    const wanted = record({ id: nextNonce() })
    const own = await deployments.open(repository, intentOf(wanted))
    await expect(lock.acquire(requestOf(own?.id ?? '', { id: wanted.id }, 0))).rejects.toMatchObject({
      code: 'LOCKED',
    })
  })
})
