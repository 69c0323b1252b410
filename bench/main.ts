import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from './action.ts'
import { describeLoad, describeMachine } from './machine.ts'
import { refreshPage, renderFindings } from './page.ts'
import { measurePlan, type Plan } from './plan.ts'
import { type Servers, startServers } from './servers.ts'
import { renderTable } from './table.ts'
import { planActions } from './tables/actions.ts'
import { planCopy } from './tables/copy.ts'
import { planTag } from './tables/tag.ts'

const USAGE = `usage: npm run bench -- [actions|tag|copy]… [--runs N] [--quick] [--write]

Measures in one run, table by table, what build-once costs and what it is compared with: the actions in dist/,
tagging, and copies between registries. Without names it makes all tables.

--runs N   rounds (7); one more warms up and is not counted
--quick    3 rounds, and only what is small
--write    puts the tables into docs/benchmarks.md`

type Planner = (servers: Servers, stack: AsyncDisposableStack, isQuick: boolean) => Promise<Plan>

const TABLES: Readonly<Record<string, Planner>> = {
  actions: planActions,
  tag: planTag,
  copy: planCopy,
}

interface Options {
  readonly runs: number
  readonly quick: boolean
  readonly write: boolean
}

async function run(name: string, planner: Planner, options: Options): Promise<void> {
  const { runs, quick, write } = options
  await using stack = new AsyncDisposableStack()
  const servers = await startServers(stack)
  const machine = await describeMachine(servers)
  const plan = await planner(servers, stack, quick)
  const before = describeLoad()
  const sections = await measurePlan(plan, runs, (round) => {
    console.error(`${name}: ${round === 0 ? 'warming up' : `round ${round} of ${runs}`}`)
  })
  const load = [before, describeLoad()] as const
  const findings = { machine, load, table: renderTable(sections) }
  console.log(`${renderFindings(findings)}\n`)
  if (write) await refreshPage(name, findings)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
const runs = Number(values.runs ?? (values.quick ? 3 : 7))
const names = positionals.length === 0 ? Object.keys(TABLES) : positionals
const isUnderstood = Number.isInteger(runs) && runs >= 1 && names.every((name) => Object.hasOwn(TABLES, name))
if (values.help || !isUnderstood) {
  console.error(USAGE)
  process.exitCode = values.help ? 0 : 2
} else if (names.includes('actions') && !existsSync(join(ROOT, 'dist', 'index.js'))) {
  console.error('There is no bundle to measure. Run: npm run package')
  process.exitCode = 2
} else {
  for (const name of names) {
    const planner = TABLES[name]
    if (planner !== undefined) await run(name, planner, { ...values, runs })
  }
}
