import type { Digest } from '../../domain/digest.ts'
import type { DeployInputs } from './inputs.ts'
import type { DeployPorts, DeployTarget } from './ports.ts'
import type { RefusedEvidence } from './witnesses.ts'

/** One attempt to deploy: what was asked, and what is known so far. The rest is filled in as it is learnt. */
export interface Attempt {
  readonly inputs: DeployInputs
  readonly target: DeployTarget
  readonly ports: DeployPorts
  readonly startedAt: Date
  readonly seen: RefusedEvidence
  configDigest?: Digest
  previousDigest?: Digest
  releaseId?: string
}
