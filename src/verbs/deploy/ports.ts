import type { Ancestry } from '../../domain/ancestry.ts'
import type { ArtifactMetadata } from '../../domain/artifact-metadata.ts'
import type { Commit } from '../../domain/commit.ts'
import type { DeploymentLog } from '../../domain/deployment-log.ts'
import type { Digest } from '../../domain/digest.ts'
import type { GitSeals } from '../../domain/git-seal.ts'
import type { DeploymentLock } from '../../domain/lock.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { RecordStore, Registry } from '../../domain/registry.ts'
import type { Repository } from '../../domain/reference.ts'
import type { WorkflowArtifacts } from '../../github/artifacts.ts'
import type { Protection } from '../../github/environments.ts'
import type { Context } from '../../github/context.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'

/** How a guarded script ended, and every attempt to build it made. */
export interface GuardedResult {
  readonly exitCode: number
  readonly stdout: string
  /** True when `stdout` is only the end of what was printed. */
  readonly isTruncated: boolean
  readonly violations: readonly string[]
}

/** Everything the deploy verb reaches the world through. */
export interface DeployPorts {
  readonly registry: Registry
  readonly records: RecordStore
  /** For `seal: git`: then a git seal is required. */
  readonly gitSeals?: GitSeals | undefined
  readonly deployments: DeploymentLog
  /** The organization's inventory; undefined where there is none. */
  readonly metadata?: ArtifactMetadata | undefined
  readonly ancestry: Ancestry
  readonly lock: DeploymentLock
  /** What GitHub says about an environment; undefined where there is nobody to ask. That it may not be asked is logged. */
  readonly protection: ((environment: string) => Promise<Protection>) | undefined
  readonly artifacts: WorkflowArtifacts
  readonly context: Context
  /** The check run of this job, where the runner says it. */
  readonly checkRunId: number | undefined
  /** Aborted when the job is cancelled; steps look at it before they begin. */
  readonly cancelled?: AbortSignal | undefined
  /** How long whatever is going on has to stop, once the job is cancelled. */
  readonly grace?: () => Promise<void>
  readonly clock: Clock
  readonly log: Log
  /** Runs a script behind the guard, with variables added to its environment. */
  guarded(script: string, variables: Readonly<Record<string, string>>): Promise<GuardedResult>
  /** Verifies and extracts a `files` artifact. */
  unpack(
    repository: Repository,
    manifest: Manifest,
    directory: string,
  ): Promise<{ readonly files: number; readonly bytes: number }>
  /** Hashes the configuration files: one digest over their names and contents. */
  hashConfig(patterns: readonly string[]): Promise<Digest>
  /** 32 hexadecimal digits nobody else has. */
  nonce(): string
}

/** The part of the ports that the witnesses are read through. */
export type WitnessPorts = Pick<
  DeployPorts,
  'registry' | 'records' | 'gitSeals' | 'artifacts' | 'context' | 'log'
>

/** What is deployed where. */
export interface DeployTarget {
  readonly repository: Repository
  readonly commit: Commit
  readonly environment: string
}
