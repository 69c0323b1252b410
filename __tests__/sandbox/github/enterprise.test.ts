import { expect, test } from 'vitest'
import { ask, openGitHub, refusal, takeViolations } from './support.ts'

test('an enterprise server has its API below a path, and its own pages', async () => {
  const github = await openGitHub({ product: 'ghes' })
  expect(github.apiUrl).toBe(`${github.serverUrl}/api/v3`)
  expect(new URL(github.serverUrl).hostname).toBe('127.0.0.1')
  const { body, headers } = await ask(github, 'GET ')
  expect(body).toMatchObject({ html_url: `${github.serverUrl}/octo-org/app` })
  expect(headers.get('x-github-enterprise-version')).toBe('enterprise-server@3.19.0')
  const outside = await fetch(`${github.serverUrl}/repos/octo-org/app`)
  expect(outside.status).toBe(404)
  expect(takeViolations(github)).toEqual(['request path: is not served'])
})

test('an enterprise server has refs, deployments and check runs', async () => {
  const github = await openGitHub({ product: 'ghes' })
  const { actions, git, jobs } = github.state
  const body = { ref: 'refs/build-once/app/x', sha: git.head() }
  expect((await ask(github, 'POST git/refs', { body })).status).toBe(201)
  const job = jobs.start(actions.startRun({ sha: git.head() }), { environment: { name: 'qa' } })
  expect((await ask(github, `GET check-runs/${job.id}`)).body['deployment']).toMatchObject({
    environment: 'qa',
  })
  const deployments = await ask(github, 'GET deployments?per_page=1&page=2')
  expect(deployments.headers.get('link')).toContain(`<${github.apiUrl}/repositories/`)
})

test('an enterprise server has no artifact metadata and no rate limits', async () => {
  const github = await openGitHub({ product: 'ghes' })
  const body = { name: 'app', digest: `sha256:${'a'.repeat(64)}`, registry_url: 'https://ghcr.io' }
  const route = 'POST /orgs/octo-org/artifacts/metadata/storage-record'
  expect(await refusal(github, route, { body })).toBe('404 Not Found')
  expect(takeViolations(github)).toEqual(['request path: is not served'])
  expect(await refusal(github, 'GET /rate_limit')).toBe('404 Rate limiting is not enabled.')
  expect((await ask(github, 'GET ')).headers.get('x-ratelimit-limit')).toBeNull()
  const version = { 'x-github-api-version': '2026-03-10' }
  expect(await refusal(github, 'GET ', { headers: version })).toMatch(/^400/)
})
