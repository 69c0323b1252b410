import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../../src/domain/record.ts'
import type { NewRecord } from '../../../src/domain/registry.ts'
import { recordArtifact } from '../../../src/registry/record-manifest.ts'
import { bytesOf, sampleManifest } from './access.ts'
import { ociError, type Script, type Seen, type ScriptedServer, serve } from './scripted-server.ts'

/** The artifact that everything is attached to. */
export const sample = sampleManifest('subject')

/** A build record, whatever its text. */
export function record(text: string, created = '2026-11-23T01:43:50.000Z'): NewRecord {
  return { type: RECORD_TYPES.build, bytes: bytesOf(text), created }
}

/**
 * A registry without rules: it stores what it is sent and shows what a test plants, also what no real one takes,
 * and knows every blob that a record of this process has. It has no referrers API unless `answer` plays one.
 */
export interface CarelessRegistry extends ScriptedServer {
  readonly manifests: Map<string, { readonly type: string; readonly bytes: Uint8Array }>
  /** Shows bytes under a name, whatever they are. */
  show(name: string, bytes: string | Uint8Array | object, type?: string): void
  /** Holds the document of a record that will be attached. */
  hold(text: string): void
  /** Stores a record, under its digest and under each tag; returns how a list names it. */
  plant(
    newRecord: NewRecord,
    tag?: (digest: Digest) => string,
  ): ReturnType<typeof recordArtifact>['descriptor']
}

export async function startCarelessRegistry(
  answer: (seen: Seen) => Script | undefined = () => undefined,
): Promise<CarelessRegistry> {
  const manifests: CarelessRegistry['manifests'] = new Map()
  const blobs = new Map<string, Uint8Array>([[EMPTY_CONFIG.descriptor.digest, EMPTY_CONFIG.bytes]])
  const server = await serve((seen) => answer(seen) ?? respond(seen, manifests, blobs))
  const show: CarelessRegistry['show'] = (name, content, type = MEDIA_TYPES.ociIndex) => {
    const isBytes = typeof content === 'string' || content instanceof Uint8Array
    const text = isBytes ? content : JSON.stringify(content)
    manifests.set(name, { type, bytes: typeof text === 'string' ? bytesOf(text) : text })
  }
  return {
    ...server,
    manifests,
    show,
    hold: (text) => void blobs.set(digestOf(text), bytesOf(text)),
    plant: (newRecord, tag) => {
      const artifact = recordArtifact(newRecord, sample.descriptor)
      blobs.set(digestOf(newRecord.bytes), newRecord.bytes)
      for (const name of [artifact.digest, ...(tag === undefined ? [] : [tag(artifact.digest)])])
        show(name, artifact.bytes, MEDIA_TYPES.ociManifest)
      return artifact.descriptor
    },
  }
}

function respond(
  { method, path, headers, body }: Seen,
  manifests: CarelessRegistry['manifests'],
  blobs: ReadonlyMap<string, Uint8Array>,
): Script {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (path.endsWith('/tags/list')) {
    const tags = [...manifests.keys()].filter((key) => !key.includes(':'))
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ tags }) }
  }
  if (path.includes('/blobs/')) {
    const blob = blobs.get(name)
    // A look at a blob says that it is there, so that nothing has to be uploaded.
    if (method === 'HEAD') return { status: 200 }
    return blob === undefined ? ociError(404, 'BLOB_UNKNOWN') : { status: 200, body: blob }
  }
  if (!path.includes('/manifests/')) return ociError(404, 'MANIFEST_UNKNOWN')
  if (method === 'PUT') {
    manifests.set(name, { type: headers['content-type'] ?? '', bytes: Buffer.from(body, 'latin1') })
    return { status: 201 }
  }
  const found = manifests.get(name)
  if (found === undefined) return ociError(404, 'MANIFEST_UNKNOWN')
  return { status: 200, headers: { 'content-type': found.type }, body: found.bytes }
}
