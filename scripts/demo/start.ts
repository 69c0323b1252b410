import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { unpackImage } from './image.ts'
import { stateFile, stopApp, waitUntilUp } from './running-app.ts'
import { variable } from './variables.ts'

// What a deploy script does on a machine without docker: pulls the digest it was given and starts it.

const environment = variable('ENVIRONMENT')
const digest = variable('DIGEST')
const port = Number(variable('PORT'))
const folder = variable('DEMO_ENVIRONMENTS')

const files = join(folder, environment)
await rm(files, { recursive: true, force: true })
await mkdir(files)
const program = await unpackImage(variable('IMAGE'), digest, files)
console.log(`pulled and verified ${digest}`)

// What runs there goes on until its successor is ready to start.
await stopApp(folder, environment)
const log = openSync(join(folder, `${environment}.log`), 'a')
const [command = '', ...args] = program.argv
const child = spawn(command, args, {
  cwd: program.workingFolder,
  env: {
    PATH: variable('PATH'),
    ...program.environment,
    PORT: String(port),
    DIGEST: digest,
    COMMIT: variable('COMMIT'),
    CONFIG_FILE: variable('CONFIG_FILE'),
  },
  // In a session of its own it outlives this job, as a server does.
  detached: true,
  stdio: ['ignore', log, log],
})
await once(child, 'spawn')
closeSync(log)
writeFileSync(stateFile(folder, environment), JSON.stringify({ environment, digest, port, pid: child.pid }))
await waitUntilUp(port, () => child.exitCode !== null || child.signalCode !== null)
child.unref()
console.log(
  `started ${program.argv.join(' ')} with config/${environment}.json: pid ${child.pid}, port ${port}`,
)
