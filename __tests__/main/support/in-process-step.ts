import { join, resolve } from 'node:path'
import { vi } from 'vitest'
import type { ProcessEnd, ProcessOptions } from '../../../sandbox/runner/process.ts'
import { createJob, type JobOptions, runStep, type StepResult } from '../../../sandbox/runner/runner.ts'
import { run } from '../../../src/main/index.ts'
import { systemClock } from '../../../src/platform/clock.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const FOLDERS = { build: root, deploy: join(root, 'deploy') } as const

/**
 * Runs an action in this process, from the sources, with the environment of a job: for tests of many steps. Only one
 * at a time, because environment and output belong to the process. Pauses are a hundredth of what they are.
 */
export async function inProcessStep(
  verb: keyof typeof FOLDERS,
  inputs: Readonly<Record<string, string>>,
  options: JobOptions,
): Promise<StepResult> {
  const job = await createJob(options)
  try {
    const execute = async (script: ProcessOptions): Promise<ProcessEnd> => await runHere(verb, script)
    return await runStep({ action: FOLDERS[verb], with: inputs, job, execute })
  } finally {
    await job.cleanup()
  }
}

async function runHere(verb: keyof typeof FOLDERS, script: ProcessOptions): Promise<ProcessEnd> {
  const { env, exitCode } = process
  let written = ''
  const output = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
    return true
  })
  const clock = { ...systemClock }
  const pauses = vi.spyOn(systemClock, 'sleep').mockImplementation(async (ms, signal) => {
    await clock.sleep(ms / 100, signal)
  })
  process.env = { ...script.env }
  process.exitCode = undefined
  try {
    await run(verb, join(root, 'dist', verb))
    return { exitCode: currentExitCode(), signal: null, timedOut: false }
  } finally {
    output.mockRestore()
    pauses.mockRestore()
    Object.assign(process, { env, exitCode })
    script.onStdout(written)
    for (const line of written.split('\n')) script.onLine(line)
  }
}

function currentExitCode(): number {
  return Number(process.exitCode ?? 0)
}
