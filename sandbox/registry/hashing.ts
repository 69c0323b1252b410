import { createHash } from 'node:crypto'
import type { DigestAlgorithm } from './grammar.ts'

/** The digest of bytes that are already complete. */
export function digestBytes(algorithm: DigestAlgorithm, bytes: Uint8Array): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** A name for a file that no request can influence beyond its identity. */
export function hashName(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/**
 * Hashes content while it arrives. Both algorithms run because an upload names its digest only in the
 * request that completes it.
 */
export class ContentHash {
  readonly #hashes = { sha256: createHash('sha256'), sha512: createHash('sha512') }

  update(chunk: Uint8Array): void {
    this.#hashes.sha256.update(chunk)
    this.#hashes.sha512.update(chunk)
  }

  /** May be asked more than once: the state is copied. */
  digest(algorithm: DigestAlgorithm): string {
    return `${algorithm}:${this.#hashes[algorithm].copy().digest('hex')}`
  }
}
