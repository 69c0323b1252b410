import type { Digest } from '../../domain/digest.ts'
import { environmentIdentity } from '../../domain/environment.ts'
import { listed, PolicyError } from '../../domain/error.ts'
import { shortKey } from '../../domain/json.ts'
import { formatRepository } from '../../domain/reference.ts'
import { readOnlyCause } from '../../github/pull-request.ts'
import type { Attempt } from './attempt.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import { checkProtection } from './protection.ts'
import { resolveRollback } from './rollback.ts'
import { verify, type Verified } from './witnesses.ts'

/** Steps 1 and 2: what is deployed, and whether it is what was built. */
export async function admit(attempt: Attempt): Promise<Verified> {
  const { inputs, ports } = attempt
  refuseRebuild(inputs.rebuildInputs)
  refuseReadOnly(inputs, ports)
  const requested = await resolveRollback(attempt)
  const { target } = attempt
  const isFromLog = inputs['rollback-to'] !== undefined
  const verified = await verify(requested, target, ports, attempt.seen, isFromLog)
  refusePullRequest(inputs, verified)
  await checkProtection(attempt)
  if (inputs.config !== undefined) attempt.configDigest = await ports.hashConfig(inputs.config)
  attempt.releaseId = releaseId(target, verified.agreement.digest, attempt.configDigest)
  return verified
}

function refuseRebuild(asked: readonly string[]): void {
  if (asked.length === 0) return
  throw new PolicyError(
    'REBUILD_REQUESTED',
    listed('deploy was asked to build · expected no build inputs, got', asked),
    {
      hint: 'deploy never builds. Remove these inputs; they belong to the build action, which runs once per commit.',
    },
  )
}

/** Nothing can be recorded from such a job; a missing digest has an error of its own, which says why it is missing. */
function refuseReadOnly(inputs: DeployInputs, { context }: DeployPorts): void {
  const cause = readOnlyCause(context)
  const isAsked = inputs.digest !== undefined || inputs['rollback-to'] !== undefined
  if (cause === undefined || inputs['dry-run'] || !isAsked) return
  throw new PolicyError(
    'EVENT_REFUSED',
    `${cause === 'fork' ? 'A pull request from a fork' : 'A job that Dependabot started'} cannot deploy · expected a token that can write records, got one that only reads`,
    { hint: "Skip this job where nothing was published: if: needs.build.outputs.digest != ''." },
  )
}

function refusePullRequest(inputs: DeployInputs, { agreement }: Verified): void {
  // Reviews of a pull request run on its merge commit too, and pull_request_target may build anything.
  const event = agreement.record?.event ?? ''
  if (!event.startsWith('pull_request') || inputs['allow-pull-request']) return
  throw new PolicyError(
    'PULL_REQUEST_BUILD',
    `The artifact was built for a pull request · expected a build of a pushed commit, got event ${event}`,
    {
      hint: 'Deploy the build of the merged commit, or set allow-pull-request: true for a preview environment. A commit that a pull request has built (commit input) keeps that build, also once it is pushed.',
    },
  )
}

/** Build plus configuration of one environment is a release; the same three always give the same id. */
export function releaseId(target: DeployTarget, digest: Digest, configDigest: Digest | undefined): string {
  const environment = environmentIdentity(target.environment)
  const parts = [formatRepository(target.repository), environment, digest, configDigest ?? '']
  return `release-${shortKey(parts.join('\n'), 16)}`
}
