import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'

/** What a script with the toolkit's clients printed, and the value it ended with. */
export interface ClientRun {
  readonly value: unknown
  readonly error: string | undefined
  readonly stdout: string
}

const repositoryRoot = new URL('../..', import.meta.url)

const PRELUDE = `
import { DefaultArtifactClient } from '@actions/artifact'
import * as cache from '@actions/cache'
const artifact = new DefaultArtifactClient()
`

/**
 * Runs `body` (the inside of an async function that returns a value) in a process of its own with the
 * unmodified @actions/artifact as `artifact` and @actions/cache as `cache`. The environment is exactly `env`.
 */
export async function runToolkit(env: Record<string, string>, body: string): Promise<ClientRun> {
  const source = `${PRELUDE}
    const run = async () => { ${body} }
    const outcome = await run().then((value) => ({ value }), (error) => ({ error: error.message }))
    console.log('\\nOUTCOME ' + JSON.stringify(outcome))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: repositoryRoot,
    env: {
      ...COMPILE_CACHE,
      PATH: process.env['PATH'] ?? '',
      GITHUB_SERVER_URL: 'https://github.com',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  const outcome = /^OUTCOME (.*)$/m.exec(stdout)?.[1]
  if (outcome === undefined) throw new Error(`the client script did not finish:\n${stdout}\n${stderr}`)
  const { value, error } = JSON.parse(outcome) as { value?: unknown; error?: string }
  return { value, error, stdout }
}
