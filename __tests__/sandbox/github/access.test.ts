import { describe, expect, test } from 'vitest'
import { describeRequirement, REQUIREMENTS } from '../../../sandbox/github/access/permissions.ts'
import type { Access, Permission } from '../../../sandbox/github/access/tokens.ts'
import { ALL_PERMISSIONS } from '../../../sandbox/github/access/tokens.ts'
import { readDescription } from '../../../sandbox/github/description/read.ts'
import { OPERATION_IDS } from '../../../sandbox/github/operations.ts'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { ask, openGitHub, refusal, takeViolations } from './support.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const { operations } = readDescription('github.com')

/** A request for each operation whose path is right; what it asks for need not be there. */
const ROUTES = OPERATION_IDS.map((id) => {
  const { method = '', path = '' } = operations[id] ?? {}
  const filled = path
    .replace('{owner}/{repo}', 'octo-org/app')
    .replace('{org}', 'octo-org')
    .replace('{subject_digest}', DIGEST)
    .replace('{basehead}', 'main...main')
    .replaceAll(/\{(?:\w+_id|attempt_number)\}/gu, '1')
    .replaceAll(/\{[^}]+\}/gu, 'x')
  return { id, route: `${method} ${filled}`, requirement: REQUIREMENTS[id] }
})
/** Who may ask is all that matters here, not what is asked for: bodies are left out. */
function ignoreBodies(github: SandboxGitHub): void {
  const rest = github.violations.splice(0).filter(({ side, where }) => side !== 'request' || where !== 'body')
  expect(rest).toEqual([])
}

const GUARDED = ROUTES.filter(({ requirement }) => requirement.length > 0)

describe('permissions', () => {
  test('all but two operations need one', () => {
    expect(ROUTES.length - GUARDED.length).toBe(2)
  })

  test.each(GUARDED)('$id needs one', async ({ route, requirement }) => {
    const github = await openGitHub()
    const token = github.tokens.add({ permissions: { metadata: 'read' } })
    const { status, body, headers } = await ask(github, route, { token })
    expect(status).toBe(403)
    expect(body['message']).toBe('Resource not accessible by integration')
    expect(headers.get('x-accepted-github-permissions')).toBe(describeRequirement(requirement))
    ignoreBodies(github)
  })

  test.each(GUARDED)('$id is content with any of those it names', async ({ route, requirement }) => {
    const github = await openGitHub()
    for (const permissions of requirement) {
      const token = github.tokens.add({ permissions })
      const { status } = await ask(github, route, { token })
      expect(status).not.toBe(403)
      github.violations.splice(0)
    }
  })

  test.each(GUARDED)(
    '$id is not content with all others, nor with reading in place of writing',
    async (one) => {
      const github = await openGitHub()
      const named = one.requirement.flatMap((set) => Object.entries(set) as [Permission, Access][])
      const weakened = named.map(([permission, access]) => [
        permission,
        access === 'write' ? 'read' : undefined,
      ])
      const permissions = Object.fromEntries(
        Object.entries({ ...ALL_PERMISSIONS, ...Object.fromEntries(weakened) }).filter(
          ([, access]) => access,
        ),
      )
      const token = github.tokens.add({ permissions })
      expect((await ask(github, one.route, { token })).status).toBe(403)
      ignoreBodies(github)
    },
  )

  test('environments need actions, not deployments', () => {
    expect(describeRequirement(REQUIREMENTS['repos/get-environment'])).toBe('actions=read')
    expect(describeRequirement(REQUIREMENTS['repos/create-deployment'])).toBe('deployments=write')
    expect(describeRequirement(REQUIREMENTS['orgs/create-artifact-storage-record'])).toBe(
      'contents=write; artifact_metadata=write',
    )
  })

  test('can be taken away while the token is in use', async () => {
    const github = await openGitHub()
    expect((await ask(github, 'GET deployments')).status).toBe(200)
    github.tokens.grant(github.token, { contents: 'write' })
    expect(await refusal(github, 'GET deployments')).toBe('403 Resource not accessible by integration')
    github.tokens.revoke(github.token)
    expect(await refusal(github, 'GET deployments')).toBe('401 Bad credentials')
  })

  test('of a personal access token are missed in other words', async () => {
    const github = await openGitHub()
    const token = github.tokens.add({ kind: 'user', permissions: {} })
    expect(await refusal(github, 'GET deployments', { token })).toBe(
      '403 Resource not accessible by personal access token',
    )
  })
})

describe('tokens', () => {
  test('are taken in every form GitHub takes them', async () => {
    const github = await openGitHub()
    const basic = Buffer.from(`x-access-token:${github.token}`).toString('base64')
    for (const authorization of [`token ${github.token}`, `Bearer ${github.token}`, `Basic ${basic}`]) {
      expect((await ask(github, 'GET ', { headers: { authorization } })).status).toBe(200)
    }
    for (const authorization of ['token ghs_unknown', 'Bearer', 'Digest x']) {
      expect(await refusal(github, 'GET ', { headers: { authorization } })).toBe('401 Bad credentials')
    }
  })

  test('without one a private repository is not there', async () => {
    const github = await openGitHub()
    for (const route of ['GET ', 'GET git/ref/heads/main', 'POST git/refs']) {
      expect(await refusal(github, route, { token: null })).toBe('404 Not Found')
    }
    ignoreBodies(github)
  })

  test('without one a public repository can be read, not written', async () => {
    const github = await openGitHub({ visibility: 'public' })
    expect((await ask(github, 'GET git/ref/heads/main', { token: null })).status).toBe(200)
    const weak = github.tokens.add({ permissions: {} })
    expect((await ask(github, 'GET deployments', { token: weak })).status).toBe(200)
    expect(await refusal(github, 'POST git/refs', { token: null })).toBe('401 Requires authentication')
    expect(await refusal(github, 'POST git/refs', { token: weak })).toMatch(/^403/)
    ignoreBodies(github)
  })

  test('without one the contents of artifacts stay closed even in a public repository', async () => {
    const github = await openGitHub({ visibility: 'public' })
    const { actions, artifacts, git } = github.state
    const run = actions.startRun({ sha: git.head() })
    const { id } = artifacts.add({ name: 'record', run, bytes: Buffer.from('PK') })
    const download = `GET actions/artifacts/${id}/zip`
    expect(await refusal(github, download, { token: null })).toBe('401 Requires authentication')
    const weak = github.tokens.add({ permissions: {} })
    expect((await ask(github, download, { token: weak })).status).toBe(302)
  })

  test('of another repository do not see a private one at all, and can only read a public one', async () => {
    const github = await openGitHub()
    const token = github.tokens.add({ permissions: ALL_PERMISSIONS, isForeign: true })
    const body = { ref: 'refs/heads/x', sha: github.state.git.head() }
    for (const route of ['GET ', 'GET git/ref/heads/main', 'GET deployments', 'GET environments/x']) {
      expect(await refusal(github, route, { token })).toBe('404 Not Found')
    }
    expect(await refusal(github, 'POST git/refs', { body, token })).toBe('404 Not Found')
    const open = await openGitHub({ visibility: 'public' })
    const other = open.tokens.add({ permissions: ALL_PERMISSIONS, isForeign: true })
    expect((await ask(open, 'GET deployments', { token: other })).status).toBe(200)
    expect(await refusal(open, 'POST git/refs', { body, token: other })).toMatch(/^403/)
  })

  test('do not show other repositories', async () => {
    const github = await openGitHub()
    expect(await refusal(github, 'GET /repos/octo-org/other')).toBe('404 Not Found')
    expect((await ask(github, 'GET /repos/Octo-Org/APP')).status).toBe(200)
    expect((await ask(github, `GET /repositories/${github.state.repository.id}`)).status).toBe(200)
    expect(await refusal(github, 'GET /repositories/1')).toBe('404 Not Found')
    expect(github.violations.splice(0)).toMatchObject([{ where: 'path', message: 'is not served' }])
  })
})

describe('headers', () => {
  test('tell the request, the version and the permission', async () => {
    const github = await openGitHub()
    const { headers } = await ask(github, 'GET deployments', {
      headers: { 'x-github-api-version': '2026-03-10' },
    })
    expect(headers.get('x-github-request-id')).toMatch(/^[0-9A-F:]+$/)
    expect(headers.get('x-github-api-version-selected')).toBe('2026-03-10')
    expect(headers.get('x-accepted-github-permissions')).toBe('deployments=read')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  test('that GitHub does not take are refused', async () => {
    const github = await openGitHub()
    const send = (headers: Record<string, string>) => refusal(github, 'GET ', { headers })
    expect(await send({ 'user-agent': '' })).toMatch(/^403 Request forbidden by administrative rules/)
    expect(await send({ 'x-github-api-version': '2021-01-01' })).toMatch(/^400 Not a supported version/)
    expect(await send({ accept: 'text/html' })).toMatch(/^415 /)
    expect(takeViolations(github)).toEqual(['request headers.accept: "text/html" is not served'])
  })
})

describe('the primary rate limit', () => {
  test('is counted down for all tokens of jobs together, and opens again', async () => {
    let time = Date.parse('2026-11-01T12:00:00Z')
    const github = await openGitHub({ rateLimit: 3, now: () => new Date(time) })
    const other = github.tokens.add({ permissions: {} })
    const first = await ask(github, 'GET ')
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit': '3',
      'x-ratelimit-remaining': '2',
      'x-ratelimit-used': '1',
      'x-ratelimit-reset': String(time / 1000 + 3600),
      'x-ratelimit-resource': 'core',
    })
    await ask(github, 'GET ', { token: other })
    expect((await ask(github, 'GET ')).headers.get('x-ratelimit-remaining')).toBe('0')
    const refused = await ask(github, 'GET ')
    expect(refused.status).toBe(403)
    expect(refused.body['message']).toMatch(/^API rate limit exceeded/)
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
    // Asking for the limit costs nothing.
    const { body } = await ask(github, 'GET /rate_limit')
    expect(body['resources']).toMatchObject({ core: { limit: 3, remaining: 0 } })
    time += 3_601_000
    expect((await ask(github, 'GET ')).status).toBe(200)
  })

  test('can be set near its end', async () => {
    const github = await openGitHub()
    github.state.limits.leave('workflow', 1, 60)
    expect((await ask(github, 'GET ')).status).toBe(200)
    expect((await ask(github, 'GET ')).status).toBe(403)
  })
})
