import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { replaceBetweenMarkers } from '../../scripts/docs/markers.ts'

const PAGE = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url))

/** `npm run conformance` sets this: what was measured is written into the page instead of compared with it. */
const isWriting = process.env['BUILD_ONCE_WRITE_CONFORMANCE'] === '1'

/** Prints a part of docs/conformance.md, and fails when the page says something else. */
export function expectOnPage(name: string, content: string): void {
  console.log(content)
  const page = readFileSync(PAGE, 'utf8')
  const expected = replaceBetweenMarkers(page, name, content)
  if (isWriting) writeFileSync(PAGE, expected)
  else expect(page, 'run `npm run conformance` and commit docs/conformance.md').toBe(expected)
}

/** Prints a part of the page that depends on what others publish: it is kept, and never compared. */
export function keepOnPage(name: string, content: string): void {
  console.log(content)
  if (isWriting) writeFileSync(PAGE, replaceBetweenMarkers(readFileSync(PAGE, 'utf8'), name, content))
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
