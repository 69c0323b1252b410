import { codeHtml, escapeHtml, fileHtml, pageHtml, tableHtml } from './html.ts'
import { renderMarkdown } from './markdown.ts'

/** A step that wrote a summary. */
export interface SummarizedStep {
  /** The name of its files, without an ending. */
  readonly file: string
  readonly name: string
  readonly environment: string | undefined
  readonly commit: string
  readonly markdown: string
  readonly isGood: boolean
  /** How it ended, in a few words. */
  readonly outcome: string
  readonly time: string
}

/** The name of the page that lists what GitHub shows. */
export const DEPLOYMENTS_PAGE = 'deployments.html'

/** The page of one step: its summary as GitHub shows it. */
export function summaryPage({ file, name, markdown }: SummarizedStep): string {
  const links = [
    fileHtml('index.html', 'All steps'),
    fileHtml(`${file}.md`, 'Markdown'),
    fileHtml(`../logs/${file}.log`, 'Log'),
  ]
  return pageHtml(
    `${name} summary`,
    `<nav>${links.join(' · ')}</nav>
<main>
<article>
${renderMarkdown(markdown)}</article>
</main>
`,
  )
}

/** The page that lists all steps, in the order they began. */
export function indexPage(steps: readonly SummarizedStep[]): string {
  const rows = steps.map(({ file, name, environment, commit, isGood, outcome, time }, index) => [
    String(index + 1),
    fileHtml(`${file}.html`, escapeHtml(name)),
    escapeHtml(environment ?? ''),
    codeHtml(commit.slice(0, 12)),
    `<span class="${isGood ? 'good' : 'bad'}">${isGood ? '✔' : '✘'} ${escapeHtml(outcome)}</span>`,
    escapeHtml(time),
    fileHtml(`../logs/${file}.log`, 'log'),
  ])
  return pageHtml(
    'Job summaries of the demo',
    `<main>
<h1>Job summaries of the demo</h1>
<p>Each step as GitHub shows its summary, and ${fileHtml(DEPLOYMENTS_PAGE, 'what GitHub shows of the deployments')}.</p>
${tableHtml(['#', 'Step', 'Environment', 'Commit', 'Outcome', 'Time', ''], rows)}</main>
`,
  )
}
