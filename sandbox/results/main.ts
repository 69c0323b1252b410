import { parseArgs } from 'node:util'
import { startResults } from './server.ts'

const USAGE = `Usage: node sandbox/results/main.ts [--port N] [--directory DIR] [--run ID] [--attempt N]

Serves workflow artifacts and the workflow cache on loopback until it is stopped, and prints the environment
that makes the toolkit's clients use it.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      directory: { type: 'string' },
      run: { type: 'string', default: '1' },
      attempt: { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const directory = values.directory === undefined ? {} : { directory: values.directory }
  const results = await startResults({ port: Number(values.port), ...directory })
  process.stdout.write(`results service listening on ${results.url}\n`)
  const identity = { workflowRunId: values.run, jobId: 'job', attempt: Number(values.attempt) }
  for (const [name, value] of Object.entries(results.environment(identity)))
    process.stdout.write(`export ${name}='${value}'\n`)
  const stop = (): void => void results.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

await main()
