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

/** The append-only log of deployments. */
export interface DeploymentLog {
  /** Appends a record; `subject` is the artifact it belongs to, where one is known. */
  append(repository: Repository, record: DeploymentRecord, subject: Descriptor | undefined): Promise<void>
  /** The deployments of an environment, newest first, read one by one. */
  list(repository: Repository, environment: string): AsyncIterable<LoggedDeployment>
}

/** A list that may be gone through several times, and is read once, and only as far as anybody goes. */
export function remembered<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  const seen: T[] = []
  const iterator = source[Symbol.asyncIterator]()
  let isOver = false
  return {
    async *[Symbol.asyncIterator]() {
      for (let at = 0; ; at += 1) {
        while (at >= seen.length && !isOver) {
          const { done, value } = await iterator.next()
          if (done === true) isOver = true
          else seen.push(value)
        }
        const entry = seen[at]
        if (entry === undefined) return
        yield entry
      }
    },
  }
}
