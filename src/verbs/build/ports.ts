import type { ArtifactMetadata } from '../../domain/artifact-metadata.ts'
import type { Commit } from '../../domain/commit.ts'
import type { GitSeals } from '../../domain/git-seal.ts'
import type { Registry, RecordStore } from '../../domain/registry.ts'
import type { Repository } from '../../domain/reference.ts'
import type { Engine } from '../../engines/engine.ts'
import type { WorkflowArtifacts } from '../../github/artifacts.ts'
import type { Cache } from '../../github/cache.ts'
import type { Context } from '../../github/context.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'

/** What the seal works with: where, what, and how long to wait until a tag counts as settled. */
export interface SealTarget {
  readonly repository: Repository
  readonly commit: Commit
  /** Milliseconds. */
  readonly settle: number
}

/** The ports of sealing. */
export interface SealPorts {
  readonly registry: Registry
  readonly records: RecordStore
  readonly clock: Clock
  readonly log: Log
}

/** Everything the build verb reaches the world through. */
export interface BuildPorts extends SealPorts {
  /** Where seals are decided; undefined for `seal: registry`. */
  readonly gitSeals: GitSeals | undefined
  /** The organization's inventory; undefined where there is none. */
  readonly metadata?: ArtifactMetadata | undefined
  readonly context: Context
  readonly artifacts: WorkflowArtifacts
  readonly cache: Cache
  /** Makes the engine; called only when something has to be built. */
  engine(): Promise<Engine>
  /** Runs the `prepare` script; resolves with its exit code. */
  script(text: string): Promise<number>
  /** The commit the sources are checked out at, its time, and the folder if it is not the workspace; undefined where there is no git repository. */
  checkedOut(): Promise<
    { readonly commit: string; readonly time: string; readonly folder?: string } | undefined
  >
  /** The environment engines run in, with registry credentials. */
  engineEnvironment(): Promise<NodeJS.ProcessEnv>
  /** 32 hexadecimal digits nobody else has. */
  nonce(): string
  readonly temporary: string
}
