import { expect, onTestFinished } from 'vitest'
import type { GitHubOptions } from '../../../sandbox/github/options.ts'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { startGitHub } from '../../../sandbox/github/server.ts'
import type { Ending } from '../../fixtures/ending.ts'

/** Starts a sandbox; at the end of the test nothing may have violated the description, and no fault may be left. */
export async function openGitHub(
  options: GitHubOptions = {},
  test: Ending = { onTestFinished },
): Promise<SandboxGitHub> {
  const github = await startGitHub(options)
  test.onTestFinished(async () => {
    await github.close()
    expect(github.violations).toEqual([])
    expect(github.faults.unspent).toEqual([])
  })
  return github
}

/** The violations so far, which are thereby expected. */
export function takeViolations(github: SandboxGitHub): readonly string[] {
  return github.violations.splice(0).map(({ side, where, message }) => `${side} ${where}: ${message}`)
}

/** An answer. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  // A test reads members of many shapes; a wrong one fails its expectation.
  readonly body: Body
}

/** JSON that is read without ceremony. */
export type Body = { readonly [name: string]: Body } & { readonly [index: number]: Body } & Iterable<Body>

/** A member that must be a text. */
export function textAt(body: Body, name: string): string {
  const value: unknown = body[name]
  if (typeof value !== 'string') throw new Error(`expected a text as ${name}, got ${JSON.stringify(value)}`)
  return value
}

/** How a request differs from an ordinary one. */
export interface Asking {
  readonly body?: unknown
  /** `null` sends none. */
  readonly token?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Sends `METHOD path`; a path without a slash in front is one of the repository's. */
export async function ask(github: SandboxGitHub, route: string, asking: Asking = {}): Promise<Reply> {
  const [method = '', path = ''] = route.split(' ', 2)
  const url = path.startsWith('/') ? `${github.apiUrl}${path}` : addressOf(github, path)
  const { body, token = github.token, headers, signal } = asking
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === null ? {} : { authorization: `token ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  const text = await response.text()
  const isJson = /application\/json/u.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

function addressOf({ apiUrl, repository }: SandboxGitHub, path: string): string {
  return `${apiUrl}/repos/${repository}${path === '' ? '' : `/${path}`}`
}

/** A request that must be refused: its status and GitHub's sentence. */
export async function refusal(github: SandboxGitHub, route: string, asking: Asking = {}): Promise<string> {
  const { status, body } = await ask(github, route, asking)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(body).toMatchObject({ status: String(status), documentation_url: expect.any(String) })
  return `${status} ${textAt(body, 'message')}`
}
