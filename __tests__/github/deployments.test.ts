import { describe, expect, test } from 'vitest'
import { ACTIONS_BOT, DEVELOPER } from '../../sandbox/github/accounts.ts'
import type { Json } from '../../sandbox/github/description/extract.ts'
import type { Permissions } from '../../sandbox/github/access/tokens.ts'
import type { DeploymentRecord } from '../../src/domain/record.ts'
import { amd64, commitWith, digestWith, IMAGE, repository } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { githubFailure } from './support/api.ts'
import { intentOf, openLog } from './support/deployments.ts'

const run = {
  id: '77',
  attempt: 1,
  url: 'https://github.com/octo-org/app/actions/runs/77',
  workflow: 'CI',
  job: 'deploy',
}

describe('a deployment that succeeds', () => {
  test('is announced with all that is known of it, and nothing that GitHub would do by itself', async () => {
    const github = await openGitHub()
    const { deployments, record, statesOf } = openLog(github, { environmentUrl: 'https://staging.example' })
    const wanted = record({
      workflowRun: run,
      previousDigest: digestWith('b'),
      rollback: true,
      overrides: ['after'],
    })
    const open = await deployments.open(repository, intentOf(wanted))
    const created = github.requests.find(({ operation }) => operation === 'repos/create-deployment')
    expect(created?.body).toMatchObject({
      ref: wanted.commit,
      environment: 'staging',
      auto_merge: false,
      required_contexts: [],
      transient_environment: true,
      payload: {
        schema: 'build-once/deployment/v1',
        id: wanted.id,
        releaseId: wanted.releaseId,
        repository: IMAGE,
        digest: amd64.digest,
        workflow_run_id: 77,
        automaticDeployment: null,
      },
    })
    const id = await deployments.append(repository, wanted, undefined, open)
    expect(id).toBe(open?.id)
    expect(statesOf(id)).toEqual(['success'])
    expect(github.state.deployments.find(Number(id))?.statuses[0]).toMatchObject({
      logUrl: run.url,
      environmentUrl: 'https://staging.example',
      description: `Replaces ${digestWith('b')}, rollback, with after`,
    })
    expect(github.state.deployments.all()).toHaveLength(1)
  })

  test('is read again as it was written, but for the time, which is GitHub’s', async () => {
    const github = await openGitHub()
    const { append, list, record } = openLog(github)
    const records: DeploymentRecord[] = [
      record({ previousDigest: digestWith('b'), rollback: true, overrides: ['after', 'rollback'] }),
      record({
        previousDigest: digestWith('b'),
        rollback: true,
        overrides: ['allow-pull-request', 'after', 'rollback'],
      }),
      record({ workflowRun: run }),
      record({ state: 'failure', reason: { code: 'RUN_FAILED', message: 'it failed' } }),
      record({
        state: 'refused',
        reason: { code: 'DIGEST_MISMATCH', message: 'x' },
        digest: null,
        releaseId: null,
      }),
      record({ state: 'rolled-back', reason: { code: 'RUNNING_MISMATCH', message: 'y' } }),
    ]
    for (const one of records) await append(one)
    const found = await list()
    const times = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.000Z$/
    for (const {
      record: { finishedAt },
    } of found)
      expect(finishedAt).toMatch(times)
    expect(found.map(({ record }) => ({ ...record, finishedAt: '' })).toReversed()).toEqual(
      records.map((one) => ({ ...one, finishedAt: '' })),
    )
    expect(found.map(({ isActive }) => isActive)).toEqual([false, false, false, true, false, false])
  })

  test('makes what it replaced inactive, and nothing else', async () => {
    const github = await openGitHub()
    const { append, statesOf } = openLog(github)
    const [first, other, elsewhere] = [
      await append(),
      await append({ repository: 'registry.test/owner/other' }),
      await append({ environment: 'production' }),
    ]
    const automatic = github.state.deployments.add({
      sha: github.state.git.head(),
      ref: 'main',
      environment: 'staging',
      creator: ACTIONS_BOT,
    })
    github.state.deployments.addStatus(automatic, { state: 'success', creator: ACTIONS_BOT })
    await append({ state: 'failure' })
    expect(statesOf(first)).toEqual(['success'])
    const second = await append()
    expect(statesOf(first)).toEqual(['success', 'inactive'])
    for (const id of [other, elsewhere, automatic.id, second]) expect(statesOf(id)).toEqual(['success'])
  })

  test('stays active whoever else deploys to the environment', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    await append()
    // A deployment of the job itself, which ends everything that can be ended.
    const { actions, jobs } = github.state
    jobs.finish(
      jobs.start(actions.startRun({ sha: github.state.git.head() }), { environment: { name: 'staging' } }),
      'success',
    )
    expect((await list())[0]?.isActive).toBe(true)
  })

  test('counts although what it replaced could not be marked', async () => {
    const github = await openGitHub()
    const { append, log, list } = openLog(github)
    await append()
    github.faults.add({
      fault: { kind: 'answer', status: 422, body: { message: 'no' } },
      operation: 'repos/create-deployment-status',
      from: 1,
    })
    await append({ digest: digestWith('b') })
    expect(log.lines.join('\n')).toContain('could not be marked as inactive')
    expect((await list())[0]?.record.digest).toBe(digestWith('b'))
  })
})

describe('the list', () => {
  test('passes over what is not ours, silently, and over what only claims to be, with a warning', async () => {
    const github = await openGitHub()
    const { append, list, log, record } = openLog(github)
    const add = (payload: Json) =>
      github.state.deployments.add({
        sha: github.state.git.head(),
        ref: 'main',
        environment: 'staging',
        creator: ACTIONS_BOT,
        payload,
      })
    await append()
    for (const payload of [{}, '', 'text', '{"schema":1}', { web_url: 'x' }] as Json[]) add(payload)
    // Nothing that JSON can hold is more than a payload of somebody else.
    for (const schema of [null, 7, [], { toString: null, valueOf: null }, ['build-once/']] as Json[])
      add({ schema })
    add('['.repeat(100_000))
    expect(log.lines.filter((line) => line.startsWith('warning'))).toEqual([])
    add({ schema: 'build-once/deployment/v2' })
    add({ ...intentOf(record()), checkRunId: null, automaticDeployment: null, evil: 1 } as unknown as Json)
    expect(await list()).toHaveLength(1)
    expect(log.lines.filter((line) => line.startsWith('warning'))).toHaveLength(2)
  })

  test('reads payloads that come as a text', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    const deployment = github.state.deployments.find(await append())
    if (deployment === undefined) throw new Error('expected a deployment')
    Object.assign(deployment, { payload: JSON.stringify(deployment.payload) })
    expect(await list()).toHaveLength(1)
  })

  test('knows inactive from failed, and leaves out what has not ended', async () => {
    const github = await openGitHub()
    const { append, list, deployments, record } = openLog(github)
    const report = (id: number, state: 'inactive' | 'in_progress') => {
      const deployment = github.state.deployments.find(id)
      if (deployment !== undefined)
        github.state.deployments.addStatus(deployment, { state, creator: ACTIONS_BOT })
    }
    report(await append({ digest: digestWith('a') }), 'inactive')
    report(await append({ digest: digestWith('b'), state: 'failure' }), 'inactive')
    report(Number((await deployments.open(repository, intentOf(record())))?.id), 'in_progress')
    report(
      Number((await deployments.open(repository, intentOf(record({ digest: digestWith('c') }))))?.id),
      'inactive',
    )
    expect(
      (await list()).map(({ record: { state, digest }, isActive }) => ({ state, digest, isActive })),
    ).toEqual([
      { state: 'failure', digest: digestWith('c'), isActive: false },
      { state: 'failure', digest: digestWith('b'), isActive: false },
      { state: 'success', digest: digestWith('a'), isActive: false },
    ])
  })

  test('of thousands is read as far as needed, and each deployment once although pages shift', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { append, deployments } = openLog(github)
    const add = () =>
      github.state.deployments.add({
        sha: github.state.git.head(),
        ref: 'main',
        environment: 'staging',
        creator: ACTIONS_BOT,
      })
    await append({ digest: digestWith('a') })
    for (let n = 0; n < 2_500; n += 1) add()
    await append({ digest: digestWith('b') })
    const before = github.requests.length
    for await (const { record } of deployments.list(repository, 'staging')) {
      expect(record.digest).toBe(digestWith('b'))
      break
    }
    expect(github.requests.length - before).toBe(2)
    const seen: unknown[] = []
    for await (const { record, id } of deployments.list(repository, 'staging')) {
      seen.push([record.digest, id])
      add()
    }
    expect(seen).toHaveLength(2)
  })

  test('leaves out one that is deleted while it is read', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    await append({ digest: digestWith('a') })
    await append({ digest: digestWith('b') })
    github.faults.add({
      fault: {
        kind: 'overtake',
        act: ({ deployments }) => deployments.remove(deployments.all()[0] ?? expect.fail()),
      },
      operation: 'repos/list-deployment-statuses',
    })
    expect((await list()).map(({ record: { digest } }) => digest)).toEqual([digestWith('a')])
  })

  test('finds how a deployment ended behind any number of statuses that do not say so', async () => {
    const github = await openGitHub({ rateLimit: 100_000 })
    const { append, list } = openLog(github)
    await append({ digest: digestWith('a') })
    const deployment = github.state.deployments.find(await append({ digest: digestWith('b') }))
    for (let n = 0; n < 250; n += 1)
      github.state.deployments.addStatus(deployment ?? expect.fail(), {
        state: 'inactive',
        creator: ACTIONS_BOT,
      })
    expect(
      (await list()).map(({ record: { state, digest }, isActive }) => ({ state, digest, isActive })),
    ).toEqual([
      { state: 'success', digest: digestWith('b'), isActive: false },
      { state: 'success', digest: digestWith('a'), isActive: false },
    ])
  })

  test('believes a success only of whoever made the deployment', async () => {
    const github = await openGitHub()
    const { append, list } = openLog(github)
    const failed = github.state.deployments.find(await append({ state: 'failure' })) ?? expect.fail()
    github.state.deployments.addStatus(failed, { state: 'success', creator: DEVELOPER })
    expect(await list()).toMatchObject([{ record: { state: 'failure' }, isActive: false }])
    // That it is no longer there is believed of anybody.
    const deployed = github.state.deployments.find(await append()) ?? expect.fail()
    github.state.deployments.addStatus(deployed, { state: 'inactive', creator: DEVELOPER })
    expect((await list())[0]).toMatchObject({ record: { state: 'success' }, isActive: false })
  })

  test('passes over a payload that was copied to a deployment of another commit', async () => {
    const github = await openGitHub()
    const { append, list, log } = openLog(github)
    const { payload, creator } = github.state.deployments.find(await append()) ?? expect.fail()
    const copy = github.state.deployments.add({
      sha: github.state.git.commit(),
      ref: 'main',
      environment: 'staging',
      creator,
      payload,
    })
    github.state.deployments.addStatus(copy, { state: 'success', creator })
    expect(await list()).toHaveLength(1)
    expect(log.lines.join('\n')).toContain(`Passed over deployment ${copy.id}`)
  })

  test('asks only for the ends of what is of interest', async () => {
    const github = await openGitHub()
    const { append, deployments } = openLog(github)
    for (let n = 0; n < 10; n += 1) await append({ state: 'failure', digest: digestWith(String(n)) })
    const before = github.requests.length
    const found: unknown[] = []
    const isOfInterest = ({ digest }: { digest: string | null }) => digest === digestWith('4')
    for await (const { record } of deployments.list(repository, 'staging', isOfInterest))
      found.push(record.digest)
    expect(found).toEqual([digestWith('4')])
    expect(github.requests.length - before).toBe(2)
  })
})

test.each([-7_200_000, 7_200_000])(
  'the time is GitHub’s, whatever the clock of the runner says (%s ms)',
  async (skew) => {
    const github = await openGitHub()
    const clock = { now: () => new Date(Date.now() + skew), sleep: async () => {} }
    const { append, deployments, list } = openLog(github, { clock })
    await append()
    const [entry] = await list()
    const age = (deployments.now?.().getTime() ?? Number.NaN) - Date.parse(entry?.record.finishedAt ?? '')
    expect(Math.abs(age)).toBeLessThan(600_000)
  },
)

describe('a request whose answer is lost', () => {
  test.each([
    ['before', 'it was carried out'],
    ['after', 'its answer was sent'],
  ] as const)('%s %s creates one deployment', async (when, _said) => {
    const github = await openGitHub()
    const { append, statesOf } = openLog(github)
    github.faults.add({ fault: { kind: 'reset', when }, operation: 'repos/create-deployment' })
    github.faults.add({ fault: { kind: 'reset', when }, operation: 'repos/create-deployment-status' })
    const id = await append()
    expect(github.state.deployments.all()).toHaveLength(1)
    expect(statesOf(id)).toEqual(['success'])
  })

  test('again and again is an error', async () => {
    const github = await openGitHub()
    const { append } = openLog(github)
    github.faults.add({ fault: { kind: 'reset' }, operation: 'repos/create-deployment', times: 3 })
    await githubFailure('GITHUB_UNAVAILABLE', append())
    expect(github.state.deployments.all()).toEqual([])
  })
})

describe("the job's own deployment", () => {
  test('is linked, and a notice says how to be without it', async () => {
    const github = await openGitHub()
    const { actions, jobs } = github.state
    const workflowRun = actions.startRun({ sha: github.state.git.head(), id: 77 })
    const job = jobs.start(workflowRun, { id: 4711, environment: { name: 'staging' } })
    const { append, log } = openLog(github, { checkRunId: 4711 })
    const id = await append({ workflowRun: run })
    expect(github.state.deployments.find(id)?.payload).toMatchObject({
      automaticDeployment: jobs.deploymentOf(job)?.id,
      checkRunId: 4711,
    })
    expect(github.state.deployments.find(id)?.statuses[0]?.logUrl).toBe(`${run.url}/job/4711`)
    expect(log.lines.join('\n')).toContain('environment: { name: staging, deployment: false }')
    expect(log.lines.join('\n')).toContain('custom deployment protection rule')
  })

  test('to another environment means that the rules of that one were passed, and not of this one', async () => {
    const github = await openGitHub()
    const { actions, jobs } = github.state
    const workflowRun = actions.startRun({ sha: github.state.git.head(), id: 77 })
    jobs.start(workflowRun, { id: 4711, environment: { name: 'Staging' } })
    const warnings = async (environment: string): Promise<readonly string[]> => {
      const { append, log } = openLog(github, { checkRunId: 4711 })
      await append({ environment })
      return log.lines.filter((line) => line.startsWith('warning'))
    }
    expect(await warnings('staging')).toEqual([])
    expect(await warnings('production')).toEqual([
      expect.stringContaining(
        'This job names the environment Staging and deploys to production, so that the protection rules of production were not passed',
      ),
    ])
  })

  test('is not missed where the workflow wants none', async () => {
    const github = await openGitHub()
    const { actions, jobs } = github.state
    jobs.start(actions.startRun({ sha: github.state.git.head() }), {
      id: 4711,
      environment: { name: 'staging', deployment: false },
    })
    const { append, log } = openLog(github, { checkRunId: 4711 })
    await append()
    expect(log.lines.filter((line) => line.startsWith('notice'))).toEqual([])
  })
})

describe('a token that may not', () => {
  const rest: Permissions = { contents: 'write', actions: 'read' }

  test('read check runs is told what to add, and deploys all the same', async () => {
    const github = await openGitHub({ permissions: { ...rest, deployments: 'write' } })
    const { append, log, list } = openLog(github, { checkRunId: 1 })
    await append()
    expect(log.lines.join('\n')).toContain('Add `permissions: checks: read` to this job.')
    expect(await list()).toHaveLength(1)
  })

  test.each([
    { permissions: { ...rest, deployments: 'read' } as const, expected: 'deployments: write' },
    { permissions: rest, expected: 'deployments: write' },
  ])('write deployments is told what to add', async ({ permissions, expected }) => {
    const github = await openGitHub({ permissions })
    const error = await githubFailure('GITHUB_DENIED', openLog(github).append())
    expect(error.permission).toBe(expected)
    expect(error.hint).toContain('permissions: deployments: write')
  })

  test('read deployments is told what to add', async () => {
    const github = await openGitHub({ permissions: rest })
    const error = await githubFailure('GITHUB_DENIED', openLog(github).list())
    expect(error.hint).toContain('permissions: deployments: read')
  })
})

test('a commit of another repository cannot be a GitHub Deployment, and the error says what to do', async () => {
  const github = await openGitHub()
  const { append } = openLog(github)
  const error = await githubFailure('GITHUB_REFUSED', append({ commit: commitWith('d') }))
  expect(error.hint).toContain('records: registry')
})
