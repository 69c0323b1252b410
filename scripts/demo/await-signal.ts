import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { variable } from './variables.ts'

// Keeps a deploy script from going on until the demo has shown what happens meanwhile.

const signal = variable('DEMO_SIGNAL')
const deadline = Date.now() + 120_000
while (!existsSync(signal)) {
  if (Date.now() > deadline) throw new Error('the demo did not let this job go on')
  await sleep(20)
}
