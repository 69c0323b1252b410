import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Demo, FinishedJob } from './demo.ts'
import type { GitHubView } from './deployments.ts'
import { deploymentsPage } from './pages/deployments.ts'
import { DEPLOYMENTS_PAGE, indexPage, type SummarizedStep, summaryPage } from './pages/summaries.ts'
import { formatTime } from './screen.ts'

/** Writes the summary of each step as GitHub shows it, and pages that list steps and deployments. */
export async function writeSummaries({ folders, jobs }: Demo, view: GitHubView): Promise<void> {
  const steps = jobs.map(describe)
  const files = [
    ['index.html', indexPage(steps)],
    [DEPLOYMENTS_PAGE, deploymentsPage(view)],
    ...steps.map((step) => [`${step.file}.html`, summaryPage(step)]),
  ]
  await Promise.all(files.map(([name = '', text = '']) => writeFile(join(folders.summaries, name), text)))
}

function describe({ job, file, step, outputs, code, milliseconds }: FinishedJob): SummarizedStep {
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
