import { presentAccount, presentActionsApp } from '../accounts.ts'
import type { Deployment, DeploymentStatus } from './deployments.ts'
import type { JsonObject } from '../description/extract.ts'
import { nodeId, timeText } from '../fields.ts'
import type { World } from '../world.ts'

/** A deployment as a check run shows it. */
export function presentSimpleDeployment({ urls }: World, deployment: Deployment): JsonObject {
  const { id } = deployment
  const url = urls.repository(`/deployments/${id}`)
  return {
    url,
    id,
    node_id: nodeId('Deployment', id),
    task: deployment.task,
    original_environment: deployment.originalEnvironment,
    environment: deployment.environment,
    description: deployment.description,
    created_at: timeText(deployment.createdAt),
    updated_at: timeText(deployment.updatedAt),
    statuses_url: `${url}/statuses`,
    repository_url: urls.repository(''),
    transient_environment: deployment.isTransient,
    production_environment: deployment.isProduction,
    performed_via_github_app: deployment.viaApp ? presentActionsApp(urls) : null,
  }
}

/** A deployment as the deployments API shows it. */
export function presentDeployment(world: World, deployment: Deployment): JsonObject {
  const { sha, ref, payload, creator } = deployment
  return {
    ...presentSimpleDeployment(world, deployment),
    sha,
    ref,
    payload,
    creator: presentAccount(creator, world.urls),
  }
}

/** A status of a deployment. */
export function presentDeploymentStatus(
  { urls }: World,
  deployment: Deployment,
  status: DeploymentStatus,
): JsonObject {
  const deploymentUrl = urls.repository(`/deployments/${deployment.id}`)
  const time = timeText(status.createdAt)
  return {
    url: `${deploymentUrl}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DeploymentStatus', status.id),
    state: status.state,
    creator: presentAccount(status.creator, urls),
    description: status.description,
    environment: status.environment,
    // The old name of `log_url`, still answered.
    target_url: status.logUrl,
    created_at: time,
    updated_at: time,
    deployment_url: deploymentUrl,
    repository_url: urls.repository(''),
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: status.viaApp ? presentActionsApp(urls) : null,
  }
}
