/**
 * A text from outside for use in a message: quoted, on one line, in printable ASCII only (what looks like an
 * ASCII letter and is none shows), and cut to a length.
 */
export function quoted(text: string, max = 200): string {
  const shown = JSON.stringify(text.slice(0, max)).replaceAll(/[^ -~]/g, escapeUnit)
  return text.length > max ? `${shown}… (${text.length} characters)` : shown
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** What a value is, for a message about one that should have been a text; never calls anything of the value. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value
}
