import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/domain/json.ts'
import { isForkPullRequest, readOnlyCause, recordedEvent } from '../../src/github/pull-request.ts'
import { changed, contextOf, exampleOf, examplesOf } from '../fixtures/event.ts'
import { commit } from '../fixtures/samples.ts'

describe('recordedEvent', () => {
  test.each([
    { event: 'push', about: undefined, expected: 'push' },
    { event: 'pull_request', about: undefined, expected: 'pull_request' },
    { event: 'workflow_run', about: undefined, expected: 'workflow_run' },
    { event: 'workflow_run', about: 'push', expected: 'workflow_run' },
    { event: 'workflow_run', about: 'pull_request', expected: 'pull_request' },
    { event: 'workflow_run', about: 'pull_request_target', expected: 'pull_request' },
    { event: 'push', about: 'pull_request', expected: 'push' },
  ])('of $event about $about is $expected', ({ event, about, expected }) => {
    const context = contextOf(event, { workflow_run: { event: about ?? null } })
    expect(recordedEvent(context, commit)).toBe(expected)
  })
})

describe('isForkPullRequest', () => {
  const pull = (head: Json, base: Json = { repo: { full_name: 'owner/app' } }): Json => ({
    pull_request: { head, base },
  })
  test.each([
    {
      description: 'a fork',
      event: 'pull_request',
      payload: pull({ repo: { full_name: 'someone/app' } }),
      expected: true,
    },
    {
      description: 'a fork, reviewed',
      event: 'pull_request_review',
      payload: pull({ repo: { full_name: 'someone/app' } }),
      expected: true,
    },
    {
      description: 'a fork that was deleted',
      event: 'pull_request',
      payload: pull({ repo: null }),
      expected: true,
    },
    {
      description: 'a branch of the repository',
      event: 'pull_request',
      payload: pull({ repo: { full_name: 'owner/app' } }),
      expected: false,
    },
    {
      description: 'a branch, in other case',
      event: 'pull_request',
      payload: pull({ repo: { full_name: 'Owner/App' } }),
      expected: false,
    },
    {
      description: 'a fork, but with the rights of the base branch',
      event: 'pull_request_target',
      payload: pull({ repo: { full_name: 'someone/app' } }),
      expected: false,
    },
    { description: 'a push', event: 'push', payload: {}, expected: false },
    {
      description: 'a push with a payload that looks like a fork',
      event: 'push',
      payload: pull({ repo: { full_name: 'x/y' } }),
      expected: false,
    },
  ])('$description', ({ event, payload, expected }) => {
    expect(isForkPullRequest(contextOf(event, payload))).toBe(expected)
  })
})

const DEPENDABOT = 'dependabot[bot]'
const FAMILY = ['pull_request', 'pull_request_review', 'pull_request_review_comment']

describe.each(FAMILY)('a job that cannot push: %s', (event) => {
  const own = changed(exampleOf(event), 'pull_request.head.repo.full_name', 'Codertocat/Hello-World')

  test('every example GitHub publishes is of the repository itself', () => {
    for (const payload of examplesOf(event)) expect(readOnlyCause(contextOf(event, payload))).toBeUndefined()
  })

  test.each<{ description: string; value: Json }>([
    { description: 'another repository', value: 'stranger/Hello-World' },
    { description: 'a name that only begins like it', value: 'Codertocat/Hello-World-fork' },
    { description: 'a name that is no text', value: 7 },
  ])('of $description', ({ value }) => {
    const payload = changed(own, 'pull_request.head.repo.full_name', value)
    expect(readOnlyCause(contextOf(event, payload))).toBe('fork')
  })

  test('of another repository, though the payload does not name the base', () => {
    const payload = changed(own, 'pull_request.base.repo', null)
    const environment = { GITHUB_REPOSITORY: 'codertocat/hello-world' }
    expect(readOnlyCause(contextOf(event, payload, environment))).toBeUndefined()
    const fork = changed(payload, 'pull_request.head.repo.full_name', 'stranger/Hello-World')
    expect(readOnlyCause(contextOf(event, fork, environment))).toBe('fork')
  })

  test('of a fork that is deleted', () => {
    expect(readOnlyCause(contextOf(event, changed(own, 'pull_request.head.repo', null)))).toBe('fork')
  })

  test.each([
    {
      description: 'Dependabot opened it',
      payload: changed(changed(own, 'pull_request.user.login', DEPENDABOT), 'sender.login', DEPENDABOT),
      actor: DEPENDABOT,
    },
    { description: 'somebody runs the job of Dependabot again', payload: own, actor: DEPENDABOT },
    {
      description: 'Dependabot sent the event',
      payload: changed(own, 'sender.login', DEPENDABOT),
      actor: 'octocat',
    },
    {
      description: 'somebody touched the pull request of Dependabot',
      payload: changed(own, 'pull_request.user.login', DEPENDABOT),
      actor: 'octocat',
    },
  ])('because $description', ({ payload, actor }) => {
    expect(readOnlyCause(contextOf(event, payload, { GITHUB_ACTOR: actor }))).toBe('dependabot')
  })

  test.each(['dependabot', 'Dependabot[bot]x', 'not-dependabot[bot]'])('not because of %s', (actor) => {
    expect(readOnlyCause(contextOf(event, own, { GITHUB_ACTOR: actor }))).toBeUndefined()
  })
})

test('what somebody merges is no longer of Dependabot', () => {
  const closed = changed(exampleOf('pull_request', 'closed'), 'pull_request.user.login', DEPENDABOT)
  const merged = changed(closed, 'pull_request.merged', true)
  expect(readOnlyCause(contextOf('pull_request', closed))).toBe('dependabot')
  expect(readOnlyCause(contextOf('pull_request', merged))).toBeUndefined()
  expect(readOnlyCause(contextOf('pull_request', merged, { GITHUB_ACTOR: DEPENDABOT }))).toBe('dependabot')
})

describe('a job that cannot push: other events', () => {
  test.each([
    { event: 'push', ref: 'refs/heads/dependabot/npm_and_yarn/x-1', expected: 'dependabot' },
    { event: 'create', ref: 'refs/heads/dependabot/npm_and_yarn/x-1', expected: 'dependabot' },
    { event: 'push', ref: 'refs/heads/dependabot-npm_and_yarn-x-1', expected: 'dependabot' },
    { event: 'push', ref: 'refs/heads/dependabot_npm_and_yarn_x-1', expected: 'dependabot' },
    { event: 'push', ref: 'refs/heads/dependabots', expected: undefined },
    // What Dependabot merges is a commit of the branch it was merged into, and is deployed from there.
    { event: 'push', ref: 'refs/heads/main', expected: undefined },
    { event: 'merge_group', ref: 'refs/heads/gh-readonly-queue/main/pr-1', expected: undefined },
    { event: 'workflow_dispatch', ref: 'refs/heads/dependabot/x', expected: undefined },
  ])('$event of Dependabot on $ref: $expected', ({ event, ref, expected }) => {
    expect(readOnlyCause(contextOf(event, {}, { GITHUB_ACTOR: DEPENDABOT, GITHUB_REF: ref }))).toBe(expected)
  })

  test('a push of somebody else to a branch of Dependabot can push', () => {
    expect(readOnlyCause(contextOf('push', {}, { GITHUB_REF: 'refs/heads/dependabot/x' }))).toBeUndefined()
  })

  test.each([
    { author: DEPENDABOT, actor: DEPENDABOT, expected: 'dependabot' },
    { author: DEPENDABOT, actor: 'octocat', expected: undefined },
    { author: 'octocat', actor: DEPENDABOT, expected: undefined },
  ])('pull_request_target of $author, started by $actor: $expected', ({ author, actor, expected }) => {
    const payload = changed(exampleOf('pull_request'), 'pull_request.user.login', author)
    expect(readOnlyCause(contextOf('pull_request_target', payload, { GITHUB_ACTOR: actor }))).toBe(expected)
  })
})
