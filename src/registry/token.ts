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
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.unknown().optional(),
})

/** `Basic …` for a user name and password. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

/** The request for a token: GET with Basic, or POST with the refresh token for identity tokens (oauth2). */
export function tokenRequest(request: TokenRequest): Outgoing {
  const { realm, service, scopes, credentials } = request
  if (credentials?.kind === 'identity-token') return refreshRequest(request, credentials.token)
  const url = new URL(realm.url)
  if (service !== undefined) url.searchParams.set('service', service)
  for (const scope of scopes) url.searchParams.append('scope', scope)
  const authorization =
    credentials?.kind === 'password'
      ? { authorization: basicAuthorization(credentials.username, credentials.password) }
      : {}
  return { method: 'GET', url, headers: { accept: 'application/json', ...authorization } }
}

function refreshRequest({ realm, service, scopes }: TokenRequest, refreshToken: string): Outgoing {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: CLIENT_ID })
  if (service !== undefined) form.set('service', service)
  if (scopes.length > 0) form.set('scope', scopes.join(' '))
  form.set('refresh_token', refreshToken)
  return {
    method: 'POST',
    url: realm.url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form.toString()),
  }
}

/** Reads a token answer, received at `now`. The registry's clock is not asked: lifetimes count from receipt. */
export function readToken(answer: Answer, now: Date): Token {
  if (answer.status !== 200) throw tokenFailure(answer)
  const body = parseTokenBody(answer)
  const value = body.token ?? body.access_token ?? ''
  // Anything else in a header value would be header injection.
  if (!/^[\x21-\x7e]{1,32768}$/.test(value)) throw unexpected(answer, 'it holds no usable token')
  const lifetime = Math.min(lifetimeOf(body.expires_in), LONGEST_LIFETIME) - RENEW_EARLY
  return { value, expires: now.getTime() + lifetime * 1000 }
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

/** Token servers refuse with 400, 401, 403, and 404 or 405 where oauth2 is not spoken: all mean "no token for you". */
function tokenFailure(answer: Answer): RegistryError {
  const failure = failureOf(answer, 'no token was given')
  const isRefusal =
    [400, 401, 403].includes(answer.status) || (answer.method === 'POST' && answer.status < 500)
  const details = { status: answer.status, ociCodes: failure.ociCodes }
  return isRefusal ? new RegistryError('REGISTRY_DENIED', failure.message, details) : failure
}
