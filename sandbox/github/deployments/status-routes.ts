import { accountOf } from '../accounts.ts'
import { created, notFound, ok, validationFailed } from '../http/answer.ts'
import { presentDeploymentStatus } from './presentation.ts'
import { deploymentOf } from './routes.ts'
import type { DeploymentState, NewStatus } from './deployments.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Exchange, Handler } from '../http/exchange.ts'
import { idOf } from '../http/exchange.ts'
import { flagOf, requiredText, textOf } from '../fields.ts'
import { answerList } from '../http/paging.ts'
import type { World } from '../world.ts'

function checkUrl(body: JsonObject, field: string): void {
  const url = textOf(body, field)
  if (url === undefined || url === '') return
  if (/^https?:\/\//iu.test(url) && URL.canParse(url)) return
  const message = `${field} must use http(s) scheme`
  throw validationFailed({ resource: 'DeploymentStatus', code: 'custom', field, message })
}

function readStatus(world: World, exchange: Exchange): NewStatus {
  const { body, caller } = exchange
  for (const field of ['log_url', 'target_url', 'environment_url']) checkUrl(body, field)
  const environment = textOf(body, 'environment')
  return {
    // The description has the list of states.
    state: requiredText(body, 'state') as DeploymentState,
    description: textOf(body, 'description') ?? '',
    ...(environment === undefined ? {} : { environment }),
    environmentUrl: textOf(body, 'environment_url') ?? '',
    logUrl: textOf(body, 'log_url') ?? textOf(body, 'target_url') ?? '',
    autoInactive: flagOf(body, 'auto_inactive') ?? true,
    creator: accountOf(caller, world.repository.owner),
    viaApp: caller.kind === 'workflow',
  }
}

/** Adds a status to a deployment. */
export const createDeploymentStatus: Handler = (world, exchange) => {
  const deployment = deploymentOf(world, exchange)
  const status = world.deployments.addStatus(deployment, readStatus(world, exchange))
  return created(presentDeploymentStatus(world, deployment, status))
}

/** Lists the statuses of a deployment, newest first. */
export const listDeploymentStatuses: Handler = (world, exchange) => {
  const deployment = deploymentOf(world, exchange)
  const statuses = deployment.statuses.toReversed().slice(exchange.hidden)
  return answerList(exchange, statuses, (status) => presentDeploymentStatus(world, deployment, status))
}

/** Shows one status. */
export const getDeploymentStatus: Handler = (world, exchange) => {
  const deployment = deploymentOf(world, exchange)
  const id = idOf(exchange, 'status_id')
  const status = deployment.statuses.find((one) => one.id === id)
  if (status === undefined) throw notFound()
  return ok(presentDeploymentStatus(world, deployment, status))
}
