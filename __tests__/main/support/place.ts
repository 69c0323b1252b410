import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import {
  type RegistryOptions,
  type SandboxRegistry,
  startRegistry,
} from '../../../sandbox/registry/server.ts'
import type { StepResult } from '../../../sandbox/runner/runner.ts'
import { errorsOf, temporaryFolder, writeApplication } from '../../e2e/world.ts'
import type { Ending } from '../../fixtures/ending.ts'
import { buildStep, deployStep } from './source-step.ts'

type Inputs = Readonly<Record<string, string>>

interface JobSetup {
  readonly run?: number
  readonly attempt?: number
  readonly checkRun?: number
  readonly onSpawn?: (pid: number) => void
  readonly onLine?: (line: string) => void
}

/** Where steps of jobs run, each in a process of its own. */
export interface Place {
  readonly folder: string
  readonly registry: SandboxRegistry
  readonly build: (commit: string) => Promise<string>
  readonly deploy: (inputs: Inputs, job?: JobSetup) => Promise<StepResult>
}

/** A workspace and a registry; with GitHub, jobs have a token and know its API. */
export async function place(
  github?: SandboxGitHub,
  options: RegistryOptions = {},
  test: Ending = { onTestFinished },
): Promise<Place> {
  const registry = await startRegistry(options)
  const folder = await temporaryFolder()
  test.onTestFinished(async () => {
    await registry.close()
    await folder[Symbol.asyncDispose]()
  })
  await writeApplication(folder.path)
  const image = `${registry.host}/team/app`
  const common = { workspace: folder.path, event: 'push' }
  let steps = 0
  return {
    folder: folder.path,
    registry,
    build: async (commit) => {
      const given = { image, commit, engine: 'layers', path: 'dist', settle: '0' }
      await writeApplication(folder.path, commit)
      const result = await buildStep(join(folder.path, `.step-${(steps += 1)}`), given, common)
      expect(errorsOf(result)).toBe('')
      return result.outputs['digest'] ?? ''
    },
    deploy: async (inputs, { run = 1, attempt = 1, checkRun = 1, ...on } = {}) => {
      const target = join(folder.path, `.step-${(steps += 1)}`)
      await mkdir(target)
      const job = { workflowRunId: String(run), attempt, checkRunId: checkRun, jobName: 'deploy' }
      const access =
        github === undefined
          ? {}
          : { apiUrl: github.apiUrl, token: github.token, repository: github.repository }
      const token: Inputs = github === undefined ? { token: '' } : {}
      return await deployStep(
        target,
        { image, digest: 'sealed', ...token, ...inputs },
        { ...common, ...job, ...access, ...on },
      )
    },
  }
}
