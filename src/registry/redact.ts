/** A URL for messages: without user name, query (signatures, session state) and fragment. */
export function redactUrl(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`
}

/** Foreign text for one line of a message: no control or format characters, bounded. */
export function printable(text: string, max = 300): string {
  const line = text
    .slice(0, max * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim()
  return line.length > max ? `${line.slice(0, max - 1)}…` : line
}

// Replacing every "a" because a password is "a" would hide nothing and destroy the message.
const SHORTEST_SECRET = 4

/** Remembers secrets, so that a registry that echoes one cannot bring it into a message. */
export class Redactor {
  readonly #hidden = new Set<string>()
  /** Every form of every secret, the longest first: a form inside a longer one must not leave the rest of it. */
  #patterns: readonly { readonly length: number; readonly pattern: RegExp }[] = []
  readonly #mask: (secret: string) => void

  constructor(mask: (secret: string) => void) {
    this.#mask = mask
  }

  /** Hides a secret in the log and in every message from now on: as it is, in base64 and as a part of an address. */
  hide(secret: string): void {
    if (secret === '' || this.#hidden.has(secret)) return
    this.#hidden.add(secret)
    const forms = formsOf(secret)
    for (const form of forms) this.#mask(form)
    // Registries write error codes in capitals and media types in small letters.
    const added = forms
      .filter((form) => form.length >= SHORTEST_SECRET)
      .map((form) => ({ length: form.length, pattern: new RegExp(literal(form), 'gi') }))
    this.#patterns = [...this.#patterns, ...added].toSorted((a, b) => b.length - a.length)
  }

  /** A text without the secrets in it. */
  conceal(text: string): string {
    let shown = text
    for (const { length, pattern } of this.#patterns) {
      if (length <= shown.length) shown = shown.replaceAll(pattern, '***')
    }
    return shown
  }

  /** Foreign text that is safe to show. */
  clean(text: string, max?: number): string {
    return printable(this.conceal(text), max)
  }
}

/** How a secret may show up: alone, in a Basic header, in a query or in a form. */
function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64')
  const encoded = [secret, base64].flatMap((text) => [percentEncoded(text), formEncoded(text)])
  const forms = [base64, base64.replace(/=+$/, ''), Buffer.from(secret).toString('base64url'), ...encoded]
  return [secret, ...new Set(forms.filter((form) => form !== secret && form.length >= SHORTEST_SECRET))]
}

function percentEncoded(text: string): string {
  // A lone surrogate has no encoding.
  return encodeURIComponent(text.toWellFormed())
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}
