/**
 * Reads the `name=value` and `name<<delimiter` entries of $GITHUB_OUTPUT, $GITHUB_STATE and $GITHUB_ENV,
 * by the runner's rules and with its messages. Only a newline ends a line.
 */
export function parseKeyValues(text: string): [name: string, value: string][] {
  const pairs: [string, string][] = []
  // A final newline ends the last line; it does not start an empty one.
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  while (lines.length > 0) {
    const line = lines.shift() ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) pairs.push(parsePair(line, equals))
    else if (heredoc >= 0) pairs.push(parseHeredoc(line, heredoc, lines))
    else throw new Error(`Invalid format '${line}'`)
  }
  return pairs
}

function parsePair(line: string, equals: number): [string, string] {
  if (equals === 0) throw new Error(`Invalid format '${line}'. Name must not be empty`)
  return [line.slice(0, equals), line.slice(equals + 1)]
}

/** Takes the lines of the value, and the delimiter's, off `lines`. */
function parseHeredoc(line: string, heredoc: number, lines: string[]): [string, string] {
  const name = line.slice(0, heredoc)
  const delimiter = line.slice(heredoc + 2)
  if (name === '' || delimiter === '') {
    throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
  }
  const end = lines.indexOf(delimiter)
  if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
  const value = lines.splice(0, end + 1).slice(0, -1)
  return [name, value.join('\n')]
}
