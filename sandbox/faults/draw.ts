import type { ConnectionFault, Fault, FaultKind, Place } from './faults.ts'
import type { Random } from './random.ts'

/** What draws may use. */
export interface DrawOptions {
  /** Addresses redirects may lead to; without any they only lead in circles. */
  readonly elsewhere: readonly string[]
  /** The longest pause in milliseconds, beside those that never end. */
  readonly longestMs: number
}

/** A fault, and how many of the same requests in a row meet it. */
export interface Drawn {
  readonly fault: Fault
  readonly times: number
}

const HEADERS = ['Docker-Content-Digest', 'Content-Type', 'Location', 'Content-Length'] as const
const REPEATED = [
  { name: 'Docker-Content-Digest' },
  { name: 'Docker-Content-Digest', value: `sha256:${'0'.repeat(64)}` },
  { name: 'Content-Type' },
  { name: 'Content-Type', value: 'text/plain' },
  { name: 'Location' },
  { name: 'Link', value: '</v2/_catalog?n=1>; rel="next"' },
] as const
const RETRY_AFTER = [
  undefined,
  '0',
  '1',
  '  2 ',
  '86400',
  '99999999999999999999',
  '-1',
  '1.5',
  'soon',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'Fri, 31 Dec 2100 23:59:59 GMT',
] as const
const EXTRA = [
  '\r\n',
  'garbage',
  '\0'.repeat(100),
  'HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n' +
    '{"errors":[{"code":"MANIFEST_UNKNOWN","message":""}]}'.slice(0, 50),
] as const

function place(random: Random): Place {
  // The very first and the very last bytes are where mistakes are made.
  const share = { share: random.next() }
  return random.pick<Place>([share, share, { byte: 0 }, { byte: 1 }, { share: 1 }, { share: 0.999_999 }])
}

function pause(random: Random, { longestMs }: DrawOptions): { readonly ms?: number } {
  return random.chance(0.3) ? {} : { ms: 1 + random.below(longestMs) }
}

type Draw<Kind extends FaultKind> = (
  random: Random,
  options: DrawOptions,
) => Omit<Extract<Fault, { kind: Kind }>, 'kind'>

const DRAWS: { readonly [Kind in FaultKind]: Draw<Kind> } = {
  'cut-request': (random) => ({ after: place(random) }),
  'corrupt-request': (random) => ({ at: place(random) }),
  'send-twice': (random) => ({ together: random.chance(0.5), answer: random.pick(['first', 'second']) }),
  'hold-request': (random, { longestMs }) => ({ others: 1 + random.below(3), ms: longestMs }),
  'stall-request': pause,
  status: (random) => {
    const retryAfter = random.pick(RETRY_AFTER)
    return {
      status: random.pick([429, 429, 500, 502, 503, 504]),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      body: random.pick(['none', 'text', 'html', 'oci'] as const),
      isProcessed: random.chance(0.3),
    }
  },
  page: (random) => ({ status: random.pick([200, 404]) }),
  redirect: (random, { elsewhere }) => ({
    status: random.pick([301, 302, 303, 307, 308]),
    to: random.pick(['self', ...elsewhere]),
  }),
  stale: () => ({}),
  'corrupt-body': (random) => ({ at: place(random) }),
  'corrupt-header': (random) => ({ name: random.pick(HEADERS), at: place(random) }),
  'drop-header': (random) => ({ name: random.pick(HEADERS) }),
  'repeat-header': (random) => random.pick<{ name: string; value?: string }>(REPEATED),
  'repeat-chunk': (random) => ({ at: place(random), length: 1 + random.below(64) }),
  'swap-chunks': (random) => ({ at: place(random), length: 1 + random.below(64) }),
  gzip: (random) => ({ isDeclared: random.chance(0.7) }),
  'empty-body': () => ({}),
  'lose-answer': () => ({}),
  'cut-head': (random) => ({ after: place(random) }),
  'cut-body': (random) => ({
    after: place(random),
    framing: random.pick(['length', 'chunked', 'close'] as const),
  }),
  'stall-head': pause,
  'stall-body': (random, options) => ({ at: place(random), ...pause(random, options) }),
  drip: (random, { longestMs }) => ({
    bytes: 1 + random.below(400),
    ms: 1 + random.below(Math.ceil(longestMs / 10)),
  }),
  'hold-answer': (random, { longestMs }) => ({ others: 1 + random.below(3), ms: longestMs }),
  'wrong-length': (random) => ({ by: random.pick([-1, 1]) * (1 + random.below(20)) }),
  // Right behind the answer: what comes once the next request is on its way cannot be told from its answer.
  'extra-bytes': (random) => ({ bytes: random.pick(EXTRA), ms: 0 }),
  'answer-twice': () => ({ ms: 0 }),
  'close-idle': (random) => ({ on: random.pick(['answer', 'next-request'] as const) }),
  'half-close': () => ({}),
}

/** Every fault there is. */
export const FAULT_KINDS = Object.keys(DRAWS) as readonly FaultKind[]

/** Draws one of the kinds, with parameters of its own. */
export function drawFault(random: Random, kinds: readonly FaultKind[], options: DrawOptions): Drawn {
  const kind = random.pick(kinds)
  const draw = DRAWS[kind] as Draw<FaultKind>
  const fault = { kind, ...draw(random, options) } as Fault
  // Overload comes in storms; the rest comes and goes.
  return { fault, times: kind === 'status' || kind === 'page' ? 1 + random.below(5) : 1 }
}

/** Draws how a new connection is dropped. */
export function drawConnectionFault(random: Random): ConnectionFault {
  return { kind: 'drop-connection', how: random.pick(['reset', 'end', 'mute'] as const) }
}
