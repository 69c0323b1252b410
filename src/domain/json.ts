import { createHash } from 'node:crypto'

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Bounds a document from a stranger must keep. */
export interface JsonBounds {
  readonly maxBytes: number
  readonly maxDepth?: number
}

/**
 * Parses JSON that a stranger may have written: bounded in size and depth, valid UTF-8, no byte order mark,
 * no key twice in one object (two parsers would disagree on which counts) and no `__proto__` key.
 * @throws {SyntaxError} saying what is wrong.
 */
export function parseStrictJson(bytes: Uint8Array, bounds: JsonBounds): Json {
  if (bytes.byteLength > bounds.maxBytes) throw new SyntaxError(`larger than ${bounds.maxBytes} bytes`)
  const text = decode(bytes)
  scan(text, bounds.maxDepth ?? 32)
  return JSON.parse(text) as Json
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new SyntaxError('not valid UTF-8', { cause })
  }
}

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]
const WHITE_SPACE = [0x20, 0x09, 0x0a, 0x0d]

/**
 * One pass over the text for what JSON.parse does not report; JSON.parse judges the grammar afterwards. Character
 * by character, because a regular expression for strings runs out of stack where one holds millions of escapes.
 */
function scan(text: string, maxDepth: number): void {
  const objects: (Set<string> | undefined)[] = []
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      checkKey(text, at, end, objects.at(-1))
      at = end - 1
    } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
      objects.push(code === OPEN_OBJECT ? new Set() : undefined)
      if (objects.length > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`)
    } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) objects.pop()
  }
}

/** The position behind a string; the end of the text when it is never closed. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) at += 1
  }
  return text.length
}

function checkKey(text: string, start: number, end: number, keys: Set<string> | undefined): void {
  if (keys === undefined) return
  let at = end
  while (WHITE_SPACE.includes(text.charCodeAt(at))) at += 1
  if (text.charCodeAt(at) !== COLON) return
  const key = JSON.parse(text.slice(start, end)) as string
  if (keys.has(key)) throw new SyntaxError(`the key ${JSON.stringify(key.slice(0, 80))} is there twice`)
  if (key === '__proto__') throw new SyntaxError('the key "__proto__" is not allowed')
  keys.add(key)
}

/** JSON with sorted keys and no white space: the same value is always the same bytes. */
export function canonicalJson(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((entry: Json) => canonicalJson(entry)).join(',')}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonicalJson(entry)}`).join(',')}}`
}

/** A short, stable key for a text in names that allow few characters. */
export function shortKey(text: string, length = 12): string {
  return createHash('sha256').update(text).digest('hex').slice(0, length)
}
