/** Where in a message: a byte counted from its start, or a share of its length from 0 to 1. */
export type Place = { readonly byte: number } | { readonly share: number }

/** What goes wrong with a request before the target has it. */
export type RequestFault =
  /** The target gets the head and this much of the body; then both connections break. */
  | { readonly kind: 'cut-request'; readonly after: Place }
  | { readonly kind: 'corrupt-request'; readonly at: Place }
  /** The target gets it twice, at once or one after the other; the client gets one of the answers. */
  | { readonly kind: 'send-twice'; readonly together: boolean; readonly answer: 'first' | 'second' }
  /** Held until this many other requests were answered, but no longer than `ms`. */
  | { readonly kind: 'hold-request'; readonly others: number; readonly ms: number }
  /** Without `ms` for ever: the target never gets it. */
  | { readonly kind: 'stall-request'; readonly ms?: number }

/** What the client gets in place of the answer of the target. */
export type InsteadFault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly retryAfter?: string
      readonly body: 'none' | 'text' | 'html' | 'oci'
      /** The target has processed the request all the same. */
      readonly isProcessed: boolean
    }
  /** A web page, as a login proxy or an outage sends it. */
  | { readonly kind: 'page'; readonly status: number }
  /** `self` is a loop; anything else is an address. */
  | { readonly kind: 'redirect'; readonly status: number; readonly to: string }
  /** What the same request was answered last time: a cache that lags behind. */
  | { readonly kind: 'stale' }

/** What is changed in the answer of the target. */
export type AnswerFault =
  | { readonly kind: 'corrupt-body'; readonly at: Place }
  | { readonly kind: 'corrupt-header'; readonly name: string; readonly at: Place }
  | { readonly kind: 'drop-header'; readonly name: string }
  /** Without a value the header comes twice as it is. */
  | { readonly kind: 'repeat-header'; readonly name: string; readonly value?: string }
  | { readonly kind: 'repeat-chunk'; readonly at: Place; readonly length: number }
  | { readonly kind: 'swap-chunks'; readonly at: Place; readonly length: number }
  /** Compressed although nobody asked for it; not declared, it is just other bytes. */
  | { readonly kind: 'gzip'; readonly isDeclared: boolean }
  | { readonly kind: 'empty-body' }

/** What goes wrong on the way back. */
export type DeliveryFault =
  /** The target has processed the request; the connection breaks before the answer. */
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'cut-head'; readonly after: Place }
  /** `close` declares no length, so that the end of the connection looks like the end of the body. */
  | { readonly kind: 'cut-body'; readonly after: Place; readonly framing: 'length' | 'chunked' | 'close' }
  /** Without `ms` for ever. */
  | { readonly kind: 'stall-head'; readonly ms?: number }
  | { readonly kind: 'stall-body'; readonly at: Place; readonly ms?: number }
  | { readonly kind: 'drip'; readonly bytes: number; readonly ms: number }
  /** As `hold-request`, after the target has processed it: answers come in another order. */
  | { readonly kind: 'hold-answer'; readonly others: number; readonly ms: number }
  /** Declares more bytes than come, or fewer. */
  | { readonly kind: 'wrong-length'; readonly by: number }
  /** More bytes behind the answer, on a connection that stays open. */
  | { readonly kind: 'extra-bytes'; readonly bytes: string; readonly ms: number }
  /** The whole answer again behind the answer, on a connection that stays open. */
  | { readonly kind: 'answer-twice'; readonly ms: number }
  /** A whole answer on a connection that is closed afterwards: at once, or when the next request comes. */
  | { readonly kind: 'close-idle'; readonly on: 'answer' | 'next-request' }
  /** A whole answer; the proxy then ends its side and takes, but never answers, what still comes. */
  | { readonly kind: 'half-close' }

/** What happens to a connection before anything was said. */
export interface ConnectionFault {
  readonly kind: 'drop-connection'
  /** `mute`: it stays open, and nothing is ever read from it. */
  readonly how: 'reset' | 'end' | 'mute'
}

/** Everything that can go wrong with one request. */
export type Fault = RequestFault | InsteadFault | AnswerFault | DeliveryFault

/** The name of a fault. */
export type FaultKind = Fault['kind']

/** The offset a place means in a message of some length; never behind its end. */
export function offsetIn(place: Place, length: number): number {
  const offset = 'byte' in place ? place.byte : Math.floor(place.share * length)
  return Math.min(Math.max(0, offset), length)
}

/** One line: `cut-body after=12 framing=close`. */
export function describeFault(fault: Fault | ConnectionFault): string {
  const details = Object.entries(fault)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name}=${describeValue(value)}`)
  return [fault.kind, ...details].join(' ')
}

function describeValue(value: Place | string | number | boolean): string {
  if (typeof value !== 'object') return String(value)
  return 'byte' in value ? String(value.byte) : `${(value.share * 100).toFixed(1)}%`
}
