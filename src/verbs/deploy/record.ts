import type { DeploymentIntent } from '../../domain/deployment-log.ts'
import { BuildOnceError, GitHubError, messageOf, remedyOf } from '../../domain/error.ts'
import { descriptorOf, type Manifest } from '../../domain/manifest.ts'
import { type DeploymentRecord, recordTime } from '../../domain/record.ts'
import { formatRepository } from '../../domain/reference.ts'
import type { Attempt } from './attempt.ts'

/**
 * Step 6: appends the record of a deployment that succeeded and returns what the log calls it. Where that fails, the
 * step fails with it, because a deployment nobody can find is not part of the trail.
 */
export async function recordSuccess(attempt: Attempt, sealed: Manifest): Promise<string> {
  try {
    return await append(attempt, makeRecord(attempt, 'success', null), sealed)
  } catch (error) {
    attempt.ports.log.warning(
      `The deployment to ${attempt.target.environment} took place, but could not be recorded.`,
    )
    throw error
  }
}

/** Refusals and failures are part of the trail too. The first error stays the one that is reported. */
export async function recordFailure(
  attempt: Attempt,
  state: 'refused' | 'failure',
  error: unknown,
): Promise<void> {
  const code = error instanceof BuildOnceError ? error.code : 'INTERNAL'
  const reason = { code, message: messageOf(error).slice(0, 4000) }
  try {
    await append(attempt, makeRecord(attempt, state, reason), attempt.seen.sealed)
  } catch (recordError) {
    // What GitHub denied once it denies again; the error says so.
    if (error instanceof GitHubError && error.message === messageOf(recordError)) return
    const what = state === 'refused' ? 'refusal' : state
    const remedy = recordError instanceof GitHubError ? `. ${remedyOf(recordError)}` : ''
    attempt.ports.log.warning(`This ${what} could not be recorded: ${messageOf(recordError)}${remedy}`)
  }
}

async function append(
  { ports, target, open }: Attempt,
  record: DeploymentRecord,
  sealed: Manifest | undefined,
): Promise<string> {
  const subject = sealed === undefined ? undefined : descriptorOf(sealed)
  return await ports.deployments.append(target.repository, record, subject, open)
}

/** What is known of an attempt before it begins. */
export function intentOf(attempt: Attempt): DeploymentIntent {
  const { inputs, target, ports, seen } = attempt
  const asked = inputs.digest === 'sealed' ? undefined : inputs.digest
  return {
    schema: 'build-once/deployment/v1',
    id: attempt.id,
    releaseId: attempt.releaseId ?? null,
    environment: target.environment,
    repository: formatRepository(target.repository),
    digest: seen.agreement?.digest ?? asked ?? null,
    commit: target.commit,
    configDigest: attempt.configDigest ?? null,
    // The bound of the record's schema; a workflow run may have left any number of artifacts.
    evidence: (seen.agreement?.evidence ?? []).slice(0, 50),
    workflowRun: ports.context.workflowRun,
    actor: ports.context.actor,
    startedAt: recordTime(attempt.startedAt),
  }
}

function makeRecord(
  attempt: Attempt,
  state: DeploymentRecord['state'],
  reason: DeploymentRecord['reason'],
): DeploymentRecord {
  const allowed = attempt.inputs['allow-pull-request'] ? ['allow-pull-request'] : []
  return {
    ...intentOf(attempt),
    state,
    reason,
    previousDigest: attempt.previousDigest ?? null,
    finishedAt: recordTime(attempt.ports.clock.now()),
    rollback: attempt.isRollback,
    overrides: [...allowed, ...attempt.overrides],
  }
}
