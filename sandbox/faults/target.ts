import { Agent, request as httpRequest } from 'node:http'
import { headersOf, isBodiless, type Message } from './message.ts'

/** A request as it is passed on. `Host` stays the client's, so that the target names this proxy in its answers. */
export interface Passed {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  /** Send only so many bytes of the body, then break off. */
  readonly breakAfter?: number
}

/** The server behind the proxy. */
export interface Target {
  ask(passed: Passed, signal: AbortSignal): Promise<Message>
  close(): void
}

const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'content-length',
  'expect',
]

/** The request was broken off on purpose. */
export class BrokenOffError extends Error {}

function lengthHeader({ method, body }: Passed): readonly string[] {
  const hasLength = body.length > 0 || !['GET', 'HEAD', 'DELETE'].includes(method)
  return hasLength ? ['Content-Length', String(body.length)] : []
}

/** Asks a server for whole answers. */
export function createTarget(origin: string): Target {
  const { protocol, hostname, port } = new URL(origin)
  if (protocol !== 'http:') throw new Error(`the target must be http://…, got ${origin}`)
  const agent = new Agent({ keepAlive: true })
  const ask = async (passed: Passed, signal: AbortSignal): Promise<Message> =>
    await new Promise((resolve, reject) => {
      const { method, url, body, breakAfter } = passed
      const headers = [...headersOf(passed.rawHeaders, HOP_BY_HOP).flat(), ...lengthHeader(passed)]
      const host = hostname.replace(/^\[(.*)\]$/u, '$1')
      const outgoing = httpRequest({ host, port, method, path: url, headers, agent, signal })
      outgoing.on('error', reject)
      outgoing.on('response', (incoming) => {
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0
          // The length of what is not sent is a statement about the object; elsewhere the body tells.
          const unwanted = isBodiless(method, status)
            ? HOP_BY_HOP.filter((name) => name !== 'content-length')
            : HOP_BY_HOP
          resolve({ status, headers: headersOf(incoming.rawHeaders, unwanted), body: Buffer.concat(chunks) })
        })
      })
      if (breakAfter === undefined) {
        outgoing.end(body)
        return
      }
      outgoing.flushHeaders()
      const breakOff = (): void => void outgoing.destroy(new BrokenOffError('broken off'))
      if (breakAfter === 0) {
        outgoing.once('socket', (socket) => {
          if (socket.connecting) socket.once('connect', breakOff)
          else setImmediate(breakOff)
        })
      } else outgoing.write(body.subarray(0, breakAfter), breakOff)
    })
  return { ask, close: () => agent.destroy() }
}
