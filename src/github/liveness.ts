import { z } from 'zod'
import { type GitHubError, isDenied, isWithheld, remedyOf } from '../domain/error.ts'
import type { Holder, Liveness } from '../domain/lock.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'
import { readCheckRun } from './check-run.ts'

const runSchema = z.looseObject({ status: z.string().nullable(), run_attempt: z.int().optional() })

/** Whoever waits looks every few seconds, and a repository has 1,000 requests in an hour. */
const AGAIN_MS = 60_000

/**
 * Asks GitHub whether the job of whoever deploys has ended: by its check run where it is known, else by its workflow
 * run. What may not be read counts as still there.
 */
export function createLiveness(api: GitHubApi, log: Log, clock: Clock): Liveness {
  const told = new Set<string>()
  const tell = (what: string, errors: readonly GitHubError[]): void => {
    if (errors.length === 0 || told.has(what)) return
    told.add(what)
    log.notice([what, ...errors.map(remedyOf)].join(' '))
  }
  const hasEnded = async ({ checkRunId, workflowRun }: Holder): Promise<boolean> => {
    if (workflowRun === null) return false
    const check =
      checkRunId === null
        ? {}
        : await ask(log, async () => (await readCheckRun(api, checkRunId)).status === 'completed')
    if (check.answer !== undefined) return check.answer
    const run = await ask(log, async () => await hasRunEnded(api, workflowRun))
    // A check run that is not there is one of another job than GitHub's.
    const denied = isDenied(check.error) ? [check.error] : []
    if (run.error === undefined)
      tell('A job that deploys counts as running as long as its workflow run does.', denied)
    else
      tell('Whether the workflow run that deploys has ended is not known, so it is waited for.', [
        ...denied,
        run.error,
      ])
    return run.answer ?? false
  }
  const asked = new Map<string, number>()
  return async (holder) => {
    const now = clock.now().getTime()
    if (now - (asked.get(holder.id) ?? -Infinity) < AGAIN_MS) return false
    const isOver = await hasEnded(holder)
    // What is over is asked for again by whoever lost the race for its place.
    if (!isOver) asked.set(holder.id, now)
    return isOver
  }
}

/** An answer, or why there is none. */
interface Asked {
  readonly answer?: boolean
  readonly error?: GitHubError
}

async function ask(log: Log, work: () => Promise<boolean>): Promise<Asked> {
  try {
    return { answer: await work() }
  } catch (error) {
    if (!isWithheld(error)) throw error
    log.debug(error.message)
    return { error }
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
