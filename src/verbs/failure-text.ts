import { BuildOnceError, messageOf } from '../domain/error.ts'
import { escapeMarkdown } from '../domain/markdown.ts'

/**
 * Why a step failed, for its summary, in Markdown: the message and what to do. The code stands out; where the message
 * names codes of its own, one a finding, those do.
 * @param message as much of the message as the summary does not show in another form.
 */
export function describeFailure(error: unknown, message = messageOf(error)): string {
  const isNamed = !(error instanceof BuildOnceError) || message.includes(`${error.code}: `)
  const lines = (isNamed ? message : `${error.code}: ${message}`).split('\n').map(findingLine)
  const hint =
    error instanceof BuildOnceError && error.hint !== undefined ? `\n\n> ${escapeMarkdown(error.hint)}` : ''
  return `${lines.join('<br>')}${hint}`
}

/** A line of the message; the code at the start of a finding stands out. */
function findingLine(line: string): string {
  const text = line.trim()
  const code = /^[A-Z][A-Z_]+(?=: )/.exec(text)?.[0]
  return code === undefined
    ? escapeMarkdown(text)
    : `**${code}** ${escapeMarkdown(text.slice(code.length + 2))}`
}
