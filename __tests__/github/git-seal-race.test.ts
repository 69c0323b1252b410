import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { FaultRule } from '../../sandbox/github/faults.ts'
import type { GitHubOptions } from '../../sandbox/github/options.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import { newCommit } from '../e2e/world.ts'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'
import { startProxy } from '../registry/support/http-proxy.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { faultsOf, type Operation } from './support/history.ts'

const RACERS = 16

interface Claimer {
  readonly go: () => void
  readonly history: Promise<readonly Operation[]>
}

/** Starts a process, and waits until it is ready. */
async function startClaimer(
  { apiUrl, token }: Pick<SandboxGitHub, 'apiUrl' | 'token'>,
  racer: number,
  commits: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Claimer> {
  const script = fileURLToPath(new URL('support/claimer.ts', import.meta.url))
  const env = { ...COMPILE_CACHE, PATH: process.env['PATH'], GITHUB_API_URL: apiUrl, ...more }
  const child = spawn(process.execPath, [script, apiUrl, token, String(racer), ...commits], { env })
  child.stdin.on('error', () => undefined)
  const errors = text(child.stderr)
  const ended = once(child, 'close')
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  const read = async (): Promise<readonly Operation[]> => {
    const [exitCode] = (await ended) as [number | null]
    if (exitCode !== 0) throw new Error(`claimer ${racer} ended with ${exitCode}\n${await errors}`)
    return JSON.parse(output.trim().split('\n').at(-1) ?? '')
  }
  return { go: () => child.stdin.end('go\n'), history: read() }
}

/** Lets sixteen processes claim the same commits in the same order; returns all that they saw. */
async function race(github: SandboxGitHub, commits: readonly string[]): Promise<readonly Operation[]> {
  const numbers = Array.from({ length: RACERS }, (_, racer) => racer + 1)
  const claimers = await Promise.all(numbers.map(async (racer) => await startClaimer(github, racer, commits)))
  for (const { go } of claimers) go()
  return (await Promise.all(claimers.map(async ({ history }) => await history))).flat()
}

const create = { operation: 'git/create-ref' } as const
const get = { operation: 'git/get-ref' } as const

/** Every so many requests, without end. */
function every(count: number, offset: number, rule: Omit<FaultRule, 'from' | 'times'>): readonly FaultRule[] {
  return Array.from({ length: 8 }, (_, turn) => ({ ...rule, from: offset + turn * count, times: 1 }))
}

describe('sixteen processes that claim the same commits', () => {
  const rounds: readonly [string, GitHubOptions, readonly FaultRule[]][] = [
    [
      'all answers are lost after the ref was created',
      {},
      [{ ...create, fault: { kind: 'reset', when: 'after' }, times: Infinity }],
    ],
    [
      'connections break before and after, answers are others, reads fail and are late',
      {},
      [
        ...every(4, 0, { ...create, fault: { kind: 'reset', when: 'after' } }),
        ...every(5, 1, { ...create, fault: { kind: 'reset', when: 'before' } }),
        ...every(6, 2, { ...create, fault: { kind: 'delay', ms: 40, when: 'after' } }),
        ...every(7, 3, { ...create, fault: { kind: 'answer', status: 502, body: 'bad', when: 'after' } }),
        ...every(7, 5, { ...get, fault: { kind: 'reset' } }),
        ...every(9, 4, { ...get, fault: { kind: 'delay', ms: 30, when: 'after' } }),
        { operation: 'git/create-tag', fault: { kind: 'reset', when: 'after' }, times: 3 },
      ],
    ],
    [
      'all of them meet the limits, before the ref is created and when it is read',
      {},
      [
        ...every(4, 0, { ...create, fault: { kind: 'secondary-limit', retryAfter: 1 } }),
        ...every(5, 2, { ...create, fault: { kind: 'secondary-limit', status: 429, retryAfter: 2 } }),
        ...every(6, 3, { ...create, fault: { kind: 'reset', when: 'after' } }),
        // The first request of each racer says that it is ready.
        ...every(4, RACERS + 1, { ...get, fault: { kind: 'secondary-limit', retryAfter: 1 } }),
      ],
    ],
    ['nothing goes wrong, on an enterprise server', { product: 'ghes' }, []],
  ]
  test.each(rounds)(
    'there is one order of all they saw: %s',
    async (_name, options, faults) => {
      const github = await openGitHub({ rateLimit: 1_000_000, ...options })
      github.faults.add(...faults)
      const commits = Array.from({ length: 3 }, newCommit)
      const history = await race(github, commits)
      expect(history).toHaveLength(RACERS * commits.length * 3)
      // Where requests fail at random, three of them may be attempts at the same.
      const failed = history.filter(({ error }) => error !== undefined)
      expect(failed.filter(({ error }) => error?.includes('did not answer') !== true)).toEqual([])
      expect(failed.length).toBeLessThan(5)
      for (const commit of commits) {
        const about = history.filter((one) => one.commit === commit)
        expect(faultsOf(about)).toEqual([])
        const isWinnerKnown = !failed.some((one) => one.commit === commit && one.kind === 'claim')
        if (isWinnerKnown) expect(about.filter(({ won }) => won === true)).toHaveLength(1)
      }
      github.faults.clear()
    },
    120_000,
  )
})

test('a claim goes through the proxy that the environment names', async () => {
  const github = await openGitHub()
  const proxy = await startProxy()
  // A name that only the proxy knows.
  const apiUrl = github.apiUrl.replace('127.0.0.1', 'github.test')
  const [commit, token] = [newCommit(), github.token]
  const claimer = await startClaimer({ apiUrl, token }, 1, [commit], { HTTP_PROXY: `http://${proxy.host}` })
  claimer.go()
  expect(await claimer.history).toMatchObject([
    { kind: 'read' },
    { kind: 'claim', won: true },
    { kind: 'read' },
  ])
  expect(proxy.asked.length).toBeGreaterThan(0)
  for (const asked of proxy.asked) expect(asked).toContain('github.test')
}, 60_000)

describe('the judge of histories', () => {
  const base = { commit: 'c', won: undefined }
  const win: Operation = { ...base, kind: 'claim', start: 10, end: 20, won: true, nonce: 'a' }

  test('accepts what is written once', () => {
    expect(
      faultsOf([
        win,
        { ...base, kind: 'read', start: 0, end: 15, nonce: undefined },
        { ...base, kind: 'read', start: 12, end: 14, nonce: 'a' },
        { ...base, kind: 'claim', start: 11, end: 30, won: false, nonce: 'a' },
        { ...base, kind: 'claim', start: 11, end: undefined, won: undefined, nonce: undefined },
      ]),
    ).toEqual([])
  })

  test.each<[string, Operation]>([
    ['a second winner', { ...base, kind: 'claim', start: 11, end: 30, won: true, nonce: 'a' }],
    ['a second record', { ...base, kind: 'read', start: 11, end: 30, nonce: 'b' }],
    [
      'a read that comes too late to see nothing',
      { ...base, kind: 'read', start: 21, end: 30, nonce: undefined },
    ],
    ['a record that is seen before it is claimed', { ...base, kind: 'read', start: 1, end: 5, nonce: 'a' }],
    [
      'a claim that ends without a record',
      { ...base, kind: 'claim', start: 1, end: 5, won: false, nonce: undefined },
    ],
  ])('refuses %s', (_name, operation) => {
    expect(faultsOf([win, operation])).not.toEqual([])
  })
})
