import { z } from 'zod'
import { isWithheld, remedyOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'

const automaticSchema = z.looseObject({ id: z.int().positive(), environment: z.string() })

/** A deployment that GitHub made for a job by itself. */
export type AutomaticDeployment = z.infer<typeof automaticSchema>

const checkRunSchema = z.looseObject({
  status: z.string(),
  deployment: automaticSchema.nullish(),
})

/** What the check run of a job says about the job. */
export type CheckRun = z.infer<typeof checkRunSchema>

/** Reads a check run. */
export async function readCheckRun(api: GitHubApi, id: number): Promise<CheckRun> {
  return await api.request(
    'GET /repos/{owner}/{repo}/check-runs/{check_run_id}',
    { check_run_id: id },
    checkRunSchema,
    { permission: 'checks: read' },
  )
}

/**
 * The deployment that GitHub made for this job, because its workflow names an environment; null where it made none or
 * nobody can say. It cannot hold a digest, so it stands beside ours, and the notice says how to be without it.
 */
export async function findAutomaticDeployment(
  api: GitHubApi,
  checkRunId: number | undefined,
  log: Log,
): Promise<AutomaticDeployment | null> {
  if (checkRunId === undefined) return null
  try {
    const { deployment } = await readCheckRun(api, checkRunId)
    if (deployment === undefined || deployment === null) return null
    log.notice(
      `GitHub made a deployment of its own for this job (environment ${deployment.environment}), beside the one that names the digest; the two are linked. Write environment: { name: ${deployment.environment}, deployment: false } in the workflow to have one only: reviewers, wait timers and secrets stay. Leave it as it is where a GitHub App guards the environment (a custom deployment protection rule): GitHub fails a job without a deployment there.`,
    )
    return deployment
  } catch (error) {
    if (!isWithheld(error)) throw error
    log.notice(
      `Whether GitHub made a deployment of its own for this job is not known, so it is not linked. ${remedyOf(error)}`,
    )
    return null
  }
}
