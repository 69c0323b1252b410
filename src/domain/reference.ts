import { type Digest, parseDigest } from './digest.ts'
import { InvalidReferenceError } from './error.ts'

/** A repository in one registry: `registry` is host or host:port, `path` the name below it. */
export interface Repository {
  readonly registry: string
  readonly path: string
}

/** A name for whatever a tag points at now. */
export interface TagReference {
  readonly kind: 'tag'
  readonly repository: Repository
  readonly tag: string
}

/** A name for exactly one content; the tag it was written with is kept beside the digest. */
export interface DigestReference {
  readonly kind: 'digest'
  readonly repository: Repository
  readonly digest: Digest
  readonly tag?: string
}

export type Reference = TagReference | DigestReference

// Grammar: distribution/reference, made stricter: the registry host is required (no docker.io guess), hosts
// are lower case, ports are 1-65535, tags are never defaulted. Every pattern is anchored and linear.
const HOST_NAME =
  /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9]))*$/
const IPV6 = /^\[[0-9a-f:]{2,45}\]$/
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const MAX_NAME = 255
const MAX_TEXT = 1024

function invalid(text: string, why: string): InvalidReferenceError {
  return new InvalidReferenceError(`Not a valid reference: ${JSON.stringify(text.slice(0, 200))}: ${why}.`, {
    hint: 'Write registry host and repository in lower case, for example ghcr.io/owner/app.',
  })
}

/** Why a text is not a tag, in words; undefined when it is one (distribution-spec §Pulling manifests). */
export function tagFault(tag: string): string | undefined {
  if (TAG.test(tag)) return undefined
  if (tag === '') return 'the tag is empty'
  if (tag.includes('/')) return 'a tag cannot hold a slash'
  if (tag.length > 128) return `a tag has at most 128 characters, this one has ${tag.length}`
  return 'a tag holds letters, digits, "_", "." and "-", and does not start with "." or "-"'
}

function splitRegistry(text: string, name: string): { registry: string; path: string } {
  const slash = name.indexOf('/')
  if (slash <= 0) throw invalid(text, 'it has no registry host before the repository')
  return { registry: name.slice(0, slash), path: name.slice(slash + 1) }
}

function checkRegistry(text: string, registry: string): void {
  const bracket = registry.startsWith('[') ? registry.indexOf(']') + 1 : registry.indexOf(':')
  const host = bracket > 0 ? registry.slice(0, bracket) : registry
  const port = bracket > 0 ? registry.slice(bracket) : ''
  if (registry !== registry.toLowerCase()) throw invalid(text, 'the registry host must be in lower case')
  if (!(HOST_NAME.test(host) && host.length <= 253) && !isIpv6(host))
    throw invalid(text, `"${host.slice(0, 80)}" is not a host name`)
  if (port !== '' && !(/^:[1-9]\d{0,4}$/.test(port) && Number(port.slice(1)) <= 65535)) {
    throw invalid(text, `the port must be 1 to 65535, got "${port.slice(1, 20)}"`)
  }
  const looksLikeHost = host === 'localhost' || host.includes('.') || host.startsWith('[') || port !== ''
  if (!looksLikeHost)
    throw invalid(
      text,
      `"${registry}" is not a registry host (no dot, no port); name the registry explicitly`,
    )
}

function isIpv6(host: string): boolean {
  return IPV6.test(host) && URL.canParse(`http://${host}/`)
}

function checkPath(text: string, path: string): void {
  if (path === '') throw invalid(text, 'the repository name is empty')
  if (path !== path.toLowerCase()) throw invalid(text, 'the repository name must be in lower case')
  if (path.length > MAX_NAME) throw invalid(text, `the repository name has more than ${MAX_NAME} characters`)
  const component = path.split('/').find((part) => !PATH_COMPONENT.test(part))
  if (component !== undefined) {
    throw invalid(
      text,
      component === ''
        ? 'a part of the repository name is empty'
        : `"${component.slice(0, 80)}" is not a valid part of a repository name`,
    )
  }
}

/**
 * Parses a repository without tag and digest, `host[:port]/path`.
 * @throws {InvalidReferenceError}
 */
export function parseRepository(text: string): Repository {
  if (text.length > MAX_TEXT) throw invalid(text, `it has ${text.length} characters`)
  if (text === '') throw invalid(text, 'it is empty')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw invalid(text, 'it is a URL; leave the scheme out')
  if (text.includes('@')) throw invalid(text, 'it holds a digest or user name; give the repository only')
  const { registry, path } = splitRegistry(text, text)
  if (path.includes(':')) throw invalid(text, 'it holds a tag; give the repository only')
  checkRegistry(text, registry)
  checkPath(text, path)
  if (registry.length + 1 + path.length > MAX_NAME)
    throw invalid(text, `it has more than ${MAX_NAME} characters`)
  return { registry, path }
}

/**
 * Parses `host/path:tag`, `host/path@digest` or `host/path:tag@digest`.
 * @throws {InvalidReferenceError} also when neither tag nor digest is there: there is no default tag.
 */
export function parseReference(text: string): Reference {
  if (text.length > MAX_TEXT) throw invalid(text, `it has ${text.length} characters`)
  const at = text.indexOf('@')
  const name = at < 0 ? text : text.slice(0, at)
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  const tag = colon > 0 && name.includes('/') ? name.slice(colon + 1) : undefined
  const repository = parseRepository(tag === undefined ? name : name.slice(0, colon))
  const fault = tag === undefined ? undefined : tagFault(tag)
  if (fault !== undefined) throw invalid(text, fault)
  if (at >= 0) return digestReference(repository, parseDigest(text.slice(at + 1)), tag)
  if (tag === undefined) throw invalid(text, 'it has neither tag nor digest')
  return { kind: 'tag', repository, tag }
}

/** A digest reference; the tag, where there is one, is only a remark. */
export function digestReference(repository: Repository, digest: Digest, tag?: string): DigestReference {
  return tag === undefined
    ? { kind: 'digest', repository, digest }
    : { kind: 'digest', repository, digest, tag }
}

/** `host/path`. */
export function formatRepository(repository: Repository): string {
  return `${repository.registry}/${repository.path}`
}

/** The inverse of {@link parseReference}. */
export function formatReference(reference: Reference): string {
  const name = formatRepository(reference.repository)
  if (reference.kind === 'tag') return `${name}:${reference.tag}`
  return `${name}${reference.tag === undefined ? '' : `:${reference.tag}`}@${reference.digest}`
}
