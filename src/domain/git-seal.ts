import type { Commit } from './commit.ts'
import { VerificationError } from './error.ts'
import { shortKey } from './json.ts'
import type { BuildRecord } from './record.ts'

/** Where the one digest of a commit is decided; the values of the input `seal`. */
export const SEALS = ['registry', 'git'] as const

/** How a claim ended. */
export interface Claim {
  /** True for the one claim that made the seal. */
  readonly won: boolean
  /** The record that stands: the one that was claimed, or the winner's. */
  readonly record: BuildRecord
}

/** A ref as the list of all shows it, which tells less than reading it, but of all of them at once. */
export interface ListedSeal {
  /** True where the ref holds exactly this record. False means no more than that it has to be read to know. */
  holds(record: BuildRecord): boolean
}

/**
 * Seals in git: one ref for a commit and repository, which git creates only if it is not there. So of any number of
 * claims exactly one wins, and whoever reads afterwards reads the winner.
 */
export interface GitSeals {
  /**
   * The record a commit is sealed by; undefined only when there is no ref.
   * @throws {VerificationError} GIT_SEAL_INVALID for a ref that does not hold a record of this commit and repository.
   */
  read(repository: string, commit: Commit): Promise<BuildRecord | undefined>
  /** Fails where a claim would be denied, and leaves nothing behind. For whoever has much to do before the claim. */
  requireRights(): Promise<void>
  /** Seals a commit unless it is sealed. */
  claim(record: BuildRecord): Promise<Claim>
  /** The commits that have a ref, whatever it holds. */
  list(repository: string): Promise<ReadonlyMap<Commit, ListedSeal>>
}

const FOLDER = 'refs/build-once'

/**
 * The folder of a repository's seals: readable, and by its key different for each repository. A ref allows fewer
 * characters than a repository has, so different names could look the same.
 */
export function sealFolder(repository: string): string {
  const readable = repository.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 80)
  return `${FOLDER}/${readable.replaceAll(/^-|-$/g, '')}-${shortKey(repository)}`
}

/** The git ref that seals a commit: `refs/build-once/ghcr-io-owner-app-1a2b3c4d5e6f/<commit>`. */
export function sealRef(repository: string, commit: Commit): string {
  return `${sealFolder(repository)}/${commit}`
}

/** The error for a ref that is no seal. It is never taken for an absence: somebody wrote it. */
export function invalidSeal(ref: string, why: string, cause?: unknown): VerificationError {
  return new VerificationError('GIT_SEAL_INVALID', `${ref} is not a git seal of this commit: ${why}`, {
    hint: 'Find out who wrote this ref; build-once never changes one. Delete it to let the next build seal the commit.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** What to do about a tag and a ref that disagree: nothing about them shows which one somebody wrote. */
export const WHICH_WAS_MOVED =
  'Something wrote the SHA tag or the git ref past build-once. The log of the workflow run that built this commit names the digest; put back the one that differs.'

/**
 * The record of a seal, if it is about what was asked for.
 * @throws {VerificationError} GIT_SEAL_INVALID.
 */
export function checkedSeal(record: BuildRecord, repository: string, commit: Commit): BuildRecord {
  if (record.commit === commit && record.repository === repository) return record
  const ref = sealRef(repository, commit)
  throw invalidSeal(
    ref,
    `its record is for another build · expected ${repository} ${commit}, got ${record.repository} ${record.commit}`,
  )
}
