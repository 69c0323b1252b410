import type { OpenDeployment } from './deployment-log.ts'
import { formatDuration } from './duration.ts'
import { PolicyError } from './error.ts'
import type { WorkflowRun } from './record.ts'
import { formatRepository, type Repository } from './reference.ts'

/** Who deploys. */
export interface Holder {
  /** The id of the attempt. */
  readonly id: string
  readonly workflowRun: WorkflowRun | null
  /** The job's check run, where the runner says it: no other job has the same. */
  readonly checkRunId: number | null
  readonly actor: string
}

/** What a lock is asked for. */
export interface LockRequest {
  readonly repository: Repository
  readonly environment: string
  readonly holder: Holder
  /** How long to wait for others; 0 fails at once. */
  readonly timeoutMs: number
  /** What the log has announced of this attempt. */
  readonly open: OpenDeployment | undefined
  /** Ends the waiting, with its reason; nothing is held then. */
  readonly cancelled?: AbortSignal | undefined
}

/** A turn to deploy, for one image and environment. */
export interface HeldLock {
  release(): Promise<void>
}

/** Lets one attempt after the other deploy an image to an environment. */
export interface DeploymentLock {
  /** @throws {PolicyError} LOCKED, naming who deploys; or the reason of `cancelled`. */
  acquire(request: LockRequest): Promise<HeldLock>
}

/** Whether whoever deploys is known to have ended; false where nobody can say. */
export type Liveness = (holder: Holder) => Promise<boolean>

/** What needs nobody to ask: a workflow run starts again only when its earlier attempt has ended. */
export function isKnownToBeOver(holder: Holder, self: Holder): boolean {
  const [theirs, ours] = [holder.workflowRun, self.workflowRun]
  return theirs !== null && ours !== null && theirs.id === ours.id && theirs.attempt < ours.attempt
}

/** Whom one waits for, for the log. */
export function waitingFor({ workflowRun, actor }: Holder, since: string): string {
  return `Waiting for ${workflowRun?.url ?? actor}, which deploys since ${since}`
}

/** The error for whoever waited in vain. */
export function locked(request: LockRequest, holder: Holder, since: string): PolicyError {
  const { repository, environment, timeoutMs } = request
  const within = timeoutMs === 0 ? 'now' : `within ${formatDuration(timeoutMs)}`
  const who =
    holder.workflowRun === null
      ? `attempt ${holder.id} of ${holder.actor}`
      : `${holder.workflowRun.url} (attempt ${holder.workflowRun.attempt}, job ${holder.workflowRun.job}, ${holder.actor})`
  return new PolicyError(
    'LOCKED',
    `Another job deploys ${formatRepository(repository)} to ${environment} · expected it to end ${within}, got ${who}, at it since ${since}`,
    {
      hint: 'Run this job again when that one has ended, or give it more lock-timeout. A concurrency group for the environment lets jobs wait without a runner.',
    },
  )
}

/** Several locks as one; each is waited for in what the others left of the time. */
export function allOf(locks: readonly DeploymentLock[], now: () => Date): DeploymentLock {
  return {
    acquire: async (request) => {
      const end = now().getTime() + request.timeoutMs
      const held: HeldLock[] = []
      const release = async (): Promise<void> => {
        for (const lock of held.toReversed()) await lock.release()
      }
      try {
        for (const lock of locks) {
          const timeoutMs = Math.max(0, end - now().getTime())
          held.push(await lock.acquire({ ...request, timeoutMs }))
        }
      } catch (error) {
        await release()
        throw error
      }
      return { release }
    },
  }
}
