import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'

const run = promisify(execFile)

/** The artifact that the writers attach their records to. */
export const raceSubject: {
  readonly bytes: Uint8Array
  readonly digest: Digest
  readonly descriptor: Descriptor
} = (() => {
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: 'application/vnd.example',
    config: EMPTY_CONFIG.descriptor,
    layers: [],
  }
  const bytes = new TextEncoder().encode(JSON.stringify(document))
  const digest = digestOf(bytes)
  return { bytes, digest, descriptor: { mediaType: MEDIA_TYPES.ociManifest, digest, size: bytes.byteLength } }
})()

export function raceRecord(writer: number, index: number): string {
  return `writer ${writer} record ${index}`
}

export const WRITERS = 8
export const RECORDS_EACH = 3

/** What all writers together have written, in the order of the text. */
export const ALL_RECORDS: readonly string[] = Array.from({ length: WRITERS * RECORDS_EACH }, (_, n) =>
  raceRecord(n % WRITERS, Math.floor(n / WRITERS)),
).toSorted()

/** Starts the writers at once, each a process of its own, and waits for all; fails when one does. */
export async function raceWriters(host: string): Promise<void> {
  const script = fileURLToPath(new URL('record-writer.ts', import.meta.url))
  await Promise.all(
    Array.from({ length: WRITERS }, async (_, writer) => {
      await run(process.execPath, [script, host, String(writer), String(RECORDS_EACH)])
    }),
  )
}
