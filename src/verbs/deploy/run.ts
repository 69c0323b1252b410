import { untilStopped } from '../../domain/cancellation.ts'
import type { Digest } from '../../domain/digest.ts'
import type { OrderAnswer } from '../../domain/order.ts'
import { digestReference, formatReference } from '../../domain/reference.ts'
import { readOnlyCause } from '../../github/pull-request.ts'
import { admit, releaseId } from './admission.ts'
import type { Attempt } from './attempt.ts'
import { passGate } from './gate.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import { recordFailure, recordSuccess } from './record.ts'
import { checkRunning, plannedSteps, release } from './release.ts'
import { confirmRollback } from './rollback.ts'
import { endTurn, takeTurn } from './turn.ts'
import { RefusedEvidence, type Verified } from './witnesses.ts'

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
