import { BUILDERS, PACKAGE_BUILDERS } from '../../src/domain/builders.ts'
import type { GuardLevel } from '../../src/domain/rebuild.ts'

const TABLES = { standard: BUILDERS, strict: PACKAGE_BUILDERS } as const satisfies Record<GuardLevel, unknown>

/** The words of a pattern for readers: an empty one stands for every call, `$` for a call without words. */
function describe(pattern: string): string {
  if (pattern === '') return 'every call'
  return pattern === '$' ? 'a call without words' : `\`${pattern}\``
}

/** What a level adds to the guard, as a Markdown table; programs that build in the same words share a row. */
export function renderGuardTable(level: GuardLevel): string {
  const rows = new Map<string, string[]>()
  for (const [program, patterns] of Object.entries(TABLES[level])) {
    const refused = patterns.map(describe).join(' · ')
    rows.set(refused, [...(rows.get(refused) ?? []), `\`${program}\``])
  }
  const lines = [...rows].map(([refused, programs]) => `| ${programs.join(' ')} | ${refused} |`)
  return ['| Programs | Refused |', '| --- | --- |', ...lines].join('\n')
}
