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

/** One pass over the text for what JSON.parse does not report; JSON.parse judges the grammar afterwards. */
function scan(text: string, maxDepth: number): void {
  const objects: (Set<string> | undefined)[] = []
  // A string that is never closed is taken to the end, so that no text makes this quadratic.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?$)|[{}[\]]/gs
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const found = match[0]
    if (found === '{' || found === '[') {
      objects.push(found === '{' ? new Set() : undefined)
      if (objects.length > maxDepth) throw new SyntaxError(`nested deeper than ${maxDepth}`)
    } else if (found === '}' || found === ']') objects.pop()
    else checkKey(text, token.lastIndex, found, objects.at(-1))
  }
}

function checkKey(text: string, end: number, literal: string, keys: Set<string> | undefined): void {
  const colon = /\s*:/y
  colon.lastIndex = end
  if (keys === undefined || !literal.endsWith('"') || !colon.test(text)) return
  const key = JSON.parse(literal) as string
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
