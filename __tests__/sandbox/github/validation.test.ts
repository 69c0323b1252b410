import { describe, expect, test } from 'vitest'
import type { Fault } from '../../../sandbox/github/faults.ts'
import type { Answer } from '../../../sandbox/github/http/answer.ts'
import { type SandboxGitHub, startGitHub } from '../../../sandbox/github/server.ts'
import { createSchemas } from '../../../sandbox/github/description/schemas.ts'
import { readDescription } from '../../../sandbox/github/description/read.ts'
import { checkAnswer } from '../../../sandbox/github/description/validation.ts'
import { ask, openGitHub, refusal, takeViolations } from './support.ts'

describe('a request', () => {
  test.each([
    ['POST git/refs', { ref: 'refs/heads/x' }, "body: must have required property 'sha'"],
    ['POST git/refs', { ref: 1, sha: 'x' }, 'body: /ref must be string'],
    ['POST deployments', { ref: 'main', payload: 7 }, 'body: /payload must'],
    ['POST deployments', { ref: 'main', required_contexts: 'ci' }, 'body: /required_contexts must be array'],
    ['POST deployments', {}, "body: must have required property 'ref'"],
    ['POST deployments', undefined, "body: must have required property 'ref'"],
    ['POST deployments', { ref: 'main', environment: 'x'.repeat(256) }, 'body.environment: is too long'],
    ['POST deployments/1/statuses', { state: 'done' }, 'body: /state must be equal to one of'],
    ['POST deployments/1/statuses', { state: 'success', description: 'é'.repeat(141) }, 'is too long'],
  ])('%s with %j is unprocessable', async (route, body, message) => {
    const github = await openGitHub()
    expect(await refusal(github, route, { body })).toMatch(/^422 Invalid request\.\n\n/)
    const violations = takeViolations(github)
    expect(violations.some((one) => one.startsWith('request') && one.includes(message))).toBe(true)
    expect(github.state.deployments.all()).toEqual([])
  })

  test('may be as long as the limits are', async () => {
    const github = await openGitHub()
    const body = { ref: 'main', auto_merge: false, environment: '😀'.repeat(255) }
    const { id } = (await ask(github, 'POST deployments', { body })).body
    const status = { state: 'success', description: 'é'.repeat(140) }
    const answer = await ask(github, `POST deployments/${Number(id)}/statuses`, { body: status })
    expect(answer.status).toBe(201)
  })

  test.each([
    ['GET deployments?per_page=500', 'query.per_page: is more than 100'],
    ['GET deployments?per_page=0', 'query.per_page: is less than 1'],
    ['GET deployments?page=-1', 'query.page: is less than 1'],
    ['GET deployments?per_page=many', 'query.per_page: must be integer'],
    ['GET deployments?enviroment=x', 'query.enviroment: is not a parameter of this operation'],
    ['GET deployments?ref=a&ref=b', 'query.ref: is given more than once'],
  ])('%s is answered as GitHub does, and remembered', async (route, message) => {
    const github = await openGitHub()
    expect((await ask(github, route)).status).toBe(200)
    expect(takeViolations(github)).toContain(`request ${message}`)
  })

  test('with a member nobody knows is answered, and remembered', async () => {
    const github = await openGitHub()
    const body = { ref: 'main', auto_merge: false, required_context: [] }
    expect((await ask(github, 'POST deployments', { body })).status).toBe(201)
    expect(takeViolations(github)).toEqual(['request body.required_context: is not described'])
  })

  test('whose path has another type is not found', async () => {
    const github = await openGitHub()
    expect(await refusal(github, 'GET deployments/latest')).toBe('404 Not Found')
    expect(takeViolations(github)).toEqual(['request path.deployment_id: must be integer'])
    const digest = await refusal(github, 'GET /orgs/octo-org/artifacts/sha256:x/metadata/storage-records')
    expect(digest).toBe('404 Not Found')
    expect(takeViolations(github).length).toBeGreaterThan(0)
  })

  test('that is not JSON, or no object, is bad', async () => {
    const github = await openGitHub()
    expect(await refusal(github, 'POST git/refs', { body: '{"ref":' })).toBe('400 Problems parsing JSON')
    expect(await refusal(github, 'POST git/refs', { body: '[]' })).toBe('400 Body should be a JSON object')
    expect(github.requests.map((one) => one.body)).toEqual([undefined, []])
    expect(takeViolations(github)).toEqual([
      'request body: Problems parsing JSON',
      'request body: must be object',
    ])
  })

  test('for something that is not served is remembered, unless allowed', async () => {
    const github = await openGitHub({ allowUnknown: [/\/pages$/u] })
    expect(await refusal(github, 'GET pages')).toBe('404 Not Found')
    expect(await refusal(github, 'GET releases')).toBe('404 Not Found')
    expect(await refusal(github, 'PUT git/refs')).toBe('404 Not Found')
    expect(github.violations.splice(0)).toMatchObject([
      { operation: undefined, request: 'GET /repos/octo-org/app/releases', message: 'is not served' },
      { request: 'PUT /repos/octo-org/app/git/refs' },
    ])
  })

  test('is logged with all there is to know', async () => {
    const github = await openGitHub()
    await ask(github, 'GET deployments?task=deploy')
    expect(github.requests).toMatchObject([
      {
        index: 0,
        method: 'GET',
        path: '/repos/octo-org/app/deployments',
        operation: 'repos/list-deployments',
        status: 200,
        body: undefined,
      },
    ])
    expect(github.requests[0]?.query.get('task')).toBe('deploy')
    expect(github.requests[0]?.headers['authorization']).toBe(`token ${github.token}`)
  })
})

describe('what is wrong with a request is remembered', () => {
  const body = { ref: 'refs/heads/x' }
  const expected = ["request body: must have required property 'sha'"]

  test.each([
    ['nobody knows the token', 401, (_github: SandboxGitHub) => 'ghs_unknown'],
    ['the token may not do this', 403, ({ tokens }) => tokens.add({ permissions: {} })],
    [
      'no requests are left',
      403,
      ({ state, token }) => {
        state.limits.leave('workflow', 0)
        return token
      },
    ],
  ] satisfies [string, number, (github: SandboxGitHub) => string][])(
    'although %s',
    async (_name, status, tokenOf) => {
      const github = await openGitHub()
      expect((await ask(github, 'POST git/refs', { body, token: tokenOf(github) })).status).toBe(status)
      expect(takeViolations(github)).toEqual(expected)
    },
  )

  test.each<Fault>([
    { kind: 'reset' },
    { kind: 'answer', status: 201, body: {} },
    { kind: 'secondary-limit' },
    { kind: 'malformed-json' },
  ])('although %j', async (fault) => {
    const github = await openGitHub()
    github.faults.add({ fault })
    await ask(github, 'POST git/refs', { body }).catch(() => undefined)
    expect(takeViolations(github)).toEqual(expected)
  })

  test('of a form nobody serves, and when a deeper member is misspelt', async () => {
    const github = await openGitHub()
    const blob = { content: 'x' }
    await ask(github, 'POST git/blobs', { body: blob, headers: { 'content-type': 'text/plain' } })
    expect(takeViolations(github)).toEqual(['request headers.content-type: "text/plain" is not JSON'])
    const accept = 'application/vnd.github.raw+json'
    await ask(github, 'GET commits/main', { headers: { accept } })
    expect(takeViolations(github)).toEqual([`request headers.accept: "${accept}" is not served`])
    const tagger = { name: 'Ada', email: 'ada@example.com', dated: '2026-11-01T12:00:00Z' }
    const tag = { tag: 'v1', message: 'v1', object: github.state.git.head(), type: 'commit', tagger }
    expect((await ask(github, 'POST git/tags', { body: tag })).status).toBe(201)
    expect(takeViolations(github)).toEqual(['request body.tagger.dated: is not described'])
  })

  test.each(['application/json', 'application/vnd.github+json', 'application/vnd.github.v3+json', '*/*'])(
    'but not that it accepts %s',
    async (accept) => {
      const github = await openGitHub()
      expect((await ask(github, 'GET ', { headers: { accept } })).status).toBe(200)
    },
  )
})

const SHA = 'a'.repeat(40)
const URL = 'https://api.github.com/repos/octo-org/app'
const REF = {
  ...{ ref: 'refs/heads/x', node_id: 'x', url: `${URL}/git/refs/heads/x` },
  object: { type: 'commit', sha: SHA, url: `${URL}/git/commits/${SHA}` },
}

test('a sandbox does not end in silence when the description was violated', async () => {
  const github = await startGitHub()
  await ask(github, 'GET releases')
  await expect(github.close()).rejects.toThrow('GET /repos/octo-org/app/releases: request path is not served')
  await expect(ask(github, 'GET ')).rejects.toThrow('fetch failed')
})

describe('an answer', () => {
  const schemas = createSchemas(readDescription('github.com'))

  test.each<[string, Answer, string]>([
    ['git/get-ref', { status: 200, body: {} }, 'body'],
    ['git/get-ref', { status: 200 }, 'body'],
    ['git/get-ref', { status: 200, body: { ...REF, sha: SHA } }, 'body.sha'],
    [
      'git/get-ref',
      { status: 200, body: { ...REF, object: { ...REF.object, size: 1 } } },
      'body.object.size',
    ],
    ['git/list-matching-refs', { status: 200, body: [REF, { ...REF, name: 'x' }] }, 'body[1].name'],
    ['git/get-ref', { status: 201, body: REF }, 'status'],
    ['git/create-ref', { status: 201, body: REF }, 'headers.location'],
    ['git/create-ref', { status: 201, body: REF, headers: { Location: '/x' } }, 'headers.location'],
    ['git/list-matching-refs', { status: 200, body: [], headers: { Link: '<x>; rel=next' } }, 'headers.link'],
    ['git/create-ref', { status: 422, body: { message: 'no documentation' } }, 'body'],
    ['repos/list-deployments', { status: 409, body: { message: 'x' } }, 'status'],
    ['repos/list-deployments', { status: 404, body: { message: 1 } }, 'body'],
    ['repos/list-deployments', { status: 404, body: {} }, 'body'],
    ['repos/list-deployments', { status: 404 }, 'body'],
    ['repos/create-deployment', { status: 409, body: {} }, 'body'],
    ['git/delete-ref', { status: 204, body: {} }, 'body'],
    ['actions/download-artifact', { status: 302 }, 'headers.location'],
  ])('of %s that is %j is wrong', (id, answer, where) => {
    expect(checkAnswer(schemas, id, answer)[0]).toMatchObject({ where })
  })

  test.each<[string, Answer]>([
    ['git/get-ref', { status: 200, body: REF }],
    ['git/create-ref', { status: 201, body: REF, headers: { Location: REF.url } }],
    ['git/delete-ref', { status: 204 }],
    ['actions/download-artifact', { status: 302, headers: { Location: 'https://storage.example/x' } }],
    ['repos/list-deployments', { status: 401, body: { message: 'Bad credentials' } }],
    ['repos/create-deployment', { status: 409, body: { message: 'x', errors: [{ contexts: [] }] } }],
  ])('of %s that is %j is right', (id, answer) => {
    expect(checkAnswer(schemas, id, answer)).toEqual([])
  })

  test("of the sandbox that is wrong is remembered as the sandbox's fault", async () => {
    const github = await openGitHub()
    const creator = { login: 'mona', id: Number.NaN, type: 'User' } as const
    const sha = github.state.git.head()
    github.state.deployments.add({ sha, ref: 'main', environment: 'qa', creator })
    await ask(github, 'GET deployments')
    expect(github.violations.splice(0)).toMatchObject([
      { operation: 'repos/list-deployments', side: 'answer', where: 'body' },
      { side: 'answer' },
      { side: 'answer' },
    ])
  })
})
