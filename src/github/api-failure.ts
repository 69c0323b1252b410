import { GitHubError, messageOf, oneLine } from '../domain/error.ts'
import { limitOf, type Refusal } from './api-limit.ts'

/** What was asked, for messages. */
export interface Asked {
  /** `POST /repos/owner/name/git/refs`. */
  readonly route: string
  /** Named where GitHub does not say which permission is missing. */
  readonly permission: string | undefined
  readonly token: string
  /** Milliseconds since 1970. */
  readonly now: number
}

type Headers = Readonly<Record<string, string | number | undefined>>

/** Certificates whose authority is not known, in the words of OpenSSL. */
const UNTRUSTED = /\bself[- ]signed\b|\bunable to (?:verify|get)\b.*\bcertificate\b/i
const TRUST =
  'Trust the authority that signed its certificate: set NODE_EXTRA_CA_CERTS for the runner to the file of that authority.'

/** Advice for whoever starts Node.js. */
const NODE_ADVICE = /; if the root CA is installed locally,.*$/

/** The error for a request that failed; nothing of the request itself goes into it. */
export function failureOf(error: unknown, asked: Asked): GitHubError {
  if (error instanceof GitHubError) return error
  const answer = answerOf(error, asked)
  const what = `GitHub (${asked.route})`
  if (answer === undefined) {
    // The answer 407 of a proxy is given as a failure without a word.
    const why =
      printable(messageOf(error), asked.token) || 'the connection failed, or a proxy asks for a password'
    return new GitHubError('GITHUB_UNAVAILABLE', `${what} did not answer: ${why.replace(NODE_ADVICE, '')}`, {
      hint: UNTRUSTED.test(why) ? TRUST : 'Run the job again. Nothing was assumed about what was asked.',
    })
  }
  const { status, headers, text } = answer
  const said = `${status} ${text}`
  const limit = limitOf(answer, asked.now)
  if (limit !== undefined) {
    return new GitHubError('GITHUB_RATE_LIMITED', `${what} takes no more requests for now: ${said}`, {
      status,
      hint: `Run the job again in ${limit} s. All jobs of a repository share one limit.`,
    })
  }
  if (status === 401 || status === 403)
    return denial(what, said, status, permissionOf(headers, asked.permission) ?? asked.permission)
  if (status === 404 || status === 410) {
    const needs = asked.permission === undefined ? '' : ` and may do this (permissions: ${asked.permission})`
    return new GitHubError('GITHUB_NOT_FOUND', `${what} is not there: ${said}`, {
      status,
      hint: `Check that the token is one of this repository${needs}.`,
    })
  }
  if (status >= 500) return new GitHubError('GITHUB_UNAVAILABLE', `${what} failed: ${said}`, { status })
  return new GitHubError('GITHUB_REFUSED', `${what} was refused: ${said}`, { status })
}

function denial(what: string, said: string, status: number, permission: string | undefined): GitHubError {
  if (status === 401)
    return new GitHubError('GITHUB_DENIED', `${what} does not know the token: ${said}`, {
      status,
      hint: 'Give the token of this job, ${{ github.token }}, or one that is valid for this server.',
    })
  const needed = permission === undefined ? '' : ` · expected permission ${permission}`
  return new GitHubError('GITHUB_DENIED', `${what} was denied: ${said}${needed}`, {
    status,
    ...(permission === undefined ? {} : { permission }),
  })
}

/** What GitHub was asked for; undefined where it is not there, or not shown to this token. */
export async function unlessMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return undefined
    throw error
  }
}

/** The client's errors hold the answer, where there was one; they are told by their form. */
function answerOf(error: unknown, { token }: Asked): Refusal | undefined {
  if (!(error instanceof Error) || !('response' in error) || !('status' in error)) return undefined
  const { response, status } = error
  if (typeof response !== 'object' || response === null || typeof status !== 'number') return undefined
  const headers = 'headers' in response ? (response.headers as Headers) : {}
  return { status, headers, text: printable(error.message, token) }
}

/** Words of a server in one line, without the token, should it say it. */
function printable(text: string, token: string): string {
  const plain = oneLine(text.replaceAll(token, '***'))
  // Pages for people come with 502 and 503.
  return /^<(?:!doctype|html)/i.test(plain) ? 'an HTML page' : plain.slice(0, 300)
}

/**
 * `contents=write; contents=write,workflows=write` → `contents: write`: the first alternative that is enough, or the one
 * that the request names, which allows no more than it needs.
 */
function permissionOf(headers: Headers, expected: string | undefined): string | undefined {
  const alternatives = String(headers['x-accepted-github-permissions'] ?? '')
    .split(';')
    .map(alternativeOf)
  return expected !== undefined && alternatives.includes(expected) ? expected : alternatives[0]
}

/** `contents=write,workflows=write` → `contents: write, workflows: write`; undefined for what is no permission. */
function alternativeOf(text: string): string | undefined {
  const pairs = text
    .split(',')
    .map((pair) => /^\s*(?<name>[a-z_]{1,60})=(?<access>[a-z]{1,20})\s*$/.exec(pair)?.groups)
  if (pairs.some((pair) => pair === undefined)) return undefined
  return pairs.map((pair) => `${pair?.['name']?.replaceAll('_', '-')}: ${pair?.['access']}`).join(', ')
}
