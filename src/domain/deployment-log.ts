import type { Descriptor } from './manifest.ts'
import type { DeploymentRecord } from './record.ts'
import type { Repository } from './reference.ts'

/** The append-only log of deployments. */
export interface DeploymentLog {
  /** Appends a record; `subject` is the artifact it belongs to, where one is known. */
  append(repository: Repository, record: DeploymentRecord, subject: Descriptor | undefined): Promise<void>
  /** The records of an environment, newest first, read one by one. */
  list(repository: Repository, environment: string): AsyncIterable<DeploymentRecord>
}
