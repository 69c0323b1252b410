import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { type Commit, isCommit } from '../domain/commit.ts'
import { PolicyError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import type { Source, WorkflowRun } from '../domain/record.ts'

/** The job as plain data. Read once from the environment; nothing else looks there for it. */
export interface Context {
  readonly event: string
  readonly gitRef: string
  /** `GITHUB_SHA` where it is a full commit id. Not necessarily the commit to build: see {@link eventCommit}. */
  readonly headCommit: Commit | undefined
  readonly payload: EventPayload
  readonly source: Source | null
  readonly workflowRun: WorkflowRun | null
  readonly actor: string
  readonly workspace: string
  readonly temporary: string
  /** Folder that survives between jobs on a self-hosted runner; for memories that only save time. */
  readonly cacheFolder: string
}

/** The parts of event payloads that are used; anything may be absent, all of it is untrusted. */
export interface EventPayload {
  readonly workflowRunHead?: string
  /** What started the workflow run that a `workflow_run` event is about. */
  readonly workflowRunEvent?: string
  readonly headRepository?: string
  readonly baseRepository?: string
}

const MAX_EVENT_BYTES = 26 * 1024 * 1024

/** Reads the context from the runner's environment variables and the event file. */
export function readContext(environment: NodeJS.ProcessEnv): Context {
  const text = (name: string): string => environment[name] ?? ''
  // What goes into records keeps their bounds, so that a workflow with an odd name still has readable ones.
  const shown = (name: string, max: number): string =>
    text(name)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .slice(0, max)
  const repository = text('GITHUB_REPOSITORY')
  const server = text('GITHUB_SERVER_URL') || 'https://github.com'
  const id = text('GITHUB_RUN_ID')
  const temporary = text('RUNNER_TEMP') || tmpdir()
  const sha = text('GITHUB_SHA')
  return {
    event: text('GITHUB_EVENT_NAME') || 'unknown',
    gitRef: text('GITHUB_REF'),
    headCommit: isCommit(sha) ? sha : undefined,
    payload: readPayload(text('GITHUB_EVENT_PATH')),
    source: repository === '' ? null : { server, repository, gitRef: shown('GITHUB_REF', 300) },
    workflowRun:
      id === ''
        ? null
        : {
            id,
            attempt: Math.max(1, Number.parseInt(text('GITHUB_RUN_ATTEMPT') || '1', 10) || 1),
            url: `${server}/${repository}/actions/runs/${id}`,
            workflow: shown('GITHUB_WORKFLOW', 300),
            job: shown('GITHUB_JOB', 200),
          },
    actor: shown('GITHUB_ACTOR', 200) || 'unknown',
    workspace: text('GITHUB_WORKSPACE') || process.cwd(),
    temporary,
    cacheFolder: text('RUNNER_TOOL_CACHE') || temporary,
  }
}

function readPayload(path: string): EventPayload {
  if (path === '') return {}
  const body = parseStrictJson(readFileSync(path), { maxBytes: MAX_EVENT_BYTES, maxDepth: 100 })
  const workflowRunHead = textAt(body, ['workflow_run', 'head_sha'])
  const workflowRunEvent = textAt(body, ['workflow_run', 'event'])
  const headRepository = textAt(body, ['pull_request', 'head', 'repo', 'full_name'])
  const baseRepository = textAt(body, ['pull_request', 'base', 'repo', 'full_name'])
  return {
    ...(workflowRunHead === undefined ? {} : { workflowRunHead }),
    ...(workflowRunEvent === undefined ? {} : { workflowRunEvent }),
    ...(headRepository === undefined ? {} : { headRepository }),
    ...(baseRepository === undefined ? {} : { baseRepository }),
  }
}

function textAt(body: unknown, path: readonly string[]): string | undefined {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return typeof value === 'string' ? value : undefined
}

/**
 * The commit an event is about. Never bare `GITHUB_SHA`: for `workflow_run` that is the tip of the default
 * branch, and `pull_request_target` runs trusted code about untrusted commits.
 * @throws {PolicyError} EVENT_REFUSED when the event does not say safely.
 */
export function eventCommit(context: Context): Commit {
  const refuse = (why: string): PolicyError =>
    new PolicyError(
      'EVENT_REFUSED',
      `The event "${context.event}" does not say which commit to use: ${why}`,
      {
        hint: 'Give the commit input, for example commit: ${{ github.sha }}.',
      },
    )
  if (context.event === 'pull_request_target') {
    throw refuse('it runs with the rights of the base branch about a commit nobody has reviewed')
  }
  if (context.event === 'workflow_run') {
    if (isCommit(context.payload.workflowRunHead)) return context.payload.workflowRunHead
    throw refuse('its payload has no workflow_run.head_sha')
  }
  if (context.headCommit === undefined) throw refuse('GITHUB_SHA is not a full commit id')
  return context.headCommit
}

/** The commit of the event; undefined where the event does not say. */
export function knownCommit(context: Context): Commit | undefined {
  try {
    return eventCommit(context)
  } catch (error) {
    if (error instanceof PolicyError) return undefined
    throw error
  }
}

/**
 * The event for the record. A workflow run about a pull request's run builds what nobody has merged, however
 * trusted it is itself; what it builds is no more a release candidate than the pull request's own build.
 */
export function recordedEvent(context: Context): string {
  const { workflowRunEvent = '' } = context.payload
  const isAboutPullRequest = context.event === 'workflow_run' && workflowRunEvent.startsWith('pull_request')
  return isAboutPullRequest ? 'pull_request' : context.event
}

/**
 * True for a pull request from another repository: its token is read-only, so nothing can be pushed. Not so for
 * `pull_request_target`, which has the rights of the base branch.
 */
export function isForkPullRequest(context: Context): boolean {
  const { headRepository, baseRepository } = context.payload
  const isPullRequest = context.event.startsWith('pull_request') && context.event !== 'pull_request_target'
  if (!isPullRequest || baseRepository === undefined) return false
  return headRepository === undefined || headRepository.toLowerCase() !== baseRepository.toLowerCase()
}
