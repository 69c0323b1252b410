import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { answerRefusal, Refusal } from './answer.ts'
import type { Fault } from '../faults.ts'

/** Bytes to send. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly content: Uint8Array
}

const JSON_TYPE = 'application/json; charset=utf-8'

/** The bytes of an answer. */
export function encodeAnswer({ status, headers = {}, body }: Answer): Reply {
  if (body === undefined) return { status, headers, content: Buffer.alloc(0) }
  return {
    status,
    headers: { 'Content-Type': JSON_TYPE, ...headers },
    content: Buffer.from(JSON.stringify(body)),
  }
}

const UNICORN = `<!DOCTYPE html>
<html>
  <head><title>Unicorn! &middot; GitHub</title></head>
  <body><h1>We had issues producing the response to your request.</h1></body>
</html>
`

function secondaryLimit(status: number): Answer {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you ' +
    'reach out to GitHub Support for help, please include the request ID.'
  return answerRefusal(new Refusal(status, message))
}

/** What a fault answers; undefined for one that does not answer. `right` is the answer it replaces. */
export function replyOf(fault: Fault, right: Reply | undefined): Reply | undefined {
  switch (fault.kind) {
    case 'answer': {
      const { status, headers = {}, body } = fault
      if (typeof body !== 'string')
        return encodeAnswer({ status, headers, ...(body === undefined ? {} : { body }) })
      return { status, headers: { 'Content-Type': 'text/plain', ...headers }, content: Buffer.from(body) }
    }
    case 'html': {
      const headers = { 'Content-Type': 'text/html; charset=utf-8' }
      return { status: fault.status ?? 502, headers, content: Buffer.from(UNICORN) }
    }
    case 'malformed-json': {
      if (right === undefined) return undefined
      return { ...right, content: right.content.subarray(0, Math.ceil(right.content.length / 2)) }
    }
    case 'secondary-limit': {
      const { retryAfter, status = 403 } = fault
      const reply = encodeAnswer(secondaryLimit(status))
      if (retryAfter === undefined) return reply
      return { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfter) } }
    }
    case 'delay':
    case 'hang':
    case 'overtake':
    case 'primary-limit':
    case 'reset':
    case 'stale':
    case 'truncated':
      return undefined
    default:
      return fault satisfies never
  }
}

/** Sends the first half of what was announced; what becomes of the connection is for the caller. */
export async function sendHalf(response: ServerResponse, { status, headers, content }: Reply): Promise<void> {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.setHeader('Content-Length', content.length)
  response.writeHead(status)
  const half = content.subarray(0, Math.floor(content.length / 2))
  // Half of nothing: the answer is there as soon as its headers are.
  if (half.length === 0) response.flushHeaders()
  else await new Promise((sent) => response.write(half, sent))
}

/** Sends bytes; what a status forbids to have a body gets none. */
export function sendReply(response: ServerResponse, { status, headers, content }: Reply): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  const isBodyless = status === 204 || status === 304
  if (!isBodyless) response.setHeader('Content-Length', content.length)
  response.writeHead(status)
  response.end(isBodyless || response.req.method === 'HEAD' ? undefined : content)
}
