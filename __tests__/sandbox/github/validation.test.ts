import { describe, expect, test } from 'vitest'
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

describe('an answer', () => {
  const schemas = createSchemas(readDescription('github.com'))

  test.each([
    ['git/get-ref', 200, {}, 'body'],
    ['git/get-ref', 201, {}, 'status'],
    ['git/create-ref', 422, { message: 'no documentation' }, 'body'],
    ['repos/list-deployments', 409, { message: 'x' }, 'status'],
    ['repos/list-deployments', 404, { message: 1 }, 'body'],
  ])('of %s with %i and %j is wrong', (id, status, body, where) => {
    expect(checkAnswer(schemas, id, status, body)[0]).toMatchObject({ where })
  })

  test.each([
    ['git/delete-ref', 204, undefined],
    ['actions/download-artifact', 302, undefined],
    ['repos/list-deployments', 401, { message: 'Bad credentials' }],
    ['repos/create-deployment', 409, { message: 'x', errors: [{ contexts: [] }] }],
  ])('of %s with %i and %j is right', (id, status, body) => {
    expect(checkAnswer(schemas, id, status, body)).toEqual([])
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
