import { presentAccount } from '../accounts.ts'
import type { Job, Run } from './actions.ts'
import { notFound, ok } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Exchange, Handler } from '../http/exchange.ts'
import { idOf } from '../http/exchange.ts'
import { nodeId, timeText } from '../fields.ts'
import { answerCountedList } from '../http/paging.ts'
import { presentMinimalRepository } from '../repository.ts'
import type { World } from '../world.ts'

function presentRun(world: World, run: Run): JsonObject {
  const { urls, git } = world
  const url = urls.repository(`/actions/runs/${run.id}`)
  const { message, author, tree } = git.objects.commit(run.headSha) ?? {}
  const person = { name: author?.name ?? 'Mona Lisa', email: author?.email ?? 'mona@example.com' }
  const workflow = 159_038
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    check_suite_id: run.id + 12_000_000,
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: message?.split('\n')[0] ?? run.name,
    run_number: run.number,
    run_attempt: run.attempt,
    event: run.event,
    status: run.conclusion === null ? 'in_progress' : 'completed',
    conclusion: run.conclusion,
    workflow_id: workflow,
    url,
    html_url: urls.page(`/actions/runs/${run.id}`),
    pull_requests: [],
    created_at: timeText(run.createdAt),
    updated_at: timeText(run.updatedAt),
    run_started_at: timeText(run.startedAt),
    actor: presentAccount(run.actor, urls),
    triggering_actor: presentAccount(run.actor, urls),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: urls.repository(`/check-suites/${run.id + 12_000_000}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: run.attempt === 1 ? null : `${url}/attempts/${run.attempt - 1}`,
    workflow_url: urls.repository(`/actions/workflows/${workflow}`),
    head_commit: {
      id: run.headSha,
      tree_id: tree ?? run.headSha,
      message: message ?? '',
      timestamp: timeText(author?.date ?? run.createdAt),
      author: person,
      committer: person,
    },
    repository: presentMinimalRepository(world),
    head_repository: presentMinimalRepository(world),
  }
}

function presentJob({ urls }: World, job: Job): JsonObject {
  const { id, run } = job
  return {
    id,
    run_id: run.id,
    run_url: urls.repository(`/actions/runs/${run.id}`),
    run_attempt: run.attempt,
    node_id: nodeId('CheckRun', id),
    head_sha: run.headSha,
    url: urls.repository(`/actions/jobs/${id}`),
    html_url: urls.page(`/actions/runs/${run.id}/job/${id}`),
    status: job.conclusion === null ? 'in_progress' : 'completed',
    conclusion: job.conclusion,
    created_at: timeText(job.startedAt),
    started_at: timeText(job.startedAt),
    completed_at: job.completedAt === null ? null : timeText(job.completedAt),
    name: job.name,
    steps: [],
    check_run_url: urls.repository(`/check-runs/${id}`),
    labels: ['ubuntu-latest'],
    runner_id: 1,
    runner_name: 'GitHub Actions 1',
    runner_group_id: 0,
    runner_group_name: 'GitHub Actions',
    workflow_name: run.name,
    head_branch: run.headBranch,
  }
}

/** The attempt a path names, or the run's last one. */
export function runOf(world: World, exchange: Exchange): Run {
  const attempt = 'attempt_number' in exchange.parameters ? idOf(exchange, 'attempt_number') : undefined
  const run = world.actions.findRun(idOf(exchange, 'run_id'), attempt)
  if (run === undefined) throw notFound()
  return run
}

/** Shows a run, in its last attempt or the one the path names. */
export const getRun: Handler = (world, exchange) => ok(presentRun(world, runOf(world, exchange)))

/** Lists the jobs of a run's last attempt, or of all with `filter=all`. */
export const listJobs: Handler = (world, exchange) => {
  const run = runOf(world, exchange)
  const isAll = exchange.query.get('filter') === 'all'
  const jobs = world.actions.jobsOfRun(run.id, isAll ? undefined : run.attempt)
  return answerCountedList(exchange, 'jobs', jobs, (job) => presentJob(world, job))
}

/** Shows a job. */
export const getJob: Handler = (world, exchange) => {
  const job = world.actions.findJob(idOf(exchange, 'job_id'))
  if (job === undefined) throw notFound()
  return ok(presentJob(world, job))
}
