import { BuildOnceError, cut, messageOf } from '../domain/error.ts'
import { escapeMarkdown } from '../domain/markdown.ts'

/** A summary that is too large is dropped as a whole; the log has everything. */
const MAX_LINES = 200
const MAX_LINE_LENGTH = 1000

/**
 * Why a step failed, for its summary, in Markdown: the message and what to do. The code stands out; where the message
 * names codes of its own, one a finding, those do.
 * @param message as much of the message as the summary does not show in another form.
 */
export function describeFailure(error: unknown, message = messageOf(error)): string {
  const isNamed = !(error instanceof BuildOnceError) || message.includes(`${error.code}: `)
  const lines = (isNamed ? message : `${error.code}: ${message}`).split('\n')
  const shown = lines.slice(0, MAX_LINES).map(findingLine)
  if (lines.length > MAX_LINES)
    shown.push(`… and ${lines.length - MAX_LINES} more lines, which are in the log`)
  const hint =
    error instanceof BuildOnceError && error.hint !== undefined ? `\n\n> ${escapeMarkdown(error.hint)}` : ''
  return `${shown.join('<br>')}${hint}`
}

/** A line of the message; the code at the start of a finding stands out. */
function findingLine(line: string): string {
  const text = cut(line.trim(), MAX_LINE_LENGTH)
  const code = /^[A-Z][A-Z_]+(?=: )/.exec(text)?.[0]
  return code === undefined ? prose(text) : `**${code}** ${prose(text.slice(code.length + 2))}`
}

/** Digests stand out of the sentence that compares them. What is escaped holds no backtick that could end one early. */
function prose(text: string): string {
  return escapeMarkdown(text).replaceAll(/\bsha256:[0-9a-f]{64}\b/g, '`$&`')
}
