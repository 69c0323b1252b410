import { accountOf } from '../accounts.ts'
import { created, notFound, ok, unprocessable } from '../http/answer.ts'
import { checkContexts, mergeDefaultBranch, resolveDeployable } from './conditions.ts'
import { presentDeployment } from './presentation.ts'
import type { Deployment, NewDeployment } from './deployments.ts'
import type { Exchange, Handler } from '../http/exchange.ts'
import { idOf } from '../http/exchange.ts'
import { flagOf, requiredText, textOf, textsOf } from '../fields.ts'
import { requireCommits } from '../git/blob-routes.ts'
import { answerList } from '../http/paging.ts'
import type { World } from '../world.ts'

/** The deployment a path names. */
export function deploymentOf(world: World, exchange: Exchange): Deployment {
  const deployment = world.deployments.find(idOf(exchange, 'deployment_id'))
  if (deployment === undefined) throw notFound()
  return deployment
}

function readDeployment(world: World, exchange: Exchange, sha: string): NewDeployment {
  const { body, caller } = exchange
  const environment = textOf(body, 'environment') ?? 'production'
  return {
    sha,
    ref: requiredText(body, 'ref'),
    environment,
    task: textOf(body, 'task') ?? 'deploy',
    // An object stays an object and a text a text, even one that is JSON.
    payload: body['payload'] ?? {},
    description: textOf(body, 'description') ?? null,
    isTransient: flagOf(body, 'transient_environment') ?? false,
    isProduction: flagOf(body, 'production_environment') ?? environment === 'production',
    creator: accountOf(caller, world.repository.owner),
    viaApp: caller.kind === 'workflow',
  }
}

/** Creates a deployment, if the branch need not be merged first and its checks have passed. */
export const createDeployment: Handler = (world, exchange) => {
  requireCommits(world)
  const { body } = exchange
  const ref = requiredText(body, 'ref')
  const { sha } = resolveDeployable(world, ref)
  const merged = flagOf(body, 'auto_merge') === false ? undefined : mergeDefaultBranch(world, ref)
  if (merged !== undefined) return merged
  checkContexts(world, sha, ref, textsOf(body, 'required_contexts'))
  const deployment = world.deployments.add(readDeployment(world, exchange, sha))
  return created(presentDeployment(world, deployment))
}

/** Lists deployments, newest first; `none` is how the description says that there is no filter. */
export const listDeployments: Handler = (world, exchange) => {
  const wanted = (['sha', 'ref', 'task', 'environment'] as const).flatMap((name) => {
    const value = exchange.query.get(name)
    return value === null || value === 'none' ? [] : [{ name, value }]
  })
  const found = world.deployments
    .all()
    .slice(exchange.hidden)
    .filter((deployment) => wanted.every(({ name, value }) => deployment[name] === value))
  return answerList(exchange, found, (deployment) => presentDeployment(world, deployment))
}

/** Shows a deployment. */
export const getDeployment: Handler = (world, exchange) =>
  ok(presentDeployment(world, deploymentOf(world, exchange)))

/** Deletes a deployment that is over. */
export const deleteDeployment: Handler = (world, exchange) => {
  const deployment = deploymentOf(world, exchange)
  if (!world.deployments.isDeletable(deployment)) {
    throw unprocessable(
      'We cannot delete an active deployment unless it is the only deployment in a given environment.',
    )
  }
  world.deployments.remove(deployment)
  return { status: 204 }
}
