import type { Digest } from './digest.ts'
import type { Descriptor } from './manifest.ts'
import type { DeploymentRecord } from './record.ts'
import type { Repository } from './reference.ts'

/** A deployment as its log has it. */
export interface LoggedDeployment {
  readonly record: DeploymentRecord
  /**
   * False for what the log itself says is over: GitHub calls it inactive. A log that cannot say calls every
   * success active; which of them counts follows from their order.
   */
  readonly isActive: boolean
  /** What the log calls it. */
  readonly id: string
}

/** What is known of a deployment before it begins. */
export type DeploymentIntent = Omit<
  DeploymentRecord,
  'state' | 'reason' | 'finishedAt' | 'previousDigest' | 'rollback' | 'overrides'
>

/** A deployment that was announced and has not ended. */
export interface OpenDeployment {
  /** What the log calls it. */
  readonly id: string
}

/** Artifacts that are asked for, by what a log knows of them first. */
export type OfInterest = (artifact: { readonly digest: Digest | null; readonly commit: string }) => boolean

/** The append-only log of deployments. */
export interface DeploymentLog {
  /** The time by the clock that the log's times are of, where that is not the one of this machine. */
  readonly now?: (() => Date) | undefined
  /** Announces a deployment, where the log shows what goes on; undefined where it takes only what has ended. */
  open(repository: Repository, intent: DeploymentIntent): Promise<OpenDeployment | undefined>
  /**
   * Appends a record, and returns what the log calls it. `subject` is the artifact it belongs to, where one is known;
   * `open` is the announced deployment that it ends.
   */
  append(
    repository: Repository,
    record: DeploymentRecord,
    subject: Descriptor | undefined,
    open?: OpenDeployment,
  ): Promise<string>
  /**
   * The deployments of an environment, newest first, read one by one. What is not of interest may be left out: a
   * log with thousands of entries need not be asked how each of them ended.
   */
  list(
    repository: Repository,
    environment: string,
    isOfInterest?: OfInterest,
  ): AsyncIterable<LoggedDeployment>
}
