import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'

/** One request as it arrived. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What to answer; `reset` drops the connection, `hang` never answers, `cut` breaks off after the body. */
export type Script =
  | 'reset'
  | 'hang'
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string | readonly string[]>>
      readonly body?: string | Uint8Array
      readonly cut?: boolean
    }

/** A server that answers as a test says, and remembers everything. */
export interface ScriptedServer {
  readonly host: string
  readonly origin: string
  readonly seen: readonly Seen[]
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    // The client broke off its request; what had arrived is what the test wants to see.
  }
  return Buffer.concat(chunks).toString('latin1')
}

function play(script: Script, request: IncomingMessage, response: ServerResponse): void {
  if (script === 'hang') return
  if (script === 'reset') {
    // A reset is not for what is inside of TLS.
    if (request.socket instanceof TLSSocket) request.socket.destroy()
    else request.socket.resetAndDestroy()
    return
  }
  const body = Buffer.from(script.body ?? '')
  const missing = script.cut === true ? 10 : 0
  response.writeHead(script.status, {
    'content-length': String(body.length + missing),
    ...(script.headers as Record<string, string>),
  })
  response.write(request.method === 'HEAD' ? '' : body)
  if (script.cut === true) setTimeout(() => request.socket.destroy(), 20)
  else response.end()
}

/** Reads a request and plays what the script for it says. */
export function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (seen: Seen) => Script | Promise<Script>,
): void {
  void readAll(request).then(async (body) => {
    const url = new URL(request.url ?? '/', 'http://server')
    const { method = '', headers } = request
    const entry = { method, path: url.pathname, query: url.searchParams, headers, body }
    play(await answer(entry), request, response)
  })
}

/** Starts a server for one test; it ends with the test. */
export async function serve(
  answer: (seen: Seen, index: number) => Script | Promise<Script>,
): Promise<ScriptedServer> {
  const seen: Seen[] = []
  const server: Server = createServer((request, response) => {
    handle(request, response, (entry) => {
      seen.push(entry)
      return answer(entry, seen.length - 1)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, origin: `http://${host}`, seen }
}

/** An OCI error answer. */
export function ociError(status: number, code: string, message = 'said the registry'): Script {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ errors: [{ code, message }] }),
  }
}

/** A web page, as a login proxy or an outage page sends it. */
export function htmlPage(status: number): Script {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>Sign in</html>' }
}
