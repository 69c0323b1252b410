import type { IncomingMessage } from 'node:http'
import { Refusal } from './answer.ts'
import type { Json } from '../description/extract.ts'

const LIMIT = 64 * 1024 * 1024

/** What can be said of a request before anything is decided. */
export interface Received {
  readonly method: string
  /** As sent, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly content: Buffer
}

/** Reads a request to its end; a body beyond the limit is left away and refused later. */
export async function receive(message: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= LIMIT) chunks.push(chunk)
  }
  const url = message.url ?? ''
  const mark = url.indexOf('?')
  const headers = Object.entries(message.headers).map(([name, value]): [string, string | undefined] => [
    name,
    Array.isArray(value) ? value.join(', ') : value,
  ])
  return {
    method: message.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)),
    headers: Object.fromEntries(headers),
    content: size > LIMIT ? Buffer.alloc(LIMIT + 1) : Buffer.concat(chunks),
  }
}

/** A body as JSON: undefined without one. */
export function parseBody({ content }: Received): Json | undefined {
  if (content.length > LIMIT) throw new Refusal(413, 'Payload too big')
  if (content.length === 0) return undefined
  try {
    return JSON.parse(content.toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new Refusal(400, 'Problems parsing JSON')
    throw error
  }
}
