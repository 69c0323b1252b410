/** A workflow command that a step printed. */
export interface WorkflowCommand {
  readonly name: string
  readonly properties: ReadonlyMap<string, string>
  readonly data: string
}

const DATA_ESCAPES = [
  ['%0D', '\r'],
  ['%0A', '\n'],
] as const
const PROPERTY_ESCAPES = [...DATA_ESCAPES, ['%3A', ':'], ['%2C', ',']] as const
const LEGACY_ESCAPES = [['%3B', ';'], ...DATA_ESCAPES, ['%5D', ']']] as const

/**
 * Reads a line as a command: `::name key=value,…::data`, or the old `##[name key=value;…]data`, which the
 * runner still accepts anywhere in a line. Names that are not registered are ordinary output.
 */
export function parseCommand(
  line: string,
  isRegistered: (name: string) => boolean,
): WorkflowCommand | undefined {
  return parseCurrent(line.trimStart(), isRegistered) ?? parseLegacy(line, isRegistered)
}

function parseCurrent(line: string, isRegistered: (name: string) => boolean): WorkflowCommand | undefined {
  const end = line.startsWith('::') ? line.indexOf('::', 2) : -1
  if (end < 0) return undefined
  const [name, properties] = splitOnce(line.slice(2, end), ' ')
  if (!isRegistered(name.toLowerCase())) return undefined
  return {
    name: name.toLowerCase(),
    properties: parseProperties(properties.trim(), ',', PROPERTY_ESCAPES),
    data: unescape(line.slice(end + 2), DATA_ESCAPES),
  }
}

function parseLegacy(line: string, isRegistered: (name: string) => boolean): WorkflowCommand | undefined {
  const start = line.indexOf('##[')
  const end = start < 0 ? -1 : line.indexOf(']', start)
  if (end < 0) return undefined
  const [name, properties] = splitOnce(line.slice(start + 3, end), ' ')
  if (!isRegistered(name.toLowerCase())) return undefined
  return {
    name: name.toLowerCase(),
    properties: parseProperties(properties, ';', LEGACY_ESCAPES),
    data: unescape(line.slice(end + 1), LEGACY_ESCAPES),
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator)
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)]
}

function parseProperties(
  text: string,
  separator: string,
  escapes: readonly (readonly [string, string])[],
): Map<string, string> {
  const pairs = text.split(separator).map((pair) => splitOnce(pair, '='))
  return new Map(
    pairs
      .filter((pair) => !pair.includes(''))
      .map(([key, value]) => [key.toLowerCase(), unescape(value, escapes)]),
  )
}

/** `%25` comes last: the runner undoes the escapes in the opposite order of the toolkit. */
function unescape(text: string, escapes: readonly (readonly [string, string])[]): string {
  return [...escapes, ['%25', '%'] as const].reduce((rest, [from, to]) => rest.replaceAll(from, to), text)
}
