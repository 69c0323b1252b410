import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type JobOptions, createJob, runStep, type StepResult } from '../../../sandbox/runner/runner.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const entry = pathToFileURL(join(root, 'src', 'main', 'index.ts')).href

const PROGRAM = `
import { run } from ${JSON.stringify(entry)}
await run('build', import.meta.dirname)
`

/**
 * Runs the build action in a process of its own, as the runner does, but from the sources instead of dist/.
 * @param folder where the action is put.
 */
export async function buildStep(
  folder: string,
  inputs: Readonly<Record<string, string>>,
  setup: JobOptions & { readonly onSpawn?: (pid: number) => void },
): Promise<StepResult> {
  const { onSpawn, ...options } = setup
  const action = join(folder, 'action')
  await mkdir(action, { recursive: true })
  const description = await readFile(join(root, 'action.yml'), 'utf8')
  await writeFile(join(action, 'action.yml'), description.replace('dist/build/index.js', 'run.mjs'))
  await writeFile(join(action, 'run.mjs'), PROGRAM)
  const job = await createJob(options)
  try {
    return await runStep({
      action,
      with: inputs,
      job,
      timeoutMs: 150_000,
      ...(onSpawn === undefined ? {} : { onSpawn }),
    })
  } finally {
    await job.cleanup()
  }
}
