import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { listen } from '../listening.ts'
import { askTarget, type Asking, isIntended } from './ask.ts'
import { changed, isAnswerFault } from './changes.ts'
import { deliver } from './delivery.ts'
import { type Exchange, Turnstile } from './exchange.ts'
import { type ConnectionFault, describeFault, type Fault } from './faults.ts'
import type { Message } from './message.ts'
import { type Chooser, createChooser, type FaultPlan, type Subject } from './plan.ts'
import { createTarget } from './target.ts'

export type { Fault, FaultKind } from './faults.ts'
export type { FaultLottery, FaultPlan, FaultRule, Subject } from './plan.ts'

/** A fault that happened. */
export interface Injected {
  /** The request it happened to, counted from 0; for a connection, the number of requests before it. */
  readonly request: number
  readonly method: string
  readonly path: string
  readonly fault: Fault | ConnectionFault
}

export interface FaultProxyOptions extends FaultPlan {
  /** The origin of the server behind: `http://127.0.0.1:5000`. */
  readonly target: string
  readonly host?: string
  readonly port?: number
  readonly log?: (line: string) => void
}

/** A proxy in front of a server that breaks what passes through it, as planned. */
export interface FaultProxy {
  /** Host and port, as they stand in image references. */
  readonly host: string
  readonly url: string
  /** Every fault so far, in order. */
  readonly injected: readonly Injected[]
  /** Requests so far. */
  readonly requests: number
  /** Connections that are open. */
  readonly connections: number
  /** Another plan from now on; its counts begin anew. Without faults where there is none. */
  follow(plan: FaultPlan): void
  /**
   * Waits until no request is on its way to the target: nothing there changes any more because of what was sent.
   * Answers may still be held back.
   */
  idle(): Promise<void>
  close(): Promise<void>
}

/** A fault in one line. */
export function describeInjected({ request, method, path, fault }: Injected): string {
  return `#${request} ${method} ${path}: ${describeFault(fault)}`
}

/** What a request leaves behind on its connection. */
type Aftermath = 'breaks' | 'mute'

function aftermathOf(fault: Fault | undefined): Aftermath | undefined {
  if (fault?.kind === 'half-close') return 'mute'
  return fault?.kind === 'close-idle' && fault.on === 'next-request' ? 'breaks' : undefined
}

class Proxy implements FaultProxy {
  readonly injected: Injected[] = []
  requests = 0
  host = ''
  readonly #asking: Asking
  readonly #server: Server
  readonly #log: (line: string) => void
  readonly #sockets = new Set<Socket>()
  readonly #aftermath = new WeakMap<Socket, Aftermath>()
  readonly #running = new Set<Promise<void>>()
  readonly #asked = new Set<Promise<unknown>>()
  #chooser: Chooser

  constructor(options: FaultProxyOptions) {
    this.#log = options.log ?? (() => undefined)
    this.#chooser = createChooser(options)
    const target = createTarget(options.target)
    this.#asking = { target, turnstile: new Turnstile(), before: new Map() }
    this.#server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      this.#take(request, response)
    })
    this.#server.on('connection', (socket) => this.#accept(socket))
    // What is not HTTP is the client's fault, and none of ours.
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  get url(): string {
    return `http://${this.host}`
  }

  get connections(): number {
    return this.#sockets.size
  }

  follow(plan: FaultPlan): void {
    this.#chooser = createChooser(plan)
  }

  async listen(host: string, port: number): Promise<void> {
    this.host = await listen(this.#server, { host, port })
  }

  async idle(): Promise<void> {
    while (this.#asked.size > 0) await Promise.allSettled(this.#asked)
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(this.#running)
    this.#asking.target.close()
    await closed
  }

  #note(subject: Subject, fault: Fault | ConnectionFault): void {
    const { method, path } = subject
    const entry = { request: this.requests, method, path, fault }
    this.injected.push(entry)
    this.#log(describeInjected(entry))
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // Connections that break are what this is for.
    socket.on('error', () => undefined)
    const fault = this.#chooser.forConnection()
    if (fault === undefined) return
    this.#note({ method: 'CONNECTION', path: '' }, fault)
    if (fault.how === 'reset') socket.resetAndDestroy()
    else if (fault.how === 'end') socket.destroySoon()
    else this.#aftermath.set(socket, 'mute')
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request
    const aftermath = this.#aftermath.get(socket)
    if (aftermath === 'breaks') socket.resetAndDestroy()
    if (aftermath !== undefined) return
    const [path = ''] = (request.url ?? '').split('?')
    const method = request.method ?? ''
    const fault = this.#chooser.forRequest({ method, path })
    if (fault !== undefined) this.#note({ method, path }, fault)
    this.requests += 1
    const left = aftermathOf(fault)
    if (left !== undefined) this.#aftermath.set(socket, left)
    const gone = new AbortController()
    const leave = (): void => gone.abort()
    socket.once('close', leave)
    const exchange = { request, response, socket, method, url: request.url ?? '', fault, gone: gone.signal }
    const running = this.#handle(exchange).finally(() => {
      socket.off('close', leave)
      this.#running.delete(running)
    })
    this.#running.add(running)
  }

  async #ask(exchange: Exchange): Promise<Message> {
    const asked = askTarget(this.#asking, exchange)
    this.#asked.add(asked)
    try {
      return await asked
    } finally {
      this.#asked.delete(asked)
    }
  }

  async #handle(exchange: Exchange): Promise<void> {
    try {
      const answer = await this.#ask(exchange)
      const message = isAnswerFault(exchange.fault) ? changed(answer, exchange.fault) : answer
      if (!exchange.gone.aborted) await deliver(exchange, message, this.#asking.turnstile)
    } catch (error) {
      if (!isIntended(error)) this.#log(`${exchange.method} ${exchange.url} broke off: ${String(error)}`)
      exchange.socket.destroy()
    } finally {
      this.#asking.turnstile.pass()
    }
  }
}

/** Starts a proxy on a loopback port of its own. */
export async function createFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const proxy = new Proxy(options)
  await proxy.listen(options.host ?? '127.0.0.1', options.port ?? 0)
  return proxy
}
