/** The digest algorithms content can be stored under. */
export type DigestAlgorithm = 'sha256' | 'sha512'

const NAME_PATH = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const NAME = new RegExp(`^${NAME_PATH}(?:/${NAME_PATH})*$`, 'u')
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/u
const DIGEST = /^([a-z0-9]+(?:[+._-][a-z0-9]+)*):([a-zA-Z0-9=_-]+)$/u
const MEDIA_TYPE = /^[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,126}\/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,126}$/u
const MAX_NAME_LENGTH = 255
const HEX_LENGTHS: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 }

function isStorable(algorithm: string): algorithm is DigestAlgorithm {
  return Object.hasOwn(HEX_LENGTHS, algorithm)
}

/** Repository names as in distribution-spec "Pulling manifests". */
export function isRepositoryName(text: string): boolean {
  return text.length <= MAX_NAME_LENGTH && NAME.test(text)
}

/** Tags as in distribution-spec "Pulling manifests". */
export function isTag(text: string): boolean {
  return TAG.test(text)
}

/** Digests as in image-spec "Digests"; a registered algorithm must have exactly its own encoding. */
export function isDigest(text: string): boolean {
  const [, algorithm, encoded] = DIGEST.exec(text) ?? []
  if (algorithm === undefined || encoded === undefined) return false
  if (!isStorable(algorithm)) return true
  return encoded.length === HEX_LENGTHS[algorithm] && /^[a-f0-9]+$/u.test(encoded)
}

/** The algorithm of a digest this registry can store and verify, or nothing for any other text. */
export function storableAlgorithm(text: string): DigestAlgorithm | undefined {
  const algorithm = text.slice(0, Math.max(0, text.indexOf(':')))
  return isStorable(algorithm) && isDigest(text) ? algorithm : undefined
}

/** Media types as in RFC 6838, without parameters. */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE.test(text)
}
