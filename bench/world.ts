import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DockerRegistry, startDockerRegistry } from '../sandbox/peers/docker-registry.ts'
import { type Dockerd, startDockerd } from '../sandbox/peers/dockerd.ts'
import { findPeers, type Peers } from '../sandbox/peers/tools.ts'
import { type SandboxResults, startResults } from '../sandbox/results/server.ts'
import { createJob } from '../sandbox/runner/job.ts'
import type { RunnerJob } from '../sandbox/runner/model.ts'
import { writeApplication } from './application.ts'

/** Everything the measurements share. All of it is on loopback, and gone at the end. */
export interface World extends AsyncDisposable {
  readonly peers: Peers
  readonly registry: DockerRegistry
  readonly dockerd: Dockerd
  readonly results: SandboxResults
  /** The application, with its Dockerfile. */
  readonly application: string
  /** A second copy, for builds that must have content nobody has seen. */
  readonly changing: string
  /** A private folder for whatever a measurement writes. */
  readonly temporary: string
  /** A job without a results service, and one with. */
  readonly job: RunnerJob
  readonly jobWithResults: RunnerJob
}

/** Starts the registry, the docker daemon and the results service, and writes the application. */
export async function createWorld(): Promise<World> {
  const stack = new AsyncDisposableStack()
  try {
    const folder = await mkdtemp(join(tmpdir(), 'build-once-bench-'))
    stack.defer(async () => rm(folder, { recursive: true, force: true }))
    const [application, changing, temporary] = ['application', 'changing', 'temporary'].map((name) =>
      join(folder, name),
    ) as [string, string, string]
    for (const path of [application, changing, temporary]) await mkdir(path)
    for (const path of [application, changing]) await writeApplication(path)
    const registry = await startDockerRegistry()
    stack.defer(registry.close)
    const dockerd = await startDockerd()
    stack.defer(dockerd.close)
    const results = await startResults()
    stack.defer(async () => results.close())
    const job = await createJob({ workspace: application })
    stack.defer(async () => job.cleanup())
    const jobWithResults = await createJob({ workspace: application, results })
    stack.defer(async () => jobWithResults.cleanup())
    const world = { registry, dockerd, results, application, changing, temporary, job, jobWithResults }
    const owned = stack.move()
    return {
      ...world,
      peers: await findPeers(),
      [Symbol.asyncDispose]: async () => owned.disposeAsync(),
    }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}

/** An empty script: what no program of node can be faster than. */
export async function writeEmptyScript(world: World): Promise<string> {
  const path = join(world.temporary, 'empty.mjs')
  await writeFile(path, '')
  return path
}
