import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createGitHubApi } from '../../src/github/api-client.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { fastClock } from '../registry/support/access.ts'
import { githubFailure } from './support/api.ts'

interface Refusal {
  readonly status: 403 | 429
  readonly headers?: Readonly<Record<string, string>>
  readonly message?: string
}

const BLOB = 'POST /repos/{owner}/{repo}/git/blobs'
const inHttp = (seconds: number): string => new Date(Date.now() + seconds * 1000).toUTCString()
const inUnix = (seconds: number): string => String(Math.floor(Date.now() / 1000) + seconds)

/** Refuses so many requests, and answers those that follow. */
async function openLimited(refusal: Refusal, times: number) {
  let asked = 0
  const server = createServer((_request, response) => {
    asked += 1
    const { status, headers = {}, message = 'You have exceeded a secondary rate limit.' } = refusal
    const isRefused = asked <= times
    response.writeHead(isRefused ? status : 201, { 'content-type': 'application/json', ...headers })
    response.end(JSON.stringify(isRefused ? { message } : { sha: 'x' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const repository = { owner: 'octo-org', name: 'app' }
  const log = createMemoryLog()
  const api = createGitHubApi({
    ...{ url, repository, log, token: 'ghs_secret', clock: fastClock() },
    limits: { secondMs: 1 },
  })
  const send = async (): Promise<unknown> => await api.request(BLOB, {}, z.looseObject({}))
  const waits = (): readonly number[] =>
    log.lines.flatMap((line) => {
      const seconds = /waiting (?<seconds>-?\d+) s/.exec(line)?.groups?.['seconds']
      return seconds === undefined ? [] : [Number(seconds)]
    })
  return { send, waits, asked: () => asked }
}

const PRIMARY = 'API rate limit exceeded'

describe('a limit is waited for as long as is said', () => {
  const cases: readonly [string, Refusal, readonly [number, number]][] = [
    ['in seconds', { status: 403, headers: { 'retry-after': '7' } }, [7, 7]],
    ['as a date', { status: 403, headers: { 'retry-after': inHttp(20) } }, [15, 20]],
    [
      'as a date, by the clock of the server',
      { status: 403, headers: { 'retry-after': inHttp(7220), date: inHttp(7200) } },
      [20, 20],
    ],
    ['by nobody', { status: 403 }, [60, 60]],
    ['in no sensible way', { status: 403, headers: { 'retry-after': '-1000' } }, [60, 60]],
    [
      'by a proxy that calls it something else',
      { status: 429, headers: { 'retry-after': '5' }, message: 'Slow down' },
      [5, 5],
    ],
    [
      'with the word of old servers',
      { status: 403, message: 'You have triggered an abuse detection' },
      [60, 60],
    ],
    [
      'by the end of the hour',
      {
        status: 403,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inUnix(30) },
        message: PRIMARY,
      },
      [25, 32],
    ],
    [
      'by the end of the hour, where our clock is two hours behind',
      {
        status: 429,
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inUnix(7230), date: inHttp(7200) },
        message: PRIMARY,
      },
      [30, 32],
    ],
    [
      'by an end of the hour that is not said',
      { status: 403, headers: { 'x-ratelimit-remaining': '0' }, message: PRIMARY },
      [60, 60],
    ],
  ]
  test.each(cases)('%s', async (_name, refusal, [least, most]) => {
    const { send, waits } = await openLimited(refusal, 1)
    await send()
    expect(waits()).toHaveLength(1)
    expect(waits()[0]).toBeGreaterThanOrEqual(least)
    expect(waits()[0]).toBeLessThanOrEqual(most)
  })

  test('where our clock is two hours ahead, and the hour seems to be over', async () => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inUnix(-7170), date: inHttp(-7200) }
    const { send, waits } = await openLimited({ status: 403, headers, message: PRIMARY }, 1)
    await send()
    expect(waits()[0]).toBeGreaterThanOrEqual(30)
  })
})

describe('a limit is not waited for', () => {
  const MANY = '99999999999999999999'
  test.each<[string, Readonly<Record<string, string>>]>([
    ['that lasts forever', { 'retry-after': MANY }],
    ['whose end overflows', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '99999999999' }],
    ['that lasts two minutes', { 'retry-after': '120' }],
  ])('%s', async (_name, headers) => {
    const { send, waits, asked } = await openLimited({ status: 403, headers }, 3)
    const { hint } = await githubFailure('GITHUB_RATE_LIMITED', send())
    expect(waits()).toEqual([])
    expect(asked()).toBe(1)
    const seconds = Number(/in (?<seconds>\d+) s/.exec(hint ?? '')?.groups?.['seconds'])
    expect(seconds).toBeGreaterThanOrEqual(120)
    expect(seconds).toBeLessThanOrEqual(86_400)
  })

  test('when all waits together would take too long, whatever was said in between', async () => {
    const refusal = { status: 403, headers: { 'retry-after': '-1000' } } as const
    const { send, waits } = await openLimited(refusal, Infinity)
    await githubFailure('GITHUB_RATE_LIMITED', send())
    await githubFailure('GITHUB_RATE_LIMITED', send())
    expect(waits().reduce((sum, seconds) => sum + seconds, 0)).toBeLessThanOrEqual(90)
  })

  test('when it is a permission that is missing, also where that was the last request of the hour', async () => {
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': inUnix(20),
      'x-accepted-github-permissions': 'contents=write',
    }
    const message = 'Resource not accessible by integration'
    const { send, asked } = await openLimited({ status: 403, headers, message }, 3)
    expect(await githubFailure('GITHUB_DENIED', send())).toMatchObject({ permission: 'contents: write' })
    expect(asked()).toBe(1)
  })
})
