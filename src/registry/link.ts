/** One entry of a Link header (RFC 8288 §3): where it leads, and what that is to this document. */
export interface Link {
  readonly target: string
  readonly relations: readonly string[]
  /** The document the link is about, where that is another one. */
  readonly anchor: string | undefined
}

const SEPARATOR = /[ \t,]*/y
const TARGET = /<([^<>]*)>/y
// A parameter may be empty, have no value, a token, or a quoted text in which anything but a quote is itself.
const PARAMETER =
  /[ \t]*;[ \t]*(?:(?<name>[\w!#$%&'*+.^`|~-]+)[ \t]*(?:=[ \t]*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s",;]*)))?)?/y
const END = /[ \t]*(?:,|$)/y

/**
 * Reads Link headers, several of them joined by commas. Parameters come in any order and case; of one that is
 * repeated the first counts.
 * @returns undefined when it is not one: a reader that skips what it does not understand takes a part of a list
 *   for the whole.
 */
export function parseLinks(header: string): readonly Link[] | undefined {
  const links: Link[] = []
  let position = take(SEPARATOR, header, 0)?.end ?? 0
  while (position < header.length) {
    const target = take(TARGET, header, position)
    if (target === undefined) return undefined
    const { parameters, end } = takeParameters(header, target.end)
    const separator = take(END, header, end)
    if (separator === undefined) return undefined
    links.push({
      target: target.match[1]?.trim() ?? '',
      relations: (parameters.get('rel') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
      anchor: parameters.get('anchor'),
    })
    position = take(SEPARATOR, header, separator.end)?.end ?? header.length
  }
  return links
}

function takeParameters(
  header: string,
  start: number,
): { readonly parameters: ReadonlyMap<string, string>; readonly end: number } {
  const parameters = new Map<string, string>()
  let end = start
  for (let found = take(PARAMETER, header, end); found !== undefined; found = take(PARAMETER, header, end)) {
    const { name, quoted, token } = found.match.groups ?? {}
    const key = name?.toLowerCase()
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? token ?? ''
    if (key !== undefined && !parameters.has(key)) parameters.set(key, value)
    end = found.end
  }
  return { parameters, end }
}

function take(
  pattern: RegExp,
  text: string,
  position: number,
): { readonly match: RegExpExecArray; readonly end: number } | undefined {
  pattern.lastIndex = position
  const match = pattern.exec(text)
  return match === null ? undefined : { match, end: pattern.lastIndex }
}
