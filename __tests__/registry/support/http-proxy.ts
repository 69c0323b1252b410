import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type RequestListener,
  type Server,
} from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Identity } from '../../fixtures/tls/certificates.ts'

/** A proxy that forwards everything to this machine, whatever the name, and remembers what it was asked. */
export interface HttpProxy {
  readonly host: string
  /** `CONNECT host:port` or `GET http://host/path`. */
  readonly asked: readonly string[]
  readonly headers: readonly IncomingMessage['headers'][]
}

export interface HttpProxyOptions {
  /** The status it answers instead of doing what it is asked; `hang` for none. */
  readonly refuses?: number | 'hang' | ((index: number) => number | undefined)
  /** The certificate of a proxy with TLS. */
  readonly identity?: Identity
  /** More lines in the header of a refusal. */
  readonly lines?: string
  /** The port of this machine a tunnel to `host:port` leads to, the same one unless said otherwise; undefined for none. */
  readonly leadsTo?: (address: string) => number | undefined
}

/** Starts a proxy for one test; it ends with the test. */
export async function startProxy(options: HttpProxyOptions = {}): Promise<HttpProxy> {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const note = (request: IncomingMessage): number | 'hang' | undefined => {
    asked.push(`${request.method} ${request.url}`)
    headers.push(request.headers)
    return typeof options.refuses === 'function' ? options.refuses(asked.length - 1) : options.refuses
  }
  const serve: RequestListener = (request, response) => {
    const refusal = note(request)
    if (refusal === 'hang') return
    if (refusal !== undefined) {
      response.writeHead(refusal).end('from the proxy')
      return
    }
    const { port, pathname, search } = new URL(request.url ?? '')
    const options = { host: '127.0.0.1', port, path: pathname + search, method: request.method } as const
    const onward = httpRequest({ ...options, headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  }
  const { identity } = options
  const server: Server = identity === undefined ? createServer(serve) : createSecureServer(identity, serve)
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, socket) => {
    const refusal = note(request)
    socket.on('error', () => socket.destroy())
    if (refusal === 'hang') return
    if (refusal !== undefined) {
      socket.end(`HTTP/1.1 ${refusal} No\r\n${options.lines ?? ''}content-length: 0\r\n\r\n`)
      return
    }
    const leadsTo = options.leadsTo ?? ((address) => Number(/\d+$/.exec(address)?.[0]))
    const port = leadsTo(request.url ?? '')
    if (port === undefined) {
      socket.end('HTTP/1.1 502 No such host\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    // Tunnels are no connections of the server any more.
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked, headers }
}
