import { createServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { handle, type Script, type Seen } from './scripted-server.ts'

/** A server with TLS that answers as a test says. */
export interface TlsServer {
  readonly port: number
  readonly seen: readonly Seen[]
  /** TLS connections that were opened, whether or not anything was asked on them. */
  readonly connections: () => number
}

/** Starts a server with a certificate for one test; it ends with the test. */
export async function serveTls(
  options: ServerOptions,
  answer: (seen: Seen, index: number) => Script | Promise<Script>,
  address = '127.0.0.1',
): Promise<TlsServer> {
  const seen: Seen[] = []
  let connections = 0
  const server = createServer(options, (request, response) => {
    handle(request, response, (entry) => {
      seen.push(entry)
      return answer(entry, seen.length - 1)
    })
  })
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, address, resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, seen, connections: () => connections }
}
