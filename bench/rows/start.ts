import { newCommit, runAction } from '../action.ts'
import type { Case } from '../measure.ts'
import { runMeasured } from '../process.ts'
import { type Servers, writeEmptyScript } from '../servers.ts'
import type { World } from '../world.ts'

/** What no program of node can be faster than. */
export async function emptyScript(servers: Servers): Promise<Case> {
  const script = await writeEmptyScript(servers)
  return {
    name: 'an empty script in node',
    run: async () => (await runMeasured([process.execPath, script], servers)).milliseconds,
  }
}

/** What starting costs: of node alone, and of the action up to its first error. */
export async function startCases(world: World): Promise<{ empty: Case; inputError: Case }> {
  return {
    empty: await emptyScript(world),
    inputError: {
      name: 'build, refusing a malformed commit',
      run: async () => {
        const commit = `${newCommit()}0`
        const image = `${world.registry.host}/bench/start`
        const run = await runAction('build', { image, commit, engine: 'layers', path: 'app' }, world.job)
        if (run.exitCode !== 1 || !run.stdout.includes('INPUT_INVALID: commit')) {
          throw new Error(`expected the input to be refused, got ${run.exitCode}\n${run.stdout}`)
        }
        return run.milliseconds
      },
    },
  }
}
