import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceBetweenMarkers } from '../scripts/docs/markers.ts'
import { ROOT } from './action.ts'

/** What a run of one table found. */
export interface Findings {
  readonly machine: readonly string[]
  /** How much else the machine did, before and after. */
  readonly load: readonly [before: string, after: string]
  readonly table: string
}

/** The findings in Markdown. */
export function renderFindings({ machine, load, table }: Findings): string {
  const facts = [...machine, `load of the machine before ${load[0]}, after ${load[1]}`]
  return `${table}\n\n${facts.map((line) => `- ${line}`).join('\n')}`
}

/** Replaces the table of this name in docs/benchmarks.md. */
export async function refreshPage(name: string, findings: Findings): Promise<void> {
  const path = join(ROOT, 'docs', 'benchmarks.md')
  const page = await readFile(path, 'utf8')
  await writeFile(path, replaceBetweenMarkers(page, `bench-${name}`, renderFindings(findings)))
}
