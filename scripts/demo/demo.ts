import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Cleanups } from './cleanups.ts'
import { checkDocker, createDockerTarget } from './docker-target.ts'
import { DemoFailure } from './failure.ts'
import { CHECKOUT, createFolders, type Folders } from './folders.ts'
import { createLayersTarget } from './layers-target.ts'
import type { DemoOptions } from './options.ts'
import { checkRegistry, openRepository, type RepositoryClient } from './registry-client.ts'
import type { Screen } from './screen.ts'
import { findFreePort, startDemoRegistry, startDemoResults } from './services.ts'
import type { Target } from './target.ts'
import { createWorkflow, type DemoJob, type JobResult } from './workflow.ts'

/** Everything the steps of the demo need. */
export interface Demo {
  readonly screen: Screen
  readonly folders: Folders
  /** The repository in the registry, `host:port/name`. */
  readonly image: string
  readonly registry: RepositoryClient
  readonly target: Target
  readonly environments: readonly Environment[]
  build(name: string, commit: string, workflowRunId: string, attempt: number, tag: string): Promise<JobResult>
  deploy(request: DeployRequest): Promise<JobResult>
  /** Every job so far, by name. */
  readonly jobs: ReadonlyMap<string, JobResult>
}

/** One place to deploy to. */
export interface Environment {
  readonly name: string
  readonly port: number
}

/** One deploy job; `with` is laid over the usual inputs. */
export interface DeployRequest {
  readonly name: string
  readonly environment: Environment
  readonly commit: string
  readonly digest: string
  readonly with?: Readonly<Record<string, string>>
}

/** Makes the folders and starts the servers; what has to be stopped later goes to the cleanups. */
export async function createDemo(options: DemoOptions, screen: Screen, cleanups: Cleanups): Promise<Demo> {
  for (const entry of ['dist/build/index.js', 'dist/deploy/index.js'])
    if (!existsSync(join(CHECKOUT, entry)))
      throw new DemoFailure(`${entry} is missing · make the bundle first: npm run package`)
  if (options.engine === 'docker') await checkDocker()
  if (options.registry !== undefined) await checkRegistry(options.registry)
  const folders = await createFolders(resolve(options.folder ?? join(CHECKOUT, '.demo')))
  const host = options.registry ?? (await startDemoRegistry(folders, screen, cleanups))
  const results = await startDemoResults(folders, screen, cleanups)
  const image = `${host}/octo-org/web-app`
  const target = options.engine === 'docker' ? createDockerTarget(options.base) : createLayersTarget(folders)
  const environments = [
    { name: 'staging', port: await findFreePort() },
    { name: 'production', port: await findFreePort() },
  ]
  for (const { name } of environments) {
    cleanups.add(async () => {
      const stopped = await target.stop(name)
      if (stopped !== undefined) screen.say(`stopped ${stopped}`)
    })
  }
  const runJob = createWorkflow(folders, results, screen, cleanups)
  const jobs = new Map<string, JobResult>()
  const run = async (job: DemoJob): Promise<JobResult> => {
    const result = await runJob(job)
    jobs.set(job.name, result)
    return result
  }
  return {
    ...{ screen, folders, image, target, environments, jobs },
    registry: openRepository(image),
    build: async (name, commit, workflowRunId, attempt, tag) =>
      await run({
        ...{ name, commit, workflowRunId, attempt },
        action: 'build',
        with: { image, tags: tag, settle: '1s', ...target.build },
        env: target.env,
      }),
    deploy: async (request) => await run(describeDeployJob(request, image, target, folders)),
  }
}

function describeDeployJob(
  { name, environment, commit, digest, with: given }: DeployRequest,
  image: string,
  target: Target,
  folders: Folders,
): DemoJob {
  const config = `config/${environment.name}.json`
  return {
    name,
    commit,
    action: 'deploy',
    // The attempt that reused the build goes on to deploy.
    ...{ workflowRunId: '1001', attempt: 2, environment: environment.name },
    with: {
      ...{ image, digest, environment: environment.name, config },
      // There is no GitHub here: records are kept in the registry.
      token: '',
      ...{ run: target.run, running: target.running, ...given },
    },
    env: {
      ...target.env,
      DEMO_TOOLS: import.meta.dirname,
      DEMO_ENVIRONMENTS: folders.environments,
      PORT: String(environment.port),
      CONFIG_FILE: join(folders.repository, config),
    },
  }
}
