import type { ServerResponse } from 'node:http'
import { type Exchange, pause, type Turnstile } from './exchange.ts'
import { type DeliveryFault, type Fault, offsetIn } from './faults.ts'
import { declared, encodeHead, hasHeader, type Header, isBodiless, type Message } from './message.ts'

type Deliveries = {
  readonly [Kind in DeliveryFault['kind']]: (
    exchange: Exchange,
    message: Message,
    fault: Extract<DeliveryFault, { kind: Kind }>,
    turnstile: Turnstile,
  ) => Promise<void>
}

const DELIVERIES: Deliveries = {
  'lose-answer': async ({ socket }) => void socket.resetAndDestroy(),
  'cut-head': async ({ method, socket }, message, { after }) => {
    const head = encodeHead(method, message)
    socket.end(head.subarray(0, offsetIn(after, head.length - 1)))
  },
  'cut-body': cutBody,
  'stall-head': async (exchange, message, { ms }) => {
    await pause(ms, exchange.gone)
    await whole(exchange, message)
  },
  'stall-body': async (exchange, message, { at, ms }) => {
    await inParts(exchange, message, [offsetIn(at, message.body.length)], ms)
  },
  drip: async (exchange, message, { bytes, ms }) => {
    await inParts(exchange, message, steps(message.body.length, bytes), ms)
  },
  'hold-answer': async (exchange, message, { others, ms }, turnstile) => {
    await turnstile.wait(others, ms, exchange.gone)
    await whole(exchange, message)
  },
  'wrong-length': async (exchange, message, { by }) => {
    const length = Math.max(0, message.body.length + by)
    await whole(exchange, withLength(message, String(length)))
  },
  'extra-bytes': async (exchange, message, { bytes, ms }) => {
    await followed(exchange, message, Buffer.from(bytes, 'latin1'), ms)
  },
  'answer-twice': async (exchange, message, { ms }) => {
    await followed(exchange, message, encodeWhole(exchange.method, message), ms)
  },
  'close-idle': async (exchange, message, { on }) => {
    await whole(exchange, message)
    // The other kind breaks when the next request comes: see the proxy.
    if (on === 'answer') exchange.socket.destroySoon()
  },
  'half-close': async (exchange, message) => {
    await whole(exchange, message)
    exchange.socket.end()
  },
}

function isDeliveryFault(fault: Fault | undefined): fault is DeliveryFault {
  return fault !== undefined && Object.hasOwn(DELIVERIES, fault.kind)
}

/** Sends an answer to the client, breaking it on the way as the fault says. */
export async function deliver(exchange: Exchange, message: Message, turnstile: Turnstile): Promise<void> {
  const { fault } = exchange
  if (!isDeliveryFault(fault)) {
    await whole(exchange, message)
    return
  }
  const delivery = DELIVERIES[fault.kind] as (...all: [Exchange, Message, Fault, Turnstile]) => Promise<void>
  await delivery(exchange, message, fault, turnstile)
}

function start(exchange: Exchange, { status }: Message, headers: readonly Header[]): ServerResponse {
  const { response } = exchange
  response.sendDate = false
  response.writeHead(status, headers.flat())
  return response
}

/** Waits until something was sent, or there is nobody any more to send it to. */
async function sent({ gone }: Exchange, send: (done: () => void) => void): Promise<void> {
  if (gone.aborted) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      gone.removeEventListener('abort', done)
      resolve()
    }
    gone.addEventListener('abort', done, { once: true })
    send(done)
  })
}

async function written(exchange: Exchange, bytes: Buffer): Promise<void> {
  if (bytes.length === 0) return
  await sent(exchange, (done) => exchange.response.write(bytes, done))
}

async function ended(exchange: Exchange, bytes: Buffer): Promise<void> {
  await sent(exchange, (done) => exchange.response.end(bytes, done))
}

async function whole(exchange: Exchange, message: Message): Promise<void> {
  start(exchange, message, declared(exchange.method, message))
  await ended(exchange, message.body)
}

async function cutBody(
  exchange: Exchange,
  message: Message,
  { after, framing }: Extract<DeliveryFault, { kind: 'cut-body' }>,
): Promise<void> {
  const { response, socket } = exchange
  const part = message.body.subarray(0, offsetIn(after, message.body.length))
  if (framing === 'length' || isBodiless(exchange.method, message.status)) {
    start(exchange, message, declared(exchange.method, message))
  } else {
    response.useChunkedEncodingByDefault = framing === 'chunked'
    response.shouldKeepAlive = framing === 'chunked'
    start(exchange, message, withoutLength(message))
  }
  response.flushHeaders()
  await written(exchange, part)
  socket.destroySoon()
}

async function inParts(
  exchange: Exchange,
  message: Message,
  offsets: readonly number[],
  ms: number | undefined,
): Promise<void> {
  const response = start(exchange, message, declared(exchange.method, message))
  response.flushHeaders()
  let at = 0
  for (const offset of offsets) {
    await written(exchange, message.body.subarray(at, offset))
    at = offset
    await pause(ms, exchange.gone)
  }
  await ended(exchange, message.body.subarray(at))
}

// A body that takes longer than this many steps would only be slow, not more instructive.
const MAX_STEPS = 50

function steps(length: number, bytes: number): number[] {
  const step = Math.max(bytes, Math.ceil(length / MAX_STEPS))
  return Array.from({ length: Math.floor(length / step) }, (_, index) => (index + 1) * step)
}

/** Bytes right behind the answer, in the same write where there is no pause. */
async function followed(exchange: Exchange, message: Message, extra: Buffer, ms: number): Promise<void> {
  const { socket, gone } = exchange
  if (ms === 0) socket.cork()
  const answered = whole(exchange, message)
  if (ms === 0) {
    socket.write(extra)
    socket.uncork()
    await answered
    return
  }
  await answered
  await pause(ms, gone)
  socket.write(extra)
}

function encodeWhole(method: string, message: Message): Buffer {
  const body = isBodiless(method, message.status) ? Buffer.alloc(0) : message.body
  return Buffer.concat([encodeHead(method, message), body])
}

function withoutLength(message: Message): readonly Header[] {
  return message.headers.filter(([name]) => name.toLowerCase() !== 'content-length')
}

function withLength(message: Message, length: string): Message {
  if (message.body.length === 0 && !hasHeader(message, 'content-length')) return message
  return { ...message, headers: [...withoutLength(message), ['Content-Length', length]] }
}
