import type { Redactor } from './redact.ts'

/** The most that is read of the warnings of one answer; the specification allows a registry no more. */
const MAX_BYTES = 4096

/** More different texts than that are no warnings but noise. */
const MAX_TEXTS = 20

// Several may stand in one header, separated by commas; other codes and agents are not meant for us.
const WARNING = /(?:^|,)\s*299 - "((?:[^"\\]|\\.)*)"/g

/**
 * Shows what registries warn about (distribution-spec §Warnings), each text once. Nothing is ever decided by it.
 */
export class Warnings {
  readonly #seen = new Set<string>()
  readonly #redactor: Redactor
  readonly #warn: (text: string) => void

  constructor(redactor: Redactor, warn: (text: string) => void) {
    this.#redactor = redactor
    this.#warn = warn
  }

  show(registry: string, headers: readonly string[]): void {
    let left = MAX_BYTES
    for (const header of headers) {
      left -= header.length
      if (left < 0) return
      for (const [, quoted = ''] of header.matchAll(WARNING)) {
        // Node.js reads headers as Latin-1; what registries send is UTF-8.
        const text = Buffer.from(quoted.replaceAll(/\\(.)/g, '$1'), 'latin1').toString('utf8')
        this.#once(registry, text)
      }
    }
  }

  #once(registry: string, foreign: string): void {
    const text = this.#redactor.clean(foreign, MAX_BYTES)
    const line = `${registry} warns: ${text}`
    if (text === '' || this.#seen.has(line) || this.#seen.size >= MAX_TEXTS) return
    this.#seen.add(line)
    this.#warn(line)
  }
}
