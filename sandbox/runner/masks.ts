/** Replaces secrets by `***`. */
export interface Masker {
  /** Adds a value: all of it, each of its lines, and its usual encodings. */
  add(secret: string): void
  mask(text: string): string
}

/** The forms in which the runner expects a secret to turn up again (its ValueEncoders). */
const ENCODERS: readonly ((value: string) => string)[] = [
  (value) => base64(value, 0),
  (value) => base64(value, 1),
  (value) => base64(value, 2),
  (value) => JSON.stringify(value).slice(1, -1),
  (value) => encodeURIComponent(value),
  (value) => value.replaceAll("'", "''"),
  (value) => value.replace(/[<>&"']/g, (character) => XML[character] ?? character),
  (value) => (value.length > 8 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : ''),
]

const XML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Base64 of the bytes from `shift` on: a secret inside a longer encoded text starts at any of three offsets. */
function base64(value: string, shift: number): string {
  const bytes = Buffer.from(value)
  return bytes.subarray(bytes.length > shift ? shift : 0).toString('base64')
}

/** Makes a masker that knows no secret. */
export function createMasker(): Masker {
  const secrets = new Set<string>()
  return {
    add(secret) {
      // Output is masked line by line, so that a multi-line secret only ever shows as its lines.
      for (const value of [secret, ...secret.split(/[\r\n]+/)]) {
        if (value.trim() === '') continue
        secrets.add(value)
        for (const encode of ENCODERS) secrets.add(encode(value))
      }
      secrets.delete('')
    },
    mask: (text) => replaceRanges(text, mergeRanges(findRanges(text, secrets))),
  }
}

type Range = readonly [start: number, end: number]

function findRanges(text: string, secrets: ReadonlySet<string>): Range[] {
  const ranges: Range[] = []
  for (const secret of secrets) {
    let start = text.indexOf(secret)
    while (start >= 0) {
      ranges.push([start, start + secret.length])
      start = text.indexOf(secret, start + 1)
    }
  }
  return ranges.toSorted((a, b) => a[0] - b[0])
}

/** Overlapping and touching ranges become one `***`, as in the runner. */
function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: Range[] = []
  for (const [start, end] of ranges) {
    const last = merged.at(-1)
    if (last !== undefined && start <= last[1]) merged[merged.length - 1] = [last[0], Math.max(last[1], end)]
    else merged.push([start, end])
  }
  return merged
}

function replaceRanges(text: string, ranges: readonly Range[]): string {
  let result = ''
  let position = 0
  for (const [start, end] of ranges) {
    result += `${text.slice(position, start)}***`
    position = end
  }
  return result + text.slice(position)
}
