import type { Digest } from '../../domain/digest.ts'
import type { OrderAnswer } from '../../domain/order.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import type { RefusedEvidence } from './witnesses.ts'

/** One attempt to deploy: what was asked, and what is known so far. The rest is filled in as it is learnt. */
export interface Attempt {
  readonly inputs: DeployInputs
  /** A rollback finds its commit in the log. */
  target: DeployTarget
  readonly ports: DeployPorts
  readonly startedAt: Date
  readonly seen: RefusedEvidence
  /** Inputs without which this attempt would have been refused. */
  readonly overrides: Set<string>
  isRollback: boolean
  /** What the environments in `after` said. */
  order: readonly OrderAnswer[]
  configDigest?: Digest
  previousDigest?: Digest
  releaseId?: string
}
