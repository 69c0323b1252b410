import { messageOf } from '../../domain/error.ts'
import type { Attempt } from './attempt.ts'
import { intentOf } from './record.ts'

/**
 * Waits until no other job deploys this image to this environment. The deployment is announced first, so that others
 * see who they wait for.
 * @throws {PolicyError} LOCKED.
 */
export async function takeTurn(attempt: Attempt): Promise<void> {
  const { inputs, target, ports } = attempt
  const { repository, environment } = target
  const open = await ports.deployments.open(repository, intentOf(attempt))
  if (open !== undefined) attempt.open = open
  const { workflowRun, actor } = ports.context
  const holder = { id: attempt.id, workflowRun, checkRunId: ports.checkRunId ?? null, actor }
  const timeoutMs = inputs['lock-timeout']
  const { cancelled } = ports
  cancelled?.throwIfAborted()
  attempt.lock = await ports.lock.acquire({ repository, environment, holder, timeoutMs, open, cancelled })
}

/** Lets others go on; after the record of how it ended, which they have to see. */
export async function endTurn({ lock, ports }: Attempt): Promise<void> {
  try {
    await lock?.release()
  } catch (error) {
    ports.log.warning(
      `The lock could not be released, so that others wait until it ends: ${messageOf(error)}`,
    )
  }
}
