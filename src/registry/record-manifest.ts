import { type Digest, digestOf } from '../domain/digest.ts'
import { RecordError, RegistryError } from '../domain/error.ts'
import { canonicalJson, type Json } from '../domain/json.ts'
import {
  type Descriptor,
  EMPTY_CONFIG,
  type Manifest,
  MEDIA_TYPES,
  parseManifest,
} from '../domain/manifest.ts'
import { MAX_RECORD_BYTES, RECORD_TYPES, type RecordType } from '../domain/record.ts'
import type { BlobSource, NewRecord } from '../domain/registry.ts'

/** A record ready to be stored: its blobs, and the manifest that carries it. */
export interface RecordArtifact {
  readonly bytes: Uint8Array
  readonly digest: Digest
  readonly blobs: readonly BlobSource[]
  /** How an index lists it; copies artifactType and annotations as the spec wants. */
  readonly descriptor: Descriptor
}

/** Wraps a record into an OCI artifact. The same record gives the same bytes, so writing twice changes nothing. */
export function recordArtifact(record: NewRecord, subject: Descriptor | undefined): RecordArtifact {
  const annotations = { 'org.opencontainers.image.created': record.created }
  const layer = {
    mediaType: record.type,
    digest: digestOf(record.bytes),
    size: record.bytes.byteLength,
    annotations: { 'org.opencontainers.image.title': titleOf(record.type) },
  }
  const manifest: Json = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: record.type,
    config: EMPTY_CONFIG.descriptor,
    layers: [layer],
    annotations,
    ...(subject === undefined ? {} : { subject: bareDescriptor(subject) }),
  }
  const bytes = new TextEncoder().encode(canonicalJson(manifest))
  const digest = digestOf(bytes)
  const descriptor = {
    mediaType: MEDIA_TYPES.ociManifest,
    digest,
    size: bytes.byteLength,
    artifactType: record.type,
    annotations,
  }
  return { bytes, digest, blobs: [blobOf(EMPTY_CONFIG.bytes), blobOf(record.bytes)], descriptor }
}

function titleOf(type: RecordType): string {
  return type === RECORD_TYPES.build ? 'build.json' : 'deployment.json'
}

function bareDescriptor({ mediaType, digest, size }: Descriptor): Json {
  return { mediaType, digest, size }
}

function blobOf(bytes: Uint8Array): BlobSource {
  return {
    digest: digestOf(bytes),
    size: bytes.byteLength,
    async *open() {
      yield bytes
    },
  }
}

/**
 * Parses what a record's own tag points at. Anyone who can push can write such a tag, so what is no manifest is
 * no record, rather than a registry that answers nonsense.
 * @throws {RecordError}
 */
export function recordManifest(bytes: Uint8Array, contentType: string | undefined, what: string): Manifest {
  try {
    return parseManifest(bytes, contentType, what)
  } catch (cause) {
    if (!(cause instanceof RegistryError)) throw cause
    throw new RecordError(`${what} is not a record · ${cause.message}`, { cause })
  }
}

/** True for a manifest that says itself that it is a record of this type about this subject. */
export function isRecordOf(manifest: Manifest, type: RecordType, subject: Digest): boolean {
  return manifest.document.artifactType === type && manifest.document.subject?.digest === subject
}

/**
 * The descriptor of the document in a record's manifest.
 * @throws {RecordError} when it is not one layer of the right kind and size.
 */
export function recordLayer(manifest: Manifest, type: RecordType, what: string): Descriptor {
  const layers = manifest.kind === 'image' ? manifest.document.layers : []
  const [layer] = layers
  if (manifest.document.artifactType !== type || layers.length !== 1 || layer?.mediaType !== type) {
    throw new RecordError(`${what} is not a record · expected one layer of type ${type}`)
  }
  if (layer.size > MAX_RECORD_BYTES) {
    throw new RecordError(
      `${what} is not a record · expected at most ${MAX_RECORD_BYTES} bytes, got ${layer.size}`,
    )
  }
  return layer
}
