import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer } from './options.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

/** A request the registry refuses; the dispatcher turns it into the OCI error body. */
export class RefusalError extends Error {
  readonly status: number
  readonly code: string
  readonly detail: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    code: string,
    message: string,
    extra: { readonly detail?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.name = 'RefusalError'
    this.status = status
    this.code = code
    this.detail = extra.detail
    this.headers = extra.headers ?? {}
  }
}

/** The answer for a refusal, in the form of distribution-spec "Error Codes". */
export function answerRefusal(refusal: RefusalError): Answer {
  const { code, message, detail } = refusal
  const errors = [detail === undefined ? { code, message } : { code, message, detail }]
  return answerJson(refusal.status, { errors }, refusal.headers)
}

/** An answer with a JSON body. */
export function answerJson(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'Content-Type': JSON_TYPE, ...headers }, body: JSON.stringify(value) }
}

/** What distribution 2.8 says about a path it has no route for. */
export function answerNoRoute(): Answer {
  return {
    status: 404,
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: '404 page not found\n',
  }
}

function declaredLength(answer: Answer): number | undefined {
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    if (name.toLowerCase() === 'content-length') return Number(value)
  }
  return undefined
}

function writeHead(response: ServerResponse, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, value)
  }
  response.writeHead(answer.status)
}

async function sendBytes(response: ServerResponse, answer: Answer, bytes: Buffer): Promise<void> {
  const declared = declaredLength(answer)
  const bodyless = answer.status === 204 || answer.status === 304
  if (declared === undefined && !bodyless && !response.hasHeader('Transfer-Encoding')) {
    response.setHeader('Content-Length', bytes.length)
  }
  writeHead(response, answer)
  const isHead = response.req.method === 'HEAD'
  if (isHead || declared === undefined || declared === bytes.length) {
    response.end(isHead || bodyless ? undefined : bytes)
    return
  }
  // A body of another length than declared leaves the connection useless for a next request.
  await new Promise<void>((resolve) => response.write(bytes, () => resolve()))
  response.destroy()
}

/** Sends an answer; a HEAD request gets the headers alone. */
export async function sendAnswer(response: ServerResponse, answer: Answer): Promise<void> {
  const { body } = answer
  if (!(body instanceof Readable)) {
    await sendBytes(response, answer, typeof body === 'string' ? Buffer.from(body) : Buffer.from(body ?? []))
    return
  }
  if (response.req.method === 'HEAD') {
    body.destroy()
    writeHead(response, answer)
    response.end()
    return
  }
  writeHead(response, answer)
  await pipeline(body, response)
}
