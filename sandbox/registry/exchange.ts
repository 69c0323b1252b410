import type { IncomingMessage } from 'node:http'
import { RefusalError } from './answer.ts'
import type { RegistryOptions, RegistryRequest } from './options.ts'
import type { KeyedQueue } from './ordering.ts'
import type { Storage } from './storage.ts'
import type { UploadSessions } from './upload-sessions.ts'

/** What every handler works with. */
export interface Registry {
  readonly options: RegistryOptions
  readonly storage: Storage
  readonly sessions: UploadSessions
  readonly queue: KeyedQueue
}

/** One request with its body not yet read. */
export interface Exchange {
  readonly request: RegistryRequest
  readonly message: IncomingMessage
}

/** The repository of a request whose route has one. */
export function repositoryOf(exchange: Exchange): string {
  const { repository, path } = exchange.request
  if (repository === undefined) throw new Error(`no repository in ${path}`)
  return repository
}

/** The tag, digest or session of a request whose route has one. */
export function referenceOf(exchange: Exchange): string {
  const { reference, path } = exchange.request
  if (reference === undefined) throw new Error(`no reference in ${path}`)
  return reference
}

/**
 * The body in chunks. Leaving the loop early keeps the connection open, so that a refusal still reaches
 * a client that is in the middle of sending.
 */
export function readChunks(exchange: Exchange): AsyncIterable<Buffer> {
  return exchange.message.iterator({ destroyOnReturn: false })
}

/** The whole body, refused with 413 as soon as it is known to exceed the limit. */
export async function readBody(exchange: Exchange, limit: number): Promise<Buffer> {
  const tooLarge = new RefusalError(413, 'SIZE_INVALID', `the body exceeds ${limit} bytes`)
  if (Number(exchange.request.headers['content-length'] ?? 0) > limit) throw tooLarge
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of readChunks(exchange)) {
    size += chunk.length
    if (size > limit) throw tooLarge
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
