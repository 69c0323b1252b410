import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationId } from '../../../sandbox/github/operations.ts'
import { type SandboxGitHub, startGitHub } from '../../../sandbox/github/server.ts'
import { type SandboxRegistry, startRegistry } from '../../../sandbox/registry/server.ts'
import { type SandboxResults, startResults } from '../../../sandbox/results/server.ts'
import type { Annotation, JobOptions } from '../../../sandbox/runner/runner.ts'
import { temporaryFolder, writeApplication } from '../../e2e/world.ts'
import { inProcessStep } from './in-process-step.ts'

/** What a step is given. */
export interface Scene {
  readonly verb: 'build' | 'deploy'
  readonly inputs: Readonly<Record<string, string>>
  readonly job?: Partial<JobOptions>
}

/** What became of a step. */
export interface Seen {
  readonly verb: Scene['verb']
  /** Of the error; undefined when it succeeded. */
  readonly code: string | undefined
  readonly annotations: readonly Annotation[]
  /** All messages. */
  readonly text: string
  /** What it asked GitHub for, and the status of each answer. */
  readonly asked: readonly { readonly operation: OperationId; readonly status: number }[]
  /** Whether it ran its script: `prepare` or `run`. */
  readonly isRun: boolean
  /** Requests that changed something in the registry. */
  readonly pushes: number
  readonly outputs: Readonly<Record<string, string>>
}

/** GitHub, a registry, artifacts and a workspace: what all steps of a test share. */
export interface Place extends AsyncDisposable {
  readonly github: SandboxGitHub
  readonly registry: SandboxRegistry
  readonly folder: string
  /** A name nobody has, for an environment, an image or a file. */
  readonly fresh: () => string
  /** Runs a step as the holder of a token; whatever it writes to the registry is refused on demand. */
  readonly step: (scene: Scene, token: string, packages?: 'read' | 'write') => Promise<Seen>
}

const DENIAL = {
  status: 403,
  headers: { 'Content-Type': 'application/json' },
  body: '{"errors":[{"code":"DENIED","message":"permission_denied: The token provided does not match expected scopes."}]}',
}

/** Starts all of it. The repository is private: in a public one everybody may read. */
export async function openPlace(): Promise<Place> {
  let packages = 'write'
  const isWrite = ({ method }: { method: string }): boolean => method !== 'GET' && method !== 'HEAD'
  const github = await startGitHub({ rateLimit: 1_000_000 })
  const registry = await startRegistry({
    onRequest: (request) => (packages === 'read' && isWrite(request) ? DENIAL : undefined),
  })
  const results = await startResults()
  const folder = await temporaryFolder()
  await writeApplication(folder.path)
  let names = 0
  const step = async (scene: Scene, token: string, granted: 'read' | 'write' = 'write'): Promise<Seen> => {
    const marker = join(folder.path, `ran-${(names += 1)}`)
    const before = { asked: github.requests.length, pushes: registry.requests.filter(isWrite).length }
    packages = granted
    const result = await inProcessStep(
      scene.verb,
      { [scene.verb === 'build' ? 'prepare' : 'run']: `touch '${marker}'`, ...scene.inputs },
      jobOf({ github, results, folder: folder.path }, scene, token),
    )
    packages = 'write'
    const { outputs } = result
    const annotations = result.annotations.filter(({ level }) => level !== 'debug')
    return {
      verb: scene.verb,
      code: annotations.find(({ level }) => level === 'error')?.title,
      annotations,
      text: annotations.map(({ message }) => message).join('\n'),
      asked: github.requests.slice(before.asked).map(({ operation, status }) => ({
        operation: operation as OperationId,
        status: status ?? 0,
      })),
      isRun: existsSync(marker),
      pushes: registry.requests.filter(isWrite).length - before.pushes,
      outputs,
    }
  }
  return {
    github,
    registry,
    folder: folder.path,
    fresh: () => `case-${(names += 1)}`,
    step,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([github.close(), registry.close(), results.close()])
      await folder[Symbol.asyncDispose]()
    },
  }
}

interface Services {
  readonly github: SandboxGitHub
  readonly results: SandboxResults
  readonly folder: string
}

function jobOf({ github, results, folder }: Services, { verb, job }: Scene, token: string): JobOptions {
  const { apiUrl, repository } = github
  return { workspace: folder, jobName: verb, results, apiUrl, repository, token, ...job }
}
