import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ROOT } from './action.ts'
import { describeLoad, describeMachine } from './machine.ts'
import { type Case, measure } from './measure.ts'
import { readManifest } from './registry.ts'
import { deployCases } from './rows/deploy.ts'
import { dockerCases } from './rows/docker.ts'
import { craneCases, layersCases } from './rows/layers.ts'
import { reuseCases, sealCommit } from './rows/reuse.ts'
import { startCases } from './rows/start.ts'
import { type Aim, renderTable, type Section, summarize } from './table.ts'
import { createWorld, type World } from './world.ts'

const USAGE = `usage: npm run bench -- [--runs N] [--quick]

Measures the bundle in dist/ and, in the same run, what it is compared with. --quick is --runs 3.`

/** A line of the table before it is measured; the first of a section is what the others are compared with. */
type Line = readonly [one: Case, aim?: Aim]
type Plan = readonly { readonly title: string; readonly lines: readonly Line[] }[]

const AT_MOST_150: Aim = { kind: 'at most', milliseconds: 150 }
const AT_MOST_200: Aim = { kind: 'at most', milliseconds: 200 }
const TEN_TIMES: Aim = { kind: 'slower by', factor: 10 }

async function plan(world: World): Promise<Plan> {
  const sealed = await sealCommit(world)
  const layer = (await readManifest(sealed.image, sealed.digest)).layers.join()
  const [start, reuse, docker] = [await startCases(world), reuseCases(world, sealed), dockerCases(world)]
  const [layers, crane] = [layersCases(world, layer), craneCases(world)]
  const deploy = deployCases(world, sealed)
  const sections = [
    { title: 'Start', lines: [[start.empty], [start.inputError]] },
    {
      title: 'A commit that is built already',
      lines: [
        [reuse.registry, AT_MOST_150],
        [reuse.artifact],
        [docker.warm],
        [docker.empty, TEN_TIMES],
        [docker.fresh, TEN_TIMES],
      ],
    },
    {
      title: 'A build of new files',
      lines: [[layers.first], [layers.firstInside], [docker.fresh], [crane.first]],
    },
    {
      title: 'A build of another commit with the same files',
      lines: [[layers.unchanged], [layers.unchangedInside, AT_MOST_200], [docker.warm], [crane.unchanged]],
    },
    {
      title: 'The check before a deployment',
      lines: [[deploy.process], [deploy.artifacts], [deploy.inside], [deploy.crane]],
    },
  ] satisfies Plan
  // A young seal is waited for; that is no part of a reuse.
  await sleep(Math.max(0, sealed.settledAt - Date.now()))
  return sections
}

async function run(runs: number): Promise<void> {
  await using world = await createWorld()
  const machine = await describeMachine(world)
  const sections = await plan(world)
  const cases = [...new Set(sections.flatMap(({ lines }) => lines.map(([one]) => one)))]
  const before = describeLoad()
  const samples = await measure(cases, runs, (round) => {
    console.error(round === 0 ? 'warming up' : `round ${round} of ${runs}`)
  })
  const summaryOf = (one: Case) => summarize(samples.get(one) ?? [])
  const table: readonly Section[] = sections.map(({ title, lines }) => ({
    title,
    rows: lines.map(([one, aim], index) => {
      const first = lines[0]?.[0]
      return {
        label: one.name,
        summary: summaryOf(one),
        ...(index === 0 || first === undefined ? {} : { base: summaryOf(first) }),
        ...(aim === undefined ? {} : { aim }),
      }
    }),
  }))
  console.log(`${machine.join('\n')}\nload before ${before}, after ${describeLoad()}\n`)
  console.log(
    `${renderTable(table)}\n\n× first: the median as a multiple of that of the first line of its section.`,
  )
}

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs ?? (values.quick ? 3 : 7))
if (values.help || !Number.isInteger(runs) || runs < 1) {
  console.error(USAGE)
  process.exitCode = values.help ? 0 : 2
} else if (existsSync(join(ROOT, 'dist', 'index.js'))) {
  await run(runs)
} else {
  console.error('There is no bundle to measure. Run: npm run package')
  process.exitCode = 2
}
