import { type ClientRequest, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, type AgentOptions, request as httpsRequest } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls'
import { bareHost, serverName } from './address.ts'
import { NetworkError, networkError } from './network-error.ts'
import { type Proxy, portOf } from './proxy.ts'
import { refusedBy, unreachable } from './proxy-failure.ts'

type Done = (error: Error | null, socket: Duplex) => void

/** Connections to one https origin through a tunnel that a proxy opens (RFC 9110 §9.3.6). */
export class TunnelAgent extends HttpsAgent {
  readonly #proxy: Proxy
  readonly #target: URL
  readonly #tls: ConnectionOptions
  readonly #connectMs: number
  readonly #opening = new Set<{ destroy(): unknown }>()

  constructor(proxy: Proxy, target: URL, options: AgentOptions, connectMs: number) {
    super(options)
    this.#proxy = proxy
    this.#target = target
    this.#tls = options
    this.#connectMs = connectMs
  }

  /** Called by node:http for every connection it needs. */
  override createConnection(_options: unknown, done?: Done): undefined {
    this.#open().then(
      (socket) => done?.(null, socket),
      // node:http asks for a socket in any case.
      (error: unknown) => done?.(networkError(error), new Socket()),
    )
  }

  override destroy(): void {
    for (const opening of this.#opening) opening.destroy()
    super.destroy()
  }

  async #open(): Promise<Duplex> {
    const socket = await this.#tunnel()
    return await new Promise<Duplex>((resolve, reject) => {
      const host = bareHost(this.#target.hostname)
      const secured = tlsConnect({ ...this.#tls, host, servername: serverName(host), socket })
      this.#opening.add(secured)
      socket.on('error', (error) => secured.destroy(error))
      secured.setTimeout(this.#connectMs, () => secured.destroy(this.#timeout()))
      secured.once('close', () => this.#opening.delete(secured))
      secured.once('error', reject)
      secured.once('secureConnect', () => {
        secured.off('error', reject)
        secured.setTimeout(0)
        this.#opening.delete(secured)
        resolve(secured)
      })
    })
  }

  async #tunnel(): Promise<Duplex> {
    return await new Promise<Duplex>((resolve, reject) => {
      const request = this.#ask()
      this.#opening.add(request)
      request.setTimeout(this.#connectMs, () => request.destroy(this.#timeout()))
      request.once('close', () => this.#opening.delete(request))
      request.once('error', (error) => reject(unreachable(this.#proxy, error)))
      request.once('connect', (response, socket) => {
        this.#opening.delete(request)
        if (response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300) {
          socket.setTimeout(0)
          resolve(socket)
          return
        }
        socket.destroy()
        reject(refusedBy(this.#proxy, response.statusCode ?? 0))
      })
      request.end()
    })
  }

  #ask(): ClientRequest {
    const { url, authorization } = this.#proxy
    const port = this.#target.port === '' ? '443' : this.#target.port
    const path = `${this.#target.hostname}:${port}`
    const headers = {
      host: path,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    }
    const options = { method: 'CONNECT', path, headers, agent: false, host: bareHost(url.hostname) } as const
    if (url.protocol === 'http:') return httpRequest({ ...options, port: portOf(url) })
    const servername = serverName(options.host)
    return httpsRequest({ ...options, port: portOf(url), servername, rejectUnauthorized: true })
  }

  #timeout(): NetworkError {
    const seconds = Math.round(this.#connectMs / 100) / 10
    return new NetworkError('ETIMEDOUT', `${this.#proxy.name} opened no tunnel within ${seconds} s`, true)
  }
}
