import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Cleanups } from './cleanups.ts'
import { checkDocker, createDockerTarget } from './docker-target.ts'
import { DemoFailure } from './failure.ts'
import { CHECKOUT, createFolders, type Folders } from './folders.ts'
import { createLayersTarget } from './layers-target.ts'
import type { DemoOptions } from './options.ts'
import { type DemoGitHub, startDemoGitHub, type WorkflowRun } from './github.ts'
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
  readonly github: DemoGitHub
  readonly target: Target
  readonly staging: Environment
  readonly production: Environment
  build(name: string, run: WorkflowRun, tag: string): Promise<JobResult>
  deploy(request: DeployRequest): Promise<JobResult>
  /** Starts a deploy job that says nothing, beside others; its script waits until it is released. */
  start(request: DeployRequest): StartedJob
  /** Every job so far that has finished, in that order. */
  readonly jobs: readonly FinishedJob[]
}

/** A job whose log and summary are written. */
export interface FinishedJob extends JobResult {
  /** The name of its files, without an ending. */
  readonly file: string
}

/** A job that runs beside others. */
export interface StartedJob {
  /** Lets the script run. */
  release(): Promise<void>
  /** Lets the script run, and waits for the end. */
  finish(): Promise<JobResult>
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
  readonly run: WorkflowRun
  readonly digest: string
  readonly with?: Readonly<Record<string, string>>
  readonly isQuiet?: boolean
  /** The file that its script waits for. */
  readonly signal?: string
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
  const github = await startDemoGitHub(screen, cleanups)
  const image = `${host}/octo-org/web-app`
  const target = options.engine === 'docker' ? createDockerTarget(options.base) : createLayersTarget(folders)
  const [staging, production] = [await openEnvironment('staging'), await openEnvironment('production')]
  for (const { name } of [staging, production]) {
    cleanups.add(async () => {
      const stopped = await target.stop(name)
      if (stopped !== undefined) screen.say(`stopped ${stopped}`)
    })
  }
  const scratch = await mkdtemp(join(tmpdir(), 'build-once-demo-'))
  cleanups.add(async () => await rm(scratch, { recursive: true, force: true }))
  const services = { folders, results, github, compileCache: join(scratch, 'compiled') }
  const runJob = createWorkflow(services, screen, cleanups)
  const jobs: FinishedJob[] = []
  const keep = async (result: JobResult): Promise<JobResult> => {
    const file = `${String(jobs.length + 1).padStart(2, '0')}-${result.job.name}`
    jobs.push({ ...result, file })
    await writeFile(join(folders.logs, `${file}.log`), result.step.log)
    await writeFile(join(folders.summaries, `${file}.md`), result.step.summary)
    return result
  }
  const describe = (request: DeployRequest): DemoJob => describeDeployJob(request, image, target, folders)
  return {
    ...{ screen, folders, image, github, target, staging, production, jobs },
    registry: openRepository(image),
    build: async (name, workflowRun, tag) =>
      await keep(
        await runJob({
          ...{ name, run: workflowRun },
          action: 'build',
          with: { image, tags: tag, seal: 'git', ...target.build },
          env: target.env,
        }),
      ),
    deploy: async (request) => await keep(await runJob(describe(request))),
    start(request) {
      const signal = join(scratch, request.name)
      const running = runJob(describe({ ...request, isQuiet: true, signal }))
      // It may fail before anybody waits for it; whoever does hears of it then.
      running.catch(() => {})
      const release = async (): Promise<void> => await writeFile(signal, '')
      return {
        release,
        async finish() {
          await release()
          return await keep(await running)
        },
      }
    },
  }
}

const AWAIT_SIGNAL = 'node "$DEMO_TOOLS/await-signal.ts"\n'

async function openEnvironment(name: string): Promise<Environment> {
  return { name, port: await findFreePort() }
}

function describeDeployJob(
  { name, environment, run, digest, with: given, isQuiet = false, signal }: DeployRequest,
  image: string,
  target: Target,
  folders: Folders,
): DemoJob {
  const config = `config/${environment.name}.json`
  return {
    ...{ name, run, isQuiet },
    action: 'deploy',
    environment: environment.name,
    with: {
      ...{ image, digest, seal: 'git', environment: environment.name, config },
      'environment-url': `http://127.0.0.1:${environment.port}/`,
      ...{ running: target.running, ...given },
      run: `${signal === undefined ? '' : AWAIT_SIGNAL}${given?.['run'] ?? target.run}`,
    },
    env: {
      ...target.env,
      ...(signal === undefined ? {} : { DEMO_SIGNAL: signal }),
      DEMO_TOOLS: import.meta.dirname,
      DEMO_ENVIRONMENTS: folders.environments,
      PORT: String(environment.port),
      CONFIG_FILE: join(folders.repository, config),
    },
  }
}
