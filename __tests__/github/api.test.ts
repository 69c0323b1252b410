import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { Fault } from '../../sandbox/github/faults.ts'
import { createGitHubApi } from '../../src/github/api-client.ts'
import { apiTarget } from '../../src/github/api-target.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { fastClock } from '../registry/support/access.ts'
import { openGitHub, takeViolations } from '../sandbox/github/support.ts'
import { githubFailure, openApi } from './support/api.ts'

const REF = 'GET /repos/{owner}/{repo}/git/ref/{ref}'
const MAIN = { ref: 'heads/main' }
const refAnswer = z.looseObject({ ref: z.string() })
const BLOB = 'POST /repos/{owner}/{repo}/git/blobs'
const TEXT = { content: 'hello', encoding: 'utf-8' }
const blobAnswer = z.looseObject({ sha: z.string() })

/** Answers every request with what a function says; for what GitHub would never do. */
async function openServer(
  answer: (path: string) => { status: number; headers?: Record<string, string>; body?: string },
): Promise<{ url: URL; seen: { path: string; authorization: string | undefined }[] }> {
  const seen: { path: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    seen.push({ path, authorization: request.headers.authorization })
    const { status, headers = {}, body = '' } = answer(path)
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), seen }
}

function clientOf(url: URL, limits = {}) {
  const repository = { owner: 'octo-org', name: 'app' }
  const common = { repository, token: 'ghs_secret', log: createMemoryLog(), clock: fastClock() }
  return createGitHubApi({ url, ...common, limits: { secondMs: 1, ...limits } })
}

describe('a request', () => {
  test('is sent with the token and the version of the API, and its answer is what the schema made of it', async () => {
    const github = await openGitHub()
    const { api } = openApi(github)
    expect(await api.request(REF, MAIN, refAnswer)).toMatchObject({ ref: 'refs/heads/main' })
    expect(github.requests).toMatchObject([
      {
        path: '/repos/octo-org/app/git/ref/heads%2Fmain',
        headers: {
          authorization: `token ${github.token}`,
          'x-github-api-version': '2022-11-28',
          'user-agent': expect.stringContaining('build-once'),
        },
      },
    ])
  })

  test('of an enterprise server goes below its own path', async () => {
    const github = await openGitHub({ product: 'ghes' })
    expect(github.apiUrl).toMatch(/\/api\/v3$/)
    expect(await openApi(github).api.request(REF, MAIN, refAnswer)).toMatchObject({ ref: 'refs/heads/main' })
  })

  test('loads and sends nothing before it is made', async () => {
    const github = await openGitHub()
    openApi(github)
    expect(github.requests).toEqual([])
  })

  const failing: readonly [string, Fault][] = [
    ['a reset connection', { kind: 'reset' }],
    ['a 502', { kind: 'answer', status: 502, body: 'bad gateway' }],
    ['a page for people', { kind: 'html', status: 503 }],
  ]
  test.each(failing)('that reads is repeated after %s', async (_name, fault) => {
    const github = await openGitHub()
    github.faults.add({ fault, times: 2 })
    expect(await openApi(github).api.request(REF, MAIN, refAnswer)).toMatchObject({ ref: 'refs/heads/main' })
    expect(github.requests).toHaveLength(3)
  })

  test.each(failing)('is given up after three attempts that ended with %s', async (_name, fault) => {
    const github = await openGitHub()
    github.faults.add({ fault, times: 3 })
    const { message, hint } = await githubFailure(
      'GITHUB_UNAVAILABLE',
      openApi(github).api.request(REF, MAIN, refAnswer),
    )
    expect(hint).toContain('Run the job again')
    expect(message).toContain('GET /repos/octo-org/app/git/ref/')
    expect(message).not.toContain('<html')
  })

  test.each(failing)('that writes is not repeated by itself after %s', async (_name, fault) => {
    const github = await openGitHub()
    github.faults.add({ fault })
    await githubFailure('GITHUB_UNAVAILABLE', openApi(github).api.request(BLOB, TEXT, blobAnswer))
    expect(github.requests).toHaveLength(1)
  })

  test('that writes is repeated where that is the same as doing it once', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'reset', when: 'after' } })
    const { api } = openApi(github)
    await api.request(BLOB, TEXT, blobAnswer, { isRepeatable: true })
    expect(github.requests).toHaveLength(2)
  })

  test('that a proxy wants a password for says so', async () => {
    const { url } = await openServer(() => ({ status: 407 }))
    const { message } = await githubFailure('GITHUB_UNAVAILABLE', clientOf(url).request(REF, MAIN, refAnswer))
    expect(message).toMatch(/did not answer: .*proxy/)
  })

  test('that is never answered ends', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'hang' }, times: 3 })
    const { api } = openApi(github, { limits: { timeoutMs: 100 } })
    await githubFailure('GITHUB_UNAVAILABLE', api.request(REF, MAIN, refAnswer))
  })
})

describe('an answer', () => {
  test('of another form is not used', async () => {
    const github = await openGitHub()
    const { message } = await githubFailure(
      'GITHUB_UNEXPECTED',
      openApi(github).api.request(REF, MAIN, z.looseObject({ ref: z.number() })),
    )
    expect(message).toContain('ref')
  })

  test('that is cut off is not used', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'malformed-json' } })
    await githubFailure('GITHUB_UNEXPECTED', openApi(github).api.request(REF, MAIN, refAnswer))
  })

  test('is read whatever somebody has put into it: the client fails at objects without a value of their own', async () => {
    const body = '[{"payload":{"a":{"toString":null,"valueOf":null}},"id":1}]'
    const { url } = await openServer(() => ({ status: 200, body }))
    const answer = await clientOf(url).request('GET /x', {}, z.array(z.looseObject({ id: z.int() })))
    expect(answer).toEqual(JSON.parse(body))
  })

  test('that is a login page is not used', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'html', status: 200 } })
    await githubFailure('GITHUB_UNEXPECTED', openApi(github).api.request(REF, MAIN, refAnswer))
  })

  test('whose body ends early is a failure of the connection', async () => {
    const { url } = await openServer(() => ({ status: 200, headers: { 'content-length': '100' }, body: '{' }))
    await githubFailure('GITHUB_UNAVAILABLE', clientOf(url, { timeoutMs: 200 }).request(REF, MAIN, refAnswer))
  })

  test('that is too large is not read to its end, and not asked for again', async () => {
    const github = await openGitHub()
    const { api } = openApi(github, { limits: { maxBytes: 10 } })
    const { message } = await githubFailure('GITHUB_UNEXPECTED', api.request(REF, MAIN, refAnswer))
    expect(message).toContain('larger than 10 bytes')
    expect(github.requests).toHaveLength(1)
  })

  test('that holds the token does not bring it into the message', async () => {
    const body = JSON.stringify({ message: 'no such token: ghs_secret\n::error::forged' })
    const { url } = await openServer(() => ({ status: 400, body }))
    const { message } = await githubFailure('GITHUB_REFUSED', clientOf(url).request(REF, MAIN, refAnswer))
    expect(message).toContain('no such token: *** ::error::forged')
  })
})

describe('the token', () => {
  test.each(['http://127.0.0.2:1/elsewhere', 'https://127.0.0.1/other', '//example.com/x'])(
    'does not follow a redirect to %s',
    async (location) => {
      const { url, seen } = await openServer(() => ({ status: 301, headers: { location } }))
      const { message } = await githubFailure(
        'GITHUB_UNEXPECTED',
        clientOf(url).request(REF, MAIN, refAnswer),
      )
      expect(message).toContain('must not go')
      expect(seen).toHaveLength(1)
    },
  )

  test('follows the redirect of a renamed repository', async () => {
    const { url, seen } = await openServer((path) =>
      path.startsWith('/repositories/')
        ? { status: 200, body: '{"ref":"refs/heads/main"}' }
        : { status: 301, headers: { location: '/repositories/1/git/ref/heads/main' } },
    )
    expect(await clientOf(url).request(REF, MAIN, refAnswer)).toEqual({ ref: 'refs/heads/main' })
    expect(seen.map(({ authorization }) => authorization)).toEqual(['token ghs_secret', 'token ghs_secret'])
  })

  test('does not go round in circles', async () => {
    const { url, seen } = await openServer((path) => ({ status: 302, headers: { location: path } }))
    await githubFailure('GITHUB_UNEXPECTED', clientOf(url).request(REF, MAIN, refAnswer))
    expect(seen).toHaveLength(4)
  })

  test('leaves an enterprise server’s path neither by redirect nor by the address of a page', async () => {
    const { url, seen } = await openServer(() => ({
      status: 200,
      headers: { link: '</elsewhere?page=2>; rel="next"'.replace('</', `<http://127.0.0.1:${url.port}/`) },
      body: '["one"]',
    }))
    const api = clientOf(new URL('/api/v3', url))
    const names: string[] = []
    const reading = async (): Promise<void> => {
      for await (const name of api.pages('GET /list', {}, z.array(z.string()))) names.push(name)
    }
    await githubFailure('GITHUB_UNEXPECTED', reading())
    expect(names).toEqual(['one'])
    expect(seen.map(({ path }) => path)).toEqual(['/api/v3/list'])
  })
})

describe('pages', () => {
  test('are read one after the other, as far as they are asked for', async () => {
    const { url, seen } = await openServer((path) => {
      const page = Number(new URL(path, 'http://x').searchParams.get('page') ?? '1')
      const link = `<http://127.0.0.1:${url.port}/list?page=${page + 1}>; rel="next", <x>; rel="last"`
      return { status: 200, headers: page < 3 ? { link } : {}, body: JSON.stringify({ names: [`${page}`] }) }
    })
    const page = z.looseObject({ names: z.array(z.string()) }).transform(({ names }) => names)
    const all: string[] = []
    for await (const name of clientOf(url).pages('GET /list', {}, page)) all.push(name)
    expect(all).toEqual(['1', '2', '3'])
    for await (const name of clientOf(url).pages('GET /list', {}, page)) if (name === '1') break
    expect(seen).toHaveLength(4)
  })

  test('without end are not read without end', async () => {
    const { url } = await openServer(() => ({
      status: 200,
      headers: { link: `<http://127.0.0.1:${url.port}/list>; rel="next"` },
      body: '[]',
    }))
    const reading = async (): Promise<void> => {
      for await (const _ of clientOf(url, { maxPages: 3 }).pages('GET /list', {}, z.array(z.string())))
        continue
    }
    await githubFailure('GITHUB_UNEXPECTED', reading())
  })
})

describe('a refusal', () => {
  test('names the permission that GitHub asks for', async () => {
    const github = await openGitHub({ permissions: { contents: 'read' } })
    const error = await githubFailure('GITHUB_DENIED', openApi(github).api.request(BLOB, TEXT, blobAnswer))
    expect(error).toMatchObject({ status: 403, permission: 'contents: write' })
    expect(error.message).toContain('expected permission contents: write')
    expect(error.hint).toContain('permissions: contents: write')
  })

  test.each([
    ['contents=write; contents=write,workflows=write', 'contents: write'],
    ['artifact_metadata=write', 'artifact-metadata: write'],
    ['a=read,b=write; c=read', 'a: read, b: write'],
  ])('of which GitHub says %s asks for %s', async (header, permission) => {
    const headers = { 'x-accepted-github-permissions': header }
    const { url } = await openServer(() => ({ status: 403, headers, body: '{"message":"no"}' }))
    expect(await githubFailure('GITHUB_DENIED', clientOf(url).request(REF, MAIN, refAnswer))).toMatchObject({
      permission,
    })
  })

  test.each([
    ['contents=write; artifact_metadata=write', 'artifact-metadata: write'],
    ['contents=write; other=write', 'contents: write'],
    ['?; artifact_metadata=write', 'artifact-metadata: write'],
  ])('names the permission of the request, of those that are enough: %s', async (header, permission) => {
    const headers = { 'x-accepted-github-permissions': header }
    const { url } = await openServer(() => ({ status: 403, headers, body: '{"message":"no"}' }))
    const asking = clientOf(url).request(REF, MAIN, refAnswer, { permission: 'artifact-metadata: write' })
    expect(await githubFailure('GITHUB_DENIED', asking)).toMatchObject({ permission })
  })

  test('names the permission of the request where GitHub names none', async () => {
    const { url } = await openServer(() => ({ status: 403, body: '{"message":"no"}' }))
    const asking = clientOf(url).request(REF, MAIN, refAnswer, { permission: 'contents: read' })
    expect(await githubFailure('GITHUB_DENIED', asking)).toMatchObject({ permission: 'contents: read' })
  })

  test('of a token that nobody knows says so', async () => {
    const github = await openGitHub()
    const { api } = openApi(github, { token: 'ghs_unknown' })
    const error = await githubFailure('GITHUB_DENIED', api.request(REF, MAIN, refAnswer))
    expect(error).toMatchObject({ status: 401, permission: undefined })
    expect(error.message).not.toContain('ghs_unknown')
  })

  test('of what is not there has a code of its own, and says what the token needs', async () => {
    const github = await openGitHub()
    const asking = openApi(github).api.request(REF, { ref: 'heads/none' }, refAnswer, {
      permission: 'contents: read',
    })
    const error = await githubFailure('GITHUB_NOT_FOUND', asking)
    expect(error.hint).toContain('contents: read')
  })

  test.each([409, 422])('with %d is not repeated', async (status) => {
    const { url, seen } = await openServer(() => ({ status, body: '{"message":"conflict"}' }))
    await githubFailure('GITHUB_REFUSED', clientOf(url).request(REF, MAIN, refAnswer))
    expect(seen).toHaveLength(1)
  })
})

describe('rate limits', () => {
  test.each([403, 429] as const)(
    'the secondary one (%d) is waited for as long as it says',
    async (status) => {
      const github = await openGitHub()
      github.faults.add({ fault: { kind: 'secondary-limit', status, retryAfter: 7 }, times: 2 })
      const { api, log } = openApi(github)
      await api.request(BLOB, TEXT, blobAnswer)
      expect(github.requests).toHaveLength(3)
      const waits = log.lines.filter((line) => line.includes('waiting 7 s'))
      expect(waits).toHaveLength(2)
    },
  )

  test('the secondary one is given up after three attempts, also for a write that was not carried out', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'secondary-limit', retryAfter: 7 }, times: 3 })
    const error = await githubFailure(
      'GITHUB_RATE_LIMITED',
      openApi(github).api.request(BLOB, TEXT, blobAnswer),
    )
    expect(error.hint).toContain('in 7 s')
  })

  test('all waits together have a bound', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'secondary-limit', retryAfter: 40 }, times: 3 })
    const { api, log } = openApi(github)
    await githubFailure('GITHUB_RATE_LIMITED', api.request(REF, MAIN, refAnswer))
    expect(log.lines.filter((line) => line.includes('waiting 40 s'))).toHaveLength(2)
    github.faults.add({ fault: { kind: 'secondary-limit', retryAfter: 40 } })
    await githubFailure('GITHUB_RATE_LIMITED', api.request(REF, MAIN, refAnswer))
    expect(github.requests).toHaveLength(4)
  })

  test('the primary one is not waited for when it lasts an hour', async () => {
    const github = await openGitHub()
    github.state.limits.leave('workflow', 0, 3500)
    const { api, log } = openApi(github)
    const { hint, status } = await githubFailure('GITHUB_RATE_LIMITED', api.request(REF, MAIN, refAnswer))
    expect(status).toBe(403)
    const seconds = Number(/in (?<seconds>\d+) s/.exec(hint ?? '')?.groups?.['seconds'])
    expect(seconds).toBeGreaterThan(3400)
    expect(seconds).toBeLessThanOrEqual(3501)
    expect(github.requests).toHaveLength(1)
    expect(log.lines.filter((line) => line.includes('waiting'))).toEqual([])
  })

  test('the primary one is waited for when it is about to end', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'primary-limit', resetIn: 1 } })
    const { api } = openApi(github, { limits: { secondMs: 1000 } })
    expect(await api.request(REF, MAIN, refAnswer)).toMatchObject({ ref: 'refs/heads/main' })
    expect(github.requests).toHaveLength(2)
  })

  test('many writes are spread, a few are not', async () => {
    const github = await openGitHub()
    const { api, pauses } = openApi(github)
    for (let write = 0; write < 4; write += 1) await api.request(BLOB, TEXT, blobAnswer)
    expect(pauses).toEqual([])
    for (let write = 0; write < 4; write += 1) await api.request(BLOB, TEXT, blobAnswer)
    expect(pauses.length).toBeGreaterThanOrEqual(2)
    expect(takeViolations(github)).toEqual([])
  })
})

describe('which API', () => {
  const RUNNER = { GITHUB_API_URL: 'https://ghe.example.com/api/v3', GITHUB_REPOSITORY: 'octo-org/my.app' }

  test('the runner’s variables say', () => {
    expect(apiTarget(RUNNER, 'ghs_x', 'seal: git')).toEqual({
      url: new URL('https://ghe.example.com/api/v3'),
      repository: { owner: 'octo-org', name: 'my.app' },
      token: 'ghs_x',
    })
    expect(apiTarget({ GITHUB_REPOSITORY: 'o/r' }, 'ghs_x', 'seal: git').url.href).toBe(
      'https://api.github.com/',
    )
  })

  test.each([
    ['no token', RUNNER, undefined, /^token: is required by seal: git/],
    ['no repository', { ...RUNNER, GITHUB_REPOSITORY: '' }, 'x', /GITHUB_REPOSITORY to be owner\/name/],
    ['three parts', { ...RUNNER, GITHUB_REPOSITORY: 'a/b/c' }, 'x', /GITHUB_REPOSITORY/],
    ['a step up', { ...RUNNER, GITHUB_REPOSITORY: 'a/..' }, 'x', /GITHUB_REPOSITORY/],
    ['no address', { ...RUNNER, GITHUB_API_URL: 'api.github.com' }, 'x', /GITHUB_API_URL/],
    ['a file', { ...RUNNER, GITHUB_API_URL: 'file:///x' }, 'x', /GITHUB_API_URL/],
    ['a password', { ...RUNNER, GITHUB_API_URL: 'https://u:p@ghe.example.com' }, 'x', /GITHUB_API_URL/],
  ])('%s is a fault of the inputs', (_name, environment, token, message) => {
    expect(() => apiTarget(environment, token, 'seal: git')).toThrow(message)
    expect(() => apiTarget(environment, token, 'seal: git')).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID' }),
    )
  })

  test('everything that is missing is said at once', () => {
    expect(() => apiTarget({}, undefined, 'seal: git')).toThrow(
      expect.objectContaining({
        faults: [expect.stringMatching(/^token:/), expect.stringMatching(/^seal: git/)],
      }),
    )
  })
})
