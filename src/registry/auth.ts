import type { Repository } from '../domain/reference.ts'
import { adviceFor } from './advice.ts'
import type { Answer } from './answers.ts'
import { asksForScope } from './challenge.ts'
import type { Credentials, CredentialSource } from './credentials.ts'
import type { Endpoint } from './endpoint.ts'
import { chooseMeans, type Means, notUnderstood, type Offer, readOffer } from './offer.ts'
import {
  bounded,
  mergeScopes,
  requestedActions,
  scopeKey,
  type Scope,
  withActions,
  withFirst,
} from './scopes.ts'
import { basicAuthorization, type Token } from './token.ts'
import { credentialsKey, TokenServers, type TokenServersOptions } from './token-servers.ts'

/** What a request needs to be allowed. Credentials are those of the repository. */
export interface Grant {
  readonly repository: Repository
  readonly scopes: readonly Scope[]
}

export interface AuthorizerOptions extends TokenServersOptions {
  readonly endpoint: Endpoint
  readonly credentials: CredentialSource
  /** Hosts beside its own that may see the credentials of this registry; undefined where the user cannot say so. */
  readonly tokenHosts: readonly string[] | undefined
}

/**
 * The Authorization of one registry. Nothing is sent before the registry asks: a raw credential attached
 * unasked makes some registries answer 403 without saying what they want.
 */
export class Authorizer {
  readonly #options: AuthorizerOptions
  readonly #servers: TokenServers
  readonly #credentials = new Map<string, Promise<Credentials | undefined>>()
  readonly #tokens = new Map<string, Promise<Token>>()
  /** Actions that the registry asked for beyond those of the request, by repository path. */
  readonly #extra = new Map<string, readonly string[]>()
  /** What the registry offered last, and what it offered for a repository. */
  readonly #offers = new Map<string, Offer>()
  #latest: Offer | undefined

  constructor(options: AuthorizerOptions) {
    this.#options = options
    this.#servers = new TokenServers(options)
  }

  /** The Authorization to begin with: none until the registry has asked once. */
  async current(grant: Grant): Promise<string | undefined> {
    const offer = this.#offerFor(grant.repository)
    return offer === undefined ? undefined : await this.#authorization(await this.#means(offer, grant), grant)
  }

  /**
   * The Authorization that answers a challenge; undefined when there is none better than what was refused.
   * @throws {RegistryError} when the challenge cannot be used, or the token server refuses.
   */
  async answer(refusal: Answer, grant: Grant, refused: string | undefined): Promise<string | undefined> {
    const { endpoint, redactor, tokenHosts } = this.#options
    const offer = readOffer(refusal.challenges, endpoint, tokenHosts ?? [])
    if (offer === undefined) throw notUnderstood(refusal.challenges, endpoint, (text) => redactor.clean(text))
    this.#offers.set(grant.repository.path, offer)
    this.#latest = offer
    const scopes = this.#learn(offer, grant, asksForScope(refusal.challenges))
    if (refused !== undefined) await this.#forget(refused)
    const means = await this.#means(offer, grant)
    if (means.kind === 'none' && means.refusal !== undefined) throw means.refusal
    const authorization = await this.#authorization(means, { ...grant, scopes })
    return authorization === refused ? undefined : authorization
  }

  /** True when an Authorization is a token whose time has passed. */
  async isSpent(authorization: string): Promise<boolean> {
    const now = this.#options.clock.now().getTime()
    const tokens = await Promise.all(
      [...this.#tokens.values()].map(async (it) => await it.catch(() => undefined)),
    )
    const used = tokens.find((token) => token !== undefined && `Bearer ${token.value}` === authorization)
    return used !== undefined && used.expires <= now
  }

  /** True when there is something to show the registry, as far as it is known what it wants. */
  async hasCredentials(repository: Repository): Promise<boolean> {
    return (await this.#find(repository)) !== undefined && (await this.withheldFrom(repository)) === undefined
  }

  /** Gives up all tokens: a token for what did not exist when it was made may be good for nothing. */
  forgetTokens(): void {
    this.#tokens.clear()
  }

  /** The token server that was not shown the credentials for a repository, where that is so. */
  async withheldFrom(repository: Repository): Promise<URL | undefined> {
    const offer = this.#offerFor(repository)
    const credentials = offer === undefined ? undefined : await this.#find(repository)
    if (offer === undefined || credentials === undefined) return undefined
    const means = chooseMeans(offer, credentials, this.#options.endpoint)
    return means.kind === 'token' && !means.from.realm.isTrusted ? means.from.realm.url : undefined
  }

  /** What to tell a user whose request was denied, by the registry or, already asked who it is, by its token server. */
  async hintFor(repository: Repository, isIdentityRefused = false): Promise<string> {
    const { registry } = this.#options.endpoint
    const credentials = await this.#find(repository)
    if (credentials === undefined) {
      return `No credentials for ${registry} were found. Log in before this step, or give \`username\` and \`password\`.`
    }
    const withheld = await this.withheldFrom(repository)
    if (withheld !== undefined) return this.#withheldHint(withheld)
    if (credentials.kind === 'identity-token' && this.#offerFor(repository)?.tokens === undefined) {
      return `The docker configuration holds an identity token for ${registry}, which takes none. Log in with a user name and a password or access token.`
    }
    const refused = isIdentityRefused
      ? `The credentials for ${registry} were refused by its token server: correct them, log in again, or check the permissions.`
      : `The credentials for ${registry} were refused, or do not allow this; check the permissions.`
    return [refused, ...adviceFor(registry, credentials)].join(' ')
  }

  #withheldHint({ host }: URL): string {
    const { endpoint, tokenHosts } = this.#options
    const what = `The credentials for ${endpoint.registry} were not sent: its token server ${host} is on another host`
    return tokenHosts === undefined
      ? `${what}, and \`token-hosts\` only holds for the registry of \`image\`.`
      : `${what}. If that host is the right one, add \`token-hosts: ${host}\`.`
  }

  #offerFor(repository: Repository): Offer | undefined {
    return this.#offers.get(repository.path) ?? this.#latest
  }

  /** The scopes of a request with what the challenge asks for, those it names first. */
  #learn(offer: Offer, grant: Grant, isWidening: boolean): readonly Scope[] {
    const requested = requestedActions(offer.scope, grant.scopes)
    for (const [path, actions] of requested) {
      // Before a token was tried, a registry may name more than the request needs: nobody reads with the right
      // to write, unless nothing else will do.
      const more = isWidening ? actions : actions.filter((action) => !['push', 'delete'].includes(action))
      this.#extra.set(path, bounded([...(this.#extra.get(path) ?? []), ...more]))
    }
    return withFirst(grant.scopes, new Set(requested.keys()))
  }

  async #means(offer: Offer, { repository }: Grant): Promise<Means> {
    return chooseMeans(offer, await this.#find(repository), this.#options.endpoint)
  }

  async #authorization(means: Means, grant: Grant): Promise<string | undefined> {
    if (means.kind === 'registry-token') return `Bearer ${means.token}`
    if (means.kind === 'basic') return basicAuthorization(means.username, means.password)
    return means.kind === 'token' ? `Bearer ${(await this.#token(means, grant)).value}` : undefined
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
  async #token({ from, credentials }: Means & { kind: 'token' }, grant: Grant): Promise<Token> {
    const { realm, service } = from
    const wanted = mergeScopes(grant.scopes, this.#extra)
    const prefix = JSON.stringify([realm.url.href, service ?? '', credentialsKey(credentials)])
    const key = `${prefix} ${scopeKey(wanted)}`
    // A token that may push may also pull.
    const wider = `${prefix} ${scopeKey(wanted.map((scope) => withActions(scope, ['pull', 'push'])))}`
    const fromWider = wider === key ? undefined : await this.#tokens.get(wider)?.catch(() => undefined)
    if (this.#isFresh(fromWider)) return fromWider
    for (;;) {
      const pending = this.#tokens.get(key)
      const known = await pending
      if (this.#isFresh(known)) return known
      // Nobody else has asked for a new one meanwhile.
      if (this.#tokens.get(key) === pending) break
    }
    const minted = this.#servers.mint({ realm, service, scopes: wanted.map(String), credentials })
    this.#tokens.set(key, minted)
    minted.catch(() => {
      if (this.#tokens.get(key) === minted) this.#tokens.delete(key)
    })
    return await minted
  }

  #isFresh(token: Token | undefined): token is Token {
    return token !== undefined && token.expires > this.#options.clock.now().getTime()
  }

  async #forget(authorization: string): Promise<void> {
    for (const [key, pending] of this.#tokens) {
      const token = await pending.catch(() => undefined)
      const isRefused = token === undefined || `Bearer ${token.value}` === authorization
      // Another request may have replaced it meanwhile.
      if (isRefused && this.#tokens.get(key) === pending) this.#tokens.delete(key)
    }
  }
}
