import { constants } from 'node:os'
import { isUsageError } from '../../sandbox/command-line.ts'
import { createCleanups } from './cleanups.ts'
import { deliver } from './delivery.ts'
import { createDemo } from './demo.ts'
import { DemoFailure } from './failure.ts'
import { type DemoOptions, parseOptions, USAGE } from './options.ts'
import { readGitHub } from './deployments.ts'
import { goOn } from './going-on.ts'
import { refuseOtherDigests } from './refusals.ts'
import { keepRecords, printResult } from './report.ts'
import { createScreen, formatTime } from './screen.ts'
import { writeSummaries } from './summaries.ts'

const { stdout } = process
const screen = createScreen({
  write: (text) => stdout.write(text),
  colour: stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
  columns: stdout.isTTY ? stdout.columns : undefined,
})
const cleanups = createCleanups()
let isInterrupted = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    isInterrupted = true
    screen.say('')
    screen.say('stopping …')
    void cleanups
      .run()
      .catch(reportFailure)
      .finally(() => process.exit(128 + constants.signals[signal]))
  })
}

async function run(options: DemoOptions): Promise<void> {
  const started = performance.now()
  try {
    const demo = await createDemo(options, screen, cleanups)
    const delivery = await deliver(demo)
    const refused = await refuseOtherDigests(demo, delivery)
    const later = await goOn(demo, delivery, refused)
    const view = await readGitHub(demo.github)
    await keepRecords(demo, view)
    await writeSummaries(demo, view)
    demo.github.expectNoViolations()
    screen.heading('Stop everything')
    await cleanups.run()
    printResult(demo, delivery, [delivery.refusal, ...refused.refusals, ...later])
    screen.say('')
    screen.good(`all of it in ${formatTime(performance.now() - started)}`)
  } finally {
    await cleanups.run()
  }
}

function reportFailure(error: unknown): void {
  process.exitCode = 1
  if (error instanceof DemoFailure) screen.bad(error.message)
  else screen.bad(error instanceof Error ? (error.stack ?? error.message) : String(error))
  if (error instanceof AggregateError) for (const inner of error.errors) reportFailure(inner)
}

try {
  const options = parseOptions(process.argv.slice(2))
  if (options === undefined) console.log(USAGE)
  else await run(options)
} catch (error) {
  if (isUsageError(error)) {
    console.error(`${error.message}\n\n${USAGE}`)
    process.exitCode = 2
  } else if (!isInterrupted) reportFailure(error)
  // After an interrupt, the jobs that were stopped fail: that is no news.
}
