import type { Commit } from '../domain/commit.ts'
import type { Digest } from '../domain/digest.ts'
import type { Registry } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import type { Exec } from '../platform/exec.ts'
import type { Log } from '../platform/log.ts'

/** What every engine is told about the commit it builds. */
export interface BuildRequest {
  readonly repository: Repository
  readonly commit: Commit
  /** False for builds that must not leave the runner (fork pull requests): nothing is sent to the registry. */
  readonly push: boolean
  /**
   * A tag the engine may push under where it cannot push by digest. Never the SHA tag. `shared` says that
   * other builds may push under it at the same time, so it must never be read back to learn a digest.
   */
  stagingTag(use: 'shared' | 'exclusive'): Promise<string>
  /** Revision, source and created, for labels and annotations; `created` comes from the commit, so that it is the same every time. */
  readonly provenance: { readonly revision: string; readonly source?: string; readonly created: string }
  /** Folder that relative paths start from, absolute. */
  readonly workspace: string
  /** A private folder for temporary files, removed afterwards by the caller. */
  readonly temporary: string
  /** Environment for child processes, with registry credentials where the user gave them. */
  readonly environment: NodeJS.ProcessEnv
}

/** What an engine reports. The caller reads the digest back from the registry and believes only that. */
export interface Built {
  /** Absent when nothing was pushed and the engine cannot know the digest without pushing. */
  readonly digest?: Digest
  /** Nothing was built: what builds would have pushed, which it may not. */
  readonly isSkipped?: true
}

/** The ports engines work through. */
export interface EngineTools {
  readonly registry: Registry
  readonly exec: Exec
  readonly log: Log
  /** The environment of this process, to check inputs that name variables and to ask a tool for its version. */
  readonly environment: NodeJS.ProcessEnv
  /** A folder kept between builds (a cache), for the memory of compressed layers; absent where there is none. */
  readonly memory?: string | undefined
}

/** One way to turn a commit into an artifact in the registry. */
export interface Engine {
  readonly name: string
  /** Version of the tool that builds, for the record. @throws {EngineError} ENGINE_MISSING. */
  version(): Promise<string>
  /**
   * Checks that the sources exist and can be read, before anything is sent.
   * Returns all faults, in the words of the inputs they come from.
   */
  check(request: Pick<BuildRequest, 'workspace'>): Promise<readonly string[]>
  /** Builds and, unless `push` is false, publishes. @throws {EngineError} */
  build(request: BuildRequest): Promise<Built>
}
