import type { Readable } from 'node:stream'
import type { DigestAlgorithm } from './grammar.ts'

/** A manifest as it was pushed: the exact bytes, and what the push said about them. */
export interface StoredManifest {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly subject?: string
}

/** One entry of a referrers list (distribution-spec "Listing Referrers"). */
export interface ReferrerDescriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

/** Content on its way in; invisible to every repository until it is committed. */
export interface BlobWriter {
  readonly size: number
  append(chunk: Uint8Array): Promise<void>
  digest(algorithm: DigestAlgorithm): string
  commit(repository: string, digest: string): Promise<void>
  discard(): Promise<void>
}

/**
 * Where content lives. Names and digests have passed the grammar before they get here. Every write is
 * atomic: a reader sees the state before or after it. Content belongs to one repository, so that a blob
 * of one repository does not exist in another until it is mounted.
 */
export interface Storage {
  repositories(): Promise<string[]>
  hasRepository(repository: string): Promise<boolean>

  createWriter(): Promise<BlobWriter>
  blobSize(repository: string, digest: string): Promise<number | undefined>
  /** `end` is inclusive, as in HTTP ranges. */
  readBlob(repository: string, digest: string, start: number, end: number): Readable
  mountBlob(from: string, repository: string, digest: string): Promise<boolean>
  deleteBlob(repository: string, digest: string): Promise<boolean>
  /** Stores bytes under a digest they need not have. */
  replaceBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void>

  readManifest(repository: string, digest: string): Promise<StoredManifest | undefined>
  writeManifest(repository: string, digest: string, manifest: StoredManifest): Promise<void>
  deleteManifest(repository: string, digest: string): Promise<boolean>

  readTag(repository: string, tag: string): Promise<string | undefined>
  writeTag(repository: string, tag: string, digest: string): Promise<void>
  deleteTag(repository: string, tag: string): Promise<boolean>
  tags(repository: string): Promise<ReadonlyMap<string, string>>

  referrers(repository: string, subject: string): Promise<ReferrerDescriptor[]>
  writeReferrer(repository: string, subject: string, descriptor: ReferrerDescriptor): Promise<void>
  deleteReferrer(repository: string, subject: string, digest: string): Promise<void>

  /** Gives up what is not committed; committed content stays where the kind of storage keeps it. */
  close(): Promise<void>
}
