import type { ArtifactMetadata } from '../domain/artifact-metadata.ts'
import type { Repository } from '../domain/reference.ts'
import { hasRepository, isEnterpriseServer } from '../github/api-target.ts'
import { createArtifactMetadata, METADATA_LIMITS } from '../github/artifact-metadata.ts'
import type { Context } from '../github/context.ts'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { isLoopback } from '../registry/address.ts'
import { reachableTarget } from './github.ts'

/** The inputs that say what is recorded for whom. */
export interface MetadataInputs {
  readonly image: Repository
  readonly token?: string | undefined
  readonly 'artifact-metadata': boolean
}

/**
 * The inventory of the organization; undefined where there is none to write: without a token, outside a GitHub
 * repository, on GitHub Enterprise Server, for a registry of this machine, and with `artifact-metadata: false`.
 * Nothing of GitHub's client is loaded before something is recorded.
 */
export function openArtifactMetadata(
  { image, token, 'artifact-metadata': isWanted }: MetadataInputs,
  { payload }: Context,
  log: Log,
  environment: NodeJS.ProcessEnv,
): ArtifactMetadata | undefined {
  if (!isWanted || token === undefined || !hasRepository(environment)) return undefined
  if (isEnterpriseServer(environment) || isOutOfReach(image, environment)) return undefined
  const open = async () => {
    const target = reachableTarget(environment, token, 'artifact-metadata', log)
    const { createGitHubApi } = await import('../github/api-client.ts')
    return createGitHubApi({ ...target, log, clock: systemClock, limits: METADATA_LIMITS })
  }
  return createArtifactMetadata({ open, payload, log })
}

/** What only this machine can pull is nothing for an inventory, unless that is on this machine as well. */
function isOutOfReach({ registry }: Repository, environment: NodeJS.ProcessEnv): boolean {
  const api = URL.parse(environment['GITHUB_API_URL'] ?? '')
  return isLoopback(new URL(`https://${registry}`).hostname) && !isLoopback(api?.hostname ?? '')
}
