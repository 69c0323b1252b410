import { expect, test } from 'vitest'
import { ask, openGitHub, refusal, takeViolations } from './support.ts'

test("a job's check run leads to the deployment GitHub made for it", async () => {
  const github = await openGitHub()
  const { actions, jobs, deployments } = github.state
  const run = actions.startRun({ sha: github.state.git.head(), id: 77 })
  const job = jobs.start(run, { id: 4711, environment: { name: 'staging', url: 'https://app.example' } })
  const check = await ask(github, 'GET check-runs/4711')
  const deployment = jobs.deploymentOf(job)
  expect(check.body).toMatchObject({ id: 4711, status: 'in_progress', deployment: { id: deployment?.id } })
  const listed = await ask(github, 'GET deployments?environment=staging')
  expect(listed.body).toMatchObject([
    {
      task: 'deploy',
      payload: {},
      creator: { login: 'mona' },
      performed_via_github_app: { slug: 'github-actions' },
    },
  ])
  const statuses = async () => (await ask(github, `GET deployments/${deployment?.id}/statuses`)).body
  const log = 'https://github.com/octo-org/app/actions/runs/77/job/4711'
  expect(await statuses()).toMatchObject([
    { state: 'in_progress', log_url: log, creator: { login: 'github-actions[bot]' } },
  ])
  jobs.finish(job, 'success')
  expect(await statuses()).toMatchObject([
    { state: 'success', log_url: log, environment_url: 'https://app.example' },
    { state: 'in_progress' },
  ])
  const after = await ask(github, 'GET check-runs/4711')
  expect(after.body).toMatchObject({ status: 'completed', conclusion: 'success' })
  // The next job's success ends this deployment.
  jobs.finish(jobs.start(run, { environment: { name: 'staging' } }), 'success')
  expect(deployment?.statuses.at(-1)?.state).toBe('inactive')
  jobs.finish(jobs.start(run, { environment: { name: 'staging' } }), 'failure')
  expect(deployments.all()[0]?.statuses.at(-1)?.state).toBe('failure')
})

test('a job without an environment, or with deployment: false, has none', async () => {
  const github = await openGitHub()
  const { actions, jobs } = github.state
  const run = actions.startRun({ sha: github.state.git.head() })
  for (const options of [{}, { environment: { name: 'production', deployment: false } }]) {
    const { id } = jobs.start(run, options)
    const { body } = await ask(github, `GET check-runs/${id}`)
    expect(body).not.toHaveProperty('deployment')
  }
  expect(github.state.deployments.all()).toEqual([])
  expect(await refusal(github, 'GET check-runs/1')).toBe('404 Not Found')
})

test('a run has attempts, and each its jobs', async () => {
  const github = await openGitHub()
  const { actions, jobs } = github.state
  const first = actions.startRun({ sha: github.state.git.head(), event: 'push' })
  const failed = jobs.start(first, { name: 'build' })
  jobs.finish(failed, 'failure')
  actions.finishRun(first, 'failure')
  const again = actions.rerun(first)
  const second = jobs.start(again, { name: 'build' })
  const path = `actions/runs/${first.id}`
  expect((await ask(github, `GET ${path}`)).body).toMatchObject({
    run_attempt: 2,
    status: 'in_progress',
    conclusion: null,
    event: 'push',
    head_branch: 'main',
    repository: { full_name: 'octo-org/app' },
  })
  expect((await ask(github, `GET ${path}/attempts/1`)).body).toMatchObject({
    run_attempt: 1,
    conclusion: 'failure',
  })
  expect(await refusal(github, `GET ${path}/attempts/3`)).toBe('404 Not Found')
  const jobIds = async (route: string) =>
    [...((await ask(github, `GET ${route}`)).body['jobs'] ?? [])].map((one) => one['id'])
  expect(await jobIds(`${path}/jobs`)).toEqual([second.id])
  expect(await jobIds(`${path}/jobs?filter=all`)).toEqual([failed.id, second.id])
  expect(await jobIds(`${path}/attempts/1/jobs`)).toEqual([failed.id])
  expect((await ask(github, `GET actions/jobs/${failed.id}`)).body).toMatchObject({
    conclusion: 'failure',
    run_attempt: 1,
  })
})

test('artifacts are listed by repository, run and name, and downloaded from elsewhere', async () => {
  let time = Date.parse('2026-11-01T12:00:00Z')
  const github = await openGitHub({ now: () => new Date(time) })
  const { actions, artifacts } = github.state
  const sha = github.state.git.head()
  const [one, two] = [actions.startRun({ sha }), actions.startRun({ sha, branch: null })]
  const bytes = Buffer.from('PK')
  const a = artifacts.add({ name: 'record', run: one, bytes, retentionDays: 1 })
  const b = artifacts.add({ name: 'record', run: two, bytes, contentType: 'application/json' })
  artifacts.add({ name: 'other', run: two, bytes })
  const ids = async (route: string) =>
    [...((await ask(github, `GET ${route}`)).body['artifacts'] ?? [])].map((artifact) => artifact['id'])
  expect(await ids('actions/artifacts?name=record')).toEqual([b.id, a.id])
  expect(await ids(`actions/runs/${one.id}/artifacts`)).toEqual([a.id])
  expect((await ask(github, `GET actions/artifacts/${a.id}`)).body).toMatchObject({
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    expired: false,
    workflow_run: { id: one.id, head_sha: sha },
  })
  const redirect = await ask(github, `GET actions/artifacts/${b.id}/zip`)
  expect(redirect.status).toBe(302)
  const location = redirect.headers.get('location') ?? ''
  const content = await fetch(location)
  expect(content.headers.get('content-type')).toBe('application/json')
  expect(await content.text()).toBe('PK')
  await fetch(location, { headers: { authorization: `token ${github.token}` } })
  expect(takeViolations(github)).toEqual([
    'request headers.authorization: was sent to the storage of artifacts',
  ])
  expect(await refusal(github, `GET actions/artifacts/${b.id}/tar`)).toBe('404 Not Found')
  time += 25 * 3600 * 1000
  expect((await ask(github, `GET actions/artifacts/${a.id}`)).body['expired']).toBe(true)
  expect((await ask(github, `GET actions/artifacts/${a.id}/zip`)).status).toBe(410)
})
