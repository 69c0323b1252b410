/** Text from anywhere as text in HTML, in an attribute too. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  }
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/** Text in the type of code. */
export function codeHtml(text: string): string {
  return `<code>${escapeHtml(text)}</code>`
}

/** A link to an http(s) address, which may come from anywhere; any other stays plain text. */
export function addressHtml(href: string, html: string): string {
  return /^https?:\/\/[^\s/]/i.test(href) ? linkHtml(href, html) : html
}

/** A link to a file near the page; a name that could be anything else stays plain text. */
export function fileHtml(path: string, html: string): string {
  return /^(?:\.\.\/)?[\w.-]+(?:\/[\w.-]+)*$/.test(path) ? linkHtml(path, html) : html
}

function linkHtml(href: string, html: string): string {
  return `<a href="${escapeHtml(href)}" rel="nofollow noreferrer">${html}</a>`
}

/** A table; its cells are HTML. */
export function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headRow = head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join('')
  const bodyRows = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`)
  return `<table>
<thead>
<tr>${headRow}</tr>
</thead>
<tbody>
${bodyRows.join('\n')}
</tbody>
</table>
`
}

// As GitHub looks in light mode. Nothing is loaded from anywhere, and the policy in the page says so.
const STYLE = `
body { margin: 0; background: #fff; color: #1f2328; font: 16px/1.5 -apple-system, BlinkMacSystemFont, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main, nav { max-width: 1100px; margin: 0 auto; padding: 24px 32px; }
nav { padding-bottom: 0; font-size: 14px; color: #59636e; }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 24px 32px; overflow-x: auto; }
h1 { font-size: 24px; font-weight: 600; }
h2, h3 { font-weight: 600; }
h3 { font-size: 20px; margin: 0 0 16px; }
a { color: #0969da; }
table { border-spacing: 0; border-collapse: collapse; margin: 0 0 16px; display: block; width: max-content; max-width: 100%; overflow: auto; }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; text-align: left; vertical-align: top; }
tbody tr:nth-child(2n) { background: #f6f8fa; }
code { padding: 0.2em 0.4em; font: 85% ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, monospace; background: #818b981f; border-radius: 6px; overflow-wrap: anywhere; }
blockquote { margin: 0 0 16px; padding: 0 1em; color: #59636e; border-left: 0.25em solid #d1d9e0; }
.good { color: #1a7f37; } .bad { color: #d1242f; } .quiet { color: #59636e; }
`

/** A whole page; title is text, body is HTML. */
export function pageHtml(title: string, body: string): string {
  const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}</body>
</html>
`
}
