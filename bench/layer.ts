import { createCipheriv, createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

/** A layer in a file. */
export interface PackedLayer {
  readonly digest: string
  readonly size: number
  /** The hash of what is packed. */
  readonly diffId: string
}

const CHUNK = 1024 * 1024
const TAR_BLOCK = 512

/**
 * Writes a layer: gzip of a tar with one file of so many bytes that cannot be compressed. The same seed makes
 * the same layer.
 */
export async function writeLayer(path: string, bytes: number, seed: number): Promise<PackedLayer> {
  const diffId = createHash('sha256')
  // Stored, not compressed: it would not become smaller.
  await pipeline(hashed(tarOf(bytes, seed), diffId), createGzip({ level: 0 }), createWriteStream(path))
  const digest = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) digest.update(chunk as Buffer)
  return {
    digest: `sha256:${digest.digest('hex')}`,
    size: (await stat(path)).size,
    diffId: `sha256:${diffId.digest('hex')}`,
  }
}

async function* hashed(chunks: Iterable<Buffer>, hash: { update(chunk: Buffer): unknown }) {
  for (const chunk of chunks) {
    hash.update(chunk)
    yield chunk
  }
}

function* tarOf(bytes: number, seed: number): Generator<Buffer> {
  yield tarHeader('content', bytes)
  yield* noise(bytes, seed)
  // Content fills whole blocks, and two empty ones end the archive.
  yield Buffer.alloc(((TAR_BLOCK - (bytes % TAR_BLOCK)) % TAR_BLOCK) + 2 * TAR_BLOCK)
}

/** One file of mode 0644 in the format of POSIX 1003.1-1990 (ustar). */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(TAR_BLOCK)
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`
  const field = (offset: number, text: string): void => void header.write(text, offset, 'latin1')
  field(0, name)
  field(100, octal(0o644, 7))
  field(108, octal(0, 7))
  field(116, octal(0, 7))
  field(124, octal(size, 11))
  field(136, octal(0, 11))
  // The checksum counts its own field as blanks.
  field(148, ' '.repeat(8))
  field(156, '0')
  field(257, 'ustar\u000000')
  field(
    148,
    `${octal(
      header.reduce((sum, byte) => sum + byte, 0),
      6,
    )} `,
  )
  return header
}

/** The key stream of a cipher: as good as random, fast, and the same again. */
function* noise(bytes: number, seed: number): Generator<Buffer> {
  const key = createHash('sha256').update(String(seed)).digest().subarray(0, 16)
  const cipher = createCipheriv('aes-128-ctr', key, Buffer.alloc(16))
  for (let left = bytes; left > 0; left -= CHUNK) yield cipher.update(Buffer.alloc(Math.min(left, CHUNK)))
}
