import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import { type SandboxGitHub, startGitHub } from '../../../sandbox/github/server.ts'
import { runCommand } from '../../../sandbox/peers/command.ts'
import { startDockerRegistry } from '../../../sandbox/peers/docker-registry.ts'
import { startDockerd } from '../../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'
import { type SandboxResults, startResults } from '../../../sandbox/results/server.ts'
import { NO_UPDATES } from './accepted.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { startInternet } from './internet.ts'
import { type Event, push } from './events.ts'
import { createRepository, type Files, type Repository } from './repository.ts'
import { type Run, runWorkflow } from './runner.ts'

const root = resolve(import.meta.dirname, '..', '..', '..')
const ACTOR = 'octocat'

/** Everything a workflow of the examples meets: a repository, its runner, GitHub, ghcr.io, and where it deploys to. */
export interface World {
  readonly repository: Repository
  readonly github: SandboxGitHub
  readonly results: SandboxResults
  readonly cluster: Cluster
  /** Every address somebody wanted to reach that is not served on this machine. */
  readonly refused: () => readonly string[]
  /** Runs crane with the user's login to ghcr.io. */
  readonly crane: (...args: readonly string[]) => Promise<string>
  /** The same as a line of a script. */
  readonly craneLine: (...args: readonly string[]) => string
  /** Puts a program on the runner's PATH: a script for bash. */
  readonly install: (name: string, script: string) => Promise<void>
  /** Runs a workflow after a push of what is checked out, unless another event is given. */
  readonly run: (workflow: string, event?: Event) => Promise<Run>
}

/** How a world differs from an ordinary one. */
export interface WorldOptions {
  /** Hosts beside ghcr.io, and which program of this machine serves each. */
  readonly hosts?: Readonly<Record<string, string>>
  /** Actions of others, as what stands for them: `owner/name@ref` to the text of an action.yml. */
  readonly actions?: Readonly<Record<string, string>>
}

/** Starts a world for one test, with some of the examples as the workflows of its repository. */
export async function startWorld(
  workflows: readonly string[],
  files: Files,
  options: WorldOptions = {},
): Promise<World> {
  const { path: folder, make } = await createFolder()
  const github = closing(await startGitHub({ empty: true }))
  const results = closing(await startResults())
  const registry = closing(await startDockerRegistry({ htpasswd: { user: ACTOR, password: github.token } }))
  const internet = await startInternet({ 'ghcr.io': registry.host, ...options.hosts })
  onTestFinished(() => {
    expect(internet.refused()).toEqual([])
    expect(github.violations).toEqual([])
    expect(github.faults.unspent).toEqual([])
  })
  const certificate = join(folder, 'authority.pem')
  await writeFile(certificate, internet.certificate)
  // Go's programs and node's read different variables.
  const trust = { SSL_CERT_FILE: certificate, NODE_EXTRA_CA_CERTS: certificate }
  const network = { ...internet.environment, ...trust }
  const dockerd = closing(await startDockerd({ environment: network }))
  const login = await writeLogin(await make('login'), github.token)
  const programs = await make('bin')
  const cluster = await createCluster(join(folder, 'cluster'), programs, login)
  const actions = await gatherActions(await make('actions'), options.actions)
  const repository = await createRepository(await make('repository'), github, workflows, files)
  // The jobs have one token here, with what their workflows ask for and no more.
  github.tokens.grant(github.token, repository.permissions)
  const [leftOut, replaced] = [repository.leftOut, Object.keys(actions)]
  console.log(`${workflows.join(', ')}: left out for act: ${leftOut.join(' · ') || 'nothing'}`)
  console.log(`actions from this machine: ${replaced.join(', ')}; actions/checkout is act's own`)
  const payload = join(folder, 'event.json')
  const environment = {
    ...dockerd.env,
    ...network,
    ...cluster.environment,
    ...runtimeOf(results),
    HOME: await make('home'),
    PATH: [programs, dirname(process.execPath), dockerd.env['PATH'] ?? ''].join(delimiter),
  }
  const { crane } = await findPeers()
  const outside = { ...network, DOCKER_CONFIG: login }
  return {
    repository,
    github,
    results,
    cluster,
    refused: internet.refused,
    crane: async (...args) => (await runCommand([crane, ...args], { env: outside })).stdout.trim(),
    craneLine: (...args) => `DOCKER_CONFIG='${login}' '${crane}' ${args.join(' ')}\n`,
    install: async (name, script) =>
      await writeFile(join(programs, name), `#!/usr/bin/env bash\nset -euo pipefail\n${script}\n`, {
        mode: 0o755,
      }),
    run: async (workflow, event = push(github.repository, repository.commit)) => {
      await writeFile(payload, JSON.stringify(event.payload))
      const run = await runWorkflow(repository, {
        ...{ workflow, actions, environment, payload, actor: ACTOR, token: github.token },
        event: event.name,
        jobEnvironment: { GITHUB_API_URL: github.apiUrl },
        folder,
      })
      // The permissions an example asks for are enough for all but what is optional.
      expect(run.log).not.toMatch(/Add `permissions: (?!artifact-metadata)/u)
      return run
    },
  }
}

/** Closes with the test, before what was started earlier. */
function closing<T extends { close(): Promise<void> }>(started: T): T {
  onTestFinished(async () => await started.close())
  return started
}

async function createFolder(): Promise<{ path: string; make: (name: string) => Promise<string> }> {
  const path = await mkdtemp(join(tmpdir(), 'build-once-act-'))
  onTestFinished(async () => await rm(path, { recursive: true, force: true }))
  const make = async (name: string): Promise<string> => {
    await mkdir(join(path, name))
    return join(path, name)
  }
  return { path, make }
}

/** A docker configuration with a login to ghcr.io. */
async function writeLogin(folder: string, password: string): Promise<string> {
  const auth = Buffer.from(`${ACTOR}:${password}`).toString('base64')
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: { 'ghcr.io': { auth } } }))
  return folder
}

/** What GitHub would fetch for `uses:`; act copies the folder of an action for every step. */
async function gatherActions(
  folder: string,
  others: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, string>>> {
  const own = join(folder, 'build-once')
  for (const name of ['action.yml', 'deploy', 'dist'])
    await cp(join(root, name), join(own, name), { recursive: true })
  const gathered: Record<string, string> = { 'org/build-once@v1': own }
  for (const [name, text] of Object.entries(others)) {
    const other = join(folder, name.replaceAll(/[/@]/g, '-'))
    await mkdir(other)
    await writeFile(join(other, 'action.yml'), text)
    gathered[name] = other
  }
  return gathered
}

/** What GitHub's runner gives its jobs to reach the results service, and what keeps act from asking for updates. */
function runtimeOf(results: SandboxResults): Readonly<Record<string, string>> {
  const { NO_PROXY: _, ...environment } = results.environment({
    workflowRunId: '1',
    jobId: 'job',
    attempt: 1,
  })
  // Where act finds this, it starts no service of its own.
  return { ...environment, ACTIONS_RUNTIME_URL: results.url, ...NO_UPDATES }
}
