/** What was measured: milliseconds, one a run. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
  /** The most memory any run held, where that was measured. */
  readonly peakMegabytes?: number
}

/** A line of the table. */
export interface Row {
  readonly label: string
  readonly summary: Summary
  /** What this line is compared with: the median is given as a multiple of that one's. */
  readonly base?: Summary
  /** What became of the digest, where that is the question. */
  readonly digest?: 'unchanged' | 'another'
  readonly aims?: readonly Aim[]
}

/** What the project wants of a line, beside which the table says whether it came true. Never a failure. */
export type Aim =
  | { readonly kind: 'at most'; readonly milliseconds: number }
  | { readonly kind: 'slower by'; readonly factor: number }
  | { readonly kind: 'memory'; readonly megabytes: number }

/** Lines that belong together. */
export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** One run as it was measured. */
export interface Sample {
  readonly milliseconds: number
  readonly peakMegabytes?: number
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  if (low === undefined || high === undefined) throw new Error('nothing was measured')
  return (low + high) / 2
}

/** Median, least and greatest of the times; of memory only the most counts. */
export function summarize(samples: readonly Sample[]): Summary {
  const times = samples.map(({ milliseconds }) => milliseconds)
  const peaks = samples.flatMap(({ peakMegabytes }) => (peakMegabytes === undefined ? [] : [peakMegabytes]))
  return {
    median: median(times),
    min: Math.min(...times),
    max: Math.max(...times),
    runs: samples.length,
    ...(peaks.length === 0 ? {} : { peakMegabytes: Math.max(...peaks) }),
  }
}

/** `13×`, `5.7×`, `0.04×`: two digits are all that such a measurement tells. */
export function formatRatio(ratio: number): string {
  const digits = ratio >= 9.95 ? 0 : ratio >= 0.995 ? 1 : 2
  return `${ratio.toFixed(digits)}×`
}

/** `≤ 150 ms: met` or `≥ 10×: missed`. */
export function judgeAim(aim: Aim, { summary, base }: Pick<Row, 'summary' | 'base'>): string {
  const judge = (text: string, isMet: boolean): string => `${text}: ${isMet ? 'met' : 'missed'}`
  if (aim.kind === 'at most') {
    return judge(`≤ ${formatMilliseconds(aim.milliseconds)} ms`, summary.median <= aim.milliseconds)
  }
  if (aim.kind === 'memory') {
    if (summary.peakMegabytes === undefined) throw new Error('an aim for memory needs its measure')
    return judge(`≤ ${aim.megabytes} MB`, summary.peakMegabytes <= aim.megabytes)
  }
  if (base === undefined) throw new Error('an aim to be slower by a factor needs something to compare with')
  return judge(`≥ ${aim.factor}×`, summary.median / base.median >= aim.factor)
}

interface Column {
  readonly heading: string
  readonly isNumeric: boolean
  /** Left out of a table in which no line has a value for it. */
  readonly isOptional?: boolean
  readonly cell: (row: Row) => string
}

const COLUMNS: readonly Column[] = [
  { heading: '', isNumeric: false, cell: ({ label }) => label },
  { heading: 'median ms', isNumeric: true, cell: ({ summary }) => formatMilliseconds(summary.median) },
  {
    heading: 'min–max',
    isNumeric: true,
    cell: ({ summary: { min, max } }) => `${formatMilliseconds(min)}–${formatMilliseconds(max)}`,
  },
  { heading: 'runs', isNumeric: true, cell: ({ summary }) => String(summary.runs) },
  {
    heading: '× first',
    isNumeric: true,
    cell: ({ summary, base }) => (base === undefined ? '' : formatRatio(summary.median / base.median)),
  },
  {
    heading: 'peak MB',
    isNumeric: true,
    isOptional: true,
    cell: ({ summary }) => summary.peakMegabytes?.toFixed(0) ?? '',
  },
  { heading: 'digest', isNumeric: false, isOptional: true, cell: ({ digest }) => digest ?? '' },
  {
    heading: 'aim',
    isNumeric: false,
    cell: (row) => (row.aims ?? []).map((aim) => judgeAim(aim, row)).join(', '),
  },
]

/** The whole table in Markdown, with columns aligned so that it can be read as it is. */
export function renderTable(sections: readonly Section[]): string {
  const rows = sections.flatMap((section) => section.rows)
  const columns = COLUMNS.filter(
    ({ isOptional, cell }) => !isOptional || rows.some((row) => cell(row) !== ''),
  )
  const lines = sections.flatMap((section) => [
    columns.map((_, index) => (index === 0 ? `**${section.title}**` : '')),
    ...section.rows.map((row) => columns.map(({ cell }) => cell(row))),
  ])
  const table = columns.map(({ heading, isNumeric }, index) => {
    const cells = lines.map((line) => line[index] ?? '')
    const width = Math.max(3, heading.length, ...cells.map((cell) => cell.length))
    const align = (cell: string): string => (isNumeric ? cell.padStart(width) : cell.padEnd(width))
    const rule = isNumeric ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)
    return [align(heading), rule, ...cells.map(align)]
  })
  const height = table[0]?.length ?? 0
  return Array.from(
    { length: height },
    (_, line) => `| ${table.map((cells) => cells[line]).join(' | ')} |`,
  ).join('\n')
}

function formatMilliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}
