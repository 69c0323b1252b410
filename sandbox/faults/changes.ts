import { gzipSync } from 'node:zlib'
import { type AnswerFault, type Fault, offsetIn, type Place } from './faults.ts'
import type { Header, Message } from './message.ts'

/** The bytes with one of them changed; no bytes stay none. */
export function corrupted(bytes: Buffer, at: Place): Buffer {
  if (bytes.length === 0) return bytes
  const changed = Buffer.from(bytes)
  const offset = Math.min(offsetIn(at, bytes.length), bytes.length - 1)
  // One bit: letters stay letters and digits stay close to digits, so that much of the result still parses.
  changed[offset] = (changed[offset] ?? 0) ^ 1
  return changed
}

/** Another printable character in one place. An address keeps its host: corruption must not lead to strangers. */
function corruptedValue(name: string, value: string, at: Place): string {
  const start =
    name.toLowerCase() === 'location' ? (/^https?:\/\/[^/]*\/?|^\//u.exec(value)?.[0].length ?? 0) : 0
  if (value.length === start) return value
  const offset = start + Math.min(offsetIn(at, value.length - start), value.length - start - 1)
  const old = value[offset] ?? ''
  const other = /\d/u.test(old) ? String((Number(old) + 1) % 10) : old === 'x' ? 'y' : 'x'
  return value.slice(0, offset) + other + value.slice(offset + 1)
}

function repeated(body: Buffer, at: Place, length: number): Buffer {
  const start = offsetIn(at, body.length)
  const end = Math.min(body.length, start + length)
  return Buffer.concat([body.subarray(0, end), body.subarray(start)])
}

function swapped(body: Buffer, at: Place, length: number): Buffer {
  const start = Math.min(offsetIn(at, body.length), Math.max(0, body.length - 2 * length))
  const middle = Math.min(body.length, start + length)
  const end = Math.min(body.length, middle + length)
  const parts = [body.subarray(0, start), body.subarray(middle, end), body.subarray(start, middle)]
  return Buffer.concat([...parts, body.subarray(end)])
}

function isNamed(name: string): (header: Header) => boolean {
  return ([other]) => other.toLowerCase() === name.toLowerCase()
}

/** A length that was declared is part of what can be wrong with the headers. */
function withLength({ headers, body, ...rest }: Message): Message {
  if (headers.some(isNamed('content-length')) || body.length === 0) return { headers, body, ...rest }
  return { ...rest, body, headers: [...headers, ['Content-Length', String(body.length)]] }
}

type Changes = {
  readonly [Kind in AnswerFault['kind']]: (
    message: Message,
    fault: Extract<AnswerFault, { kind: Kind }>,
  ) => Message
}

const CHANGES: Changes = {
  'corrupt-body': (message, { at }) => ({ ...message, body: corrupted(message.body, at) }),
  'corrupt-header': (message, { name, at }) => {
    const whole = withLength(message)
    const isIt = isNamed(name)
    const change = ([own, value]: Header): Header => [own, corruptedValue(own, value, at)]
    return { ...whole, headers: whole.headers.map((header) => (isIt(header) ? change(header) : header)) }
  },
  'drop-header': (message, { name }) => {
    const isIt = isNamed(name)
    return { ...message, headers: message.headers.filter((header) => !isIt(header)) }
  },
  'repeat-header': (message, { name, value }) => {
    const again = value ?? message.headers.find(isNamed(name))?.[1]
    return again === undefined ? message : { ...message, headers: [...message.headers, [name, again]] }
  },
  'repeat-chunk': (message, { at, length }) => ({ ...message, body: repeated(message.body, at, length) }),
  'swap-chunks': (message, { at, length }) => ({ ...message, body: swapped(message.body, at, length) }),
  gzip: ({ status, headers, body }, { isDeclared }) => {
    const encoding: Header[] = isDeclared ? [['Content-Encoding', 'gzip']] : []
    return { status, headers: [...headers, ...encoding], body: gzipSync(body) }
  },
  'empty-body': (message) => ({ ...message, body: Buffer.alloc(0) }),
}

/** True for a fault that is a change of the answer. */
export function isAnswerFault(fault: Fault | undefined): fault is AnswerFault {
  return fault !== undefined && Object.hasOwn(CHANGES, fault.kind)
}

/** The answer as the fault leaves it; the length of a changed body is declared as it is. */
export function changed(message: Message, fault: AnswerFault): Message {
  const change = CHANGES[fault.kind] as (message: Message, fault: AnswerFault) => Message
  return change(message, fault)
}
