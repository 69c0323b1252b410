import { describe, expect, test } from 'vitest'
import { dispatch, pullRequest } from './act/events.ts'
import { deploymentsOf, rolledOut, sealedDigest } from './act/outcome.ts'
import { dockerApplication } from './act/repository.ts'
import { startWorld, type World } from './act/world.ts'

const APPLICATION = {
  ...dockerApplication('hello\n'),
  'deploy/staging/app.yaml': 'replicas: 1\n',
  'deploy/production/app.yaml': 'replicas: 3\n',
}

/** Everything that was asked of GitHub that could change something. */
function writesOf({ github }: World): readonly string[] {
  return github.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path }) => `${method} ${path}`)
}

describe('a pull request', () => {
  const workflow = 'pull-request.yml'

  test('of this repository is built, and can be looked at', async () => {
    const world = await startWorld([workflow], APPLICATION)
    const { repository, github } = world
    const run = await world.run(workflow, pullRequest(github.repository, repository.commit))
    expect(run.exitCode, run.log).toBe(0)
    expect(run.jobs).toEqual({
      'Pull request/build': 'success',
      'Pull request/preview': 'success',
      'Pull request/check': 'success',
    })
    const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
    expect(await world.cluster.history()).toEqual([`set preview/app ${reference}`])
    expect(deploymentsOf(world)).toEqual([`preview ${repository.commit} success`])
  })

  test('of a fork is built and goes nowhere, and its check is green', async () => {
    const world = await startWorld([workflow], APPLICATION)
    const { repository, github } = world
    github.tokens.grant(github.token, { contents: 'read', metadata: 'read', packages: 'read' })
    const run = await world.run(workflow, pullRequest(github.repository, repository.commit, 'mallory/app'))
    expect(run.exitCode, run.log).toBe(0)
    expect(run.jobs).toMatchObject({ 'Pull request/build': 'success', 'Pull request/check': 'success' })
    expect(run.log).toContain('This pull request comes from a fork, whose token cannot push')
    expect(run.log).toContain('build: success, preview: skipped')
    await expect(world.crane('ls', 'ghcr.io/owner/app')).rejects.toThrow('NAME_UNKNOWN')
    expect(await world.cluster.history()).toEqual([])
    expect(writesOf(world)).toEqual([])
  })

  test('whose build fails has a red check', async () => {
    const world = await startWorld([workflow], { Dockerfile: 'FROM scratch\nCOPY nothing /\n' })
    const { repository, github } = world
    const run = await world.run(workflow, pullRequest(github.repository, repository.commit))
    expect(run.exitCode).not.toBe(0)
    expect(run.jobs).toMatchObject({ 'Pull request/build': 'failure', 'Pull request/check': 'failure' })
  })
})

test('production is refused what staging does not run any more, also in a reusable workflow', async () => {
  const world = await startWorld(['release.yml', 'deploy.yml'], APPLICATION)
  // Somebody ends it on GitHub while production is about to begin.
  world.github.faults.add({
    operation: 'repos/get-environment',
    path: /\/production$/,
    fault: {
      kind: 'overtake',
      act: ({ deployments }) => {
        for (const one of deployments.all())
          deployments.addStatus(one, { state: 'inactive', creator: one.creator })
      },
    },
  })
  const run = await world.run('release.yml')
  expect(run.exitCode, run.log).not.toBe(0)
  expect(run.jobs).toMatchObject({
    'staging/Deploy/deploy': 'success',
    'production/Deploy/deploy': 'failure',
  })
  expect(run.log).toContain('::error title=OUT_OF_ORDER::')
  const reference = `ghcr.io/owner/app@${await sealedDigest(world)}`
  expect(await world.cluster.history()).toEqual(rolledOut('staging', reference))
  const { commit } = world.repository
  expect(deploymentsOf(world)).toEqual([`staging ${commit} inactive`, `production ${commit} error`])
})

test('going back by hand: to what was there before, and to a commit', async () => {
  const world = await startWorld(['build-and-deploy.yml', 'rollback.yml'], APPLICATION)
  const { repository, github } = world
  const first = repository.commit
  expect((await world.run('build-and-deploy.yml')).exitCode).toBe(0)
  const second = await repository.change({ greeting: 'hello again\n' })
  expect((await world.run('build-and-deploy.yml')).exitCode).toBe(0)
  const image = 'ghcr.io/owner/app'
  const [old, recent] = [await sealedDigest(world, image, first), await sealedDigest(world, image, second)]
  expect(old).not.toBe(recent)
  const goBack = async (environment: string, to: string) =>
    await world.run('rollback.yml', dispatch(github.repository, { environment, to }))

  const before = (await world.cluster.history()).length
  for (const [environment, to] of [
    ['staging', 'previous'],
    ['production', first],
  ] as const) {
    const run = await goBack(environment, to)
    expect(run.exitCode, run.log).toBe(0)
  }
  expect((await world.cluster.history()).slice(before)).toEqual([
    ...[`set staging/app ${image}@${old}`, 'rollout staging/app'],
    ...[`set production/app ${image}@${old}`, 'rollout production/app'],
  ])
  expect(deploymentsOf(world)).toEqual([
    ...[`staging ${first} inactive`, `production ${first} inactive`],
    ...[`staging ${second} inactive`, `production ${second} inactive`],
    ...[`staging ${first} success`, `production ${first} success`],
  ])
  const never = await goBack('production', 'f'.repeat(40))
  expect(never.exitCode).not.toBe(0)
  expect(never.log).toContain('::error title=ROLLBACK_UNKNOWN')
})
