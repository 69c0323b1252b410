import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { ask, openGitHub } from './support.ts'

const DEPLOYMENT = { ref: 'main', auto_merge: false, required_contexts: [] }

function deploy(github: SandboxGitHub) {
  return ask(github, 'POST deployments', { body: DEPLOYMENT })
}

describe('a connection', () => {
  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('is reset %s the request takes effect', async (when, made) => {
    const github = await openGitHub()
    github.faults.add({ operation: 'repos/create-deployment', fault: { kind: 'reset', when } })
    await expect(deploy(github)).rejects.toThrow('fetch failed')
    expect(github.state.deployments.all()).toHaveLength(made)
    expect(github.requests.at(-1)?.status).toBe(made === 1 ? 201 : undefined)
    expect((await deploy(github)).status).toBe(201)
  })

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('hangs %s the request takes effect', async (when, made) => {
    const github = await openGitHub()
    github.faults.add({ method: 'POST', fault: { kind: 'hang', when } })
    const signal = AbortSignal.timeout(300)
    await expect(ask(github, 'POST deployments', { body: DEPLOYMENT, signal })).rejects.toThrow()
    expect(github.state.deployments.all()).toHaveLength(made)
  })

  test('is slow', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'delay', ms: 20, when: 'after' } })
    expect((await deploy(github)).status).toBe(201)
  })
})

describe('an answer', () => {
  test('ends in the middle, with the connection or without', async () => {
    const github = await openGitHub()
    github.faults.add(
      { fault: { kind: 'truncated', end: 'reset' } },
      { from: 1, fault: { kind: 'truncated', end: 'hang' } },
    )
    await expect(deploy(github)).rejects.toThrow(/terminated|fetch failed/u)
    const read = async (): Promise<Buffer> => {
      const authorization = `token ${github.token}`
      const response = await fetch(`${github.apiUrl}/repos/octo-org/app`, { headers: { authorization } })
      expect(response.status).toBe(200)
      const reader = response.body?.getReader()
      const first = await reader?.read()
      const quiet = await Promise.race([reader?.read(), sleep(200, 'nothing')])
      expect(quiet).toBe('nothing')
      await reader?.cancel()
      expect(Number(response.headers.get('content-length'))).toBeGreaterThan(first?.value?.byteLength ?? 0)
      return Buffer.from(first?.value ?? [])
    }
    expect((await read()).toString()).toMatch(/^\{"id":/)
    expect(github.state.deployments.all()).toHaveLength(1)
  })

  test.each([
    ['before', 0],
    ['after', 1],
  ] as const)('is replaced %s the request takes effect', async (when, made) => {
    const github = await openGitHub()
    const body = { message: 'Server Error' }
    github.faults.add({ path: /deployments$/u, fault: { kind: 'answer', status: 502, body, when } })
    const answer = await deploy(github)
    expect(answer).toMatchObject({ status: 502, body })
    expect(github.state.deployments.all()).toHaveLength(made)
  })

  test('is any text', async () => {
    const github = await openGitHub()
    const headers = { 'Content-Type': 'application/json' }
    github.faults.add({ fault: { kind: 'answer', status: 200, body: '{}', headers } })
    expect((await ask(github, 'GET ')).body).toEqual({})
    github.faults.add({ fault: { kind: 'answer', status: 503 } })
    expect((await ask(github, 'GET ')).status).toBe(503)
  })

  test('is cut off in the middle', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'malformed-json' } })
    await expect(deploy(github)).rejects.toThrow(SyntaxError)
    expect(github.state.deployments.all()).toHaveLength(1)
  })

  test('is a page for people', async () => {
    const github = await openGitHub()
    github.faults.add({ fault: { kind: 'html' } }, { from: 1, fault: { kind: 'html', status: 200 } })
    const [first, second] = [await ask(github, 'GET '), await ask(github, 'GET ')]
    expect([first.status, second.status]).toEqual([502, 200])
    expect(second.headers.get('content-type')).toContain('text/html')
  })
})

describe('limits', () => {
  test('the secondary one comes with or without a time to wait', async () => {
    const github = await openGitHub()
    github.faults.add(
      { fault: { kind: 'secondary-limit', retryAfter: 7 } },
      { from: 1, fault: { kind: 'secondary-limit', status: 429 } },
    )
    const first = await deploy(github)
    expect(first.status).toBe(403)
    expect(first.body['message']).toMatch(/secondary rate limit/)
    expect(first.headers.get('retry-after')).toBe('7')
    const second = await deploy(github)
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, null])
    expect(github.state.deployments.all()).toEqual([])
  })

  test('the primary one may have another status, and be one of many', async () => {
    const github = await openGitHub()
    github.faults.add({ times: 3, fault: { kind: 'primary-limit', status: 429, resetIn: 0 } })
    for (let index = 0; index < 3; index += 1) expect((await deploy(github)).status).toBe(429)
    expect((await deploy(github)).status).toBe(201)
  })

  test('the primary one stays reached until it is reset', async () => {
    let time = Date.parse('2026-11-01T12:00:00Z')
    const github = await openGitHub({ now: () => new Date(time) })
    github.faults.add({ fault: { kind: 'primary-limit', resetIn: 30 } })
    for (let index = 0; index < 2; index += 1) {
      const { status, headers } = await deploy(github)
      expect([status, headers.get('x-ratelimit-remaining')]).toEqual([403, '0'])
      expect(headers.get('x-ratelimit-reset')).toBe(String(time / 1000 + 30))
    }
    time += 31_000
    expect((await deploy(github)).status).toBe(201)
  })
})

test('a list lags behind', async () => {
  const github = await openGitHub()
  await deploy(github)
  const second = await deploy(github)
  const id = Number(second.body['id'])
  await ask(github, `POST deployments/${id}/statuses`, { body: { state: 'success' } })
  github.faults.add(
    { operation: 'repos/list-deployments', fault: { kind: 'stale', newest: 1 } },
    { operation: 'repos/list-deployment-statuses', fault: { kind: 'stale', newest: 1 } },
  )
  const count = async (route: string) => [...(await ask(github, `GET ${route}`)).body].length
  expect([await count('deployments'), await count('deployments')]).toEqual([1, 2])
  const statuses = `deployments/${id}/statuses`
  expect([await count(statuses), await count(statuses)]).toEqual([0, 1])
})

test('somebody else is faster', async () => {
  const github = await openGitHub()
  const sha = github.state.git.head()
  const ref = 'refs/build-once/app/x'
  github.faults.add({
    operation: 'git/create-ref',
    fault: { kind: 'overtake', act: ({ git }) => git.refs.place(ref, sha) },
  })
  const answer = await ask(github, 'POST git/refs', { body: { ref, sha } })
  expect(answer).toMatchObject({ status: 422, body: { message: 'Reference already exists' } })
})

describe('a storm', () => {
  const fault = { kind: 'answer', status: 500 } as const
  const strike = async (seed: number): Promise<string> => {
    const github = await openGitHub()
    github.faults.add({ times: Infinity, storm: { seed, share: 0.4 }, fault })
    let seen = ''
    for (let index = 0; index < 30; index += 1) {
      seen += (await ask(github, 'GET ')).status === 500 ? 'x' : '.'
    }
    return seen
  }

  test('is the same for the same seed, and another for another', async () => {
    const [first, again, other] = [await strike(1), await strike(1), await strike(2)]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
    for (const storm of [first, other]) {
      expect(storm.split('x').length - 1).toBeGreaterThan(5)
      expect(storm.split('x').length - 1).toBeLessThan(20)
    }
  })
})

describe('rules', () => {
  test('strike from the nth request on, so many times', async () => {
    const github = await openGitHub()
    const fault = { kind: 'answer', status: 500 } as const
    github.faults.add({ operation: 'repos/get', from: 1, times: 2, fault })
    const statuses: number[] = []
    for (let index = 0; index < 5; index += 1) {
      statuses.push((await ask(github, 'GET ')).status)
      await ask(github, 'GET deployments')
    }
    expect(statuses).toEqual([200, 500, 500, 200, 200])
  })

  test('that did not strike are told', async () => {
    const github = await openGitHub()
    const rule = { method: 'DELETE', fault: { kind: 'reset' } } as const
    github.faults.add(rule, { times: Infinity, fault: { kind: 'delay', ms: 1 } })
    await ask(github, 'GET ')
    expect(github.faults.unspent).toEqual([rule])
    github.faults.clear()
    expect(github.faults.unspent).toEqual([])
  })

  test('for one moment strike together', async () => {
    const github = await openGitHub()
    const body = { message: 'late' }
    github.faults.add(
      { fault: { kind: 'delay', ms: 1 } },
      { fault: { kind: 'answer', status: 504, body, when: 'after' } },
    )
    expect(await deploy(github)).toMatchObject({ status: 504, body })
    expect(github.state.deployments.all()).toHaveLength(1)
  })
})
