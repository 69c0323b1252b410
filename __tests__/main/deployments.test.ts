import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ALL_PERMISSIONS, type Permission } from '../../sandbox/github/access/tokens.ts'
import { errorsOf, newCommit } from '../e2e/world.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { place } from './support/place.ts'

/** Says when it begins and when it ends, in a file that all of them write. */
const APPEND = 'echo "begin $COMMIT" >> order.txt; sleep 0.3; echo "end $COMMIT" >> order.txt'

async function expectOneAfterTheOther(folder: string, count: number): Promise<void> {
  const lines = (await readFile(join(folder, 'order.txt'), 'utf8')).trim().split('\n')
  expect(lines.map((text) => text.split(' ')[0])).toEqual(
    Array.from({ length: count }, () => ['begin', 'end']).flat(),
  )
}

// A deployment mostly waits for its turn, so the tests run side by side.
describe.concurrent.each([
  { count: 2, options: {}, where: 'a registry' },
  { count: 8, options: {}, where: 'a registry' },
  { count: 2, options: { immutableTags: true }, where: 'a registry with immutable tags' },
])('$count processes that deploy at once, locked in $where', ({ count, options }) => {
  test('go one after the other', { timeout: 240_000 }, async (context) => {
    const { build, deploy, folder } = await place(undefined, options, context)
    const commit = newCommit()
    await build(commit)
    const given = { commit, environment: 'production', run: APPEND }
    const results = await Promise.all(
      Array.from({ length: count }, async (_, n) => await deploy(given, { run: 100 + n, checkRun: 100 + n })),
    )
    expect(results.map(errorsOf)).toEqual(Array.from({ length: count }, () => ''))
    await expectOneAfterTheOther(folder, count)
  })
})

test.concurrent('whoever does not wait fails, names who deploys, and leaves the lock alone', {
  timeout: 120_000,
}, async (context) => {
  const { build, deploy, folder, registry } = await place(undefined, {}, context)
  const commit = newCommit()
  await build(commit)
  const given = { commit, environment: 'production' }
  const first = deploy(
    { ...given, run: `touch began; until [ -e go ]; do sleep 0.1; done; ${APPEND}` },
    { run: 4711 },
  )
  await context.expect
    .poll(async () => (await readFile(join(folder, 'began'), 'utf8').catch(() => undefined)) !== undefined, {
      timeout: 60_000,
    })
    .toBe(true)
  const second = await deploy({ ...given, run: APPEND, 'lock-timeout': '0' }, { run: 4712 })
  expect(errorsOf(second)).toContain('LOCKED')
  expect(errorsOf(second)).toContain('/actions/runs/4711')
  expect(second.summary).toContain('**LOCKED**')
  await mkdir(join(folder, 'go'))
  expect(errorsOf(await first)).toBe('')
  await expectOneAfterTheOther(folder, 1)
  // A failure gives the lock back as well.
  expect(errorsOf(await deploy({ ...given, run: 'exit 3' }, { run: 4713 }))).toContain('RUN_FAILED')
  expect(errorsOf(await deploy({ ...given, run: 'true', 'lock-timeout': '0' }, { run: 4714 }))).toBe('')
  expect((await registry.tags('team/app')).filter((tag) => tag.startsWith('build-once.lock.'))).toHaveLength(
    1,
  )
})

describe.concurrent('on GitHub', () => {
  test('staging, then production, then back; and GitHub shows all of it', {
    timeout: 240_000,
  }, async (context) => {
    const github = await openGitHub({}, context)
    const { git, environments, actions, jobs, deployments } = github.state
    environments.set('production', { protection: [{ type: 'required_reviewers' }] })
    const { build, deploy, registry } = await place(github, {}, context)
    const one = git.head()
    const two = git.commit()
    const digests = [await build(one), await build(two)]
    expect(new Set(digests).size).toBe(2)
    const run = actions.startRun({ sha: two, id: 77 })
    const job = jobs.start(run, { id: 4711, environment: { name: 'production' } })
    const staging = { environment: 'staging', run: 'true' }
    const production = { environment: 'production', after: 'staging', run: 'true' }

    const tooEarly = await deploy({ ...production, commit: one })
    expect(errorsOf(tooEarly)).toContain('OUT_OF_ORDER')
    for (const commit of [one, two]) {
      for (const given of [staging, production]) {
        const result = await deploy({ ...given, commit }, { run: 77, checkRun: 4711 })
        expect(errorsOf(result)).toBe('')
        expect(deployments.find(Number(result.outputs['deployment-id']))).toMatchObject({ sha: commit })
      }
    }
    const outdated = await deploy({ ...production, commit: one })
    expect(errorsOf(outdated)).toMatch(/OUT_OF_ORDER: [^]*OUTDATED: commit/)
    const rolledBack = await deploy({ ...production, digest: '', 'rollback-to': 'previous' })
    expect(errorsOf(rolledBack)).toBe('')
    expect(rolledBack.outputs).toMatchObject({ digest: digests[0], 'previous-digest': digests[1] })

    const shown = deployments
      .all()
      .filter(({ environment, id }) => environment === 'production' && id !== job.deploymentId)
      .map(({ sha, statuses }) => [sha === one ? 'one' : 'two', statuses.map(({ state }) => state).join(' ')])
    expect(shown.toReversed()).toEqual([
      ['one', 'in_progress error'],
      ['one', 'in_progress success inactive'],
      ['two', 'in_progress success inactive'],
      ['one', 'in_progress error'],
      ['one', 'in_progress success'],
    ])
    // Nothing of it is in the registry.
    expect((await registry.tags('team/app')).filter((tag) => tag.startsWith('build-once.'))).toEqual([])
  })

  test('jobs wait for each other there', { timeout: 240_000 }, async (context) => {
    const github = await openGitHub({}, context)
    const { build, deploy, folder } = await place(github, {}, context)
    const { actions, jobs, git } = github.state
    const commit = git.head()
    await build(commit)
    for (const id of [1, 2, 3]) jobs.start(actions.startRun({ sha: commit, id }), { id: 10 + id })
    const given = { commit, environment: 'production', run: APPEND }
    const results = await Promise.all(
      [1, 2, 3].map(async (id) => await deploy(given, { run: id, checkRun: 10 + id })),
    )
    expect(results.map(errorsOf)).toEqual(['', '', ''])
    await expectOneAfterTheOther(folder, 3)
  })

  test('and in the registry, with records: both', { timeout: 120_000 }, async (context) => {
    const github = await openGitHub({}, context)
    const { build, deploy, registry } = await place(github, {}, context)
    const commit = github.state.git.head()
    await build(commit)
    const given = { commit, environment: 'production', run: 'true' }
    const before = await deploy({ ...given, environment: 'staging', records: 'registry' })
    expect(errorsOf(before)).toBe('')
    expect(github.state.deployments.all()).toEqual([])
    const both = await deploy({ ...given, records: 'both', after: 'staging' })
    expect(errorsOf(both)).toBe('')
    expect(github.state.deployments.all()).toHaveLength(1)
    const logged = (await registry.tags('team/app')).filter((tag) => tag.startsWith('build-once.deployment.'))
    expect(logged).toHaveLength(2)
  })

  const NEEDED: Readonly<Partial<Record<Permission, string>>> = { deployments: 'deployments: write' }
  test.for<Permission>(['actions', 'checks', 'contents', 'deployments', 'packages'])(
    'without the permission %s a deployment says what to add, or does without it',
    { timeout: 120_000 },
    async (missing, context) => {
      const { [missing]: _, ...permissions } = ALL_PERMISSIONS
      const github = await openGitHub({ permissions }, context)
      const { build, deploy } = await place(github, {}, context)
      const { git, actions, jobs } = github.state
      const commit = git.head()
      await build(commit)
      jobs.start(actions.startRun({ sha: commit, id: 77 }), { id: 4711, environment: { name: 'staging' } })
      const result = await deploy(
        { commit, environment: 'staging', run: 'true' },
        { run: 77, checkRun: 4711 },
      )
      const needed = NEEDED[missing]
      const said = result.annotations.map(({ message }) => message).join('\n')
      if (needed === undefined) expect(errorsOf(result)).toBe('')
      else expect(errorsOf(result)).toMatch(new RegExp(`GITHUB_DENIED[^]*permissions: ${needed}`))
      if (missing === 'checks') expect(said).toContain('permissions: checks: read')
      if (missing === 'actions') expect(said).toContain('permissions: actions: read')
      expect(said).not.toContain('INTERNAL')
    },
  )

  test('protection that is required has to be there', { timeout: 120_000 }, async (context) => {
    const github = await openGitHub({}, context)
    const { build, deploy } = await place(github, {}, context)
    const commit = github.state.git.head()
    await build(commit)
    const given = { commit, environment: 'production', run: 'true', 'require-protection': 'true' }
    const missing = await deploy(given)
    expect(errorsOf(missing)).toContain('ENVIRONMENT_UNPROTECTED: The environment production does not exist')
    github.state.environments.set('production', { protection: [{ type: 'wait_timer', minutes: 1 }] })
    expect(errorsOf(await deploy(given))).toBe('')
  })
})
