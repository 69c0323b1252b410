import { type AddressInfo, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server that answers with bytes, well-formed or not. */
export interface RawServer {
  readonly host: string
  readonly port: number
  /** The first line of every request, with the number of its connection: `1 GET /…`. */
  readonly asked: readonly string[]
  readonly connections: () => number
}

/** Starts a server for one test; it ends with the test. `answer` is called once for every request with no body. */
export async function serveRaw(
  answer: (socket: Socket, index: number, request: string) => void,
): Promise<RawServer> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const number = sockets.size
    let text = ''
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end)
        text = text.slice(end + 4)
        asked.push(`${number} ${request.split(' HTTP/')[0]}`)
        answer(socket, asked.length - 1, request)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { host: `127.0.0.1:${port}`, port, asked, connections: () => sockets.size }
}
