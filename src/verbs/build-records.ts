import type { Digest } from '../domain/digest.ts'
import { RecordError } from '../domain/error.ts'
import { type BuildRecord, decodeBuildRecord, RECORD_TYPES } from '../domain/record.ts'
import type { RecordStore } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import type { Log } from '../platform/log.ts'

/** The valid build records at an artifact, and the first document of our type that is none. */
export interface FoundRecords {
  readonly records: readonly BuildRecord[]
  readonly broken: RecordError | undefined
}

/**
 * Reads every build record attached to a digest. Anyone who can push can attach documents, so one that is
 * malformed is reported and passed over; the caller decides what it means when nothing valid is left.
 */
export async function readBuildRecords(
  ports: { readonly records: RecordStore; readonly log: Log },
  repository: Repository,
  digest: Digest,
): Promise<FoundRecords> {
  const records: BuildRecord[] = []
  let broken: RecordError | undefined
  for (const { bytes, manifestDigest } of await ports.records.list(repository, digest, RECORD_TYPES.build)) {
    try {
      records.push(decodeBuildRecord(bytes, `Build record ${manifestDigest}`))
    } catch (error) {
      if (!(error instanceof RecordError)) throw error
      ports.log.warning(`Passed over a document that is not a build record: ${error.message}`)
      broken ??= error
    }
  }
  return { records, broken }
}
