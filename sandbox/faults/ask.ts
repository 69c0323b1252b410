import { corrupted } from './changes.ts'
import { type Exchange, GoneError, pause, type Turnstile } from './exchange.ts'
import { type Fault, type InsteadFault, offsetIn, type RequestFault } from './faults.ts'
import { invented } from './instead.ts'
import type { Message } from './message.ts'
import { BrokenOffError, type Passed, type Target } from './target.ts'

/** What asking needs, beside the request. */
export interface Asking {
  readonly target: Target
  readonly turnstile: Turnstile
  /** The last answers by request, for those that come too late. */
  readonly before: Map<string, Message>
}

const MAX_REMEMBERED = 1000

async function bodyOf({ request }: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  } catch {
    // The only way a body of node:http fails: the client broke it off.
    throw new GoneError('the client broke its request off')
  }
  return Buffer.concat(chunks)
}

/** A request whose body has been taken. */
interface Request {
  readonly asking: Asking
  readonly exchange: Exchange
  readonly body: Buffer
  readonly ask: (altered?: Partial<Passed>) => Promise<Message>
}

type AskingFault = RequestFault | InsteadFault

type Ways = {
  readonly [Kind in AskingFault['kind']]: (
    request: Request,
    fault: Extract<AskingFault, { kind: Kind }>,
  ) => Promise<Message>
}

const WAYS: Ways = {
  'cut-request': async ({ ask, body }, { after }) => await ask({ breakAfter: offsetIn(after, body.length) }),
  'corrupt-request': async ({ ask, body }, { at }) => await ask({ body: corrupted(body, at) }),
  'send-twice': async ({ ask }, { together, answer }) => {
    const answers = together ? await Promise.all([ask(), ask()]) : [await ask(), await ask()]
    return answers[answer === 'first' ? 0 : 1] as Message
  },
  'hold-request': async ({ asking, exchange, ask }, { others, ms }) => {
    await asking.turnstile.wait(others, ms, exchange.gone)
    return await ask()
  },
  'stall-request': async ({ exchange, ask }, { ms }) => {
    await pause(ms, exchange.gone)
    return await ask()
  },
  status: async ({ exchange, ask }, fault) => {
    if (fault.isProcessed) await ask()
    return invented(fault, exchange.url)
  },
  page: async ({ exchange }, fault) => invented(fault, exchange.url),
  redirect: async ({ exchange }, fault) => invented(fault, exchange.url),
  stale: async ({ asking, exchange, ask }) => asking.before.get(keyOf(exchange)) ?? (await ask()),
}

function isAskingFault(fault: Fault | undefined): fault is AskingFault {
  return fault !== undefined && Object.hasOwn(WAYS, fault.kind)
}

/** Takes the request, lets its faults happen, and returns what the client is to get. */
export async function askTarget(asking: Asking, exchange: Exchange): Promise<Message> {
  const { fault, gone, method, url, request } = exchange
  const body = await bodyOf(exchange)
  const passed: Passed = { method, url, rawHeaders: request.rawHeaders, body }
  const ask = async (altered: Partial<Passed> = {}): Promise<Message> =>
    await remembered(asking, exchange, async () => await asking.target.ask({ ...passed, ...altered }, gone))
  if (!isAskingFault(fault)) return await ask()
  const way = WAYS[fault.kind] as (request: Request, fault: AskingFault) => Promise<Message>
  return await way({ asking, exchange, body, ask }, fault)
}

/** True where a cache between client and target could answer. */
function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function keyOf({ method, url }: Exchange): string {
  return `${method} ${url}`
}

async function remembered(
  { before }: Asking,
  exchange: Exchange,
  ask: () => Promise<Message>,
): Promise<Message> {
  const answer = await ask()
  const isLasting = answer.status < 300 || answer.status === 404
  if (isRead(exchange.method) && isLasting) {
    if (before.size >= MAX_REMEMBERED) before.clear()
    before.set(keyOf(exchange), answer)
  }
  return answer
}

/** True for what ends an exchange without an answer, as intended. */
export function isIntended(error: unknown): boolean {
  if (error instanceof GoneError || error instanceof BrokenOffError) return true
  return error instanceof Error && error.name === 'AbortError'
}
