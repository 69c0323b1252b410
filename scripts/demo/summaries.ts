import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Demo } from './demo.ts'
import type { GitHubView } from './deployments.ts'
import { deploymentsPage } from './pages/deployments.ts'
import { DEPLOYMENTS_PAGE, indexPage, type SummarizedStep, summaryPage } from './pages/summaries.ts'
import { formatTime } from './screen.ts'
import type { JobResult } from './workflow.ts'

/** Writes the summary of each step, as Markdown and as GitHub shows it, and pages that list steps and deployments. */
export async function writeSummaries({ folders, jobs }: Demo, view: GitHubView): Promise<void> {
  const steps = [...jobs.values()].toSorted((one, other) => (one.file < other.file ? -1 : 1)).map(describe)
  const files = [
    ['index.html', indexPage(steps)],
    [DEPLOYMENTS_PAGE, deploymentsPage(view)],
    ...steps.flatMap((step) => [
      [`${step.file}.md`, step.markdown],
      [`${step.file}.html`, summaryPage(step)],
    ]),
  ]
  await Promise.all(files.map(([name = '', text = '']) => writeFile(join(folders.summaries, name), text)))
}

function describe({ job, file, step, outputs, code, milliseconds }: JobResult): SummarizedStep {
  const { name, action, environment, run } = job
  const isGood = step.conclusion === 'success'
  const done = action === 'deploy' ? 'deployed' : outputs['built'] === 'true' ? 'built' : 'reused'
  return {
    ...{ file, name, environment, isGood },
    commit: run.commit,
    markdown: step.summary,
    outcome: isGood ? done : `refused with ${code ?? 'no code'}`,
    time: formatTime(milliseconds),
  }
}
