/** What was measured: milliseconds, one a run. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

/** A line of the table. */
export interface Row {
  readonly label: string
  readonly summary: Summary
  /** What this line is compared with: the median is given as a multiple of that one's. */
  readonly base?: Summary
  readonly aim?: Aim
}

/** What the project wants of a line, beside which the table says whether it came true. Never a failure. */
export type Aim =
  | { readonly kind: 'at most'; readonly milliseconds: number }
  | { readonly kind: 'slower by'; readonly factor: number }

/** Lines that belong together. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  if (low === undefined || high === undefined) throw new Error('nothing was measured')
  return (low + high) / 2
}

/** Median, least and greatest of what was measured. */
export function summarize(values: readonly number[]): Summary {
  return {
    median: median(values),
    min: Math.min(...values),
    max: Math.max(...values),
    runs: values.length,
  }
}

/** `13×`, `5.7×`, `0.04×`: two digits are all that such a measurement tells. */
export function formatRatio(ratio: number): string {
  const digits = ratio >= 9.95 ? 0 : ratio >= 0.995 ? 1 : 2
  return `${ratio.toFixed(digits)}×`
}

/** `≤ 150 ms: met` or `≥ 10×: missed`; undefined where there is no aim. */
export function judgeAim({ aim, summary, base }: Row): string | undefined {
  if (aim === undefined) return undefined
  if (aim.kind === 'at most')
    return `≤ ${aim.milliseconds} ms: ${summary.median <= aim.milliseconds ? 'met' : 'missed'}`
  if (base === undefined) throw new Error('an aim to be slower by a factor needs something to compare with')
  return `≥ ${aim.factor}×: ${summary.median / base.median >= aim.factor ? 'met' : 'missed'}`
}

const HEADINGS = ['', 'median ms', 'min–max', 'runs', '× first', 'aim'] as const

/** The whole table in Markdown, with columns aligned so that it can be read as it is. */
export function renderTable(sections: readonly Section[]): string {
  const lines = sections.flatMap(({ title, rows }) => [
    [`**${title}**`, '', '', '', '', ''],
    ...rows.map(cellsOf),
  ])
  const widths = HEADINGS.map((heading, column) =>
    Math.max(3, heading.length, ...lines.map((cells) => cells[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => align(cell, widths[column] ?? 0, column)).join(' | ')} |`
  const rule = widths.map((width, column) =>
    isNumeric(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(HEADINGS), line(rule), ...lines.map(line)].join('\n')
}

function cellsOf(row: Row): readonly string[] {
  const { summary, base } = row
  return [
    row.label,
    formatMilliseconds(summary.median),
    `${formatMilliseconds(summary.min)}–${formatMilliseconds(summary.max)}`,
    String(summary.runs),
    base === undefined ? '' : formatRatio(summary.median / base.median),
    judgeAim(row) ?? '',
  ]
}

function formatMilliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

function isNumeric(column: number): boolean {
  return column >= 1 && column <= 4
}

function align(cell: string, width: number, column: number): string {
  return isNumeric(column) ? cell.padStart(width) : cell.padEnd(width)
}
