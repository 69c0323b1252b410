import type { SandboxResults } from '../../sandbox/results/server.ts'
import { errorsOf, newCommit, step, temporaryFolder, writeApplication } from './world.ts'

/** How a round of racing builds ended. */
export interface RaceOutcome {
  readonly commit: string
  readonly errors: readonly string[]
  /** The distinct digests the racers reported. */
  readonly digests: readonly string[]
  /** The distinct build records the racers reported, and a later reader found. */
  readonly standingRecords: readonly string[]
  /** How many racers said that their own build stands. */
  readonly built: number
}

/** Starts builds of one new commit at once, waits for all, and asks once more afterwards. */
export async function raceOnce(options: {
  readonly host: string
  readonly racers: number
  readonly files: 'same' | 'different'
  readonly settle?: string
  /** Makes the racers jobs of one workflow run, with its artifacts. */
  readonly results?: SandboxResults
  /** What builds, instead of the files as layers; the same for all. */
  readonly engine?: {
    readonly inputs: Readonly<Record<string, string>>
    readonly env: Readonly<Record<string, string>>
  }
}): Promise<RaceOutcome> {
  const commit = newCommit()
  await using folder = await temporaryFolder()
  const inputs = {
    image: `${options.host}/team/app`,
    commit,
    ...(options.engine?.inputs ?? { engine: 'layers', path: 'dist' }),
    settle: options.settle ?? '1s',
  }
  const env = options.engine?.env ?? {}
  const racers = Array.from({ length: options.racers }, async (_, racer) => {
    const workspace = `${folder.path}/${racer}`
    await writeApplication(workspace, options.files === 'same' ? 'same' : `racer ${racer}`)
    const run =
      options.results === undefined
        ? { workflowRunId: String(9000 + racer) }
        : { workflowRunId: '9000', results: options.results }
    return await step('build', inputs, { workspace, env, ...run })
  })
  const results = await Promise.all(racers)
  const later = await step('build', inputs, { workspace: folder.path, env, workflowRunId: '9999' })
  const all = [...results, later]
  return {
    commit,
    errors: all.map(errorsOf).filter((text) => text !== ''),
    digests: [...new Set(all.map((result) => result.outputs['digest'] ?? ''))],
    standingRecords: [...new Set(all.map((result) => result.outputs['record'] ?? ''))],
    built: results.filter((result) => result.outputs['built'] === 'true').length,
  }
}
