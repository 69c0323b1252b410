import type { Commit } from './commit.ts'
import type { LoggedDeployment, OfInterest } from './deployment-log.ts'
import { isSuccess, type Success } from './order.ts'

/** What to go back to: what was there before, a commit, or whatever a tag points at. */
export type RollbackTarget =
  | { readonly kind: 'previous' }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'tag'; readonly tag: string }

/** The last deployment of an artifact that succeeded. */
export async function findSuccess(
  isIt: OfInterest,
  history: AsyncIterable<LoggedDeployment>,
): Promise<Success | undefined> {
  for await (const { record } of history) if (isSuccess(record) && isIt(record)) return record
  return undefined
}

/**
 * What was there before: the last success that is something else than what was tried to run last. So after a failed
 * deployment it is what was there before that one; after a success, what was there before the success.
 */
export async function findPrevious(history: AsyncIterable<LoggedDeployment>): Promise<Success | undefined> {
  let latest: Parameters<OfInterest>[0] | undefined
  for await (const { record } of history) {
    // What was refused never reached the environment.
    if (latest === undefined && record.state !== 'refused' && record.digest !== null) latest = record
    // A commit has one artifact, so that either name stands for the same thing.
    const isOther = latest?.commit !== record.commit && latest?.digest !== record.digest
    if (latest !== undefined && isOther && isSuccess(record)) return record
  }
  return undefined
}
