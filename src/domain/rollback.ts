import type { Commit } from './commit.ts'
import type { LoggedDeployment, OfInterest } from './deployment-log.ts'
import { isSuccess, type Success } from './order.ts'
import type { DeploymentRecord } from './record.ts'

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
 * What was there before. After a failed attempt it is the last success, whatever the attempt was of, so that a rollback that
 * failed can be run again; after a success, the last success of something else.
 */
export async function findPrevious(history: AsyncIterable<LoggedDeployment>): Promise<Success | undefined> {
  let latest: DeploymentRecord | undefined
  for await (const { record } of history) {
    // What was refused never reached the environment.
    if (latest === undefined && record.state !== 'refused' && record.digest !== null) latest = record
    if (latest === undefined || !isSuccess(record)) continue
    // A commit has one artifact, so that either name stands for the same thing.
    const isOther = latest.commit !== record.commit && latest.digest !== record.digest
    if (isOther || latest.state !== 'success') return record
  }
  return undefined
}
