/** Text on one line. What turns the direction of writing would make a reader see another text than there is. */
function plain(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').replace(/\p{Bidi_Control}/gu, '\ufffd')
}

/** Text from anywhere as text in Markdown: no markup, no HTML, no formulas, no line breaks, no mentions or links. */
export function escapeMarkdown(text: string): string {
  return (
    plain(text)
      .replace(/[&<>]/g, (character) => (character === '&' ? '&amp;' : character === '<' ? '&lt;' : '&gt;'))
      .replace(/[\\`*_{}[\]()#+!|~@-]/g, (character) => `\\${character}`)
      // GitHub makes links of addresses without any markup.
      .replace(/:\/\//g, String.raw`:\/\/`)
      .replace(/\bwww\./gi, (start) => start.replace('.', String.raw`\.`))
      // What stands between two dollar signs is a formula, and a backslash does not help.
      .replaceAll('$', '<span>$</span>')
  )
}

/**
 * Text as inline code. A backtick or a table bar inside would end it early, and code has no escapes (a backslash
 * before the bar would hide one behind a backslash in the text), so characters that look like them stand there.
 */
export function code(text: string): string {
  return `\`${plain(text).replaceAll('`', 'ˋ').replaceAll('|', '│')}\``
}

/** A link, only for http(s) addresses; anything else stays plain text. */
export function link(text: string, url: string): string {
  return /^https?:\/\/[^\s()<>"'`\\|]+$/.test(url)
    ? `[${escapeMarkdown(text)}](${url})`
    : escapeMarkdown(text)
}

/** Two columns without a heading row, as GitHub renders tables. */
export function propertyTable(rows: readonly (readonly [string, string])[]): string {
  return [
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, value]) => `| **${escapeMarkdown(name)}** | ${value} |`),
  ].join('\n')
}

/** `850 ms`, `4.2 s` or `3 min 12 s`. */
export function humanDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`
  const seconds = Math.round(milliseconds / 1000)
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
