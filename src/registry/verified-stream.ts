import { corrupt, type Digest, finishDigest, algorithmOf, hashFor } from '../domain/digest.ts'

/** What a stream must turn out to be. */
export interface Expected {
  readonly digest: Digest
  readonly size: number
}

/**
 * Passes a stream on while hashing it. The last chunk is held back until the whole hashes to its name, so
 * that whoever receives the stream never has all bytes of corrupt content and cannot commit it by accident.
 */
export async function* verifiedStream(
  chunks: AsyncIterable<Uint8Array>,
  expected: Expected,
  what: string,
): AsyncGenerator<Uint8Array> {
  const hash = hashFor(expected.digest)
  let size = 0
  let held: Uint8Array | undefined
  for await (const chunk of chunks) {
    if (chunk.byteLength === 0) continue
    size += chunk.byteLength
    if (size > expected.size) throw corrupt(what, expected.digest, `more than ${expected.size} bytes`)
    hash.update(chunk)
    if (held !== undefined) yield held
    held = chunk
  }
  if (size < expected.size) throw corrupt(what, expected.digest, `${size} bytes instead of ${expected.size}`)
  const actual = finishDigest(hash, algorithmOf(expected.digest))
  if (actual !== expected.digest) throw corrupt(what, expected.digest, actual)
  if (held !== undefined) yield held
}
