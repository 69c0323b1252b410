import { presentActionsApp } from '../accounts.ts'
import { notFound, ok } from '../http/answer.ts'
import { presentSimpleDeployment } from '../deployments/presentation.ts'
import type { Handler } from '../http/exchange.ts'
import { idOf } from '../http/exchange.ts'
import { nodeId, timeText } from '../fields.ts'

/** Shows the check run of a job, with the deployment GitHub made for it. */
export const getCheckRun: Handler = (world, exchange) => {
  const job = world.actions.findJob(idOf(exchange, 'check_run_id'))
  if (job === undefined) throw notFound()
  const { urls } = world
  const { id, run } = job
  const deployment = world.jobs.deploymentOf(job)
  const url = urls.repository(`/check-runs/${id}`)
  const html = urls.page(`/actions/runs/${run.id}/job/${id}`)
  return ok({
    id,
    head_sha: run.headSha,
    node_id: nodeId('CheckRun', id),
    external_id: nodeId('Job', id),
    url,
    html_url: html,
    details_url: html,
    status: job.conclusion === null ? 'in_progress' : 'completed',
    conclusion: job.conclusion,
    started_at: timeText(job.startedAt),
    completed_at: job.completedAt === null ? null : timeText(job.completedAt),
    output: {
      ...{ title: null, summary: null, text: null },
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    name: job.name,
    check_suite: { id: run.id + 12_000_000 },
    app: presentActionsApp(urls),
    pull_requests: [],
    ...(deployment === undefined ? {} : { deployment: presentSimpleDeployment(world, deployment) }),
  })
}
