import { exec } from '../../src/platform/exec.ts'
import { newCommit, runAction } from '../action.ts'
import { type Case, timed } from '../measure.ts'
import { type World, writeEmptyScript } from '../world.ts'

/** What starting costs: of node alone, and of the action up to its first error. */
export async function startCases(world: World): Promise<{ empty: Case; inputError: Case }> {
  const script = await writeEmptyScript(world)
  return {
    empty: {
      name: 'an empty script in node',
      run: async () => {
        const { milliseconds, value } = await timed(async () =>
          exec(process.execPath, [script], { environment: world.job.machine }),
        )
        if (value.exitCode !== 0) throw new Error(value.stderr)
        return milliseconds
      },
    },
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
