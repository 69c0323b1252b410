import { z } from 'zod'
import { RegistryError } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import { type Answer, failureOf, unexpected } from './answers.ts'
import type { Credentials } from './credentials.ts'
import type { Realm } from './realm.ts'
import type { Outgoing } from './transport.ts'

/** A bearer token and the time (milliseconds since 1970) after which it is not used. */
export interface Token {
  readonly value: string
  readonly expires: number
}

/** What a token server gave. */
export interface Minted {
  readonly token: Token
  /** The refresh token to use from now on, where one was given. */
  readonly refreshToken: string | undefined
  /** Everything in the answer that must never be shown. */
  readonly secrets: readonly string[]
}

/** What a token is asked for. */
export interface TokenRequest {
  readonly realm: Realm
  readonly service: string | undefined
  readonly scopes: readonly string[]
  /** Already withheld where the realm is not trusted. */
  readonly credentials: Credentials | undefined
}

/** The largest token answer that is read. */
export const MAX_TOKEN_BODY = 128 * 1024

const CLIENT_ID = 'build-once'
const DEFAULT_LIFETIME = 60
const LONGEST_LIFETIME = 3600
const RENEW_EARLY = 5

const tokenBody = z.looseObject({
  token: z.string().nullish(),
  access_token: z.string().nullish(),
  refresh_token: z.string().nullish(),
  expires_in: z.unknown().optional(),
})

/** `Basic …` for a user name and password. */
export function basicAuthorization(username: string, password: string): string {
  // RFC 7617 §2: whoever reads it takes everything up to the first colon for the user name.
  if (username.includes(':')) {
    throw new RegistryError(
      'CREDENTIALS_INVALID',
      'The user name holds a colon, which no registry can read',
      {
        hint: 'Correct the user name in `username`, the docker configuration or the credential helper.',
      },
    )
  }
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** The request for a token that every token server knows: GET, with Basic where there is a password. */
export function getRequest(request: TokenRequest): Outgoing {
  const { service, scopes, credentials, realm } = request
  const query = new URLSearchParams(service === undefined || service === '' ? {} : { service })
  for (const scope of scopes) query.append('scope', scope)
  // Appended as text: what the realm says itself reaches the server as it was written.
  const url = new URL(realm.url)
  url.search = [url.search.slice(1), query.toString()].filter((part) => part !== '').join('&')
  const authorization =
    credentials?.kind === 'password'
      ? { authorization: basicAuthorization(credentials.username, credentials.password) }
      : {}
  const headers = { accept: 'application/json', ...authorization }
  return { method: 'GET', url, headers, isChosen: realm.isChosen }
}

/** The oauth2 request for a token with a refresh token, which is what an identity token is. */
export function refreshRequest(request: TokenRequest, refreshToken: string): Outgoing {
  return formRequest(request, { grant_type: 'refresh_token', refresh_token: refreshToken })
}

/** The oauth2 request for a token with a password, for token servers that know no other way. */
export function passwordRequest(request: TokenRequest, username: string, password: string): Outgoing {
  return formRequest(request, { grant_type: 'password', username, password })
}

function formRequest({ realm, service, scopes }: TokenRequest, grant: Record<string, string>): Outgoing {
  const form = new URLSearchParams({ ...grant, client_id: CLIENT_ID })
  if (service !== undefined && service !== '') form.set('service', service)
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  return {
    method: 'POST',
    url: realm.url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
    isChosen: realm.isChosen,
  }
}

/** True where a token server does not know this way of asking (distribution, oauth2 token authentication). */
export function knowsNoSuchRequest({ status }: Answer): boolean {
  return status === 404 || status === 405
}

/**
 * Reads a token answer, received at `now`. The registry's clock is not asked: lifetimes count from receipt.
 * @param clean makes foreign text safe to show.
 * @throws {RegistryError} REGISTRY_DENIED for a refusal, with `hint` where there is one.
 */
export function readToken(answer: Answer, now: Date, clean: (text: string) => string, hint?: string): Minted {
  if (answer.status !== 200) throw tokenFailure(answer, clean, hint)
  const { token, access_token, refresh_token, expires_in } = parseTokenBody(answer)
  // Where both are there they should be the same; where they differ, the choice is the client's (distribution,
  // token authentication). oauth2 knows `access_token` only, and docker takes it first, too.
  const value = access_token || token || ''
  // Anything else in a header value would be header injection.
  if (!isTokenText(value)) throw unexpected(answer, 'it holds no usable token')
  const lifetime = Math.min(lifetimeOf(expires_in), LONGEST_LIFETIME) - RENEW_EARLY
  return {
    token: { value, expires: now.getTime() + lifetime * 1000 },
    refreshToken: refresh_token || undefined,
    secrets: [token, access_token, refresh_token].filter((secret) => typeof secret === 'string'),
  }
}

/** True for what can be sent as a bearer token. */
export function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]{1,32768}$/.test(text)
}

function parseTokenBody(answer: Answer): z.infer<typeof tokenBody> {
  try {
    return tokenBody.parse(parseStrictJson(answer.body, { maxBytes: MAX_TOKEN_BODY }))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) {
      throw unexpected(answer, 'expected a token as JSON')
    }
    throw error
  }
}

function lifetimeOf(value: unknown): number {
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  const isUsable = typeof seconds === 'number' && Number.isFinite(seconds)
  return isUsable ? Math.max(seconds, DEFAULT_LIFETIME) : DEFAULT_LIFETIME
}

const oauthError = z.looseObject({ error: z.string().regex(/^[a-z_]{1,40}$/) })
/** Docker Hub writes `details`, oauth2 `error_description`, others `message`. */
const plainError = z
  .looseObject({
    details: z.string().optional(),
    error_description: z.string().optional(),
    message: z.string().optional(),
  })
  .transform(({ details, error_description, message }) => details ?? error_description ?? message ?? '')

/** Why a token server refuses: in a word such as `invalid_grant` (RFC 6749 §5.2), and in its own ones. */
function reasonOf(answer: Answer, clean: (text: string) => string): string {
  try {
    const body = parseStrictJson(answer.body, { maxBytes: MAX_TOKEN_BODY })
    const { data: known } = oauthError.safeParse(body)
    const said = clean(plainError.safeParse(body).data ?? '')
    return `${known === undefined ? '' : ` (${known.error})`}${said === '' ? '' : `: ${said}`}`
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}

/** Token servers refuse with 400, 401, 403, and 404 or 405 where oauth2 is not spoken: all mean "no token for you". */
function tokenFailure(
  answer: Answer,
  clean: (text: string) => string,
  hint: string | undefined,
): RegistryError {
  const isRedirect = answer.status >= 300 && answer.status < 400
  const why = isRedirect ? 'a token server is not followed to another address' : 'no token was given'
  const failure = failureOf(answer, `${why}${reasonOf(answer, clean)}`, hint)
  const isRefusal =
    [400, 401, 403].includes(answer.status) ||
    (answer.method === 'POST' && answer.status >= 400 && answer.status < 500 && answer.status !== 407)
  if (!isRefusal) return failure
  const { message, status, ociCodes } = failure
  const known = status === undefined ? { ociCodes } : { ociCodes, status }
  return new RegistryError('REGISTRY_DENIED', message, hint === undefined ? known : { ...known, hint })
}
