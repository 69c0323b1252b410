import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { COMPILE_CACHE } from '../../fixtures/compile-cache.ts'

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
const RECORDS_EACH = 3

/** What all writers together have written, in the order of the text. */
export const ALL_RECORDS: readonly string[] = Array.from({ length: WRITERS * RECORDS_EACH }, (_, n) =>
  raceRecord(n % WRITERS, Math.floor(n / WRITERS)),
).toSorted()

/**
 * Starts the writers, each a process of its own, and once all of them are ready lets them write at the same time.
 * Waits for all; fails when one does.
 */
export async function raceWriters(host: string): Promise<void> {
  const numbers = Array.from({ length: WRITERS }, (_, writer) => writer)
  const writers = await Promise.all(numbers.map(async (writer) => startWriter(host, writer)))
  for (const { go } of writers) go()
  await Promise.all(writers.map(async ({ end }) => end()))
}

async function startWriter(host: string, writer: number) {
  const script = fileURLToPath(new URL('record-writer.ts', import.meta.url))
  const args = [script, host, String(writer), String(RECORDS_EACH)]
  const child = spawn(process.execPath, args, { env: { ...process.env, ...COMPILE_CACHE } })
  // One that ends too early closes the pipe, and its exit code tells.
  child.stdin.on('error', () => undefined)
  const errors = text(child.stderr)
  const ended = once(child, 'close')
  await Promise.race([once(child.stdout, 'data'), ended])
  const end = async (): Promise<void> => {
    const [exitCode] = (await ended) as [number | null]
    if (exitCode !== 0) throw new Error(`writer ${writer} ended with ${exitCode}\n${await errors}`)
  }
  return { go: () => child.stdin.end('go\n'), end }
}
