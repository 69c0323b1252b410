import type { Digest } from './digest.ts'
import type { Descriptor, Manifest, ManifestMediaType } from './manifest.ts'
import type { RecordType } from './record.ts'
import type { Repository } from './reference.ts'

/** Content of known identity that can be read from the start as often as a retry needs it. */
export interface BlobSource {
  readonly digest: Digest
  readonly size: number
  /** Opens a fresh stream over exactly `size` bytes. */
  open(): AsyncIterable<Uint8Array>
}

/** What happened to a blob that had to be in a repository. */
export type BlobTransfer = 'present' | 'mounted' | 'uploaded'

/**
 * The registry as the verbs and engines see it (distribution-spec v1.1). Everything read is hashed; a value
 * that comes back is what its digest says. Every method throws `RegistryError` with a code.
 */
export interface Registry {
  /** Reads what a tag points at; undefined only when the registry says, after authentication, that it is not there. */
  readTag(repository: Repository, tag: string): Promise<Manifest | undefined>
  /**
   * Reads a manifest by digest, sha256 or sha512, verified by that algorithm; its `digest` is the one asked for.
   * Undefined as for {@link readTag}.
   */
  readManifest(repository: Repository, digest: Digest): Promise<Manifest | undefined>
  /**
   * Stores exact manifest bytes under their digest or under a tag; after any refusal of a tag, read it and compare.
   * `withinMs`: one attempt, over after that time and never repeated, for a write that must not come late.
   */
  putManifest(
    repository: Repository,
    bytes: Uint8Array,
    mediaType: ManifestMediaType,
    tag?: string,
    withinMs?: number,
  ): Promise<Digest>
  /**
   * Fails when the registry denies pushing to the repository, so that nothing is built in vain. Says nothing more: a push
   * may fail for other reasons.
   */
  requirePush(repository: Repository): Promise<void>
  /** Every tag of the repository, in no particular order. */
  listTags(repository: Repository): Promise<readonly string[]>
  hasBlob(repository: Repository, digest: Digest): Promise<boolean>
  /** Streams a blob, hashing it: the stream throws CONTENT_CORRUPT at its end when the bytes are others. */
  readBlob(repository: Repository, descriptor: Descriptor): AsyncIterable<Uint8Array>
  /** Makes sure the blob is in the repository, uploading it when it is not. */
  putBlob(repository: Repository, blob: BlobSource): Promise<BlobTransfer>
  /** Brings a blob from another repository: mounted where the registry can, else copied as a stream. */
  copyBlob(from: Repository, to: Repository, descriptor: Descriptor): Promise<BlobTransfer>
}

/** Bounds and choices of a copy. */
export interface CopyOptions {
  /** Whether what is attached (signatures, attestations, SBOMs, records) is copied too; default true. */
  readonly referrers?: boolean
  /** How deep indexes and referrers may be nested; default 8. */
  readonly maxDepth?: number
  /** How many manifests a copy may have in all; default 1,000. */
  readonly maxCount?: number
  /** How many blobs are carried at the same time; default 4. */
  readonly concurrency?: number
  readonly onProgress?: (progress: CopyProgress) => void
}

/** One blob or manifest that is at the destination now. */
export interface CopyProgress {
  readonly kind: 'blob' | 'manifest'
  readonly digest: Digest
  readonly size: number
  readonly outcome: BlobTransfer
  /** How many of this kind are done, and how many there are. */
  readonly done: number
  readonly total: number
}

/** What a copy did; whoever repeats it sees everything as present. */
export interface CopyReport {
  /** The digest that was asked for; the destination was read again and holds exactly these bytes. */
  readonly digest: Digest
  readonly manifests: { readonly copied: number; readonly present: number }
  readonly blobs: { readonly uploaded: number; readonly mounted: number; readonly present: number }
  /** Bytes of blobs that went over the wire to the destination. */
  readonly bytes: number
  /** The manifests attached to the artifact, to its children or to each other, by digest. */
  readonly referrers: readonly Digest[]
  /** Tags under which other tools look for what is attached (cosign) and which were set at the destination. */
  readonly tags: readonly string[]
  /** Digests and tags that the source lists as attached but does not have; nothing can be done about them. */
  readonly missing: readonly string[]
}

/**
 * Copies an artifact whole and byte for byte: indexes with everything below them, and what is attached to any
 * of it. Nothing is written before all of the source was read and judged; the artifact's own manifest is
 * written after all that it needs, and everything is read back. Repeating an interrupted copy carries only what is
 * missing. No tag is set but those that attach things.
 */
export interface Copier {
  copy(from: Repository, digest: Digest, to: Repository, options?: CopyOptions): Promise<CopyReport>
}

/** A record found at an artifact: the bytes of the document, and the manifest that carries it. */
export interface StoredRecord {
  readonly manifestDigest: Digest
  readonly bytes: Uint8Array
}

/** A record about to be stored. `created` goes into the annotations that other tools show. */
export interface NewRecord {
  readonly type: RecordType
  readonly bytes: Uint8Array
  readonly created: string
}

/** Records attached to artifacts as referrers (distribution-spec §Listing referrers), with or without the API. */
export interface RecordStore {
  /** Attaches a record to a manifest; returns the digest of the record's own manifest. Repeating it changes nothing. */
  attach(repository: Repository, subject: Descriptor, record: NewRecord): Promise<Digest>
  /** Every record of a type attached to a digest: the union of all places records may be in. */
  list(repository: Repository, subject: Digest, type: RecordType): Promise<readonly StoredRecord[]>
  /** Stores a record under a write-once tag of its own as well, for logs that are read without knowing a digest. */
  attachNamed(
    repository: Repository,
    subject: Descriptor | undefined,
    record: NewRecord,
    tag: string,
  ): Promise<Digest>
  /** Reads the record a write-once tag points at. */
  readNamed(repository: Repository, tag: string, type: RecordType): Promise<StoredRecord | undefined>
}
