import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { onTestFinished } from 'vitest'
import {
  createFaultProxy,
  type FaultPlan,
  type FaultProxy,
  type FaultProxyOptions,
} from '../../../sandbox/faults/proxy.ts'

/** A request as the server behind the proxy got it. */
export interface Got {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** False when it broke off. */
  readonly isWhole: boolean
}

/** A server behind a proxy. */
export interface Behind {
  readonly origin: string
  readonly got: readonly Got[]
}

/** Starts a server that keeps what it gets, and answers once the request is there. */
export async function startBehind(
  answer: (got: Got, response: ServerResponse) => void = (_got, response) => {
    response.setHeader('Content-Type', 'text/plain')
    response.setHeader('Docker-Content-Digest', 'sha256:0123')
    response.end('0123456789')
  },
): Promise<Behind> {
  const got: Got[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    const { method = '', url = '', headers } = request
    const keep = (isWhole: boolean): Got => {
      const entry = { method, url, headers, body: Buffer.concat(chunks).toString(), isWhole }
      got.push(entry)
      return entry
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('error', () => keep(false))
    request.on('end', () => answer(keep(true), response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got }
}

/** A proxy that is closed after the test. */
export async function openProxy(target: string, plan: FaultPlan): Promise<FaultProxy> {
  const options: FaultProxyOptions = { target, ...plan }
  const proxy = await createFaultProxy(options)
  onTestFinished(() => proxy.close())
  return proxy
}

/** A connection that says what comes, byte for byte. */
export interface Connection {
  write(text: string): void
  /** What came so far. */
  received(): string
  /** How it ended: `open`, `ended` or `reset`. */
  state(): 'open' | 'ended' | 'reset'
}

export function openConnection(host: string): Connection {
  const [hostname, port] = host.split(':')
  const socket = connect({ port: Number(port), host: hostname ?? '', allowHalfOpen: true })
  let received = ''
  let state: ReturnType<Connection['state']> = 'open'
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
  })
  socket.on('end', () => {
    state = 'ended'
  })
  socket.on('error', () => {
    state = 'reset'
  })
  onTestFinished(() => {
    socket.destroy()
  })
  return { write: (text) => socket.write(text, 'latin1'), received: () => received, state: () => state }
}

/** A request as text. */
export function requestText(method: string, path: string, body = ''): string {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`
  return `${method} ${path} HTTP/1.1\r\nHost: proxy\r\n${length}\r\n${body}`
}

/** Status, headers and body of one answer; the body is everything behind the head. */
export function parseAnswer(text: string): { status: number; head: string; body: string } {
  const end = text.indexOf('\r\n\r\n')
  const head = end < 0 ? text : text.slice(0, end)
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/u.exec(head)?.[1]),
    head,
    body: end < 0 ? '' : text.slice(end + 4),
  }
}
