import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Deadline } from './deadline.ts'
import { isLoopback } from './endpoint.ts'
import { isClosedConnection, NetworkError, networkError } from './network-error.ts'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'

/** A body that is opened anew for every attempt. */
export interface StreamBody {
  readonly size: number
  open(): AsyncIterable<Uint8Array>
}

/** One request as it goes over the wire. */
export interface Outgoing {
  readonly method: Method
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | StreamBody
  /** Sent on a connection of its own, so that it never has to be sent again because a kept one was closed. */
  readonly isSentOnce?: boolean
}

/** The head of one answer; the body follows in `chunks`, which must be read or discarded. */
export interface Incoming {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Every WWW-Authenticate header, one entry each. */
  readonly challenges: readonly string[]
  /** Throws NetworkError when the body breaks off. */
  readonly chunks: AsyncIterable<Uint8Array>
  discard(): void
}

/** Sends requests exactly as given: no redirect, no decompression, no retry but for a stale connection. */
export interface Transport {
  send(outgoing: Outgoing, deadline: Deadline): Promise<Incoming>
  /** Ends all connections, so that the process can exit at once. */
  close(): void
}

export interface TransportOptions {
  /** Where proxy settings are read from (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */
  readonly environment: NodeJS.ProcessEnv
  /** How long a connection may be silent; milliseconds. */
  readonly idleMs: number
}

type Reuse = 'kept-alive' | 'fresh'

const WORTH_DRAINING = 64 * 1024

export function createTransport(options: TransportOptions): Transport {
  const agents = new Map<string, HttpAgent>()
  const agentFor = (url: URL, reuse: Reuse): HttpAgent => {
    const isDirect = isLoopback(url.hostname)
    const key = `${url.protocol} ${isDirect ? 'direct' : 'proxied'} ${reuse}`
    const known = agents.get(key)
    if (known !== undefined) return known
    // A proxy cannot reach the loopback of this machine, so it is never asked to.
    const proxy = isDirect ? {} : { proxyEnv: options.environment }
    const settings = { keepAlive: reuse === 'kept-alive', ...proxy }
    const agent = url.protocol === 'https:' ? new HttpsAgent(settings) : new HttpAgent(settings)
    agents.set(key, agent)
    return agent
  }
  const once = async (outgoing: Outgoing, deadline: Deadline, reuse: Reuse): Promise<Incoming> =>
    await new Exchange(outgoing, deadline, options.idleMs, agentFor(outgoing.url, reuse)).run()
  return {
    async send(outgoing, deadline) {
      if (outgoing.isSentOnce === true) return await once(outgoing, deadline, 'fresh')
      try {
        return await once(outgoing, deadline, 'kept-alive')
      } catch (error) {
        if (!(error instanceof StaleConnectionError)) throw error
        return await once(outgoing, deadline, 'fresh')
      }
    },
    close() {
      for (const agent of agents.values()) agent.destroy()
    },
  }
}

/** A kept-alive connection that the server had closed meanwhile: the request was not processed. */
class StaleConnectionError extends NetworkError {}

/** One request and its answer on one connection. */
class Exchange {
  readonly #outgoing: Outgoing
  readonly #request: ClientRequest
  #failure: Error | undefined
  #answered = false
  #refused = false

  constructor(outgoing: Outgoing, deadline: Deadline, idleMs: number, agent: HttpAgent) {
    this.#outgoing = outgoing
    const open = outgoing.url.protocol === 'https:' ? httpsRequest : httpRequest
    const { method, headers } = outgoing
    this.#request = open(outgoing.url, { method, headers: { ...headers, ...lengthOf(outgoing) }, agent })
    const timer = setTimeout(
      () => this.#fail(timeout(`no complete answer within ${seconds(deadline.total)}`)),
      deadline.remaining,
    )
    this.#request.once('close', () => clearTimeout(timer))
    this.#request.setTimeout(idleMs, () => this.#fail(timeout(`silent for ${seconds(idleMs)}`)))
  }

  /** The first failure is the reason; what the destroyed connection reports afterwards is its consequence. */
  #fail(error: Error): void {
    this.#failure ??= error
    this.#request.destroy(error)
  }

  async run(): Promise<Incoming> {
    return await new Promise<Incoming>((resolve, reject) => {
      this.#request.on('error', (error) => reject(this.#reasonOf(error)))
      const pumped = this.#send()
      pumped.catch((error: unknown) => {
        this.#fail(error instanceof Error ? error : new Error(String(error)))
        reject(this.#reasonOf(error))
      })
      this.#request.once('response', (response) => {
        this.#answered = true
        this.#refused = (response.statusCode ?? 0) >= 300
        // Success before the whole body was taken is not success yet: the body may still turn out corrupt.
        if (this.#refused) resolve(this.#incoming(response))
        else pumped.then(() => resolve(this.#incoming(response)), reject)
      })
    })
  }

  #reasonOf(error: unknown): Error {
    if (this.#failure !== undefined) return this.#failure
    const found = networkError(error)
    // A streamed body is repeated by its caller, who first asks whether it had arrived after all.
    const { body } = this.#outgoing
    const isRepeatable = body === undefined || body instanceof Uint8Array
    const isStale = !this.#answered && this.#request.reusedSocket && isClosedConnection(found)
    return isStale && isRepeatable ? new StaleConnectionError(found.code, found.message, true, error) : found
  }

  async #send(): Promise<void> {
    const { body } = this.#outgoing
    if (body === undefined || body instanceof Uint8Array) {
      this.#request.end(body)
      return
    }
    for await (const chunk of body.open()) {
      // A refusal came before the end of the body; the rest is of no use to anyone.
      if (this.#refused || this.#request.destroyed) return
      if (!this.#request.write(chunk)) await this.#drained()
    }
    this.#request.end()
  }

  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const event of ['drain', 'close', 'response']) this.#request.off(event, go)
        resolve()
      }
      for (const event of ['drain', 'close', 'response']) this.#request.on(event, go)
    })
  }

  #incoming(response: IncomingMessage): Incoming {
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      challenges: response.headersDistinct['www-authenticate'] ?? [],
      chunks: this.#chunks(response),
      discard: () => {
        // Reading a short body keeps the connection; reading a long one costs more than a new connection.
        if (Number(response.headers['content-length']) <= WORTH_DRAINING) response.resume()
        else this.#request.destroy()
      },
    }
  }

  async *#chunks(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) yield chunk
    } catch (error) {
      throw this.#reasonOf(error)
    } finally {
      if (!this.#request.writableFinished) this.#request.destroy()
    }
  }
}

function lengthOf(outgoing: Outgoing): Record<string, string> {
  const { body, method } = outgoing
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) }
  if (body !== undefined) return { 'content-length': String(body.size) }
  return method === 'PUT' || method === 'POST' ? { 'content-length': '0' } : {}
}

function timeout(message: string): NetworkError {
  return new NetworkError('ETIMEDOUT', message, true)
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`
}
