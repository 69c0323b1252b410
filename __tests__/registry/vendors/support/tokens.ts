import { ociError, type Script } from '../../support/scripted-server.ts'
import type { Asked } from './distribution.ts'

/** What one token is good for. */
export interface Access {
  readonly user: string | undefined
  /** Actions by repository. */
  readonly allows: Readonly<Record<string, readonly string[]>>
}

/** What a token server is asked for. */
export interface TokenWish {
  readonly user: string | undefined
  readonly service: string | null
  readonly path: string
  readonly actions: readonly string[]
}

/** The actions that are granted, which may be none, or the refusal to give any token. */
export type Decide = (wish: TokenWish) => readonly string[] | Script

/** Makes and checks the tokens of one registry. A token is no more than its number: nobody can guess a right. */
export class TokenDesk {
  readonly #issued = new Map<string, Access>()

  /** Answers a token request; `user` is whoever proved to be somebody. */
  issue(asked: Pick<Asked, 'query'>, user: string | undefined, decide: Decide): Script {
    const allows: Record<string, readonly string[]> = {}
    for (const scope of asked.query.getAll('scope')) {
      const [, path = '', actions = ''] = /^repository:([^:]+):([^:]+)$/.exec(scope) ?? []
      const wish = { user, service: asked.query.get('service'), path, actions: actions.split(',') }
      const decision = decide(wish)
      if (!isGranted(decision)) return decision
      allows[path] = decision
    }
    const token = `token-${this.#issued.size + 1}-${Math.random().toString(36).slice(2)}`
    this.#issued.set(token, { user, allows })
    return json(200, { token, expires_in: 300 })
  }

  /** What the token of a request is good for; undefined when there is none that was issued here. */
  read({ headers }: Pick<Asked, 'headers'>): Access | undefined {
    return this.#issued.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
  }
}

function isGranted(decision: readonly string[] | Script): decision is readonly string[] {
  return Array.isArray(decision)
}

/** The user of Basic credentials; false when they are wrong, undefined without any. */
export function basicUser(
  { headers }: Pick<Asked, 'headers'>,
  users: Readonly<Record<string, string>>,
): string | false | undefined {
  const { authorization } = headers
  if (authorization === undefined) return undefined
  const text = Buffer.from(/^Basic (.+)$/.exec(authorization)?.[1] ?? '', 'base64').toString()
  const colon = text.indexOf(':')
  const user = text.slice(0, colon)
  return colon > 0 && Object.hasOwn(users, user) && users[user] === text.slice(colon + 1) ? user : false
}

/** What a request must be allowed to do. */
export function actionOf({ method, kind }: Asked): 'pull' | 'push' {
  const isRead = (method === 'GET' || method === 'HEAD') && kind !== 'uploads'
  return isRead ? 'pull' : 'push'
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): Script {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** A 401 with a challenge. */
export function unauthorized(
  challenge: string | readonly string[],
  message = 'authentication required',
): Script {
  const refusal = ociError(401, 'UNAUTHORIZED', message)
  if (typeof refusal === 'string') throw new Error('not an answer')
  return { ...refusal, headers: { ...refusal.headers, 'www-authenticate': challenge } }
}

/** The challenge for a request, as most registries write it. */
export function bearer(realm: string, service: string, asked: Asked, error?: string): string {
  const actions = actionOf(asked) === 'pull' ? 'pull' : 'pull,push'
  const scope = asked.repository === '' ? '' : `,scope="repository:${asked.repository}:${actions}"`
  return `Bearer realm="${realm}",service="${service}"${scope}${error === undefined ? '' : `,error="${error}"`}`
}
