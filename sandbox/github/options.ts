import type { Json } from './description/extract.ts'
import type { Product } from './description/read.ts'
import type { Permissions } from './access/tokens.ts'

/** How a sandbox is set up. */
export interface GitHubOptions {
  /** `owner/name`; `octo-org/app` unless said. */
  readonly repository?: string
  readonly ownerType?: 'Organization' | 'User'
  /** Private unless said: in a public repository everyone can read everything. */
  readonly visibility?: 'internal' | 'private' | 'public'
  readonly defaultBranch?: string
  /** Without a single commit. */
  readonly empty?: boolean
  readonly product?: Product
  /** What the first token may do; everything a job can be given unless said. */
  readonly permissions?: Permissions
  /** Requests an hour for the tokens of jobs. */
  readonly rateLimit?: number
  readonly now?: () => Date
  readonly host?: string
  readonly port?: number
  /** Paths that may be asked for although nothing is served there. */
  readonly allowUnknown?: readonly RegExp[]
  readonly log?: (line: string) => void
}

/** A request as it came in. */
export interface GitHubRequest {
  readonly index: number
  readonly method: string
  /** As sent, without the query and the prefix of an enterprise server's API. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Undefined without a body, and for one that is not JSON. */
  readonly body: Json | undefined
  /** GitHub's name for what was asked. */
  readonly operation: string | undefined
  /** Of the answer the request got from the sandbox itself, even when a fault replaced or lost it. */
  status: number | undefined
}
