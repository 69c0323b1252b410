import type { Commit } from './commit.ts'
import type { LoggedDeployment } from './deployment-log.ts'
import type { Digest } from './digest.ts'
import { isSuccess, type Success } from './order.ts'

/** What to go back to: what was there before, a commit, or whatever a tag points at. */
export type RollbackTarget =
  | { readonly kind: 'previous' }
  | { readonly kind: 'commit'; readonly commit: Commit }
  | { readonly kind: 'tag'; readonly tag: string }

/** A deployment to go back to; for a tag, only what names the same artifact counts. */
export type RollbackQuestion =
  | Exclude<RollbackTarget, { kind: 'tag' }>
  | { readonly kind: 'artifact'; readonly isSame: (digest: Digest) => boolean }

/** A commit has one artifact, so that both names stand for the same thing. */
function isSameArtifact(
  one: Success,
  other: { readonly commit: string; readonly digest: Digest | null },
): boolean {
  return one.commit === other.commit || one.digest === other.digest
}

/**
 * Finds the deployment to go back to: always one that succeeded in this environment. `previous` is the last success
 * that is something else than what was tried to run last. So after a failed deployment it is what was there before
 * that one; after a success, what was there before the success.
 */
export async function findRollback(
  question: RollbackQuestion,
  history: AsyncIterable<LoggedDeployment>,
): Promise<Success | undefined> {
  let latest: { readonly commit: string; readonly digest: Digest | null } | undefined
  for await (const { record } of history) {
    // What was refused never reached the environment.
    if (latest === undefined && record.state !== 'refused' && record.digest !== null) latest = record
    if (!isSuccess(record)) continue
    const isIt =
      question.kind === 'previous'
        ? latest !== undefined && !isSameArtifact(record, latest)
        : question.kind === 'commit'
          ? record.commit === question.commit
          : question.isSame(record.digest)
    if (isIt) return record
  }
  return undefined
}

/** When the artifact was last there and then replaced; undefined where it is still there or never was. */
export async function findReplaced(
  isSame: (record: Success) => boolean,
  history: AsyncIterable<LoggedDeployment>,
): Promise<Success | undefined> {
  let isFirst = true
  for await (const { record } of history) {
    if (!isSuccess(record)) continue
    if (isSame(record)) return isFirst ? undefined : record
    isFirst = false
  }
  return undefined
}
