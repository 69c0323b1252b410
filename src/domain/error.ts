import { ERROR_CODES, type ErrorCode } from './error-codes.ts'

/** What an error may carry beside its message. */
export interface ErrorDetails {
  /** What to do next, one sentence; shown under the message. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * Base of every error meant for a user. `message` says *what · expected X, got Y*; `hint` says what to do.
 * Messages never hold secrets: whoever builds one passes URLs through redaction first.
 */
export abstract class BuildOnceError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.name = new.target.name
    this.code = code
    this.hint = details.hint
  }
}

/** Faults of one input that the message shows; a list may hold thousands, which would hide those of other inputs. */
const SHOWN_FAULTS = 25

/** All faults, but of one input only the first ones and how many there are more. */
function shownFaults(faults: readonly string[]): readonly string[] {
  const byInput = Map.groupBy(faults, (fault) => fault.split(':', 1)[0] ?? '')
  return [...byInput].flatMap(([input, all]) => {
    const more = all.length - SHOWN_FAULTS
    return more < 2 ? all : [...all.slice(0, SHOWN_FAULTS), `${input}: … and ${more} more`]
  })
}

/** Inputs that are missing, malformed or contradict each other; holds all faults, not the first. */
export class InputError extends BuildOnceError {
  readonly faults: readonly string[]

  constructor(faults: readonly string[], details: ErrorDetails = {}) {
    super(
      'INPUT_INVALID',
      faults.length === 1 ? `${faults[0]}` : listed('The inputs are not valid', shownFaults(faults)),
      details,
    )
    this.faults = faults
  }
}

/** A repository, tag or digest that does not follow the OCI grammar. */
export class InvalidReferenceError extends BuildOnceError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('REFERENCE_INVALID', message, details)
  }
}

/** A registry answered badly or not at all. Carries what a retry decision needs, never credentials. */
export class RegistryError extends BuildOnceError {
  readonly status: number | undefined
  readonly ociCodes: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly status?: number; readonly ociCodes?: readonly string[] } = {},
  ) {
    super(code, message, details)
    this.status = details.status
    this.ociCodes = details.ociCodes ?? []
  }
}

/** The same error with advice, where it has none yet. */
export function withHint(error: RegistryError, hint: string): RegistryError {
  if (error.hint !== undefined) return error
  const { code, message, status, ociCodes, cause } = error
  const known = status === undefined ? { ociCodes } : { ociCodes, status }
  return new RegistryError(code, message, { ...known, cause, hint })
}

/** True for a registry that said no to a write. Some call an immutable tag a lack of rights (403). */
export function isRefusal(error: RegistryError): boolean {
  return error.code === 'REGISTRY_REFUSED' || error.code === 'REGISTRY_DENIED'
}

/**
 * True for OCI codes that say a blob is missing. After the caller made sure of the blob it is a passing fault:
 * registries that keep files (distribution 2.8) take a blob for missing while another client writes the same one.
 */
export function saysBlobIsMissing(ociCodes: readonly string[]): boolean {
  return ociCodes.some((code) => code === 'MANIFEST_BLOB_UNKNOWN' || code === 'BLOB_UNKNOWN')
}

/** GitHub's API answered badly or not at all. Carries what the caller decides by, never the token. */
export class GitHubError extends BuildOnceError {
  readonly status: number | undefined
  /** The permission that is missing, as a workflow writes it: `contents: write`. */
  readonly permission: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    details: ErrorDetails & { readonly status?: number; readonly permission?: string } = {},
  ) {
    super(code, message, { hint: remedyFor(code, details.permission), ...details })
    this.status = details.status
    this.permission = details.permission
  }
}

/** What to do where nobody knows better; the token is to blame only where GitHub says so. */
function remedyFor(code: ErrorCode, permission: string | undefined): string {
  if (code !== 'GITHUB_DENIED') return ERROR_CODES[code].next
  return permission === undefined
    ? 'Check the token of this job.'
    : `Add \`permissions: ${permission}\` to this job.`
}

/** True where GitHub denies, and says so. */
export function isDenied(error: unknown): error is GitHubError {
  return error instanceof GitHubError && error.code === 'GITHUB_DENIED'
}

/** True where GitHub does not say: it denies, or shows nothing, which is one of its ways to deny. */
export function isWithheld(error: unknown): error is GitHubError {
  return isDenied(error) || (error instanceof GitHubError && error.code === 'GITHUB_NOT_FOUND')
}

/** What makes GitHub say it the next time, for notices of what is done without: often the permission to add. */
export function remedyOf({ hint, code, permission }: GitHubError): string {
  return hint ?? remedyFor(code, permission)
}

/** A record that is not a valid build-once document. */
export class RecordError extends BuildOnceError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('RECORD_INVALID', message, details)
  }
}

/** An engine, a prepare script or the files to publish failed. */
export class EngineError extends BuildOnceError {}

/** The place deployed to, or the script that deploys, failed. */
export class TargetError extends BuildOnceError {}

/** The evidence is bad: witnesses disagree, are missing or cannot be read. */
export class VerificationError extends BuildOnceError {}

/** The evidence is good, but what was asked is not allowed. */
export class PolicyError extends BuildOnceError {}

/** A heading followed by one indented line per entry. */
export function listed(heading: string, entries: readonly string[]): string {
  return `${heading}:\n${entries.map((entry) => `  - ${entry.replaceAll('\n', '\n    ')}`).join('\n')}`
}

/** A text on one line, without control characters. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** A text cut to a length, with a mark where it was. */
export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}

/** The message of anything thrown, for use inside another message. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
