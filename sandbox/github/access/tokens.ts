import { randomBytes } from 'node:crypto'
import { Refusal } from '../http/answer.ts'

/** How far a permission goes. */
export type Access = 'read' | 'write'

/** The permissions the sandbox knows, as GitHub's headers spell them. */
export type Permission =
  | 'actions'
  | 'artifact_metadata'
  | 'attestations'
  | 'checks'
  | 'contents'
  | 'deployments'
  | 'id_token'
  | 'metadata'
  | 'packages'
  | 'statuses'
  | 'workflows'

/** What a token may do; what is not named it may not. */
export type Permissions = Readonly<Partial<Record<Permission, Access>>>

/** A token that is known. */
export interface TokenOptions {
  readonly permissions: Permissions
  /** `workflow`: a job's own token, acting as github-actions[bot]. `user`: a personal access token. */
  readonly kind?: 'workflow' | 'user'
  /** Whose personal access token it is; the repository's owner unless said. */
  readonly login?: string
  /** A token of another repository: this one is not there for it, unless it is public. */
  readonly isForeign?: boolean
}

/** Who sends a request. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'workflow' | 'user'
      readonly token: string
      readonly permissions: Permissions
      readonly login: string | undefined
      readonly isForeign: boolean
    }

/** The tokens there are. */
export interface Tokens {
  /** Issues a token. */
  add(options: TokenOptions): string
  /** Changes what a token may do. */
  grant(token: string, permissions: Permissions): void
  revoke(token: string): void
  /** The caller of a request; a token nobody knows is refused. */
  identify(authorization: string | undefined): Caller
}

/** Everything a job can be given with `permissions: write-all`. */
export const ALL_PERMISSIONS: Permissions = {
  actions: 'write',
  artifact_metadata: 'write',
  attestations: 'write',
  checks: 'write',
  contents: 'write',
  deployments: 'write',
  id_token: 'write',
  metadata: 'read',
  packages: 'write',
  statuses: 'write',
}

function readToken(authorization: string): string | undefined {
  const [scheme = '', value = ''] = authorization.split(' ')
  if (/^(?:token|bearer)$/iu.test(scheme)) return value
  if (!/^basic$/iu.test(scheme)) return undefined
  const text = Buffer.from(value, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}

/** Makes an empty set of tokens. */
export function createTokens(): Tokens {
  const known = new Map<string, TokenOptions>()
  const find = (token: string): TokenOptions => {
    const found = known.get(token)
    if (found === undefined) throw new Error('there is no such token')
    return found
  }
  return {
    add(options) {
      const token = `${options.kind === 'user' ? 'github_pat' : 'ghs'}_${randomBytes(18).toString('hex')}`
      known.set(token, options)
      return token
    },
    grant(token, permissions) {
      known.set(token, { ...find(token), permissions })
    },
    revoke(token) {
      find(token)
      known.delete(token)
    },
    identify(authorization) {
      if (authorization === undefined) return { kind: 'anonymous' }
      const token = readToken(authorization)
      const options = token === undefined ? undefined : known.get(token)
      if (token === undefined || options === undefined) throw new Refusal(401, 'Bad credentials')
      const { permissions, kind = 'workflow', login, isForeign = false } = options
      return { kind, token, permissions, login, isForeign }
    },
  }
}
