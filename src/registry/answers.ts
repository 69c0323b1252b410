import type { IncomingHttpHeaders } from 'node:http'
import { z } from 'zod'
import type { ErrorCode } from '../domain/error-codes.ts'
import { RegistryError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import { bareMediaType } from '../domain/manifest.ts'
import type { NetworkError } from './network-error.ts'
import { redactUrl } from './redact.ts'
import type { Method } from './transport.ts'

/** One entry of an OCI error body (distribution-spec §Error codes); the message is safe to show. */
export interface OciFault {
  readonly code: string
  readonly message: string
}

/** What a server said, whole and bounded. */
export interface Answer {
  readonly method: Method
  /** The address that answered, after redirects. */
  readonly url: URL
  /** True when the registry itself answered, not a host it redirected to. */
  readonly isOwn: boolean
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly challenges: readonly string[]
  readonly body: Uint8Array
  readonly faults: readonly OciFault[]
  /** The body still to be read, for calls that stream. */
  readonly chunks?: AsyncIterable<Uint8Array>
}

/** The largest error body that is read. */
export const MAX_ERROR_BODY = 64 * 1024

const ABSENT = new Set(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'BLOB_UNKNOWN'])

/** Reads the errors of an OCI error body; anything else has none. */
export function parseFaults(body: Uint8Array, clean: (text: string) => string): readonly OciFault[] {
  let json: unknown
  try {
    json = parseStrictJson(body, { maxBytes: MAX_ERROR_BODY })
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  if (typeof json !== 'object' || json === null || !('errors' in json) || !Array.isArray(json.errors))
    return []
  return json.errors.slice(0, 10).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('code' in entry)) return []
    if (typeof entry.code !== 'string' || !/^[A-Za-z0-9_.-]{1,64}$/.test(entry.code)) return []
    // A code in which a secret is repeated is no code.
    if (clean(entry.code) !== entry.code) return []
    const message = 'message' in entry && typeof entry.message === 'string' ? clean(entry.message) : ''
    return [{ code: entry.code.toUpperCase(), message }]
  })
}

/** How surely a 404 says that the thing is not there. */
export type Absence = 'absent' | 'unclear' | 'no'

/**
 * Judges an answer as an absence. Only the registry's own OCI error is one. An empty body, and errors that have
 * no code but say 404 themselves (Artifactory), leave it open: the caller must make sure that a registry
 * answered. HTML, plain text, other JSON and other hosts never are one.
 */
export function absenceOf(answer: Answer): Absence {
  if (answer.status !== 404 || !answer.isOwn) return 'no'
  if (answer.faults.length > 0) return answer.faults.every(({ code }) => ABSENT.has(code)) ? 'absent' : 'no'
  if (isHtml(answer)) return 'no'
  return answer.body.byteLength === 0 || saysNotFound(answer.body) ? 'unclear' : 'no'
}

const codelessErrors = z.looseObject({
  errors: z.array(z.looseObject({ status: z.literal(404), code: z.undefined().optional() })).min(1),
})

function saysNotFound(body: Uint8Array): boolean {
  try {
    return codelessErrors.safeParse(parseStrictJson(body, { maxBytes: MAX_ERROR_BODY })).success
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

// Harbor calls everything that is not there NOT_FOUND, so that on a read it says nothing about the repository.
const NO_REPOSITORY = new Set(['NAME_UNKNOWN', 'NOT_FOUND', 'REPOSITORYNOTFOUNDEXCEPTION'])

/** True when the registry says that it has no such repository; on a write, that it makes none by itself. */
export function missesRepository({ method, status, isOwn, faults }: Answer): boolean {
  if (status !== 404 || !isOwn) return false
  const isRead = method === 'GET' || method === 'HEAD'
  return faults.some(({ code }) => (isRead ? code === 'NAME_UNKNOWN' : NO_REPOSITORY.has(code)))
}

/** True for an answer that says it is a web page. */
export function isHtml(answer: Pick<Answer, 'headers'>): boolean {
  return /html/.test(bareMediaType(answer.headers['content-type']))
}

/** True for a status that the same request may not meet a moment later. */
export function isTransientStatus(status: number): boolean {
  return [408, 429, 500, 502, 503, 504].includes(status)
}

function codeFor(answer: Answer): ErrorCode {
  const { method, status } = answer
  if (status === 401 || status === 403) return 'REGISTRY_DENIED'
  if (status === 408 || status === 429 || status >= 500) return 'REGISTRY_UNAVAILABLE'
  const isWrite = method !== 'GET' && method !== 'HEAD'
  const isRefusal = isWrite && status >= 400 && status !== 407 && !isHtml(answer)
  return isRefusal ? 'REGISTRY_REFUSED' : 'REGISTRY_UNEXPECTED'
}

function saysWhat(answer: Answer): string {
  const shown = answer.faults.slice(0, 3).map(({ code, message }) => {
    return message === '' ? code : `${code}: ${message}`
  })
  if (shown.length > 0) return ` ${shown.join('; ')}`
  if (answer.body.byteLength === 0) return ''
  const type = bareMediaType(answer.headers['content-type'])
  return ` (${/^[\w.+/-]{1,80}$/.test(type) ? type : 'a body'}, not an OCI error)`
}

/** `GET https://ghcr.io/v2/o/app/manifests/x answered 403 DENIED: permission denied`, safe to show. */
export function describeAnswer(answer: Answer): string {
  return `${answer.method} ${redactUrl(answer.url)} answered ${answer.status}${saysWhat(answer)}`
}

/** The error for an answer that is not what was asked for. */
export function failureOf(answer: Answer, why?: string, hint?: string): RegistryError {
  const message = describeAnswer(answer) + (why === undefined ? '' : ` · ${why}`)
  const remedy = hint ?? remedyFor(answer)
  return new RegistryError(codeFor(answer), message, {
    status: answer.status,
    ociCodes: answer.faults.map(({ code }) => code),
    ...(remedy === undefined ? {} : { hint: remedy }),
  })
}

const WRONG_PLACE =
  'What answers does not speak as a registry does. Check the registry host, and any proxy or login page in between.'

/** What to do about an answer that says enough by itself; refusals and denials are explained by who asked. */
function remedyFor(answer: Answer): string | undefined {
  const { method, status } = answer
  const code = codeFor(answer)
  if (status === 413)
    return 'The registry, or a proxy before it, takes no body of this size; raise its limit (nginx: client_max_body_size).'
  if (status === 507) return 'The storage of the registry is full; make room, and run the job again.'
  if (status === 405 && method === 'POST')
    return 'The registry takes no uploads here; it may be a mirror, a cache of another registry, or read-only.'
  if (code === 'REGISTRY_UNAVAILABLE') return 'Run the job again when the registry is healthy.'
  return code === 'REGISTRY_UNEXPECTED' ? WRONG_PLACE : undefined
}

/** The error for an answer that breaks the protocol although its status is fine. */
export function unexpected(answer: Pick<Answer, 'method' | 'url' | 'status'>, why: string): RegistryError {
  return new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${answer.method} ${redactUrl(answer.url)} answered ${answer.status} · ${why}`,
    { status: answer.status, hint: WRONG_PLACE },
  )
}

const UNREACHED = 'Check that the runner reaches this host (network, proxy, firewall), and run the job again.'

/** The error for an exchange that failed. A connection that could not be understood is not an outage. */
export function networkFailure(method: Method, url: URL, error: NetworkError, tries: number): RegistryError {
  const after = tries > 1 ? ` (${tries} tries)` : ''
  return new RegistryError(
    error.isFault ? 'REGISTRY_UNEXPECTED' : 'REGISTRY_UNAVAILABLE',
    `${method} ${redactUrl(url)} failed: ${error.message} [${error.code}]${after}`,
    { cause: error, hint: error.hint ?? (error.isFault ? WRONG_PLACE : UNREACHED) },
  )
}
