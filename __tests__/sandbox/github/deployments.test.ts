import { describe, expect, test } from 'vitest'
import { DEVELOPER } from '../../../sandbox/github/accounts.ts'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import type { Body } from './support.ts'
import { ask, openGitHub, refusal } from './support.ts'

const PLAIN = { ref: 'main', auto_merge: false, required_contexts: [] }

async function deploy(github: SandboxGitHub, body: object = {}): Promise<Body> {
  const answer = await ask(github, 'POST deployments', { body: { ...PLAIN, ...body } })
  expect(answer.status).toBe(201)
  return answer.body
}

async function report(github: SandboxGitHub, { id }: Body, body: object): Promise<Body> {
  const answer = await ask(github, `POST deployments/${Number(id)}/statuses`, { body })
  expect(answer.status).toBe(201)
  return answer.body
}

async function statesOf(github: SandboxGitHub, { id }: Body): Promise<unknown[]> {
  const { body } = await ask(github, `GET deployments/${Number(id)}/statuses`)
  return [...body].map((status) => status['state'])
}

describe('creating', () => {
  test('keeps what was sent, and fills in the rest', async () => {
    const github = await openGitHub()
    const sha = github.state.git.head()
    const payload = { digest: 'sha256:x', nested: { list: [1, null] } }
    const made = await deploy(github, { payload, environment: 'staging', description: 'v1' })
    expect(made).toMatchObject({ sha, ref: 'main', task: 'deploy', payload, environment: 'staging' })
    expect(made).toMatchObject({
      original_environment: 'staging',
      description: 'v1',
      transient_environment: false,
      production_environment: false,
      creator: { login: 'github-actions[bot]', type: 'Bot' },
      performed_via_github_app: { slug: 'github-actions' },
    })
    expect((await ask(github, `GET deployments/${Number(made['id'])}`)).body).toEqual(made)
    const second = await deploy(github, { payload: '{"a":1}' })
    expect(second).toMatchObject({
      payload: '{"a":1}',
      environment: 'production',
      production_environment: true,
      description: null,
    })
    expect((await deploy(github))['payload']).toEqual({})
    expect(await refusal(github, 'GET deployments/1')).toBe('404 Not Found')
  })

  test('a person deploys in the own name', async () => {
    const github = await openGitHub()
    const token = github.tokens.add({ kind: 'user', login: 'ada', permissions: { deployments: 'write' } })
    const { body } = await ask(github, 'POST deployments', { body: PLAIN, token })
    expect(body).toMatchObject({ creator: { login: 'ada' }, performed_via_github_app: null })
  })

  test('needs a ref that is there', async () => {
    const github = await openGitHub()
    const body = { ...PLAIN, ref: 'nowhere' }
    expect(await refusal(github, 'POST deployments', { body })).toBe('422 No ref found for: nowhere')
  })

  test('wants every check to have passed unless told otherwise', async () => {
    const github = await openGitHub()
    const sha = github.state.git.head()
    const { required_contexts: _, ...defaults } = PLAIN
    const attempt = (more: object = {}) => ask(github, 'POST deployments', { body: { ...defaults, ...more } })
    expect((await attempt()).status).toBe(201)
    const status = (context: string, state: string) =>
      ask(github, `POST statuses/${sha}`, { body: { context, state } })
    await status('ci/a', 'success')
    await status('ci/b', 'pending')
    const refused = await attempt()
    expect(refused.status).toBe(409)
    expect(refused.body).toMatchObject({
      message: 'Conflict: Commit status checks failed for main.',
      errors: [
        {
          contexts: [
            { context: 'ci/a', state: 'success' },
            { context: 'ci/b', state: 'pending' },
          ],
        },
      ],
    })
    expect((await attempt({ required_contexts: ['ci/a'] })).status).toBe(201)
    expect((await attempt({ required_contexts: ['ci/absent'] })).status).toBe(409)
    expect((await attempt({ required_contexts: [] })).status).toBe(201)
    await status('ci/b', 'success')
    expect((await attempt()).status).toBe(201)
    // The job that deploys is itself a check that has not passed.
    const { actions, jobs } = github.state
    const job = jobs.start(actions.startRun({ sha }))
    expect((await attempt()).status).toBe(409)
    jobs.finish(job, 'success')
    expect((await attempt()).status).toBe(201)
  })

  test('merges a branch that is behind, unless told not to', async () => {
    const github = await openGitHub()
    const { git } = github.state
    git.branch('topic', git.head())
    git.branch('stuck', git.head())
    git.conflicts.add('stuck')
    git.commit()
    const attempt = (ref: string) => ask(github, 'POST deployments', { body: { ref, required_contexts: [] } })
    const merged = await attempt('topic')
    expect(merged.status).toBe(202)
    expect(merged.body).toEqual({ message: 'Auto-merged main into topic on deployment.' })
    expect(github.state.deployments.all()).toEqual([])
    expect(git.resolve('topic')?.parents).toHaveLength(2)
    expect((await attempt('topic')).status).toBe(201)
    const conflict = await attempt('stuck')
    expect(conflict.status).toBe(409)
    expect(conflict.body['message']).toBe('Conflict merging main into stuck')
    expect((await deploy(github, { ref: 'stuck' }))['sha']).toBe(git.head('stuck'))
  })
})

describe('listing', () => {
  test('is newest first and filtered', async () => {
    const github = await openGitHub()
    const first = github.state.git.head()
    const a = await deploy(github, { environment: 'staging' })
    const b = await deploy(github, { environment: 'production', task: 'deploy:migrations' })
    github.state.git.commit()
    const c = await deploy(github, { environment: 'staging', ref: first })
    const list = async (query: string) => {
      const { body } = await ask(github, `GET deployments?${query}`)
      return [...body].map((one) => one['id'])
    }
    expect(await list('')).toEqual([c['id'], b['id'], a['id']])
    expect(await list('environment=staging')).toEqual([c['id'], a['id']])
    expect(await list('environment=Staging')).toEqual([])
    expect(await list('task=deploy:migrations')).toEqual([b['id']])
    expect(await list('ref=main')).toEqual([b['id'], a['id']])
    expect(await list(`sha=${first}&environment=production`)).toEqual([b['id']])
    expect(await list('sha=none&ref=none&task=none&environment=none')).toHaveLength(3)
  })

  test('reaches all of 2,500 by their links', async () => {
    const github = await openGitHub({ rateLimit: 5000 })
    const sha = github.state.git.head()
    const made = Array.from({ length: 2500 }, (_, index) => {
      const environment = index % 5 === 0 ? 'production' : 'staging'
      return github.state.deployments.add({ sha, ref: 'main', environment, creator: DEVELOPER })
    })
    const first = `${github.apiUrl}/repos/octo-org/app/deployments?environment=production&per_page=100`
    const ids: unknown[] = []
    let pages = 0
    for (let url: string | undefined = first; url !== undefined; pages += 1) {
      const { body, headers } = await ask(github, `GET ${url.slice(github.apiUrl.length)}`)
      ids.push(...[...body].map((one) => one['id']))
      url = /<(?<next>[^>]+)>; rel="next"/u.exec(headers.get('link') ?? '')?.groups?.['next']
      // GitHub's links name the repository by its number, and keep the filter.
      if (url !== undefined) expect(url).toMatch(/\/repositories\/\d+\/deployments\?environment=production&/)
    }
    expect(pages).toBe(5)
    const expected = made.filter(({ environment }) => environment === 'production').map(({ id }) => id)
    expect(ids).toEqual(expected.toReversed())
  })
})

describe('statuses', () => {
  test('are newest first, and read one by one', async () => {
    const github = await openGitHub()
    const deployment = await deploy(github, { environment: 'staging' })
    await report(github, deployment, { state: 'in_progress', log_url: 'https://ci.example/1' })
    const sent = { state: 'success', environment_url: 'https://app.example', description: 'done' }
    const last = await report(github, deployment, sent)
    expect(last).toMatchObject({ ...sent, environment: 'staging', log_url: '', target_url: '' })
    expect(await statesOf(github, deployment)).toEqual(['success', 'in_progress'])
    const path = `deployments/${Number(deployment['id'])}/statuses`
    expect((await ask(github, `GET ${path}/${Number(last['id'])}`)).body).toEqual(last)
    expect(await refusal(github, `GET ${path}/1`)).toBe('404 Not Found')
    expect(await refusal(github, 'POST deployments/1/statuses', { body: { state: 'success' } })).toBe(
      '404 Not Found',
    )
  })

  test('a success ends earlier ones of the environment that are neither transient nor in production', async () => {
    const github = await openGitHub()
    const old = await deploy(github, { environment: 'staging' })
    const failed = await deploy(github, { environment: 'staging' })
    const transient = await deploy(github, { environment: 'staging', transient_environment: true })
    const production = await deploy(github, { environment: 'staging', production_environment: true })
    const elsewhere = await deploy(github, { environment: 'qa' })
    const latest = await deploy(github, { environment: 'staging' })
    const later = await deploy(github, { environment: 'staging' })
    for (const one of [old, transient, production, elsewhere, later]) {
      await report(github, one, { state: 'success', auto_inactive: false })
    }
    await report(github, failed, { state: 'failure' })
    await report(github, latest, { state: 'in_progress' })
    expect(await statesOf(github, old)).toEqual(['success'])
    await report(github, latest, { state: 'success' })
    expect(await statesOf(github, old)).toEqual(['inactive', 'success'])
    expect(await statesOf(github, failed)).toEqual(['failure'])
    for (const kept of [transient, production, elsewhere, later]) {
      expect(await statesOf(github, kept)).toEqual(['success'])
    }
  })

  test('can move a deployment to another environment', async () => {
    const github = await openGitHub()
    const deployment = await deploy(github, { environment: 'staging' })
    await report(github, deployment, { state: 'queued', environment: 'qa' })
    expect(await report(github, deployment, { state: 'success' })).toMatchObject({ environment: 'qa' })
    const { body } = await ask(github, `GET deployments/${Number(deployment['id'])}`)
    expect(body).toMatchObject({ environment: 'qa', original_environment: 'staging' })
  })

  test('refuse an address that is none', async () => {
    const github = await openGitHub()
    const { id } = await deploy(github)
    for (const field of ['log_url', 'environment_url']) {
      const body = { state: 'success', [field]: 'ftp://files.example' }
      const answer = await ask(github, `POST deployments/${Number(id)}/statuses`, { body })
      expect(answer.status).toBe(422)
      expect(answer.body['errors']).toMatchObject([{ resource: 'DeploymentStatus', field }])
    }
  })
})

test('only a deployment that is over can be deleted, or the last of its environment', async () => {
  const github = await openGitHub()
  const [one, two] = [await deploy(github), await deploy(github)]
  const remove = (deployment: Body) => ask(github, `DELETE deployments/${Number(deployment['id'])}`)
  expect((await remove(one)).status).toBe(422)
  await report(github, one, { state: 'success' })
  expect((await remove(one)).status).toBe(422)
  await report(github, one, { state: 'inactive' })
  expect((await remove(one)).status).toBe(204)
  expect((await remove(one)).status).toBe(404)
  expect((await remove(two)).status).toBe(204)
})

test('a deployment is as new as its last status', async () => {
  let time = Date.parse('2026-11-01T12:00:00.987Z')
  const github = await openGitHub({ now: () => new Date(time) })
  const deployment = await deploy(github)
  expect(deployment).toMatchObject({
    created_at: '2026-11-01T12:00:00Z',
    updated_at: '2026-11-01T12:00:00Z',
  })
  time += 60_000
  await report(github, deployment, { state: 'success' })
  const { body } = await ask(github, `GET deployments/${Number(deployment['id'])}`)
  expect(body).toMatchObject({ created_at: '2026-11-01T12:00:00Z', updated_at: '2026-11-01T12:01:00Z' })
})
