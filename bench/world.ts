import { type SandboxResults, startResults } from '../sandbox/results/server.ts'
import { createJob } from '../sandbox/runner/job.ts'
import type { RunnerJob } from '../sandbox/runner/model.ts'
import { writeApplication } from './application.ts'
import { makeFolder, type Servers } from './servers.ts'

/** What the measurements of the actions share. */
export interface World extends Servers {
  readonly results: SandboxResults
  /** The application, with its Dockerfile. */
  readonly application: string
  /** A second copy, for builds that must have content nobody has seen. */
  readonly changing: string
  /** A job without a results service, and one with. */
  readonly job: RunnerJob
  readonly jobWithResults: RunnerJob
}

/** Starts the results service and writes the application; the stack stops and removes them. */
export async function createWorld(servers: Servers, stack: AsyncDisposableStack): Promise<World> {
  const application = await makeFolder(servers, 'application')
  const changing = await makeFolder(servers, 'changing')
  for (const path of [application, changing]) await writeApplication(path)
  const results = await startResults()
  stack.defer(async () => results.close())
  const job = await createJob({ workspace: application })
  stack.defer(async () => job.cleanup())
  const jobWithResults = await createJob({ workspace: application, results })
  stack.defer(async () => jobWithResults.cleanup())
  return { ...servers, results, application, changing, job, jobWithResults }
}
