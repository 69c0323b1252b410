import { tmpdir } from 'node:os'
import { type Commit, isCommit } from '../domain/commit.ts'
import type { Source, WorkflowRun } from '../domain/record.ts'
import { type EventPayload, readEventPayload } from './event-payload.ts'

/** The job as plain data. Read once from the environment; nothing else looks there for it. */
export interface Context {
  readonly event: string
  readonly gitRef: string
  /** `GITHUB_SHA` where it is a full commit id. Not necessarily the commit to build: see `eventCommit`. */
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
    event: shown('GITHUB_EVENT_NAME', 100) || 'unknown',
    gitRef: text('GITHUB_REF'),
    headCommit: isCommit(sha) ? sha : undefined,
    payload: readEventPayload(text('GITHUB_EVENT_PATH')),
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
