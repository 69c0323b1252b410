import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { StepResult } from '../../sandbox/runner/runner.ts'
import { errorsOf, newCommit } from '../e2e/world.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { cancel, isAlive } from './support/cancel.ts'
import { type Place, place } from './support/place.ts'
import { buildStep } from './support/source-step.ts'

type Inputs = Readonly<Record<string, string>>

/** Leaves a process in the background and another in a pipe, says so, and goes on for ever. */
const ENDLESS =
  '(exec sleep 600) & echo $! > background; sleep 600 | cat & echo $! > pipe; echo $$ > began; sleep 600'
/** Puts something in order when it is told to stop. */
const ORDERLY = `trap 'echo tidied > tidied' EXIT; ${ENDLESS}`
/** Cannot be told to stop. */
const STUBBORN = `trap '' INT TERM; (trap '' INT TERM; echo $BASHPID > background; while :; do sleep 1; done) & echo $$ > began; while :; do sleep 1; done`

interface Started {
  readonly pid: number
  readonly ended: Promise<StepResult>
}

interface StartOptions {
  readonly run?: number
  readonly onLine?: (line: string) => void
  readonly until?: () => Promise<boolean>
}

/** Starts a deployment, and waits for its script, or for what `until` says. */
async function start(
  { deploy, folder }: Place,
  inputs: Inputs,
  { run = 1, until, onLine }: StartOptions = {},
): Promise<Started> {
  const isThere = until ?? (async () => (await textOf(folder, 'began')) !== undefined)
  let pid = 0
  const ended = deploy(inputs, {
    run,
    checkRun: run,
    onSpawn: (spawned) => (pid = spawned),
    ...(onLine === undefined ? {} : { onLine }),
  })
  await expect.poll(isThere, { timeout: 60_000 }).toBe(true)
  return { pid, ended }
}

async function textOf(folder: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '')
  return text === '' ? undefined : text.trim()
}

async function expectNobodyLeft(folder: string): Promise<void> {
  for (const name of ['began', 'background', 'pipe']) {
    const text = await textOf(folder, name)
    if (text !== undefined) expect(isAlive(Number(text)), name).toBe(false)
  }
}

function expectCancelled(result: StepResult): void {
  expect(result.exitCode).toBe(1)
  expect(errorsOf(result)).toContain('CANCELLED: The job was cancelled')
  expect(result.summary).toContain('**CANCELLED**')
}

describe('a deployment on GitHub that is cancelled', () => {
  test.each([
    { first: 'SIGINT', script: ENDLESS, name: 'while its script runs' },
    { first: 'SIGTERM', script: ENDLESS, name: 'by the end of the runner' },
    { first: 'SIGINT', script: ORDERLY, name: 'while its script runs, which puts things in order' },
    { first: 'SIGINT', script: STUBBORN, name: 'while its script runs, which does not stop' },
  ] as const)(
    '$name, ends it, says so, and lets others go on',
    { timeout: 120_000 },
    async ({ first, script }) => {
      const github = await openGitHub()
      const { git, deployments } = github.state
      const here = await place(github)
      const commit = git.head()
      await here.build(commit)
      const { pid, ended } = await start(here, { commit, environment: 'staging', run: script })
      expect(await cancel(pid, ended, first)).toEqual([first])
      expectCancelled(await ended)
      await expectNobodyLeft(here.folder)
      expect(await textOf(here.folder, 'tidied')).toBe(script === ORDERLY ? 'tidied' : undefined)
      const [deployment] = deployments.all()
      expect(deployment?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'failure'])
      expect(deployment?.statuses.at(-1)?.description).toContain('CANCELLED: The job was cancelled')
      // Its job is not known to be over, so that it is its own word that lets the next one go on.
      const given = { commit, environment: 'staging', run: 'true', 'lock-timeout': '0' }
      expect(errorsOf(await here.deploy(given, { run: 2, checkRun: 2 }))).toBe('')
    },
  )

  test('while it waits for its turn, never reached the environment', { timeout: 120_000 }, async () => {
    const github = await openGitHub()
    const { git, actions, jobs, deployments } = github.state
    const here = await place(github)
    const commit = git.head()
    await here.build(commit)
    for (const id of [1, 2]) jobs.start(actions.startRun({ sha: commit, id }), { id })
    const given = { commit, environment: 'staging', run: ENDLESS }
    const holder = await start(here, given)
    const queued = async (): Promise<boolean> => deployments.all()[0]?.statuses.at(-1)?.state === 'queued'
    const waiting = await start(here, { ...given, run: 'echo ran > ran' }, { run: 2, until: queued })
    expect(await cancel(waiting.pid, waiting.ended)).toEqual(['SIGINT'])
    expectCancelled(await waiting.ended)
    expect(deployments.all()[0]?.statuses.map(({ state }) => state)).toEqual(['queued', 'error'])
    expect(await textOf(here.folder, 'ran')).toBeUndefined()
    expect(await cancel(holder.pid, holder.ended)).toEqual(['SIGINT'])
    expectCancelled(await holder.ended)
  })

  test('without being asked is ended by the next one, as soon as GitHub says that its job is over', {
    timeout: 120_000,
  }, async () => {
    const github = await openGitHub()
    const { git, actions, jobs, deployments } = github.state
    const here = await place(github)
    const commit = git.head()
    await here.build(commit)
    const job = jobs.start(actions.startRun({ sha: commit, id: 1 }), { id: 1 })
    const { pid, ended } = await start(here, { commit, environment: 'staging', run: ENDLESS })
    process.kill(pid, 'SIGKILL')
    expect((await ended).signal).toBe('SIGKILL')
    const given = { commit, environment: 'staging', run: 'true', 'lock-timeout': '0' }
    expect(errorsOf(await here.deploy(given, { run: 2, checkRun: 2 }))).toContain('LOCKED')
    jobs.finish(job, 'cancelled')
    expect(errorsOf(await here.deploy(given, { run: 2, checkRun: 2 }))).toBe('')
    expect(
      deployments
        .all()
        .at(-1)
        ?.statuses.map(({ state }) => state),
    ).toEqual(['in_progress', 'error'])
  })

  test('without being asked has failed: previous is what was there before', {
    timeout: 120_000,
  }, async () => {
    const github = await openGitHub()
    const { git, actions, jobs, deployments } = github.state
    const here = await place(github)
    const [zero, one, two] = [git.head(), git.commit(), git.commit()]
    for (const commit of [zero, one, two]) await here.build(commit)
    for (const commit of [zero, one])
      expect(errorsOf(await here.deploy({ commit, environment: 'staging', run: 'true' }))).toBe('')
    const job = jobs.start(actions.startRun({ sha: two, id: 2 }), { id: 2 })
    const { pid, ended } = await start(
      here,
      { commit: two, environment: 'staging', run: ENDLESS },
      { run: 2 },
    )
    process.kill(pid, 'SIGKILL')
    await ended
    jobs.finish(job, 'failure')
    const back = { environment: 'staging', digest: '', 'rollback-to': 'previous', run: 'true' }
    const rolledBack = await here.deploy(back, { run: 3, checkRun: 3 })
    expect(errorsOf(rolledBack)).toBe('')
    expect(deployments.all().map(({ sha, statuses }) => [sha, statuses.at(-1)?.state])).toEqual([
      [one, 'success'],
      [two, 'error'],
      [one, 'inactive'],
      [zero, 'inactive'],
    ])
  })

  test('when all is done and is being recorded, is recorded as what it is', {
    timeout: 120_000,
  }, async () => {
    const github = await openGitHub()
    const { git, deployments } = github.state
    const here = await place(github)
    const commit = git.head()
    await here.build(commit)
    const operation = 'repos/create-deployment-status'
    github.faults.add({ fault: { kind: 'delay', ms: 1_500 }, operation, from: 1 })
    const isRecording = async (): Promise<boolean> =>
      github.requests.filter((request) => request.operation === operation).length === 2
    const given = { commit, environment: 'staging', run: 'true' }
    const { pid, ended } = await start(here, given, { until: isRecording })
    expect(await cancel(pid, ended)).toEqual(['SIGINT'])
    expect(errorsOf(await ended)).toBe('')
    expect(deployments.all()[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success'])
  })

  test('while GitHub does not answer, ends all the same', { timeout: 120_000 }, async () => {
    const github = await openGitHub()
    const here = await place(github)
    const commit = github.state.git.head()
    await here.build(commit)
    const { pid, ended } = await start(here, { commit, environment: 'staging', run: ENDLESS })
    github.faults.add({ fault: { kind: 'hang' }, operation: 'repos/create-deployment-status' })
    expect(await cancel(pid, ended)).toEqual(['SIGINT'])
    const result = await ended
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result)).toContain('CANCELLED')
    await expectNobodyLeft(here.folder)
  })
})

describe('a deployment recorded in the registry that is cancelled', () => {
  test('frees the lock, and its record says so', { timeout: 120_000 }, async () => {
    const here = await place()
    const commit = newCommit()
    await here.build(commit)
    const given = { commit, environment: 'staging' }
    const { pid, ended } = await start(here, { ...given, run: ENDLESS })
    expect(await cancel(pid, ended)).toEqual(['SIGINT'])
    expectCancelled(await ended)
    await expectNobodyLeft(here.folder)
    const logged = (await here.registry.tags('team/app')).filter((tag) => tag.startsWith('build-once.deploy'))
    expect(logged).toHaveLength(1)
    const next = { ...given, run: 'true', 'lock-timeout': '0' }
    expect(errorsOf(await here.deploy(next, { run: 2 }))).toBe('')
  })

  test('while it waits for the lock, leaves it to whoever has it', { timeout: 120_000 }, async () => {
    const here = await place()
    const commit = newCommit()
    await here.build(commit)
    const given = { commit, environment: 'staging', run: ENDLESS }
    const holder = await start(here, given)
    const said: string[] = []
    const waiting = await start(
      here,
      { ...given, run: 'echo ran > ran' },
      {
        run: 2,
        onLine: (line) => said.push(line),
        until: async () => said.some((line) => line.startsWith('Waiting for')),
      },
    )
    expect(await cancel(waiting.pid, waiting.ended)).toEqual(['SIGINT'])
    expectCancelled(await waiting.ended)
    const impatient = await here.deploy({ ...given, 'lock-timeout': '0' }, { run: 3 })
    expect(errorsOf(impatient)).toContain('/actions/runs/1')
    expect(await cancel(holder.pid, holder.ended)).toEqual(['SIGINT'])
    expectCancelled(await holder.ended)
  })
})

describe('a build that is cancelled', () => {
  test.each([
    { what: 'its builder', inputs: { engine: 'command', run: ENDLESS } },
    { what: 'its prepare script', inputs: { engine: 'layers', path: 'dist', prepare: ENDLESS } },
  ] as const)('while $what runs, ends it, and seals nothing', { timeout: 120_000 }, async ({ inputs }) => {
    const { folder, registry } = await place()
    const commit = newCommit()
    let pid = 0
    const ended = buildStep(
      join(folder, '.build'),
      { image: `${registry.host}/team/app`, commit, settle: '0', ...inputs },
      { workspace: folder, event: 'push', onSpawn: (spawned) => (pid = spawned) },
    )
    await expect.poll(async () => await textOf(folder, 'began'), { timeout: 60_000 }).toBeDefined()
    expect(await cancel(pid, ended)).toEqual(['SIGINT'])
    const result = await ended
    expect(result.exitCode).toBe(1)
    expect(errorsOf(result)).toContain('CANCELLED: The job was cancelled')
    await expectNobodyLeft(folder)
    expect((await registry.tags('team/app')).includes(commit)).toBe(false)
  })
})
