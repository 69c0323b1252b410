import { firstToKnow } from '../domain/ancestry.ts'
import { bothLogs } from '../domain/both-logs.ts'
import { allOf } from '../domain/lock.ts'
import { createCheckoutAncestry, createGitHubAncestry } from '../github/ancestry.ts'
import { hasRepository } from '../github/api-target.ts'
import type { GitHubApi } from '../github/api.ts'
import type { Context } from '../github/context.ts'
import { DeploymentHistory } from '../github/deployment-history.ts'
import { createGitHubLock } from '../github/deployment-lock.ts'
import { createGitHubDeploymentLog } from '../github/deployments.ts'
import { createEnvironments } from '../github/environments.ts'
import { createLiveness } from '../github/liveness.ts'
import { systemClock } from '../platform/clock.ts'
import { childEnvironment } from '../platform/environment.ts'
import { exec } from '../platform/exec.ts'
import type { Log } from '../platform/log.ts'
import { createRegistryLock } from '../registry/deployment-lock.ts'
import { createRegistryDeploymentLog } from '../registry/deployment-log.ts'
import type { DeployInputs } from '../verbs/deploy/inputs.ts'
import type { DeployPorts } from '../verbs/deploy/ports.ts'
import type { OpenApi } from './github.ts'
import type { Connection } from './registry.ts'

type DeploymentPorts = Pick<DeployPorts, 'deployments' | 'lock' | 'ancestry' | 'protection' | 'checkRunId'>

const WITHOUT_TOKEN =
  'There is no token, so that this deployment is recorded in the registry instead of on GitHub, and GitHub is not asked ' +
  'whether the environment is protected, which commit is older, and whether other jobs still run. Give `token: ${{ github.token }}`, or set `records: registry`.'

/**
 * Where deployments are recorded and who may go first: on GitHub where there is a token and a repository, else in the
 * registry, or as `records` says.
 * @throws {InputError} where `records` or `require-protection` need a repository that is not there.
 */
export async function deploymentPorts(
  inputs: DeployInputs,
  context: Context,
  { registry, records }: Connection,
  log: Log,
  environment: NodeJS.ProcessEnv,
  open: OpenApi,
): Promise<DeploymentPorts> {
  const api = await openApi(inputs, environment, open)
  const { _job_check_run_id: checkRunId } = inputs
  const common = { clock: systemClock, log }
  const inRegistry = createRegistryDeploymentLog(registry, records, log)
  const checkout = createCheckoutAncestry(exec, context.workspace, childEnvironment(environment))
  if (api === undefined) {
    if (inputs.records === undefined && hasRepository(environment)) log.notice(WITHOUT_TOKEN)
    return {
      deployments: inRegistry,
      lock: createRegistryLock({ ...common, registry }),
      ancestry: firstToKnow([checkout]),
      protection: undefined,
      checkRunId,
    }
  }
  const isOver = createLiveness(api, log, systemClock)
  const registryLock = createRegistryLock({ ...common, registry, isOver })
  const environments = createEnvironments(api, log)
  const { spelling } = environments
  const history = new DeploymentHistory({ api, log, deployers: inputs.deployers, spelling })
  const onGitHub = { ...common, api, history, checkRunId, isOver, environmentUrl: inputs['environment-url'] }
  const githubLog = createGitHubDeploymentLog(onGitHub)
  const githubLock = createGitHubLock(onGitHub)
  const places = {
    github: { deployments: githubLog, lock: githubLock },
    registry: { deployments: inRegistry, lock: registryLock },
    both: {
      deployments: bothLogs(inRegistry, githubLog),
      lock: allOf([githubLock, registryLock], () => systemClock.now()),
    },
  }
  return {
    ...places[inputs.records ?? 'github'],
    ancestry: firstToKnow([createGitHubAncestry(api, log), checkout]),
    protection: environments.protection,
    checkRunId,
  }
}

/** Nothing of GitHub's client is loaded where there is nobody to speak to. */
async function openApi(
  { token, records, 'require-protection': requiresProtection }: DeployInputs,
  environment: NodeJS.ProcessEnv,
  open: OpenApi,
): Promise<GitHubApi | undefined> {
  const isAsked = records === 'github' || records === 'both'
  if (!isAsked && !requiresProtection && (token === undefined || !hasRepository(environment)))
    return undefined
  return await open(isAsked ? `records: ${records}` : 'require-protection', token)
}
