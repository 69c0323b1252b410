import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { GitHubError } from '../../../src/domain/error.ts'
import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import { type ApiOptions, createGitHubApi } from '../../../src/github/api-client.ts'
import { createGitSeals } from '../../../src/github/git-seals.ts'
import type { GitHubApi } from '../../../src/github/api.ts'
import type { GitSeals } from '../../../src/domain/git-seal.ts'
import { createMemoryLog, type MemoryLog } from '../../fixtures/memory-log.ts'
import { fastClock } from '../../registry/support/access.ts'

/** A client of a sandbox, and all that it said. */
export interface OpenApi {
  readonly api: GitHubApi
  readonly seals: GitSeals
  readonly log: MemoryLog
  /** The pauses between attempts to create a ref, and between many writes. */
  readonly pauses: readonly number[]
}

/** The client as the actions make it, but its seconds are short. */
export function openApi(github: SandboxGitHub, options: Partial<ApiOptions> = {}): OpenApi {
  const [owner = '', name = ''] = github.repository.split('/')
  const log = createMemoryLog()
  const pauses: number[] = []
  const clock = fastClock(pauses)
  const api = createGitHubApi({
    url: new URL(github.apiUrl),
    repository: { owner, name },
    token: github.token,
    log,
    clock,
    ...options,
    limits: { secondMs: 1, ...options.limits },
  })
  return { api, log, pauses, seals: createGitSeals({ api, clock, log }) }
}

/** Waits for a failure of GitHub and returns it; fails when there is none or it has another code. */
export async function githubFailure(code: ErrorCode, work: Promise<unknown>): Promise<GitHubError> {
  const error: unknown = await work.then(
    (value) => new Error(`expected ${code}, got the value ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  if (error instanceof GitHubError && error.code === code) return error
  throw error
}
