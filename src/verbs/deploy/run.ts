import { untilStopped } from '../../domain/cancellation.ts'
import type { Digest } from '../../domain/digest.ts'
import { environmentIdentity } from '../../domain/environment.ts'
import { listed, PolicyError } from '../../domain/error.ts'
import { shortKey } from '../../domain/json.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import { readOnlyCause } from '../../github/pull-request.ts'
import type { OrderAnswer } from '../../domain/order.ts'
import type { Attempt } from './attempt.ts'
import { passGate } from './gate.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import { recordFailure, recordSuccess } from './record.ts'
import { checkProtection } from './protection.ts'
import { checkRunning, plannedSteps, release } from './release.ts'
import { confirmRollback, resolveRollback } from './rollback.ts'
import { endTurn, takeTurn } from './turn.ts'
import { RefusedEvidence, verify, type Verified } from './witnesses.ts'

/** What a deployment ends with. */
export interface DeployResult {
  readonly target: DeployTarget
  readonly digest: Digest
  readonly reference: string
  readonly previousDigest: Digest | undefined
  /** What the environments in `after` said. */
  readonly order: readonly OrderAnswer[]
  readonly isRollback: boolean
  readonly releaseId: string
  readonly configDigest: Digest | undefined
  /** Absent for a dry run, which records nothing. */
  readonly deploymentId: string | undefined
  readonly verified: Verified
  /** What a dry run left undone; undefined for a real deployment. */
  readonly planned: readonly string[] | undefined
  readonly milliseconds: number
}

/** A deployment that did not succeed, with what was known when it ended; for the summary of the job. */
export interface DeployFailure {
  readonly target: DeployTarget
  readonly error: unknown
  readonly state: 'refused' | 'failure'
  readonly seen: RefusedEvidence
}

/** Deploys the sealed digest: refuse, agree, wait for the turn, gate, release, check, record (design: the deploy verb). */
export async function deploy(
  inputs: DeployInputs,
  target: DeployTarget,
  ports: DeployPorts,
  onFailure: (failure: DeployFailure) => Promise<void>,
): Promise<DeployResult> {
  const seen = new RefusedEvidence()
  const attempt: Attempt = {
    id: ports.nonce(),
    inputs,
    target,
    ports,
    startedAt: ports.clock.now(),
    seen,
    overrides: new Set(),
    phase: 'waiting',
    isRollback: false,
    order: [],
  }
  const { cancelled, grace = async () => {} } = ports
  try {
    return await untilStopped(story(attempt), cancelled, grace, () => attempt.phase === 'ending')
  } catch (error) {
    // What never reached the environment was refused, for whatever reason.
    const state = attempt.phase === 'waiting' ? 'refused' : 'failure'
    if (!inputs['dry-run'] && readOnlyCause(ports.context) === undefined)
      await recordFailure(attempt, state, error)
    await onFailure({ target: attempt.target, error, state, seen })
    throw error
  } finally {
    await endTurn(attempt)
  }
}

/** The steps of a deployment; none of them begins once the job is cancelled. */
async function story(attempt: Attempt): Promise<DeployResult> {
  const { inputs, ports } = attempt
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    ports.cancelled?.throwIfAborted()
    return await work()
  }
  const verified = await step(async () => await admit(attempt))
  if (inputs['dry-run']) return await dryRun(attempt, verified)
  await step(async () => await takeTurn(attempt))
  await step(async () => await confirmRollback(attempt))
  await step(async () => await passGate(attempt, verified))
  await step(async () => await release(attempt, verified))
  await step(async () => await checkRunning(attempt, verified))
  // From here on it is deployed, cancelled or not.
  attempt.phase = 'ending'
  const deploymentId = await recordSuccess(attempt, verified.sealed)
  const { repository, commit, environment } = attempt.target
  await ports.metadata?.deployed({ repository, commit, digest: verified.agreement.digest }, environment)
  return resultOf(attempt, verified, deploymentId)
}

/** All that can be judged without touching anything; no turn is taken, because nobody has to wait for it. */
async function dryRun(attempt: Attempt, verified: Verified): Promise<DeployResult> {
  await passGate(attempt, verified)
  const steps = plannedSteps(attempt.inputs).map((step) => `  - ${step}`)
  attempt.ports.log.info(`Dry run; a deployment would:\n${steps.join('\n')}`)
  return resultOf(attempt, verified, undefined)
}

/** Steps 1 and 2: what is deployed, and whether it is what was built. */
async function admit(attempt: Attempt): Promise<Verified> {
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
    `The artifact was built from a pull request merge commit · expected a build of a pushed commit, got event ${event}`,
    {
      hint: 'Deploy the build of the merged commit, or set allow-pull-request: true for a preview environment.',
    },
  )
}

/** Build plus configuration of one environment is a release; the same three always give the same id. */
function releaseId(target: DeployTarget, digest: Digest, configDigest: Digest | undefined): string {
  const environment = environmentIdentity(target.environment)
  const parts = [formatRepository(target.repository), environment, digest, configDigest ?? '']
  return `release-${shortKey(parts.join('\n'), 16)}`
}

function resultOf(attempt: Attempt, verified: Verified, deploymentId: string | undefined): DeployResult {
  const { inputs, target, ports, configDigest, previousDigest: previous } = attempt
  const { digest } = verified.agreement
  return {
    target,
    digest,
    reference: formatReference(digestReference(target.repository, digest)),
    previousDigest: previous,
    order: attempt.order,
    isRollback: attempt.isRollback,
    releaseId: attempt.releaseId ?? releaseId(target, digest, configDigest),
    configDigest,
    deploymentId,
    verified,
    planned: inputs['dry-run'] ? plannedSteps(inputs) : undefined,
    milliseconds: ports.clock.now().getTime() - attempt.startedAt.getTime(),
  }
}
