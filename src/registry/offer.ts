import { RegistryError } from '../domain/error.ts'
import { isLoopback } from './address.ts'
import { type Challenge, readChallenges } from './challenge.ts'
import type { Credentials } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { judgeRealm, type Realm } from './realm.ts'

/** A token server, and how the registry calls itself there. */
export interface TokenService {
  readonly realm: Realm
  readonly service: string | undefined
}

/** The ways to authenticate that a registry offers and we know. */
export interface Offer {
  readonly hasBasic: boolean
  /** The token server to use: of several, the first that may be shown credentials. */
  readonly tokens: TokenService | undefined
  /** Why a token server that was named must not be asked at all. */
  readonly refusal: RegistryError | undefined
  /** The scopes that token servers should be asked for, as the registry says. */
  readonly scope: string
}

/** What to answer a challenge with. */
export type Means =
  /** The registry's token from the configuration, as it is. */
  | { readonly kind: 'registry-token'; readonly token: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  /** A token; credentials are already withheld from token servers that must not see them. */
  | { readonly kind: 'token'; readonly from: TokenService; readonly credentials: Credentials | undefined }
  | { readonly kind: 'none'; readonly refusal: RegistryError | undefined }

/** True when one of the challenges is one we know how to answer. */
export function isAnswerable(headers: readonly string[]): boolean {
  return readChallenges(headers).offered.some(isKnown)
}

function isKnown({ scheme, params }: Challenge): boolean {
  return scheme === 'basic' || (scheme === 'bearer' && params['realm'] !== undefined)
}

/**
 * Reads what a registry offers in its challenges; undefined when that is nothing we know.
 */
export function readOffer(
  headers: readonly string[],
  endpoint: Endpoint,
  tokenHosts: readonly string[],
): Offer | undefined {
  const known = readChallenges(headers).offered.filter(isKnown)
  if (known.length === 0) return undefined
  const named = known.filter(({ scheme }) => scheme === 'bearer')
  const judged = named.map((challenge) => judge(challenge, endpoint, tokenHosts))
  const usable = judged.filter((result): result is TokenService => !(result instanceof RegistryError))
  return {
    hasBasic: known.length > named.length,
    tokens: usable.find(({ realm }) => realm.isTrusted) ?? usable[0],
    refusal: judged.find((result) => result instanceof RegistryError),
    scope: named.map(({ params }) => params['scope'] ?? '').join(' '),
  }
}

function judge(
  { params }: Challenge,
  endpoint: Endpoint,
  tokenHosts: readonly string[],
): TokenService | RegistryError {
  try {
    return { realm: judgeRealm(params['realm'] ?? '', endpoint, tokenHosts), service: params['service'] }
  } catch (error) {
    if (error instanceof RegistryError) return error
    throw error
  }
}

/**
 * Chooses among what is offered. Credentials go to a token server that may see them; else, where the registry
 * takes them itself, to the registry, unless that would show on the wire what a token server would have kept
 * off it; else nowhere, and an anonymous token has to do.
 */
export function chooseMeans(offer: Offer, credentials: Credentials | undefined, endpoint: Endpoint): Means {
  const { tokens, hasBasic, refusal } = offer
  if (credentials?.kind === 'registry-token') return credentials
  if (tokens?.realm.isTrusted === true) return { kind: 'token', from: tokens, credentials }
  const offersTokens = tokens !== undefined || refusal !== undefined
  if (credentials?.kind === 'password' && hasBasic && (!offersTokens || isPrivate(endpoint)))
    return { kind: 'basic', username: credentials.username, password: credentials.password }
  if (tokens !== undefined) return { kind: 'token', from: tokens, credentials: undefined }
  return { kind: 'none', refusal }
}

function isPrivate({ origin }: Endpoint): boolean {
  return origin.startsWith('https:') || isLoopback(new URL(origin).hostname)
}

/** The error for a registry that wants what we do not have. `clean` makes foreign text safe to show. */
export function notUnderstood(
  headers: readonly string[],
  endpoint: Endpoint,
  clean: (text: string) => string,
): RegistryError {
  const { offered, faults } = readChallenges(headers)
  const schemes = offered.map(({ scheme }) => (scheme === 'bearer' ? 'bearer without a realm' : scheme))
  const got = clean([...new Set([...schemes, ...faults.map((fault) => `a header with ${fault}`)])].join(', '))
  return new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${endpoint.registry} asks for authentication in a way that is not understood · expected Bearer with a realm, or Basic, got ${got === '' ? 'no challenge' : got}`,
    { hint: 'Check the registry host, and any proxy in between; no credentials were sent.' },
  )
}
