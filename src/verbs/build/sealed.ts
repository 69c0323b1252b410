import { recordFor } from '../../domain/agreement.ts'
import { type RecordError, VerificationError } from '../../domain/error.ts'
import { sealRef } from '../../domain/git-seal.ts'
import { descriptorOf, type Manifest } from '../../domain/manifest.ts'
import { type BuildRecord, encodeRecord, RECORD_TYPES } from '../../domain/record.ts'
import { formatReference, formatRepository } from '../../domain/reference.ts'
import { readBuildRecords } from '../build-records.ts'
import type { SealPorts, SealTarget } from './ports.ts'

/** A commit's sealed artifact and the record that says so. */
export interface Sealed {
  readonly manifest: Manifest
  readonly record: BuildRecord
}

/** A tag that is not a seal, with its build record where only git does not know of it. */
export interface Unsealed {
  readonly state: 'unsealed'
  readonly manifest: Manifest
  readonly record?: BuildRecord
}

/** What stands under the SHA tag. */
export type Look =
  | { readonly state: 'absent' }
  | Unsealed
  | { readonly state: 'sealed'; readonly sealed: Sealed }

/** How a seal ended: `ours` is true for the one build whose record stands. */
export interface SealResult extends Sealed {
  readonly ours: boolean
}

/** How the one digest of a commit is decided. */
export interface SealMethod {
  /** Step 1: what is sealed? Any doubt is an error, never "not built". */
  look(target: SealTarget): Promise<Look>
  /** Steps 4 and 5: record and seal what was built. Another build may turn out to be the one that stands. */
  seal(target: SealTarget, manifest: Manifest, record: BuildRecord): Promise<SealResult>
  /** Records and seals what somebody else put under the SHA tag. */
  adopt(target: SealTarget, tagged: Manifest, record: BuildRecord): Promise<SealResult>
}

/** The SHA tag, for messages. */
export function describeTag({ repository, commit }: SealTarget): string {
  return formatReference({ kind: 'tag', repository, tag: commit })
}

/** The record that counts at an artifact, if any. */
interface Found {
  readonly record: BuildRecord | undefined
  /** The first document of our type that is not a valid record. */
  readonly broken: RecordError | undefined
}

/** Looks for the build record of this commit at a manifest. */
export async function findRecord(ports: SealPorts, target: SealTarget, manifest: Manifest): Promise<Found> {
  const { records, broken } = await readBuildRecords(ports, target.repository, manifest.digest)
  const record = recordFor(
    { digest: manifest.digest, records },
    formatRepository(target.repository),
    target.commit,
  )
  return { record, broken }
}

/**
 * Reads the build record of this commit at a manifest. Malformed documents beside a valid record are passed
 * over with a warning; where only malformed ones are there, that is an error rather than an absence.
 * @throws {RecordError} RECORD_INVALID.
 */
export async function readRecord(
  ports: SealPorts,
  target: SealTarget,
  manifest: Manifest,
): Promise<BuildRecord | undefined> {
  const { record, broken } = await findRecord(ports, target, manifest)
  if (record === undefined && broken !== undefined) throw broken
  return record
}

/** The error for a tag somebody else pushed. */
export function unsealedTag(target: SealTarget, manifest: Manifest): VerificationError {
  return new VerificationError(
    'UNSEALED_TAG',
    `${describeTag(target)} exists (${manifest.digest}), but no build record for this commit is attached · expected a sealed build or no tag`,
    {
      hint: 'Somebody pushed this tag without build-once. Delete the tag, or set adopt: true to seal what is there.',
    },
  )
}

/** The error for a tag that is not to be adopted. */
export function refusalOf(target: SealTarget, { manifest, record }: Unsealed): VerificationError {
  if (record === undefined) return unsealedTag(target, manifest)
  const ref = sealRef(formatRepository(target.repository), target.commit)
  return new VerificationError(
    'NOT_SEALED_IN_GIT',
    `${describeTag(target)} is sealed in the registry only · expected ${ref} to name ${manifest.digest}, got no such ref`,
    {
      hint: 'If it was built before seal: git was used, run build once with backfill: true. Else find out who wrote the tag; adopt: true seals it as it is.',
    },
  )
}

/** Attaches the build record to its artifact; before the seal, so that no crash leaves a seal without a record. */
export async function attachRecord(
  ports: SealPorts,
  target: SealTarget,
  manifest: Manifest,
  record: BuildRecord,
): Promise<void> {
  await ports.records.attach(target.repository, descriptorOf(manifest), {
    type: RECORD_TYPES.build,
    bytes: encodeRecord(record),
    created: record.createdAt,
  })
}
