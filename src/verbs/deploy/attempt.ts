import type { OpenDeployment } from '../../domain/deployment-log.ts'
import type { Digest } from '../../domain/digest.ts'
import type { HeldLock } from '../../domain/lock.ts'
import type { OrderAnswer } from '../../domain/order.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import type { RefusedEvidence } from './witnesses.ts'

/** One attempt to deploy: what was asked, and what is known so far. The rest is filled in as it is learnt. */
export interface Attempt {
  /** 32 hexadecimal digits nobody else has. */
  readonly id: string
  readonly inputs: DeployInputs
  /** A rollback finds its commit in the log. */
  target: DeployTarget
  readonly ports: DeployPorts
  readonly startedAt: Date
  readonly seen: RefusedEvidence
  /** What the log has announced of it. */
  open?: OpenDeployment
  lock?: HeldLock
  /** Inputs without which this attempt would have been refused. */
  readonly overrides: Set<string>
  /** Whether the environment may have been touched already, and whether it is written down how that ended. */
  phase: 'waiting' | 'begun' | 'ending'
  isRollback: boolean
  /** What the environments in `after` said. */
  order: readonly OrderAnswer[]
  configDigest?: Digest
  previousDigest?: Digest
  releaseId?: string
}
