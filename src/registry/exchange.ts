import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Network } from './address.ts'
import { openRequest } from './client-request.ts'
import type { Deadline } from './deadline.ts'
import type { Names } from './lookup.ts'
import { isClosedConnection, NetworkError, networkError } from './network-error.ts'
import { refusedBy, unreachable } from './proxy-failure.ts'
import type { Route } from './routes.ts'
import type { Incoming, Outgoing } from './transport.ts'

const WORTH_DRAINING = 64 * 1024
/** Bodies larger than this are not left to the garbage collector. */
const WORTH_RELEASING = 1024 * 1024

/** A kept-alive connection that the server had closed meanwhile: the request was not processed. */
export class StaleConnectionError extends NetworkError {}

export interface ExchangeOptions {
  readonly outgoing: Outgoing
  readonly deadline: Deadline
  readonly idleMs: number
  readonly commitMs: number
  readonly connectMs: number
  readonly route: Route
  readonly names: Names
}

/** One request and its answer on one connection. */
export class Exchange {
  readonly #options: ExchangeOptions
  readonly #outgoing: Outgoing
  readonly #request: ClientRequest
  #failure: Error | undefined
  #answered = false
  #refused = false
  #isConnected = false
  #awaitsBody = false

  constructor(options: ExchangeOptions) {
    const { outgoing, deadline, connectMs, route } = options
    this.#options = options
    this.#outgoing = outgoing
    this.#request = openRequest(outgoing, route)
    const total = setTimeout(() => this.#fail(noTime(deadline)), deadline.remaining)
    const late = timeout(`no connection within ${seconds(connectMs)}`)
    const connect = setTimeout(() => this.#fail(late), connectMs)
    this.#request.once('close', () => {
      clearTimeout(total)
      clearTimeout(connect)
    })
    this.#request.once('socket', (socket) => {
      whenConnected(socket, () => {
        this.#isConnected = true
        clearTimeout(connect)
      })
    })
    this.#limitSilence()
  }

  /** How long nothing may happen; while a registry commits what was streamed to it, nothing can. */
  #limitSilence(): void {
    const { idleMs, commitMs } = this.#options
    let limit = idleMs
    let connected: Socket | undefined
    const wait = (milliseconds: number): void => {
      limit = milliseconds
      connected?.setTimeout(milliseconds)
    }
    const silent = (): void => {
      // It is not the peer that is silent while we have nothing to say; writing starts the clock again.
      if (!this.#awaitsBody) this.#fail(timeout(`silent for ${seconds(limit)}`))
    }
    // On the socket itself: the request tells of the first silence only, and that one may not count.
    this.#request.once('socket', (socket) => {
      const start = (): void => {
        connected = socket.on('timeout', silent).setTimeout(limit)
      }
      if (socket.connecting) socket.once('connect', start)
      else start()
    })
    this.#request.once('close', () => connected?.off('timeout', silent).setTimeout(0))
    const { body } = this.#outgoing
    if (body === undefined || body instanceof Uint8Array) return
    this.#request.once('finish', () => {
      if (!this.#answered) wait(Math.max(idleMs, commitMs))
    })
    this.#request.once('response', () => wait(idleMs))
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
      // Without a listener the connection would just end, which looks like an outage.
      this.#request.once('upgrade', (_response, socket) => {
        socket.destroy()
        reject(switched())
      })
      this.#request.once('response', (response) => {
        this.#answered = true
        const { route } = this.#options
        if (route.isForwarded && route.proxy !== undefined && response.statusCode === 407) {
          this.#fail(refusedBy(route.proxy, 407))
          return
        }
        this.#refused = (response.statusCode ?? 0) >= 300
        // Success before the whole body was taken is not success yet: the body may still turn out corrupt.
        if (this.#refused) resolve(this.#incoming(response))
        else pumped.then(() => resolve(this.#incoming(response)), reject)
      })
    })
  }

  #reasonOf(error: unknown): Error {
    if (this.#failure !== undefined) return this.#failure
    const { proxy, isForwarded } = this.#options.route
    if (isForwarded && proxy !== undefined && !this.#isConnected) return unreachable(proxy, error)
    const found = networkError(error)
    // Whether a kept connection was closed before or after it took a request cannot be told apart. Reads lose
    // nothing when they are sent again; what changes something is repeated by whoever knows what it means.
    const isRead = this.#outgoing.method === 'GET' || this.#outgoing.method === 'HEAD'
    const isStale = !this.#answered && this.#request.reusedSocket && isClosedConnection(found)
    return isStale && isRead
      ? new StaleConnectionError(found.code, found.message, true, { cause: error })
      : found
  }

  async #send(): Promise<void> {
    const { body } = this.#outgoing
    if (body === undefined || body instanceof Uint8Array) {
      this.#request.end(body)
      return
    }
    this.#awaitsBody = true
    for await (const chunk of body.open()) {
      this.#awaitsBody = false
      // A refusal came before the end of the body; the rest is of no use to anyone.
      if (this.#refused || this.#request.destroyed) return
      const sent = body.isOwned === true ? (): void => release(chunk) : undefined
      if (!this.#request.write(chunk, sent)) await this.#drained()
      this.#awaitsBody = true
    }
    this.#awaitsBody = false
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
    if (Number(response.headers['content-length']) > WORTH_RELEASING) releaseReads(response)
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      challenges: response.headersDistinct['www-authenticate'] ?? [],
      warnings: response.headersDistinct['warning'] ?? [],
      network: this.#networkOf(response),
      chunks: this.#chunks(response),
      discard: () => {
        // Reading a short body keeps the connection; reading a long one costs more than a new connection.
        if (Number(response.headers['content-length']) <= WORTH_DRAINING) response.resume()
        else this.#request.destroy()
      },
    }
  }

  #networkOf(response: IncomingMessage): Network | undefined {
    const { names, route } = this.#options
    const address = response.socket.remoteAddress
    return route.proxy !== undefined || address === undefined ? undefined : names.networkOf(address)
  }

  async *#chunks(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) yield chunk
      // Node.js takes a body that only the end of the connection ends for whole, also when we ended it.
      if (this.#failure !== undefined) throw this.#failure
    } catch (error) {
      throw this.#reasonOf(error)
    } finally {
      if (!this.#request.writableFinished) this.#request.destroy()
    }
  }
}

/** With TLS a connection is one when the certificate has been accepted. */
function whenConnected(socket: Socket, connected: () => void): void {
  if (!isSecured(socket)) {
    if (socket.connecting) socket.once('connect', connected)
    else connected()
    return
  }
  if (socket.authorized) connected()
  else socket.once('secureConnect', connected)
}

/** Asked of the socket, because the class would have to be loaded with all of TLS. */
function isSecured(socket: Socket): socket is TLSSocket {
  return 'getProtocol' in socket
}

/**
 * Gives back what the connection reads as soon as it is parsed: node:http copies the body out of it. Only while
 * this answer is read; what comes after it belongs to another exchange.
 */
function releaseReads(response: IncomingMessage): void {
  const { socket } = response
  const parsed = (chunk: Buffer): void => {
    if (response.complete) socket.off('data', parsed)
    else release(chunk)
  }
  socket.on('data', parsed)
  response.once('close', () => socket.off('data', parsed))
}

/**
 * Gives the memory of a chunk back. Left to the garbage collector, more than 100 MB of chunks pile up before it
 * looks, because it counts objects and these are few.
 */
function release({ buffer, byteLength }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}

function switched(): NetworkError {
  return new NetworkError('ERR_SWITCHED', 'it answered 101 and left HTTP, which was not asked for', false, {
    isFault: true,
  })
}

/** The failure of an exchange whose time is over. */
export function noTime(deadline: Deadline): NetworkError {
  return timeout(`no complete answer within ${seconds(deadline.total)}`)
}

function timeout(message: string): NetworkError {
  return new NetworkError('ETIMEDOUT', message, true)
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 100) / 10} s`
}
