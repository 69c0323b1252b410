import { type Case, measure } from './measure.ts'
import { type Aim, type Section, type Summary, summarize } from './table.ts'

/** An aim, or what it follows from once everything is measured. */
export type PlannedAim = Aim | ((summaryOf: (one: Case) => Summary) => Aim)

/** A line of the table before it is measured; the first of a section is what the others are compared with. */
export type Line = readonly [one: Case, ...aims: PlannedAim[]]

/** A table before it is measured. */
export type Plan = readonly { readonly title: string; readonly lines: readonly Line[] }[]

/** Measures a whole table. A case that stands in several lines is measured once. */
export async function measurePlan(
  plan: Plan,
  runs: number,
  onRound: (round: number) => void,
): Promise<readonly Section[]> {
  const cases = [...new Set(plan.flatMap(({ lines }) => lines.map(([one]) => one)))]
  const samples = await measure(cases, runs, onRound)
  const summaryOf = (one: Case): Summary => summarize(samples.get(one) ?? [])
  return plan.map(({ title, lines }) => ({
    title,
    rows: lines.map(([one, ...aims], index) => {
      const first = lines[0]?.[0]
      return {
        label: one.name,
        summary: summaryOf(one),
        ...(index === 0 || first === undefined ? {} : { base: summaryOf(first) }),
        ...(one.digest === undefined ? {} : { digest: one.digest }),
        aims: aims.map((aim) => (typeof aim === 'function' ? aim(summaryOf) : aim)),
      }
    }),
  }))
}
