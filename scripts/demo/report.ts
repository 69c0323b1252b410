import { writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Delivery } from './delivery.ts'
import type { Demo } from './demo.ts'
import { expectEqual } from './failure.ts'
import type { Refusal } from './refusals.ts'

interface DeploymentRecord {
  readonly commit: string
  readonly state: string
}

/** Keeps what the jobs said and what the registry remembers of them. */
export async function keepRecords(demo: Demo, { commit }: Delivery): Promise<void> {
  const { folders, image, jobs, registry } = demo
  const outputs = Object.fromEntries(
    [...jobs].map(([name, { step, code, milliseconds }]) => [
      name,
      {
        conclusion: step.conclusion,
        code: code ?? null,
        milliseconds: Math.round(milliseconds),
        outputs: step.outputs,
      },
    ]),
  )
  await writeFile(
    join(folders.root, 'outputs.json'),
    `${JSON.stringify({ image, jobs: outputs }, null, 2)}\n`,
  )
  const record = JSON.parse(jobs.get('build')?.step.outputs['record'] ?? 'null') as unknown
  await writeFile(join(folders.records, 'build.json'), `${JSON.stringify(record, null, 2)}\n`)

  const states: string[] = []
  for (const tag of (await registry.listTags()).filter((name) => name.startsWith('build-once.deployment.'))) {
    const { layers } = JSON.parse((await registry.readManifest(tag)).bytes.toString()) as {
      layers: { digest: string }[]
    }
    const deployment = JSON.parse(
      (await registry.readBlob(layers[0]?.digest ?? '')).toString(),
    ) as DeploymentRecord
    // A registry that was there before may hold the records of earlier demos.
    if (deployment.commit !== commit) continue
    states.push(deployment.state)
    const file = `${tag.slice('build-once.'.length)}.json`
    await writeFile(join(folders.records, file), `${JSON.stringify(deployment, null, 2)}\n`)
  }
  expectEqual('deployment records', '4 refused, 2 success', countWords(states))
}

function countWords(words: readonly string[]): string {
  return [...new Set(words)]
    .toSorted()
    .map((word) => `${words.filter((other) => other === word).length} ${word}`)
    .join(', ')
}

/** The end: what runs where, what was refused, and where to look. */
export function printResult(demo: Demo, delivery: Delivery, refusals: readonly Refusal[]): void {
  const { screen, folders, environments } = demo
  screen.heading('Result')
  screen.table([
    ['environment', 'says', 'digest'],
    ...environments.map(({ name }) => [name, delivery.greetings.get(name) ?? '', delivery.digest]),
  ])
  screen.say('')
  screen.table([['attempt', 'refused with'], ...refusals.map(({ attempt, code }) => [attempt, code])])
  screen.say('')
  const root = relative(process.cwd(), folders.root) || '.'
  screen.say(`Everything is in ${root.startsWith('..') ? folders.root : root}:`)
  screen.table([
    ['repository/', 'the git repository with its two commits'],
    ['registry/', 'the data of the registry, where the demo started one'],
    ['artifacts/', 'the workflow artifacts that hold the build records'],
    ['logs/', 'the whole log of each job'],
    ['summaries/', 'the job summaries'],
    ['records/', 'the build record and all deployment records'],
    ['outputs.json', 'the outputs of each job'],
  ])
}
