import { createHash, type Hash } from 'node:crypto'
import { InvalidReferenceError, RegistryError } from './error.ts'
import { kindOf, quoted } from './quoted.ts'

declare const digestBrand: unique symbol

/**
 * A content digest, `algorithm:encoded`, whose algorithm is registered and whose encoding has the right
 * length and case (image-spec descriptor.md §Digests). A value of this type is well formed by construction.
 */
export type Digest = string & { readonly [digestBrand]: true }

const ENCODED_LENGTH = { sha256: 64, sha512: 128 } as const
type Algorithm = keyof typeof ENCODED_LENGTH

const GRAMMAR = /^(?<algorithm>[a-z0-9]+(?:[+._-][a-z0-9]+)*):(?<encoded>[A-Za-z0-9=_-]+)$/

const EXPECTED = 'sha256:<64 hexadecimal digits> or sha512:<128 hexadecimal digits>'

/** Why a text is not a digest, in words; undefined when it is one. Says whether it is malformed or not supported. */
export function digestFault(text: string): string | undefined {
  // The longest digest known is 135 characters; a cap keeps the work bounded whatever is passed in.
  if (text.length > 256) return `it has ${text.length} characters · expected ${EXPECTED}`
  const groups = GRAMMAR.exec(text)?.groups
  if (groups === undefined) return `it is not of the form algorithm:digits · expected ${EXPECTED}`
  const { algorithm = '', encoded = '' } = groups
  if (!Object.hasOwn(ENCODED_LENGTH, algorithm))
    return `the algorithm is not supported · expected sha256 or sha512, got ${quoted(algorithm, 40)}`
  const expected = ENCODED_LENGTH[algorithm as Algorithm]
  if (encoded.length !== expected)
    return `it is malformed · expected ${expected} hexadecimal digits, got ${encoded.length}`
  if (!/^[0-9a-f]+$/.test(encoded))
    return 'it is malformed · expected only the digits 0-9 and a-f (lower case)'
  return undefined
}

/** True for a well-formed sha256 or sha512 digest. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && digestFault(value) === undefined
}

/**
 * Parses a digest.
 * @param text anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else; the message says why.
 */
export function parseDigest(text: unknown): Digest {
  if (isDigest(text)) return text
  const fault =
    typeof text === 'string'
      ? `${quoted(text)}: ${digestFault(text)}`
      : `it is no text · expected ${EXPECTED}, got ${kindOf(text)}`
  throw new InvalidReferenceError(`Not a digest: ${fault}.`, {
    hint: 'Pass the `digest` output of build as it is, for example sha256:9f86d081…',
  })
}

/** The algorithm part of a digest. */
export function algorithmOf(digest: Digest): Algorithm {
  return digest.slice(0, digest.indexOf(':')) as Algorithm
}

/** The part after the colon. */
export function encodedOf(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1)
}

/** Hashes bytes; what build-once writes is always sha256. */
export function digestOf(bytes: Uint8Array | string, algorithm: Algorithm = 'sha256'): Digest {
  return finishDigest(createHash(algorithm).update(bytes), algorithm)
}

/** A running hash of the digest's own algorithm, for streams. */
export function hashFor(digest: Digest): Hash {
  return createHash(algorithmOf(digest))
}

/** Turns a running hash into a digest. */
export function finishDigest(hash: Hash, algorithm: Algorithm = 'sha256'): Digest {
  return `${algorithm}:${hash.digest('hex')}` as Digest
}

/**
 * Checks that bytes hash to the digest they were asked for by.
 * @throws {RegistryError} CONTENT_CORRUPT naming both digests.
 */
export function assertDigest(bytes: Uint8Array, expected: Digest, what: string): void {
  const actual = digestOf(bytes, algorithmOf(expected))
  if (actual !== expected) throw corrupt(what, expected, actual)
}

/** The error for content that does not hash to its name. */
export function corrupt(what: string, expected: Digest, actual: string): RegistryError {
  return new RegistryError('CONTENT_CORRUPT', `${what} is corrupt · expected ${expected}, got ${actual}`, {
    hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.',
  })
}

/** A digest short enough for a log line; never used for identity. */
export function shortDigest(digest: string): string {
  return digest.replace(/^(sha\d+:)([0-9a-f]{12}).*$/, '$1$2…')
}
