import { Marked } from 'marked'
import { escapeHtml, addressHtml } from './html.ts'

/**
 * Markdown as GitHub shows it in a job summary, as HTML. Summaries hold strings of strangers, and GitHub removes what
 * could do harm; here no tag of the text is kept but a line break, which cannot be left open, and no image is loaded.
 */
export function renderMarkdown(markdown: string): string {
  return marked.parse(markdown, { async: false })
}

const marked = new Marked({
  gfm: true,
  renderer: {
    html({ text, ...token }) {
      const safe = text
        .split(/(?<break><br *\/?>)/i)
        .map((part, index) => (index % 2 === 1 ? '<br>' : escapeHtml(part)))
      return 'block' in token && token.block ? `<p>${safe.join('').trim()}</p>\n` : safe.join('')
    },
    // Inside raw tags the parser hands text through as if it were escaped.
    text(token) {
      return 'tokens' in token && token.tokens !== undefined
        ? this.parser.parseInline(token.tokens)
        : escapeText(token.text)
    },
    link({ href, tokens }) {
      return addressHtml(href, this.parser.parseInline(tokens))
    },
    image({ text }) {
      return escapeHtml(text)
    },
    checkbox({ checked }) {
      return checked ? '☑ ' : '☐ '
    },
  },
})

/** Entities stay what they are: in Markdown they stand for one character. */
function escapeText(text: string): string {
  return text
    .split(/(?<entity>&(?:#\d{1,7}|#x[0-9a-f]{1,6}|\w+);)/i)
    .map((part, index) => (index % 2 === 1 ? part : escapeHtml(part)))
    .join('')
}
