import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import type { CallId, Permission } from './calls.ts'
import type { JobId } from './jobs.ts'

/** What happens without a permission. */
export type Without =
  | { readonly end: 'error'; readonly code: ErrorCode; readonly says: string }
  /** The step goes on, and says so. */
  | { readonly end: 'notice' | 'warning'; readonly says: string }

/** Something that the actions do, and what they ask GitHub for it. */
export interface Task<Id extends string = string> {
  /** Which inputs lead to it, and when. */
  readonly when: string
  /** The job that is recommended for it. */
  readonly job: JobId
  /** Done as well, with all it needs. */
  readonly beside?: Id
  /** In no particular order. */
  readonly calls: readonly CallId[]
  readonly without: Readonly<Partial<Record<Permission, Without>>>
}

/** The refusal of GitHub as an error, which comes before something happens. */
export function deniedBefore(what: string): Without {
  return { end: 'error', code: 'GITHUB_DENIED', says: `before ${what}` }
}

/** Requests that read a git seal. */
export const READ_SEAL: readonly CallId[] = ['git/get-ref', 'git/get-tag', 'git/get-blob']

/** Without a permission for the linked artifacts. */
export const LISTED: Without = { end: 'notice', says: 'nothing is added to the linked artifacts' }
