import { RegistryError } from '../domain/error.ts'
import type { Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import type { Answer } from './answers.ts'
import { type Challenge, parseChallenges } from './challenge.ts'
import type { Credentials, CredentialSource } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { judgeRealm, type Realm } from './realm.ts'
import type { Redactor } from './redact.ts'
import { extraActions, scopeKey, type Scope, withActions } from './scopes.ts'
import { basicAuthorization, readToken, type Token, tokenRequest } from './token.ts'
import type { Outgoing } from './transport.ts'

/** What a request needs to be allowed. Credentials are those of the repository. */
export interface Grant {
  readonly repository: Repository
  readonly scopes: readonly Scope[]
}

export interface AuthorizerOptions {
  readonly endpoint: Endpoint
  readonly credentials: CredentialSource
  readonly redactor: Redactor
  readonly clock: Clock
  /** Asks a token server; retried, never redirected. */
  ask(outgoing: Outgoing): Promise<Answer>
}

/** What the registry wants, once it has said so. */
type Scheme =
  | { readonly kind: 'basic' }
  | { readonly kind: 'bearer'; readonly realm: Realm; readonly service: string | undefined }

/**
 * The Authorization of one registry. Nothing is sent before the registry asks: a raw credential attached
 * unasked makes some registries answer 403 without saying what they want.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions
  readonly #credentials = new Map<string, Promise<Credentials | undefined>>()
  readonly #tokens = new Map<string, Promise<Token>>()
  /** Actions beside pull and push that the registry asked for, by repository path. */
  readonly #extra = new Map<string, readonly string[]>()
  #scheme: Scheme | undefined

  constructor(options: AuthorizerOptions) {
    this.#options = options
  }

  /** The Authorization to begin with: none until the registry has asked once. */
  async current(grant: Grant): Promise<string | undefined> {
    if (this.#scheme === undefined) return undefined
    return await this.#authorization(this.#scheme, grant)
  }

  /**
   * The Authorization that answers a challenge; undefined when there is none better than what was refused.
   * @throws {RegistryError} when the challenge cannot be used, or the token server refuses.
   */
  async answer(refusal: Answer, grant: Grant, refused: string | undefined): Promise<string | undefined> {
    const challenge = chooseChallenge(refusal.challenges, this.#options.endpoint)
    this.#scheme = this.#schemeOf(challenge)
    for (const [path, actions] of extraActions(challenge.params['scope'], grant.scopes)) {
      this.#extra.set(path, actions)
    }
    if (refused !== undefined) await this.#forget(refused)
    const authorization = await this.#authorization(this.#scheme, grant)
    return authorization === refused ? undefined : authorization
  }

  /** True when there is something to show the registry. */
  async hasCredentials(repository: Repository): Promise<boolean> {
    return (await this.#find(repository)) !== undefined
  }

  /** Gives up all tokens: a token for what did not exist when it was made may be good for nothing. */
  forgetTokens(): void {
    this.#tokens.clear()
  }

  /** What to tell a user whose request was denied. */
  async hintFor(repository: Repository): Promise<string> {
    const { registry } = this.#options.endpoint
    const credentials = await this.#find(repository)
    if (credentials === undefined) {
      return `No credentials for ${registry} were found. Log in before this step, or give \`username\` and \`password\`.`
    }
    if (this.#scheme?.kind === 'bearer' && !this.#scheme.realm.isTrusted) {
      const host = this.#scheme.realm.url.host
      return `The credentials for ${registry} were not sent: its token server ${host} is on another host.`
    }
    return `The credentials for ${registry} were refused, or do not allow this; check the permissions.`
  }

  async #authorization(scheme: Scheme, grant: Grant): Promise<string | undefined> {
    const credentials = await this.#find(grant.repository)
    if (credentials?.kind === 'registry-token') return `Bearer ${credentials.token}`
    if (scheme.kind === 'bearer') return `Bearer ${(await this.#token(scheme, grant, credentials)).value}`
    if (credentials?.kind !== 'password') return undefined
    return basicAuthorization(credentials.username, credentials.password)
  }

  async #find(repository: Repository): Promise<Credentials | undefined> {
    const known = this.#credentials.get(repository.path)
    if (known !== undefined) return await known
    const found = this.#options.credentials.find(repository).then((credentials) => {
      this.#hide(credentials)
      return credentials
    })
    this.#credentials.set(repository.path, found)
    return await found
  }

  #hide(credentials: Credentials | undefined): void {
    if (credentials === undefined) return
    const { redactor } = this.#options
    redactor.hide(credentials.kind === 'password' ? credentials.password : credentials.token)
    if (credentials.kind === 'password') redactor.hide(`${credentials.username}:${credentials.password}`)
  }

  /** A token from the cache, or a new one; requests at the same time share one. */
  async #token(
    scheme: Scheme & { kind: 'bearer' },
    grant: Grant,
    credentials: Credentials | undefined,
  ): Promise<Token> {
    const { realm, service } = scheme
    const wanted = grant.scopes.map((scope) => withActions(scope, this.#extra.get(scope.path) ?? []))
    const prefix = `${realm.url.href} ${service ?? ''}`
    // A token that may push may also pull.
    for (const scopes of [wanted, wanted.map((scope) => withActions(scope, ['pull', 'push']))]) {
      const token = await this.#tokens.get(`${prefix} ${scopeKey(scopes)}`)?.catch(() => undefined)
      if (token !== undefined && token.expires > this.#options.clock.now().getTime()) return token
    }
    const shown = realm.isTrusted ? credentials : undefined
    const minted = this.#mint(
      tokenRequest({ realm, service, scopes: wanted.map(String), credentials: shown }),
    )
    this.#tokens.set(`${prefix} ${scopeKey(wanted)}`, minted)
    return await minted
  }

  async #mint(outgoing: Outgoing): Promise<Token> {
    const token = readToken(await this.#options.ask(outgoing), this.#options.clock.now())
    this.#options.redactor.hide(token.value)
    return token
  }

  async #forget(authorization: string): Promise<void> {
    for (const [key, pending] of this.#tokens) {
      const token = await pending.catch(() => undefined)
      if (token === undefined || `Bearer ${token.value}` === authorization) this.#tokens.delete(key)
    }
  }

  #schemeOf(challenge: Challenge): Scheme {
    const realm = challenge.params['realm']
    if (challenge.scheme === 'basic' || realm === undefined) return { kind: 'basic' }
    const { service } = challenge.params
    return { kind: 'bearer', realm: judgeRealm(realm, this.#options.endpoint), service }
  }
}

/** True when a refusal says that a token of the right kind would be enough. */
export function asksForScope(challenges: readonly string[]): boolean {
  return challenges.some((header) => /error="?insufficient_scope/i.test(header))
}

function chooseChallenge(headers: readonly string[], endpoint: Endpoint): Challenge {
  const faults: string[] = []
  const offered = headers.flatMap((header) => {
    try {
      return parseChallenges(header)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      faults.push(error.message)
      return []
    }
  })
  const bearer = offered.find(({ scheme, params }) => scheme === 'bearer' && params['realm'] !== undefined)
  const chosen = bearer ?? offered.find(({ scheme }) => scheme === 'basic')
  if (chosen !== undefined) return chosen
  const got = [...offered.map(({ scheme }) => scheme), ...faults].join(', ').slice(0, 200)
  throw new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${endpoint.registry} asks for authentication in a way that is not understood · expected Bearer with a realm, or Basic, got ${got === '' ? 'no challenge' : got}`,
  )
}
