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
  readonly #secrets = new Set<string>()
  readonly #mask: (secret: string) => void

  constructor(mask: (secret: string) => void) {
    this.#mask = mask
  }

  /** Hides a secret in the log and in every message from now on, as it is and in base64. */
  hide(secret: string): void {
    if (secret === '' || this.#secrets.has(secret)) return
    this.#mask(secret)
    this.#secrets.add(secret)
    this.#secrets.add(Buffer.from(secret).toString('base64'))
  }

  /** Foreign text that is safe to show. */
  clean(text: string, max?: number): string {
    let shown = text
    for (const secret of this.#secrets) {
      if (secret.length >= SHORTEST_SECRET) shown = shown.replaceAll(secret, '***')
    }
    return printable(shown, max)
  }
}
