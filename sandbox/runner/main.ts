import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { startResults } from '../results/server.ts'
import { createJob } from './job.ts'
import { runStep } from './step.ts'

const USAGE = `usage: node sandbox/runner/main.ts --action DIR [--with key=value]... [--env KEY=VALUE]...
  [--workspace DIR] [--repository OWNER/NAME] [--event NAME] [--commit SHA] [--ref REF] [--artifacts DIR]

Runs one step of a JavaScript action by hand, the way the GitHub runner does. Artifacts and caches go to a
results service on loopback; --artifacts keeps copies of them. The commit is the workspace's, if it is a
git checkout. The exit code is 0 when the step succeeded.`

const { values: flags } = parseArgs({
  options: {
    action: { type: 'string' },
    with: { type: 'string', multiple: true, default: [] },
    env: { type: 'string', multiple: true, default: [] },
    workspace: { type: 'string', default: '.' },
    repository: { type: 'string' },
    event: { type: 'string' },
    commit: { type: 'string' },
    ref: { type: 'string' },
    artifacts: { type: 'string' },
    debug: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

/** `key=value` arguments as a record. */
function parsePairs(flag: string, pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=')
      if (equals < 1) throw new Error(`--${flag}: expected key=value, got '${pair}'`)
      return [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

async function headOf(workspace: string): Promise<string | undefined> {
  const git = promisify(execFile)('git', ['-C', workspace, 'rev-parse', '--verify', 'HEAD'])
  const head = await git.then(
    ({ stdout }) => stdout.trim(),
    () => undefined, // not a checkout, or no commit yet: the default commit will do
  )
  return head
}

async function run(action: string): Promise<boolean> {
  const workspace = resolve(flags.workspace)
  const commit = flags.commit ?? (await headOf(workspace))
  const results = await startResults(flags.artifacts === undefined ? {} : { directory: flags.artifacts })
  const job = await createJob({
    workspace,
    results,
    debug: flags.debug,
    ...(commit !== undefined && { commit }),
    ...(flags.repository !== undefined && { repository: flags.repository }),
    ...(flags.event !== undefined && { event: flags.event }),
    ...(flags.ref !== undefined && { ref: flags.ref }),
  })
  // The step runs in a process group of its own, which Ctrl-C does not reach.
  process.once('SIGINT', () => void job.cleanup())
  try {
    const result = await runStep({
      action: resolve(action),
      with: parsePairs('with', flags.with),
      env: parsePairs('env', flags.env),
      job,
      onLine: (line) => console.log(line),
    })
    console.log(`\n${result.conclusion}, outputs: ${JSON.stringify(result.outputs, null, 2)}`)
    if (result.summary !== '') console.log(`\nsummary:\n${result.summary}`)
    return result.conclusion === 'success'
  } finally {
    await job.cleanup()
    await results.close()
  }
}

if (flags.help || flags.action === undefined) {
  console.log(USAGE)
  process.exitCode = flags.help ? 0 : 2
} else {
  process.exitCode = (await run(flags.action)) ? 0 : 1
}
