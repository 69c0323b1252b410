import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import type { Contexts, JobOptions } from './model.ts'

// Not a commit of any repository; a step that needs a real one is given it.
const DEFAULT_COMMIT = '5ca1ab1e0ddba11c0ffee0decade0facade00bad'

/** The contexts that expressions of a job see, except for `steps`. */
export function createContexts(options: JobOptions, folders: { temp: string; toolCache: string }): Contexts {
  const payload = options.payload ?? createPayload(options)
  return {
    github: { ...createGithub(options, payload), event: payload },
    runner: {
      os: 'Linux',
      arch: process.arch === 'arm64' ? 'ARM64' : 'X64',
      name: 'sandbox',
      environment: 'self-hosted',
      temp: folders.temp,
      tool_cache: folders.toolCache,
      workspace: dirname(options.workspace),
      debug: options.debug === true ? '1' : '',
    },
    job: { status: 'success', check_run_id: options.checkRunId ?? 4_000_001 },
  }
}

function createGithub(options: JobOptions, payload: unknown): Record<string, unknown> {
  const repository = options.repository ?? 'octo-org/app'
  const ref = options.ref ?? 'refs/heads/main'
  const commit = options.commit ?? DEFAULT_COMMIT
  const actor = options.actor ?? 'octocat'
  const workflow = options.workflow ?? 'build'
  const serverUrl = options.serverUrl ?? 'https://github.com'
  const apiUrl = options.apiUrl ?? apiOf(serverUrl)
  const pullRequest = read(payload, 'pull_request')
  return {
    actor,
    actor_id: '583231',
    api_url: apiUrl,
    base_ref: read(pullRequest, 'base', 'ref') ?? '',
    event_name: options.event ?? 'push',
    graphql_url: `${apiUrl.replace(/\/v3$/, '')}/graphql`,
    head_ref: read(pullRequest, 'head', 'ref') ?? '',
    job: options.jobName ?? 'build',
    ref,
    ref_name: ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    ref_protected: false,
    ref_type: ref.startsWith('refs/tags/') ? 'tag' : 'branch',
    repository,
    repository_id: '1296269',
    repository_owner: repository.split('/')[0],
    repository_owner_id: '583231',
    retention_days: '90',
    run_attempt: String(options.attempt ?? 1),
    run_id: options.workflowRunId ?? '7000000001',
    run_number: '1',
    server_url: serverUrl,
    sha: commit,
    token: options.token ?? `ghs_${randomBytes(18).toString('hex')}`,
    triggering_actor: actor,
    workflow,
    workflow_ref: `${repository}/.github/workflows/${workflow}.yml@${ref}`,
    workflow_sha: commit,
    workspace: options.workspace,
  }
}

/** GITHUB_* of the github context: all of it but the event and the token, which steps must be given. */
export function githubEnvironment({ github }: Contexts): Record<string, string> {
  const shown = Object.entries(github).filter(([name]) => name !== 'event' && name !== 'token')
  return Object.fromEntries(shown.map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, String(value)]))
}

/** RUNNER_* of the runner context; an empty debug switch is not set at all. */
export function runnerEnvironment({ runner }: Contexts): Record<string, string> {
  const shown = Object.entries(runner).filter(([, value]) => value !== '')
  return Object.fromEntries(shown.map(([name, value]) => [`RUNNER_${name.toUpperCase()}`, String(value)]))
}

function apiOf(serverUrl: string): string {
  return serverUrl === 'https://github.com' ? 'https://api.github.com' : `${serverUrl}/api/v3`
}

function createPayload(options: JobOptions): object {
  const fullName = options.repository ?? 'octo-org/app'
  const [login, name] = fullName.split('/')
  const owner = { login, type: options.ownerType ?? 'User' }
  const repository = { full_name: fullName, name, owner, default_branch: 'main', private: false }
  const sender = { login: options.actor ?? 'octocat' }
  const commit = options.commit ?? DEFAULT_COMMIT
  if ((options.event ?? 'push') !== 'push') return { repository, sender }
  const ref = options.ref ?? 'refs/heads/main'
  return { ref, before: '0'.repeat(40), after: commit, head_commit: { id: commit }, repository, sender }
}

function read(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  )
}
