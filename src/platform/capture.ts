/** Keeps the end of what a program prints, as text. */
export class Capture {
  readonly #decoder = new TextDecoder()
  readonly #limit: number
  #text = ''
  isTruncated = false

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Decodes a chunk and keeps what fits; returns the decoded text. */
  take(chunk: Buffer): string {
    const text = this.#decoder.decode(chunk, { stream: true })
    // Keep the end rather than the beginning: tools print their result last.
    const all = this.#text + text
    this.isTruncated ||= all.length > this.#limit
    this.#text = all.slice(-this.#limit)
    return text
  }

  get text(): string {
    return this.#text
  }
}
