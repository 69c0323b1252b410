import { z } from 'zod'
import { BuildOnceError, InvalidReferenceError } from '../domain/error.ts'
import { parseHost } from '../domain/reference.ts'

/**
 * The one place where texts of inputs become values. A field is a zod schema from the raw text, with its
 * default, to the value; an empty text is an input that was not given, as everywhere on GitHub, and an
 * expression that came out empty therefore means the default too.
 */

/** A text that cannot be read as what it should be; becomes a fault of its input. */
export class FieldFault extends Error {}

/** Makes a field from a parser; whatever the parser throws as a user error becomes the input's fault. */
export function field<T>(parse: (text: string) => T, fallback = '') {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      try {
        return parse(text === '' ? fallback : text)
      } catch (error) {
        if (!(error instanceof FieldFault) && !(error instanceof BuildOnceError)) throw error
        context.addIssue({ code: 'custom', message: error.message })
        return z.NEVER
      }
    })
}

/** A text; undefined when empty. */
export function optionalText() {
  return field((text) => (text === '' ? undefined : text))
}

/** A text that must be given. */
export function requiredText(example: string) {
  return field((text) => {
    if (text === '') throw new FieldFault(`is required, for example ${example}`)
    return text
  })
}

/** The expression for the token of the job. Where nobody evaluates expressions, it arrives as it is written. */
const JOB_TOKEN = '${{ github.token }}'

/** A token; undefined where none was given. */
export function parseJobToken(text: string): string | undefined {
  return text === '' || text === JOB_TOKEN ? undefined : text
}

/** A token for GitHub's API; by default that of the job. */
export function jobToken() {
  return field(parseJobToken, JOB_TOKEN)
}

/** A value that is parsed when given. */
export function optional<T>(parse: (text: string) => T, fallback = '') {
  return field((text) => (text === '' ? undefined : parse(text)), fallback)
}

/** A value that must be given. */
export function required<T>(parse: (text: string) => T, example: string) {
  return field((text) => {
    if (text === '') throw new FieldFault(`is required, for example ${example}`)
    return parse(text)
  })
}

/** Booleans of the YAML 1.2 core schema, as getBooleanInput of the toolkit reads them: nothing else counts. */
export function boolean(fallback: 'true' | 'false') {
  return field((text) => {
    if (['true', 'True', 'TRUE'].includes(text)) return true
    if (['false', 'False', 'FALSE', ''].includes(text)) return false
    throw new FieldFault(`must be true or false, got ${JSON.stringify(text.slice(0, 80))}`)
  }, fallback)
}

/** One of a closed set of words. */
export function oneOf<const T extends string>(choices: readonly T[], fallback: T) {
  return field((text) => {
    const found = choices.find((choice) => choice === text)
    if (found === undefined)
      throw new FieldFault(`must be one of ${choices.join(', ')}, got ${JSON.stringify(text.slice(0, 80))}`)
    return found
  }, fallback)
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A duration, `0`, `30s`, `10m`, `1h` or `7d`, in milliseconds. */
export function parseDuration(text: string): number {
  if (text === '0') return 0
  const groups = /^(?<count>0|[1-9]\d{0,5})(?<unit>[smhd])$/.exec(text)?.groups
  if (groups === undefined) {
    throw new FieldFault(
      `must be a duration such as 0, 30s, 10m, 1h or 7d, got ${JSON.stringify(text.slice(0, 80))}`,
    )
  }
  return Number(groups['count']) * UNITS[groups['unit'] as keyof typeof UNITS]
}

/** Entries separated by lines; commas belong to the entry (build-args, labels, secrets …). */
export function parseLines(text: string): readonly string[] {
  return clean(parseRecords(text).map((record) => record.join(',')))
}

/** Entries separated by lines or commas (tags, platforms …). */
export function parseList(text: string): readonly string[] {
  // A line that is one quoted field is split again: docker/build-push-action does, so `"a,b"` is two entries.
  return clean(
    parseRecords(text).flatMap((record) => (record.length === 1 ? record.join().split(',') : record)),
  )
}

/** Hosts, `host` or `host:port`, separated by lines or commas. */
export function parseHosts(text: string): readonly string[] {
  return parseList(text).map((entry) => {
    try {
      return parseHost(entry)
    } catch (error) {
      if (!(error instanceof InvalidReferenceError)) throw error
      const why = error.message.replace('Not a valid reference', 'not a host or host:port')
      throw new FieldFault(why, { cause: error })
    }
  })
}

function clean(entries: readonly string[]): readonly string[] {
  return entries.map((entry) => entry.trim()).filter((entry) => entry !== '')
}

/**
 * Reads lists exactly as docker/build-push-action does: comma separated values in which a field that starts
 * with a quote may hold commas, newlines and doubled quotes, and quotes elsewhere are plain text.
 */
function parseRecords(text: string): readonly (readonly string[])[] {
  const records: string[][] = []
  let record: string[] = []
  let position = 0
  while (position <= text.length) {
    const { value, end } = readField(text, position)
    record.push(value)
    position = end + (text.startsWith('\r\n', end) ? 2 : 1)
    if (text[end] === ',') continue
    records.push(record)
    record = []
  }
  return records
}

function readField(text: string, start: number): { value: string; end: number } {
  const plain = /[^,\r\n]*/y
  const quoted = /"((?:[^"]|"")*)("?)/y
  quoted.lastIndex = start
  const match = quoted.exec(text)
  const content = (match?.[1] ?? '').replaceAll('""', '"')
  plain.lastIndex = match === null ? start : quoted.lastIndex
  const rest = plain.exec(text)?.[0] ?? ''
  const end = plain.lastIndex
  if (match === null) return { value: rest, end }
  if (match[2] === '') {
    // Only the place is named: lists of secrets are read here too.
    throw new FieldFault(
      `has a quote in line ${text.slice(0, start).split('\n').length} that is never closed`,
    )
  }
  // Text behind the closing quote makes the quotes plain text.
  return { value: rest === '' ? content : `"${content}"${rest}`, end }
}

/** An argument vector: a JSON array of strings, or one argument a line. */
export function parseArguments(text: string): readonly string[] {
  if (!text.trimStart().startsWith('[')) return text.split(/\r?\n/).filter((line) => line !== '')
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch (cause) {
    throw new FieldFault('looks like a JSON array but is not one', { cause })
  }
  const result = z.array(z.string()).safeParse(body)
  if (!result.success) throw new FieldFault('must be a JSON array of strings, or one argument a line')
  return result.data
}

/** `KEY=value` entries as pairs, in order. */
export function parsePairs(text: string): readonly (readonly [string, string])[] {
  return parseLines(text).map((entry) => {
    const at = entry.indexOf('=')
    if (at <= 0)
      throw new FieldFault(`must hold KEY=value entries, got ${JSON.stringify(entry.slice(0, 40))}`)
    return [entry.slice(0, at), entry.slice(at + 1)] as const
  })
}

/** Runs a schema over raw inputs; every fault names its input as the user typed it. */
export function parseFields<T extends z.ZodRawShape>(
  schema: z.ZodObject<T>,
  raw: ReadonlyMap<string, string>,
): { readonly values: z.output<z.ZodObject<T>> | undefined; readonly faults: readonly string[] } {
  const known = Object.keys(schema.shape)
  const given = Object.fromEntries(known.flatMap((name) => (raw.has(name) ? [[name, raw.get(name)]] : [])))
  const result = schema.safeParse(given)
  if (result.success) return { values: result.data, faults: [] }
  return {
    values: undefined,
    faults: result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  }
}
