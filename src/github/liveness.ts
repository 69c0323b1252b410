import { z } from 'zod'
import { GitHubError } from '../domain/error.ts'
import type { Holder, Liveness } from '../domain/lock.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'
import { readCheckRun } from './check-run.ts'

const runSchema = z.looseObject({ status: z.string().nullable(), run_attempt: z.int().optional() })

/**
 * Asks GitHub whether the job of whoever deploys has ended: by its check run where it is known, else by its workflow
 * run. What may not be read counts as still there.
 */
export function createLiveness(api: GitHubApi, log: Log): Liveness {
  let isTold = false
  const orUnknown = async (work: () => Promise<boolean>): Promise<boolean | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      if (error.code !== 'GITHUB_DENIED' && error.code !== 'GITHUB_NOT_FOUND') throw error
      log.debug(error.message)
      return undefined
    }
  }
  return async ({ checkRunId, workflowRun }: Holder) => {
    if (workflowRun === null) return false
    const byCheck =
      checkRunId === null
        ? undefined
        : await orUnknown(async () => (await readCheckRun(api, checkRunId)).status === 'completed')
    if (byCheck !== undefined) return byCheck
    const byRun = await orUnknown(async () => await hasRunEnded(api, workflowRun))
    if (byRun !== undefined) return byRun
    if (!isTold)
      log.notice(
        'Whether the workflow run that deploys has ended is not known, so it is waited for. Add `permissions: actions: read` to this job.',
      )
    isTold = true
    return false
  }
}

async function hasRunEnded(
  api: GitHubApi,
  { id, attempt }: NonNullable<Holder['workflowRun']>,
): Promise<boolean> {
  const run = await api.request(
    'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    { run_id: Number(id) },
    runSchema,
    { permission: 'actions: read' },
  )
  return run.status === 'completed' || (run.run_attempt ?? attempt) > attempt
}
