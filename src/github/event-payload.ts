import { readFileSync, statSync } from 'node:fs'
import { messageOf, PolicyError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'

/** Where the texts that are used stand in event payloads. Nothing else of a payload is ever looked at. */
const TEXTS = {
  action: ['action'],
  ref: ['ref'],
  after: ['after'],
  headCommit: ['head_commit', 'id'],
  sender: ['sender', 'login'],
  pullRequestAuthor: ['pull_request', 'user', 'login'],
  mergeCommit: ['pull_request', 'merge_commit_sha'],
  headRepository: ['pull_request', 'head', 'repo', 'full_name'],
  baseRepository: ['pull_request', 'base', 'repo', 'full_name'],
  mergeGroupHead: ['merge_group', 'head_sha'],
  workflowRunHead: ['workflow_run', 'head_sha'],
  /** What started the workflow run that a `workflow_run` event is about. */
  workflowRunEvent: ['workflow_run', 'event'],
  workflowRunRepository: ['workflow_run', 'repository', 'full_name'],
  workflowRunHeadRepository: ['workflow_run', 'head_repository', 'full_name'],
  deploymentCommit: ['deployment', 'sha'],
  releaseTag: ['release', 'tag_name'],
  checkRunBranch: ['check_run', 'check_suite', 'head_branch'],
  checkSuiteBranch: ['check_suite', 'head_branch'],
  /** `Organization` or `User`. */
  ownerType: ['repository', 'owner', 'type'],
  organization: ['organization', 'login'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** The parts of event payloads that are used; anything may be absent, all of it is untrusted. */
export type EventPayload = { readonly [Name in keyof typeof TEXTS]?: string } & {
  readonly isDeletion?: true
  readonly isMerged?: true
  readonly pullRequestNumber?: number
  /** For a comment: it stands under a pull request, not under an issue. */
  readonly isOnPullRequest?: true
  /** For a status: a branch of this repository holds its commit. */
  readonly isOnBranch?: true
}

/** GitHub sends no payload of more than 25 MB, which the runner writes down indented. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024

/**
 * Reads the event file; an empty path means that there is none.
 * @throws {PolicyError} EVENT_REFUSED when it cannot be read or is not strict JSON.
 */
export function readEventPayload(path: string): EventPayload {
  if (path === '') return {}
  return pick(parse(path))
}

function parse(path: string): unknown {
  try {
    const file = statSync(path)
    if (!file.isFile() || file.size > MAX_EVENT_BYTES)
      throw new Error(`expected a file of at most ${MAX_EVENT_BYTES} bytes`)
    return parseStrictJson(readFileSync(path), { maxBytes: MAX_EVENT_BYTES, maxDepth: 100 })
  } catch (cause) {
    throw new PolicyError('EVENT_REFUSED', `The event payload cannot be read: ${messageOf(cause)}`, {
      hint: 'The runner writes it to GITHUB_EVENT_PATH. Make sure that no earlier step changed it.',
      cause,
    })
  }
}

function pick(body: unknown): EventPayload {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  const texts = Object.entries(TEXTS).flatMap(([name, path]) => {
    const value = valueAt(body, path)
    return value === undefined ? [] : [[name, typeof value === 'string' ? value : stranger(value)]]
  })
  const number = valueAt(body, ['pull_request', 'number'])
  const branches = valueAt(body, ['branches'])
  return {
    ...(Object.fromEntries(texts) as EventPayload),
    ...(valueAt(body, ['deleted']) === true ? { isDeletion: true } : {}),
    ...(valueAt(body, ['pull_request', 'merged']) === true ? { isMerged: true } : {}),
    ...(typeof number === 'number' ? { pullRequestNumber: number } : {}),
    ...(valueAt(body, ['issue', 'pull_request']) === undefined ? {} : { isOnPullRequest: true }),
    ...(Array.isArray(branches) && branches.length > 0 ? { isOnBranch: true } : {}),
  }
}

/** The value at a path; undefined where something on the way is absent or null, as for a deleted fork. */
function valueAt(body: unknown, path: readonly string[]): unknown {
  let value = body
  for (const key of path) {
    if (value === undefined || value === null) return undefined
    if (typeof value !== 'object' || Array.isArray(value)) return NaN
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
  }
  return value ?? undefined
}

/**
 * What stands for a value of another type than GitHub sends: a text that is no commit, repository or user, so
 * that the field counts as wrong and not as absent.
 */
function stranger(value: unknown): string {
  return `<not text but ${typeof value}>`
}
