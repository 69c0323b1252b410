import { type Digest, digestFault } from './digest.ts'
import { InvalidReferenceError } from './error.ts'
import { kindOf, quoted } from './quoted.ts'

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

// Grammar: distribution/reference, made stricter (docs/references.md): the registry host is required (no
// docker.io guess), hosts are lower case and written in the one way a URL keeps, ports are 1-65535, tags are
// never defaulted. Every pattern is anchored and linear.
const HOST_NAME =
  /^(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9])(?:\.(?:[a-z0-9]|[a-z0-9][a-z0-9-]{0,61}[a-z0-9]))*$/
const IPV6 = /^\[[0-9a-f:]{2,45}\]$/
/** How a URL writes an IPv4 address inside IPv6: a second name for the same machine. */
const MAPPED_IPV4 = /^\[::ffff:[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/
const PATH_COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const MAX_NAME = 255
/** More than the longest reference there can be; what is longer is refused unread. */
const MAX_TEXT = 1024

function invalid(text: string, why: string): InvalidReferenceError {
  return new InvalidReferenceError(`Not a valid reference: ${quoted(withoutPassword(text))}: ${why}.`, {
    hint: 'Write registry host and repository in lower case, for example ghcr.io/owner/app.',
  })
}

/**
 * Credentials have no place in a reference; where they are given all the same, they do not go into the log. That
 * is what stands before a host: a password may hold a slash, and a token has no colon.
 */
function withoutPassword(text: string): string {
  const scheme = /^\s*(?:[a-z][a-z0-9+.-]{0,20}:)?\/\//i.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  const digest = rest.search(/@sha\d+:/i)
  const named = digest < 0 ? rest : rest.slice(0, digest)
  const at = named.lastIndexOf('@')
  if (at < 0) return text
  const isHostBehind = scheme !== '' || !named.slice(0, at).includes('/') || /[./]/.test(named.slice(at))
  return isHostBehind ? `${scheme}***${rest.slice(at)}` : text
}

/** Callers from outside TypeScript pass anything; nothing of what they pass is called. */
function textOf(value: unknown): string {
  if (typeof value !== 'string') {
    throw new InvalidReferenceError(
      `Not a valid reference: it is no text · expected a text, got ${kindOf(value)}.`,
      { hint: 'Pass the reference as a text, for example ghcr.io/owner/app:v1.' },
    )
  }
  if (value.length > MAX_TEXT)
    throw invalid(value, `it is too long · expected at most ${MAX_TEXT} characters, got ${value.length}`)
  return value
}

/** Why a text is not a tag, in words; undefined when it is one (distribution-spec §Pulling manifests). */
export function tagFault(tag: string): string | undefined {
  if (TAG.test(tag)) return undefined
  if (tag === '') return 'the tag is empty'
  if (tag.includes('/')) return 'a tag cannot hold a slash'
  if (tag.length > 128) return `a tag has at most 128 characters, this one has ${tag.length}`
  return 'a tag holds letters, digits, "_", "." and "-", and does not start with "." or "-"'
}

function splitRegistry(text: string, name: string): Repository {
  const slash = name.indexOf('/')
  if (slash <= 0) {
    throw invalid(text, 'it has no registry host before the repository · expected host/path')
  }
  return { registry: name.slice(0, slash), path: name.slice(slash + 1) }
}

function checkRegistry(text: string, registry: string): void {
  const colon = registry.startsWith('[') ? registry.indexOf(']') + 1 : registry.indexOf(':')
  const host = colon > 0 ? registry.slice(0, colon) : registry
  const port = colon > 0 ? registry.slice(colon) : ''
  checkHost(text, host)
  if (port !== '' && !(/^:[1-9]\d{0,4}$/.test(port) && Number(port.slice(1)) <= 65535)) {
    throw invalid(
      text,
      `the port must be 1 to 65535, without leading zeros, got ${quoted(port.slice(1), 20)}`,
    )
  }
  const looksLikeHost = host === 'localhost' || host.includes('.') || host.startsWith('[') || port !== ''
  if (!looksLikeHost)
    throw invalid(
      text,
      `${quoted(registry, 80)} is not a registry host (no dot, no port); name the registry explicitly`,
    )
}

/**
 * A host has one spelling: two would be two identities of one artifact, and `0x7f.1` would be this machine.
 * What the URL parser writes differently, or cannot read, is refused.
 */
function checkHost(text: string, host: string): void {
  if (host !== host.toLowerCase()) throw invalid(text, 'the registry host must be in lower case')
  if (host.startsWith('[') && host.includes('%'))
    throw invalid(text, 'the registry host has a zone, which means something on one machine only')
  const isWellFormed = IPV6.test(host) || (HOST_NAME.test(host) && host.length <= 253)
  const address = `http://${host}/`
  if (!isWellFormed || !URL.canParse(address)) throw invalid(text, `${quoted(host, 80)} is not a host name`)
  const { hostname } = new URL(address)
  if (hostname !== host) {
    throw invalid(
      text,
      `the registry host must have its usual spelling · expected ${quoted(hostname, 80)}, got ${quoted(host, 80)}`,
    )
  }
  if (MAPPED_IPV4.test(host))
    throw invalid(text, 'the registry host is an IPv4 address written as IPv6; write the IPv4 address')
}

function checkPath(text: string, path: string): void {
  if (path === '') throw invalid(text, 'the repository name is empty')
  if (path !== path.toLowerCase()) throw invalid(text, 'the repository name must be in lower case')
  if (path.length > MAX_NAME) throw invalid(text, `the repository name has more than ${MAX_NAME} characters`)
  const component = path.split('/').find((part) => !PATH_COMPONENT.test(part))
  if (component === '') throw invalid(text, 'a part of the repository name is empty')
  if (component !== undefined)
    throw invalid(text, `${quoted(component, 80)} is not a valid part of a repository name`)
}

function refuseForeignForms(text: string): void {
  if (text === '') throw invalid(text, 'it is empty')
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) throw invalid(text, 'it is a URL; leave the scheme out')
}

/** @param text the whole text, for messages. */
function repositoryFrom(text: string, name: string): Repository {
  const { registry, path } = splitRegistry(text, name)
  checkRegistry(text, registry)
  checkPath(text, path)
  if (registry.length + 1 + path.length > MAX_NAME)
    throw invalid(text, `registry host and repository have more than ${MAX_NAME} characters`)
  return { registry, path }
}

/**
 * Parses the host of a registry or of its token server, `host[:port]`.
 * @throws {InvalidReferenceError} and nothing else.
 */
export function parseHost(value: unknown): string {
  const text = textOf(value)
  refuseForeignForms(text)
  if (text.includes('@')) throw invalid(text, 'it holds a user name; give the host only')
  checkRegistry(text, text)
  return text
}

/**
 * Parses a repository without tag and digest, `host[:port]/path`.
 * @param value anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else.
 */
export function parseRepository(value: unknown): Repository {
  const text = textOf(value)
  refuseForeignForms(text)
  if (text.includes('@')) throw invalid(text, 'it holds a digest or user name; give the repository only')
  const slash = text.indexOf('/')
  if (slash >= 0 && text.includes(':', slash)) throw invalid(text, 'it holds a tag; give the repository only')
  return repositoryFrom(text, text)
}

/**
 * Parses `host/path:tag`, `host/path@digest` or `host/path:tag@digest`.
 * @param value anything: what is not a text is refused like any other fault.
 * @throws {InvalidReferenceError} and nothing else; also when neither tag nor digest is there: there is no
 *   default tag.
 */
export function parseReference(value: unknown): Reference {
  const text = textOf(value)
  refuseForeignForms(text)
  const at = text.indexOf('@')
  const name = at < 0 ? text : text.slice(0, at)
  const digest = at < 0 ? undefined : text.slice(at + 1)
  if (digest?.includes('/') === true) throw invalid(text, 'it holds a user name, or a slash in its digest')
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1)
  const tag = colon > 0 && name.includes('/') ? name.slice(colon + 1) : undefined
  const repository = repositoryFrom(text, tag === undefined ? name : name.slice(0, colon))
  const fault = tag === undefined ? undefined : tagFault(tag)
  if (fault !== undefined) throw invalid(text, fault)
  if (digest !== undefined) return digestReference(repository, checkedDigest(text, digest), tag)
  if (tag === undefined) throw invalid(text, 'it has neither tag nor digest')
  return { kind: 'tag', repository, tag }
}

function checkedDigest(text: string, digest: string): Digest {
  const fault = digestFault(digest)
  if (fault !== undefined) throw invalid(text, `what follows "@" is no digest: ${fault}`)
  return digest as Digest
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
