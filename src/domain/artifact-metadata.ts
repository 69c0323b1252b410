import type { Commit } from './commit.ts'
import type { Digest } from './digest.ts'
import type { Repository } from './reference.ts'

/** An artifact as an inventory names it. */
export interface Inventoried {
  readonly repository: Repository
  readonly digest: Digest
  readonly commit: Commit
}

/**
 * An organization's inventory of its artifacts: where they are kept, and where they run. It is there to be looked at;
 * nothing is decided by what it says. So nothing here ever fails: what could not be recorded is said in a notice.
 */
export interface ArtifactMetadata {
  /** Records where an artifact is kept. */
  stored(artifact: Inventoried): Promise<void>
  /** Records what an environment runs now, in place of what it ran before. */
  deployed(artifact: Inventoried, environment: string): Promise<void>
}
