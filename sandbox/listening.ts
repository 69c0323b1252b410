import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Where a server listens: on a free port of loopback unless said. */
export interface Address {
  readonly host?: string
  readonly port?: number
}

/** Listens, and gives the `host:port` it is reached at. */
export async function listen(server: Server, { host = '127.0.0.1', port = 0 }: Address): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { address, family, port: given } = server.address() as AddressInfo
  return family === 'IPv6' ? `[${address}]:${given}` : `${address}:${given}`
}

/** Ends a server, whatever is still connected to it. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
