import { STATUS_CODES } from 'node:http'

/** Name and value as they go over the wire. */
export type Header = readonly [name: string, value: string]

/** A whole answer. `Content-Length` is not among the headers unless nothing follows (HEAD) or it was changed. */
export interface Message {
  readonly status: number
  readonly headers: readonly Header[]
  readonly body: Buffer
}

/** Pairs of what node calls raw headers, without those that belong to one connection. */
export function headersOf(raw: readonly string[], unwanted: readonly string[]): Header[] {
  const pairs: Header[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2)
    if (!unwanted.includes(name.toLowerCase())) pairs.push([name, value])
  }
  return pairs
}

/** Whether an answer has a header. */
export function hasHeader({ headers }: Pick<Message, 'headers'>, name: string): boolean {
  return headers.some(([other]) => other.toLowerCase() === name.toLowerCase())
}

/** True where an answer never has a body, whatever it declares (RFC 9112 section 6.3). */
export function isBodiless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304
}

/** The headers with the length declared, where a body follows and none is declared yet. */
export function declared(method: string, message: Message): readonly Header[] {
  if (isBodiless(method, message.status) || hasHeader(message, 'content-length')) return message.headers
  return [...message.headers, ['Content-Length', String(message.body.length)]]
}

/** Everything up to the body, as it goes over the wire. */
export function encodeHead(method: string, message: Message): Buffer {
  const lines = declared(method, message).map(([name, value]) => `${name}: ${value}\r\n`)
  const status = `HTTP/1.1 ${message.status} ${STATUS_CODES[message.status] ?? ''}\r\n`
  return Buffer.from(`${status}${lines.join('')}\r\n`, 'latin1')
}
