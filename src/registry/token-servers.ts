import { createHash } from 'node:crypto'
import type { Clock } from '../platform/clock.ts'
import type { Answer } from './answers.ts'
import type { Credentials } from './credentials.ts'
import type { Redactor } from './redact.ts'
import {
  getRequest,
  knowsNoSuchRequest,
  type Minted,
  passwordRequest,
  readToken,
  refreshRequest,
  type Token,
  type TokenRequest,
} from './token.ts'
import type { Outgoing } from './transport.ts'

export interface TokenServersOptions {
  readonly redactor: Redactor
  readonly clock: Clock
  /** Asks a token server; retried, never redirected. */
  ask(outgoing: Outgoing): Promise<Answer>
}

const NO_OAUTH =
  'This token server takes no identity token (oauth2). Log in with a user name and a password or access token.'
const REFRESH_REFUSED = 'The identity token was refused; it may have expired. Log in again before this step.'

/** One name for credentials, from which they cannot be read. */
export function credentialsKey(credentials: Credentials | undefined): string {
  if (credentials === undefined) return 'anonymous'
  return createHash('sha256').update(JSON.stringify(credentials)).digest('hex')
}

/** Gets tokens from token servers, by GET and by POST, as each of them can. */
export class TokenServers {
  readonly #options: TokenServersOptions
  /** Token servers that were found to take passwords by POST only. */
  readonly #postOnly = new Set<string>()
  /** The refresh token that took the place of one in the configuration. */
  readonly #rotated = new Map<string, string>()
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: TokenServersOptions) {
    this.#options = options
  }

  /** @throws {RegistryError} REGISTRY_DENIED when the token server refuses. */
  async mint(request: TokenRequest): Promise<Token> {
    const { credentials } = request
    if (credentials?.kind === 'identity-token') return await this.#inTurn(request, credentials.token)
    if (credentials?.kind !== 'password') return (await this.#get(request)).token
    return (await this.#withPassword(request, credentials.username, credentials.password)).token
  }

  async #get(request: TokenRequest): Promise<Minted> {
    return this.#read(await this.#options.ask(getRequest(request)))
  }

  async #withPassword(request: TokenRequest, username: string, password: string): Promise<Minted> {
    const ask = async (outgoing: Outgoing): Promise<Answer> => await this.#options.ask(outgoing)
    const { href } = request.realm.url
    const first = this.#postOnly.has(href) ? undefined : await ask(getRequest(request))
    if (first !== undefined && !knowsNoSuchRequest(first)) return this.#read(first)
    const posted = await ask(passwordRequest(request, username, password))
    // It knows neither: the answer to the request that every token server knows says more.
    if (first !== undefined && knowsNoSuchRequest(posted)) return this.#read(first)
    const minted = this.#read(posted)
    this.#postOnly.add(href)
    return minted
  }

  /** A refresh token may be good for one use only, so one request has to wait for the next token of the last. */
  async #inTurn(request: TokenRequest, configured: string): Promise<Token> {
    const key = credentialsKey(request.credentials)
    const before = this.#turns.get(key) ?? Promise.resolve()
    const turn = before.then(
      async () => await this.#refresh(request, key, configured),
      async () => await this.#refresh(request, key, configured),
    )
    this.#turns.set(key, turn)
    return await turn
  }

  async #refresh(request: TokenRequest, key: string, configured: string): Promise<Token> {
    const answer = await this.#options.ask(refreshRequest(request, this.#rotated.get(key) ?? configured))
    const { token, refreshToken } = this.#read(
      answer,
      knowsNoSuchRequest(answer) ? NO_OAUTH : REFRESH_REFUSED,
    )
    if (refreshToken !== undefined) this.#rotated.set(key, refreshToken)
    return token
  }

  #read(answer: Answer, hint?: string): Minted {
    const { redactor, clock } = this.#options
    const minted = readToken(answer, clock.now(), (text) => redactor.clean(text), hint)
    for (const secret of minted.secrets) redactor.hide(secret)
    return minted
  }
}
