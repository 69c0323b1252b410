import { createServer, type Server } from 'node:https'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createAuthority } from '../../fixtures/tls/certificates.ts'
import { startProxy } from '../../registry/support/http-proxy.ts'

/** What stands for the internet: some hosts, served by programs of this machine, and no others. */
export interface Internet {
  /** The certificate to trust, in PEM. */
  readonly certificate: string
  /** The variables under which programs reach it. */
  readonly environment: Readonly<Record<string, string>>
  /** Every `host:port` somebody wanted to reach that is not served here. */
  readonly refused: () => readonly string[]
}

/**
 * Starts an internet for one test, so that workflows can name hosts as users do.
 * @param hosts which program of this machine, by `host:port`, serves a host.
 */
export async function startInternet(hosts: Readonly<Record<string, string>>): Promise<Internet> {
  const authority = createAuthority()
  const front = await startFront(authority.issue({ hosts: Object.keys(hosts) }), hosts)
  const isServed = (address: string): boolean => Object.keys(hosts).some((host) => address === `${host}:443`)
  const proxy = await startProxy({ leadsTo: (address) => (isServed(address) ? front : undefined) })
  const through = `http://${proxy.host}`
  const variables = { HTTPS_PROXY: through, HTTP_PROXY: through, NO_PROXY: '127.0.0.1,localhost' }
  const lower = Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    certificate: authority.cert,
    environment: { ...variables, ...Object.fromEntries(lower) },
    refused: () =>
      proxy.asked.map((line) => line.replace('CONNECT ', '')).filter((address) => !isServed(address)),
  }
}

/** Ends TLS for all hosts and passes everything on; returns its port. */
async function startFront(
  identity: { readonly cert: string; readonly key: string },
  hosts: Readonly<Record<string, string>>,
): Promise<number> {
  const server: Server = createServer(identity, (request, response) => {
    const target = new URL(`http://${hosts[request.headers.host ?? ''] ?? 'unknown.invalid'}`)
    // A registry makes absolute addresses of uploads: they have to lead back here.
    const headers = { ...request.headers, 'x-forwarded-proto': 'https' }
    const options = { host: target.hostname, port: target.port, path: request.url, method: request.method }
    const onward = httpRequest({ ...options, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}
