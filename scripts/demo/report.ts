import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Delivery } from './delivery.ts'
import type { Demo } from './demo.ts'
import type { GitHubView } from './deployments.ts'
import { expectEqual } from './failure.ts'
import type { Refusal } from './refuse.ts'

/** Keeps what the jobs said and what GitHub remembers of them. */
export async function keepRecords({ folders, image, jobs }: Demo, view: GitHubView): Promise<void> {
  const outputs = Object.fromEntries(
    jobs.map(({ job, step, code, milliseconds }) => [
      job.name,
      {
        conclusion: step.conclusion,
        code: code ?? null,
        milliseconds: Math.round(milliseconds),
        outputs: step.outputs,
      },
    ]),
  )
  await writeJson(join(folders.root, 'outputs.json'), { image, jobs: outputs })
  const record = JSON.parse(jobs[0]?.step.outputs['record'] ?? 'null') as unknown
  await writeJson(join(folders.records, 'build.json'), record)
  for (const { deployment, statuses } of view.deployments)
    await writeJson(join(folders.records, `deployment-${deployment.id}.json`), { ...deployment, statuses })
  const states = view.deployments.map(({ statuses }) => statuses.at(-1)?.state ?? 'none')
  const kinds = states.map((state) => (state === 'error' || state === 'failure' ? 'not deployed' : state))
  expectEqual('states of the deployments', '2 inactive, 5 not deployed, 2 success', countWords(kinds))
  expectEqual('builds sealed in git', '2', String(view.seals.length))
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}

function countWords(words: readonly string[]): string {
  return [...new Set(words)]
    .toSorted()
    .map((word) => `${words.filter((other) => other === word).length} ${word}`)
    .join(', ')
}

/** The end: what runs where, what was refused, and where to look. */
export function printResult(demo: Demo, delivery: Delivery, refusals: readonly Refusal[]): void {
  const { screen, folders, staging, production } = demo
  screen.heading('Result')
  screen.table([
    ['environment', 'says', 'digest'],
    ...[staging, production].map(({ name }) => [name, delivery.greetings.get(name) ?? '', delivery.digest]),
  ])
  screen.say('')
  screen.table([['attempt', 'refused with'], ...refusals.map(({ attempt, code }) => [attempt, code])])
  screen.say('')
  screen.say(`Everything is in ${shown(folders.root)}:`)
  screen.table([
    ['repository/', 'the git repository with its two commits'],
    ['registry/', 'the data of the registry, where the demo started one'],
    ['artifacts/', 'the workflow artifacts that hold the build records'],
    ['logs/', 'the whole log of each job'],
    ['summaries/', 'the job summaries as GitHub shows them, and its deployments'],
    ['records/', 'the build record and all deployments with their statuses'],
    ['outputs.json', 'the outputs of each job'],
  ])
  screen.say(`Open ${shown(join(folders.summaries, 'index.html'))} to read the job summaries.`)
}

/** A path as short as it is from here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path) || '.'
  return near.startsWith('..') ? path : near
}
