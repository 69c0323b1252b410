import type { InsteadFault } from './faults.ts'
import type { Header, Message } from './message.ts'

const PAGE = '<!doctype html><html><title>Sign in</title><p>Please sign in to continue.</html>'

const BODIES = {
  none: { type: undefined, text: '' },
  text: { type: 'text/plain', text: 'try again later\n' },
  html: { type: 'text/html', text: PAGE },
  oci: {
    type: 'application/json',
    text: JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message: 'slow down', detail: null }] }),
  },
} as const

type Invention = Exclude<InsteadFault, { kind: 'stale' }>

function page(status: number): Message {
  return { status, headers: [['Content-Type', 'text/html']], body: Buffer.from(PAGE) }
}

function redirect({ status, to }: Extract<Invention, { kind: 'redirect' }>, address: string): Message {
  return { status, headers: [['Location', to === 'self' ? address : to]], body: Buffer.alloc(0) }
}

/** The answer a fault gives in place of the target's, to a request for an address. */
export function invented(fault: Invention, address: string): Message {
  if (fault.kind === 'page') return page(fault.status)
  if (fault.kind === 'redirect') return redirect(fault, address)
  const { type, text } = BODIES[fault.body]
  const headers: Header[] = type === undefined ? [] : [['Content-Type', type]]
  if (fault.retryAfter !== undefined) headers.push(['Retry-After', fault.retryAfter])
  return { status: fault.status, headers, body: Buffer.from(text) }
}
