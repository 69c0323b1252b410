import { randomBytes } from 'node:crypto'
import { answerJson, RefusalError } from './answer.ts'
import { basicUser, isUser } from './basic.ts'
import type { Exchange } from './exchange.ts'
import { readBody } from './exchange.ts'
import { bareMediaType } from './negotiation.ts'
import type { Answer, RegistryRequest, TokenAuthOptions } from './options.ts'
import type { Scope } from './scopes.ts'
import { formatScopes, parseScope, requiredScopes } from './scopes.ts'

const MAX_FORM_SIZE = 64 * 1024
const DEFAULT_SERVICE = 'build-once-sandbox'
const DEFAULT_EXPIRY_SECONDS = 300

interface Grant {
  readonly scopes: readonly Scope[]
  readonly expiresAt: number
}

function unauthorized(message: string, headers: Readonly<Record<string, string>> = {}): RefusalError {
  return new RefusalError(401, 'UNAUTHORIZED', message, { headers })
}

/** A realm on the host the client talks to, which may know this registry by another name. */
function realmOf(request: RegistryRequest): string {
  const { host } = request.headers
  if (host === undefined || !/^[A-Za-z0-9.:[\]-]+$/u.test(host)) {
    throw new RefusalError(400, 'UNSUPPORTED', 'the request has no usable Host header')
  }
  return `http://${host}/token`
}

/** Scopes may come one per parameter or joined by spaces. */
function parseScopes(texts: readonly string[]): Scope[] {
  return texts
    .flatMap((text) => text.split(' '))
    .map(parseScope)
    .filter((scope) => scope !== undefined)
}

/** Hands out opaque bearer tokens and checks them, as in distribution's token authentication documents. */
export class TokenServer {
  readonly #options: TokenAuthOptions
  readonly #service: string
  readonly #expiresIn: number
  readonly #grants = new Map<string, Grant>()
  readonly #refreshTokens = new Map<string, string>()

  constructor(options: TokenAuthOptions) {
    this.#options = options
    this.#service = options.service ?? DEFAULT_SERVICE
    this.#expiresIn = options.expiresIn ?? DEFAULT_EXPIRY_SECONDS
  }

  /** Throws unless the request carries a token that is valid and covers what it wants to do. */
  check(request: RegistryRequest): void {
    const token = /^bearer +(\S+)$/iu.exec(request.headers['authorization'] ?? '')?.[1]
    if (token === undefined) throw this.#challenge(request)
    const grant = this.#grants.get(token)
    if (grant === undefined || grant.expiresAt <= Date.now()) throw this.#challenge(request, 'invalid_token')
    const covered = requiredScopes(request).every(({ resource, actions }) => {
      const granted = grant.scopes
        .filter((scope) => scope.resource === resource)
        .flatMap((scope) => scope.actions)
      return actions.every((action) => granted.includes(action) || granted.includes('*'))
    })
    if (!covered) throw this.#challenge(request, 'insufficient_scope')
  }

  #challenge(request: RegistryRequest, error?: string): RefusalError {
    const scope = formatScopes(requiredScopes(request))
    const parameters = [
      `realm="${realmOf(request)}"`,
      `service="${this.#service}"`,
      ...(scope === '' ? [] : [`scope="${scope}"`]),
      ...(error === undefined ? [] : [`error="${error}"`]),
    ]
    return unauthorized(error ?? 'authentication required', {
      'WWW-Authenticate': `Bearer ${parameters.join(',')}`,
    })
  }

  /** GET with Basic, or POST with a form (OAuth 2). */
  async answer(exchange: Exchange): Promise<Answer> {
    switch (exchange.request.method) {
      case 'GET':
        return this.#answerGet(exchange.request)
      case 'POST':
        return this.#answerPost(await this.#readForm(exchange))
      default:
        throw new RefusalError(405, 'UNSUPPORTED', 'method not allowed', { headers: { Allow: 'GET, POST' } })
    }
  }

  #answerGet(request: RegistryRequest): Answer {
    const { headers, query } = request
    const service = query.get('service')
    if (service !== null && service !== this.#service) {
      throw new RefusalError(400, 'UNSUPPORTED', `unknown service ${JSON.stringify(service)}`)
    }
    const user = basicUser(headers['authorization'], this.#options.users)
    const isAnonymous = headers['authorization'] === undefined && this.#options.anonymousPull === true
    if (user === undefined && !isAnonymous) {
      throw unauthorized('wrong user or password', {
        'WWW-Authenticate': 'Basic realm="build-once sandbox token server"',
      })
    }
    const { token, granted } = this.#grant(parseScopes(query.getAll('scope')), user)
    const wantsRefresh = user !== undefined && query.get('offline_token') === 'true'
    return answerJson(200, {
      token,
      ...granted,
      ...(wantsRefresh ? { refresh_token: this.#createRefreshToken(user) } : {}),
    })
  }

  async #readForm(exchange: Exchange): Promise<URLSearchParams> {
    const type = bareMediaType(exchange.request.headers['content-type'])
    if (type !== 'application/x-www-form-urlencoded') throw new RefusalError(400, 'UNSUPPORTED', 'not a form')
    return new URLSearchParams((await readBody(exchange, MAX_FORM_SIZE)).toString('utf8'))
  }

  #answerPost(form: URLSearchParams): Answer {
    // Both are required by distribution's "Docker Registry v2 authentication using OAuth2".
    if (form.get('service') !== this.#service || (form.get('client_id') ?? '') === '') {
      return answerJson(400, { error: 'invalid_request' })
    }
    const grantType = form.get('grant_type')
    if (grantType !== 'password' && grantType !== 'refresh_token') {
      return answerJson(400, { error: 'unsupported_grant_type' })
    }
    const given = form.get('refresh_token') ?? ''
    const user = grantType === 'password' ? this.#passwordUser(form) : this.#refreshTokens.get(given)
    if (user === undefined) throw unauthorized('wrong credentials')
    const { granted, scopes } = this.#grant(parseScopes(form.getAll('scope')), user)
    const refreshToken =
      grantType === 'refresh_token'
        ? given
        : form.get('access_type') === 'offline'
          ? this.#createRefreshToken(user)
          : undefined
    return answerJson(200, {
      ...granted,
      scope: formatScopes(scopes),
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
    })
  }

  #passwordUser(form: URLSearchParams): string | undefined {
    const user = form.get('username') ?? ''
    return isUser(this.#options.users, user, form.get('password') ?? '') ? user : undefined
  }

  #createRefreshToken(user: string): string {
    const token = randomBytes(32).toString('base64url')
    this.#refreshTokens.set(token, user)
    return token
  }

  /** A token may hold less than was asked for; the registry, not this endpoint, then refuses. */
  #grant(asked: readonly Scope[], user: string | undefined) {
    const scopes =
      user !== undefined
        ? asked
        : asked
            .filter(({ resource }) => resource.startsWith('repository:'))
            .map(({ resource, actions }) => ({
              resource,
              actions: actions.filter((action) => action === 'pull'),
            }))
            .filter(({ actions }) => actions.length > 0)
    const token = randomBytes(32).toString('base64url')
    const now = Date.now()
    this.#grants.set(token, { scopes, expiresAt: now + this.#expiresIn * 1000 })
    const granted = {
      access_token: token,
      expires_in: this.#expiresIn,
      issued_at: new Date(now).toISOString(),
    }
    return { token, scopes, granted }
  }
}
