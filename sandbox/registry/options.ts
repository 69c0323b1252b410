import type { Readable } from 'node:stream'

/** What a request is about, decided from its path alone. */
export type RegistryOperation =
  | 'ping'
  | 'manifest'
  | 'blob'
  | 'upload'
  | 'tags'
  | 'referrers'
  | 'token'
  | 'catalog'
  | 'unknown'

/** One request as the registry saw it; `reference` is a tag, a digest or an upload session. */
export interface RegistryRequest {
  readonly index: number
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly repository?: string
  readonly operation: RegistryOperation
  readonly reference?: string
}

/**
 * An HTTP answer. `Content-Length` is added for text and bytes; an answer that declares another length is
 * sent as declared and the connection is then dropped, so that truncated bodies can be played.
 */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | Readable
}

/** What an `onRequest` hook may do instead of letting the registry answer. */
export type Intervention = Answer | 'hang' | 'reset' | undefined | void

/** Basic authentication on every request. */
export interface BasicAuthOptions {
  readonly kind: 'basic'
  readonly users: Readonly<Record<string, string>>
}

/** Bearer tokens from `/token` on the registry's own host; `expiresIn` is in seconds. */
export interface TokenAuthOptions {
  readonly kind: 'token'
  readonly users: Readonly<Record<string, string>>
  readonly anonymousPull?: boolean
  readonly service?: string
  readonly expiresIn?: number
}

/** How the registry answers a push to a tag that may not move. */
export interface ImmutableAnswer {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** Everything that can be switched; the defaults are a permissive in-memory registry with every v1.1 feature. */
export interface RegistryOptions {
  readonly storage?: { readonly kind: 'memory' } | { readonly kind: 'disk'; readonly directory: string }
  /** `false` answers like distribution 2.8: 404 text for the API and no `OCI-Subject` header. */
  readonly referrersApi?: boolean
  /** `true` refuses every push to an existing tag, as ECR and Harbor do even for the same digest. */
  readonly immutableTags?: boolean | 'same-digest-allowed'
  readonly immutableAnswer?: ImmutableAnswer
  readonly deletes?: boolean
  readonly auth?: { readonly kind: 'none' } | BasicAuthOptions | TokenAuthOptions
  /** The most tags, repositories or referrers in one page (default 1000). */
  readonly pageSize?: number
  readonly port?: number
  readonly host?: string
  /** Called before every request is handled, also those that will be refused with 401. */
  readonly onRequest?: (request: RegistryRequest) => Intervention | Promise<Intervention>
  /** Called once the request took effect, before its answer is sent: `reset` loses the answer. */
  readonly onResponse?: (
    request: RegistryRequest,
    status: number,
  ) => undefined | void | 'reset' | Promise<undefined | void | 'reset'>
  readonly log?: (line: string) => void
}
