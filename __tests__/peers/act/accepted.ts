import { writeFile } from 'node:fs/promises'
import { tryCommand } from '../../../sandbox/peers/command.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'

/** Keys of GitHub's workflow syntax that act's schema does not have yet. Nothing else is ever left out. */
const UNKNOWN_TO_ACT = new Set(['artifact-metadata', 'cache-mode', 'deployment', 'queue'])

/** act would ask its makers whether there is a newer one. */
export const NO_UPDATES = { ACT_DISABLE_VERSION_CHECK: '1' } as const

/** A workflow that act accepts. */
export interface Accepted {
  readonly text: string
  /** The lines that were left out for it, as `line number: text`. */
  readonly leftOut: readonly string[]
}

/**
 * Leaves out of a workflow what act cannot parse yet, and nothing when it can parse everything.
 * @param path where the copy goes.
 * @throws {Error} when act refuses the workflow for another reason.
 */
export async function writeAccepted(path: string, original: string): Promise<Accepted> {
  const lines = original.split('\n')
  const removed = new Set<number>()
  for (;;) {
    // An empty line in place of what is left out: act's line numbers stay those of the original.
    const text = lines.map((line, index) => (removed.has(index) ? '' : line)).join('\n')
    await writeFile(path, text)
    const complaint = await complaintAbout(path)
    if (complaint === undefined) {
      const leftOut = [...removed]
        .toSorted((a, b) => a - b)
        .map((index) => `${index + 1}: ${lines[index]?.trim()}`)
      return { text, leftOut }
    }
    const found = unknownKeys(complaint, lines).filter((index) => !removed.has(index))
    if (found.length === 0) throw new Error(`act refuses ${path}\n${complaint}`)
    for (const index of found) for (const part of blockAt(lines, index)) removed.add(part)
  }
}

async function complaintAbout(path: string): Promise<string | undefined> {
  const { act } = await findPeers()
  const { exitCode, stdout, stderr } = await tryCommand([act, '--validate', '--workflows', path], {
    env: NO_UPDATES,
  })
  return exitCode === 0 ? undefined : `${stdout}${stderr}`
}

/** Indexes of the lines with a key act does not know. What a wrong key is in is reported as unknown as well. */
function unknownKeys(complaint: string, lines: readonly string[]): number[] {
  return [...complaint.matchAll(/Line: (\d+) Column \d+: Unknown Property (\S+)/g)]
    .filter(([, , key = '']) => UNKNOWN_TO_ACT.has(key))
    .map(([, line, key]) => ({ index: Number(line) - 1, key }))
    .filter(({ index, key }) => lines[index]?.trimStart().startsWith(`${key}:`) === true)
    .map(({ index }) => index)
}

/** A line and those that belong to it by their indentation. */
function blockAt(lines: readonly string[], index: number): number[] {
  const depth = (line = ''): number => line.length - line.trimStart().length
  const end = lines.findIndex(
    (line, at) => at > index && line.trim() !== '' && depth(line) <= depth(lines[index]),
  )
  return Array.from(
    { length: (end === -1 ? lines.length : end) - index },
    (_, offset) => index + offset,
  ).filter((at) => at === index || (lines[at] ?? '').trim() !== '')
}
