import { describe, expect, test } from 'vitest'
import { changed, exampleOf, examplesOf, textAt } from '../fixtures/event.ts'
import { startJob } from './support/event-job.ts'

const LAYERS = { engine: 'layers', path: 'dist', settle: '0' }
const mergeCommit = 'c'.repeat(40)
const opened = exampleOf('pull_request', 'opened')
const DEPENDABOT = 'dependabot[bot]'

describe.each([
  {
    what: 'a pull request from a fork',
    payload: changed(opened, 'pull_request.head.repo.full_name', 'stranger/Hello-World'),
    actor: 'stranger',
    says: 'comes from a fork',
  },
  {
    what: 'a pull request of Dependabot, run again by somebody',
    payload: changed(opened, 'pull_request.user.login', DEPENDABOT),
    actor: DEPENDABOT,
    says: 'Dependabot started this',
  },
])('$what', ({ payload, actor, says }) => {
  const environment = {
    GITHUB_SHA: mergeCommit,
    GITHUB_REF: 'refs/pull/2/merge',
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: 'maintainer',
  }

  test('is built without secrets, writes nothing, is green, and says what was not done and why', async () => {
    const { step, writes } = await startJob('pull_request', payload, environment)
    const secrets = { username: 'ci', password: '', push: 'true', tags: 'v1' }
    const { exitCode, log, outputs, summary } = await step('build', { ...LAYERS, ...secrets })
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    expect(outputs).toMatchObject({ commit: mergeCommit, digest: '', reference: '', tag: '', record: '' })
    expect(writes()).toEqual([])
    expect(log).toContain('::notice::')
    for (const text of ['Built, not published', mergeCommit, says, 'Not done', 'Why', 'SHA tag'])
      expect(summary).toContain(text)
  })

  test('is not deployed, and the empty digest is explained', async () => {
    const { step, writes } = await startJob('pull_request', payload, environment)
    const inputs = { environment: 'preview', digest: '', run: 'exit 1', username: 'ci', password: '' }
    const { exitCode, log, summary } = await step('deploy', inputs)
    expect({ exitCode, log }).toMatchObject({ exitCode: 1 })
    expect(log).toContain('DIGEST_MISSING')
    expect(log).toContain('publishes nothing and so has no digest')
    expect(summary).toContain('Refused to deploy')
    expect(writes()).toEqual([])
  })
})

test.each([
  { engine: 'files', path: 'dist', says: 'Built, not published' },
  { engine: 'layers', path: 'dist', seal: 'git', backfill: 'true', says: 'git seal · backfill' },
  { engine: 'command', run: 'exit 1', says: '`run` was not started' },
  { engine: 'command', run: 'test "$BUILD_ONCE_PUSH" = false', says: 'Built, not published' },
  { engine: 'existing', digest: '', push: 'false', says: 'not by this step' },
  { engine: 'existing', digest: '', push: 'true', says: 'not by this step' },
])('a fork with $engine: green, nothing written, and it says so ($says)', async ({ says, ...inputs }) => {
  const payload = changed(opened, 'pull_request.head.repo', null)
  const environment = { GITHUB_SHA: mergeCommit, GITHUB_REF: 'refs/pull/2/merge' }
  const { step, registry } = await startJob('pull_request', payload, environment)
  const { exitCode, log, outputs, summary } = await step('build', { ...inputs, token: '${{ github.token }}' })
  expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
  expect(outputs).toMatchObject({ digest: '', built: 'false', commit: mergeCommit })
  expect(registry.requests).toEqual([])
  expect(summary).toContain(says)
})

test('an annotated tag finds the build of its commit, and its commit is deployed', async () => {
  const tag = examplesOf('push').find(
    ({ ref, deleted }) => ref === 'refs/tags/simple-tag' && deleted === false,
  )
  const payload = changed(tag ?? {}, 'after', '7'.repeat(40))
  const commit = textAt(payload, 'head_commit.id')
  const environment = { GITHUB_REF: 'refs/tags/simple-tag', GITHUB_SHA: commit }
  const { step, registry } = await startJob('push', payload, environment)
  const branch = await step('build', { ...LAYERS, commit })
  expect(branch.outputs).toMatchObject({ built: 'true', commit })
  const tagged = await step('build', { ...LAYERS, tags: 'v1' })
  expect(tagged.outputs).toMatchObject({ built: 'false', commit, digest: branch.outputs['digest'] })
  expect((await registry.readManifest('team/app', 'v1'))?.digest).toBe(branch.outputs['digest'])
  const deployed = await step('deploy', { environment: 'staging', digest: 'sealed' })
  expect({ log: deployed.log, exitCode: deployed.exitCode }).toMatchObject({ exitCode: 0 })
  expect(deployed.outputs).toMatchObject({ digest: branch.outputs['digest'] })
})

test('a workflow run about a pull request builds its commit, which deploy takes only on request', async () => {
  const payload = changed(exampleOf('workflow_run', 'completed'), 'workflow_run.event', 'pull_request')
  const { step } = await startJob('workflow_run', payload, {})
  const built = await step('build', LAYERS)
  expect(built.outputs).toMatchObject({ built: 'true', commit: textAt(payload, 'workflow_run.head_sha') })
  expect(JSON.parse(built.outputs['record'] ?? '')).toMatchObject({ event: 'pull_request' })
  const deploy = { environment: 'staging', digest: built.outputs['digest'] ?? '' }
  expect((await step('deploy', deploy)).log).toContain('PULL_REQUEST_BUILD')
  expect(await step('deploy', { ...deploy, 'allow-pull-request': 'true' })).toMatchObject({ exitCode: 0 })
})

test('an event that says no commit can roll back: the log says which', async () => {
  const { step } = await startJob('issues', exampleOf('issues'), {})
  const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
  const digests: (string | undefined)[] = []
  for (const commit of [older, newer]) {
    digests.push((await step('build', { ...LAYERS, commit })).outputs['digest'])
    const deployed = await step('deploy', { environment: 'staging', digest: 'sealed', commit })
    expect({ exitCode: deployed.exitCode, log: deployed.log }).toMatchObject({ exitCode: 0 })
  }
  const back = await step('deploy', { environment: 'staging', 'rollback-to': 'previous' })
  expect({ exitCode: back.exitCode, log: back.log }).toMatchObject({ exitCode: 0 })
  expect(back.outputs['digest']).toBe(digests[0])
  const forth = await step('deploy', { environment: 'staging', 'rollback-to': newer })
  expect({ outputs: forth.outputs, log: forth.log }).toMatchObject({ outputs: { digest: digests[1] } })
})
