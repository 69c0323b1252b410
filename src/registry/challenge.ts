/** One authentication scheme a server offers; scheme and parameter names in lower case. */
export interface Challenge {
  readonly scheme: string
  readonly params: Readonly<Record<string, string>>
}

// RFC 9110 §11: challenges are separated by commas, and so are the parameters of one challenge; only the
// token before "=" or its absence tells them apart. Unquoted values are read leniently (`realm=/` exists).
const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y
const PARAMETER = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/sy
const TOKEN68 = /[ \t]+[A-Za-z0-9._~+/-]+=*[ \t]*(?=,|$)/y
const SEPARATOR = /[ \t]*(?:,[ \t]*)+/y
const SPACES = /[ \t]*/y

/** The longest header read; a header larger than this is no challenge. */
const MAX_LENGTH = 16 * 1024

class Cursor {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length
  }

  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at += match[0].length
    return match
  }

  /** True when a parameter, not a scheme, comes next. */
  peeksParameter(): boolean {
    const start = this.#at
    const found = this.take(PARAMETER) !== undefined
    this.#at = start
    return found
  }

  fault(why: string): SyntaxError {
    return new SyntaxError(`${why} at character ${this.#at}`)
  }
}

/**
 * Reads one WWW-Authenticate header.
 * @throws {SyntaxError} when it does not follow the grammar; a guess could send credentials elsewhere.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  if (header.length > MAX_LENGTH) throw new SyntaxError(`longer than ${MAX_LENGTH} characters`)
  const cursor = new Cursor(header)
  const challenges: Challenge[] = []
  // A list may have empty elements (RFC 9110 §5.6.1), also at its beginning.
  cursor.take(SEPARATOR)
  cursor.take(SPACES)
  while (!cursor.isAtEnd) {
    challenges.push(readChallenge(cursor))
    cursor.take(SPACES)
  }
  return challenges
}

function readChallenge(cursor: Cursor): Challenge {
  if (cursor.peeksParameter()) throw cursor.fault('a parameter without a scheme')
  const scheme = cursor.take(TOKEN)?.[0]
  if (scheme === undefined) throw cursor.fault('not a scheme')
  const params = cursor.take(TOKEN68) === undefined ? readParameters(cursor) : new Map<string, string>()
  const more = cursor.take(SEPARATOR) !== undefined
  cursor.take(SPACES)
  if (!more && !cursor.isAtEnd) throw cursor.fault('unexpected text')
  // A map first: a parameter may be called __proto__.
  return { scheme: scheme.toLowerCase(), params: Object.fromEntries(params) }
}

const SPACES_THEN_PARAMETER = /[ \t]+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y
const COMMA_THEN_PARAMETER = /[ \t]*(?:,[ \t]*)+(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+[ \t]*=)/y

function readParameters(cursor: Cursor): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  let separator = SPACES_THEN_PARAMETER
  while (cursor.take(separator) !== undefined) {
    const match = cursor.take(PARAMETER)
    if (match === undefined) throw cursor.fault('not a parameter')
    const name = (match[1] ?? '').toLowerCase()
    if (params.has(name)) throw cursor.fault(`the parameter "${name.slice(0, 40)}" is there twice`)
    params.set(name, match[2] === undefined ? (match[3] ?? '') : match[2].replaceAll(/\\(.)/gs, '$1'))
    separator = COMMA_THEN_PARAMETER
  }
  return params
}

/** What several WWW-Authenticate headers say, and what is wrong with those that say nothing. */
export interface Challenges {
  readonly offered: readonly Challenge[]
  readonly faults: readonly string[]
}

/** Reads every WWW-Authenticate header of an answer; one that is malformed does not spoil the others. */
export function readChallenges(headers: readonly string[]): Challenges {
  const faults: string[] = []
  const offered = headers.flatMap((header) => {
    try {
      return parseChallenges(header)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      faults.push(error.message)
      return []
    }
  })
  return { offered, faults }
}

/** True when a refusal says that a token with a wider scope would be enough (RFC 6750 §3.1). */
export function asksForScope(headers: readonly string[]): boolean {
  return readChallenges(headers).offered.some(
    ({ scheme, params }) => scheme === 'bearer' && params['error']?.toLowerCase() === 'insufficient_scope',
  )
}
