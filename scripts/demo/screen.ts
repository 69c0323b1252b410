import { createLogFilter } from './log-lines.ts'

/** What the demo prints. */
export interface Screen {
  heading(text: string): void
  say(text: string): void
  good(text: string): void
  bad(text: string): void
  /** One line of an action's own log. */
  logLine(line: string): void
  table(rows: readonly (readonly string[])[]): void
}

/** Where it prints to. */
export interface ScreenOptions {
  readonly write: (text: string) => void
  readonly colour: boolean
  /** Longer log lines are cut on a terminal; the log files hold them whole. */
  readonly columns: number | undefined
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

const STYLES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
}

const LEVEL_STYLES = { plain: 'dim', warning: 'yellow', error: 'red' } as const

/** Makes a screen on a stream. */
export function createScreen(options: ScreenOptions): Screen {
  const paint = (style: Style, text: string): string => {
    const [on, off] = STYLES[style]
    return options.colour ? `\u001B[${on}m${text}\u001B[${off}m` : text
  }
  const print = (line: string): void => options.write(`${line}\n`)
  const cut = (line: string): string =>
    options.columns === undefined || line.length <= options.columns
      ? line
      : `${line.slice(0, options.columns - 1)}…`
  const filter = createLogFilter()
  return {
    heading: (text) => print(`\n${paint('bold', text)}`),
    say: (text) => print(text === '' ? '' : `  ${text}`),
    good: (text) => print(`  ${paint('green', '✔')} ${text}`),
    bad: (text) => print(`  ${paint('red', `✘ ${text}`)}`),
    logLine(line) {
      const shown = filter(line)
      if (shown !== undefined) print(paint(LEVEL_STYLES[shown.level], cut(`    │ ${shown.text}`)))
    },
    table: (rows) => {
      for (const line of formatTable(rows)) print(`  ${line}`)
    },
  }
}

function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** A time as people say it. */
export function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}
