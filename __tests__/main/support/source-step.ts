import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import {
  type JobOptions,
  createJob,
  runStep,
  type StepOptions,
  type StepResult,
} from '../../../sandbox/runner/runner.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const entry = pathToFileURL(join(root, 'src', 'main', 'index.ts')).href

const DESCRIPTIONS = { build: 'action.yml', deploy: join('deploy', 'action.yml') } as const
type Verb = keyof typeof DESCRIPTIONS

function programOf(verb: Verb): string {
  return `
import { enableCompileCache } from 'node:module'
enableCompileCache()
const { run } = await import(${JSON.stringify(entry)})
await run('${verb}', import.meta.dirname)
`
}

type Setup = JobOptions & Pick<StepOptions, 'onSpawn' | 'onLine'>
type Inputs = Readonly<Record<string, string>>

/** Puts an action into a folder, which runs from the sources instead of dist/; returns where it is. */
export async function sourceAction(verb: Verb, folder: string): Promise<string> {
  const action = join(folder, 'action')
  await mkdir(action, { recursive: true })
  const description = await readFile(join(root, DESCRIPTIONS[verb]), 'utf8')
  const main = new RegExp(`(?:\\.\\./)?dist/${verb}/index\\.js`)
  await writeFile(join(action, 'action.yml'), description.replace(main, 'run.mjs'))
  await writeFile(join(action, 'run.mjs'), programOf(verb))
  return action
}

/**
 * Runs an action in a process of its own, as the runner does, but from the sources instead of dist/.
 * @param folder where the action is put.
 */
async function sourceStep(verb: Verb, folder: string, inputs: Inputs, setup: Setup): Promise<StepResult> {
  const { onSpawn, onLine, ...options } = setup
  const action = await sourceAction(verb, folder)
  const job = await createJob(options)
  try {
    return await runStep({
      action,
      with: inputs,
      job,
      timeoutMs: 150_000,
      ...(onSpawn === undefined ? {} : { onSpawn }),
      ...(onLine === undefined ? {} : { onLine }),
    })
  } finally {
    await job.cleanup()
  }
}

/** Runs the build action from the sources. */
export async function buildStep(folder: string, inputs: Inputs, setup: Setup): Promise<StepResult> {
  return await sourceStep('build', folder, inputs, setup)
}

/** Runs the deploy action from the sources. */
export async function deployStep(folder: string, inputs: Inputs, setup: Setup): Promise<StepResult> {
  return await sourceStep('deploy', folder, inputs, setup)
}
