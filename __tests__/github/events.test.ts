import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCommit } from '../../src/domain/commit.ts'
import { BuildOnceError } from '../../src/domain/error.ts'
import type { Json } from '../../src/domain/json.ts'
import type { Context } from '../../src/github/context.ts'
import { eventCommit, EVENTS, knownCommit } from '../../src/github/events.ts'
import { readOnlyCause, recordedEvent } from '../../src/github/pull-request.ts'
import {
  changed,
  contextOf,
  EXAMPLE_EVENTS,
  exampleOf,
  examplesOf,
  RUNNER,
  textAt,
} from '../fixtures/event.ts'
import { commit, otherCommit } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const ZEROS = '0'.repeat(40)
const tagObject = '7'.repeat(40)
const third = '3'.repeat(40)
const long = 'ab'.repeat(32)

async function refusal(context: Context, ...says: readonly string[]) {
  const error = await expectCode(() => eventCommit(context), 'EVENT_REFUSED')
  for (const text of says) expect(`${error.message}\n${error.hint}`).toContain(text)
  expect(error.message).toContain(`"${context.event}"`)
  expect(knownCommit(context)).toBeUndefined()
}

describe('push', () => {
  const branch =
    examplesOf('push').find(({ ref, deleted }) => ref === 'refs/heads/master' && deleted === false) ?? {}
  const tag =
    examplesOf('push').find(({ ref, deleted }) => ref === 'refs/tags/simple-tag' && deleted === false) ?? {}
  const after = textAt(branch, 'after')
  const onTag = { GITHUB_REF: 'refs/tags/simple-tag' }

  test('of a branch: the commit it was moved to', () => {
    const environment = { GITHUB_SHA: after, GITHUB_REF: 'refs/heads/master' }
    expect(eventCommit(contextOf('push', branch, environment))).toBe(after)
  })

  test('of a repository with long ids', () => {
    expect(eventCommit(contextOf('push', changed(branch, 'after', long), { GITHUB_SHA: long }))).toBe(long)
  })

  test('without a payload: what the runner says', () => {
    expect(eventCommit(contextOf('push', {}))).toBe(commit)
  })

  test('of a lightweight tag: the commit it names', () => {
    expect(eventCommit(contextOf('push', tag, { ...onTag, GITHUB_SHA: after }))).toBe(after)
  })

  test.each([
    { description: 'the commit', sha: otherCommit },
    { description: 'the tag object', sha: tagObject },
  ])('of an annotated tag, where the runner names $description: the commit it points at', ({ sha }) => {
    const payload = changed(changed(tag, 'after', tagObject), 'head_commit.id', otherCommit)
    expect(eventCommit(contextOf('push', payload, { ...onTag, GITHUB_SHA: sha }))).toBe(otherCommit)
  })

  test('of a tag without a payload: what the runner says', () => {
    expect(eventCommit(contextOf('push', {}, onTag))).toBe(commit)
  })

  test('of a tag on something that is no commit is refused', async () => {
    const payload = changed(changed(tag, 'after', tagObject), 'head_commit', null)
    await refusal(
      contextOf('push', payload, { ...onTag, GITHUB_SHA: tagObject }),
      'does not point at a commit',
    )
  })

  test('of a tag about which payload and runner disagree is refused with both', async () => {
    const payload = changed(changed(tag, 'after', tagObject), 'head_commit.id', otherCommit)
    await refusal(contextOf('push', payload, { ...onTag, GITHUB_SHA: third }), otherCommit, third)
  })

  test('of a branch about which payload and runner disagree is refused with both', async () => {
    await refusal(contextOf('push', branch), after, commit, 'expected', 'got')
  })

  test.each(examplesOf('push').filter(({ deleted }) => deleted === true))(
    'that deletes is refused',
    async (payload) => {
      await refusal(contextOf('push', payload), 'deleted', 'github.event.deleted == false')
      await refusal(contextOf('push', changed(payload, 'deleted', undefined)), 'deleted')
    },
  )

  test.each([ZEROS, '0'.repeat(64)])('to %s is refused', async (zeros) => {
    await refusal(contextOf('push', { after: zeros }), 'deleted')
  })

  test.each<{ value: Json }>([
    { value: 'main' },
    { value: `${ZEROS}1` },
    { value: after.slice(0, 7) },
    { value: after.toUpperCase() },
    { value: `${after} ` },
    { value: `${after}\n` },
    { value: 7 },
    { value: true },
    { value: [after] },
    { value: { sha: after } },
  ])('to $value is refused', async ({ value }) => {
    const payload = changed(branch, 'after', value)
    await refusal(contextOf('push', payload, { GITHUB_SHA: after }), 'is not a full commit id')
  })

  test.each(['', 'main', otherCommit.replaceAll('2', 'A'), commit.slice(0, 12), `${commit}0`])(
    'where GITHUB_SHA is %j is refused',
    async (sha) => {
      await refusal(contextOf('push', branch, { GITHUB_SHA: sha }), 'GITHUB_SHA is not a full commit id')
    },
  )
})

describe('events whose commit the runner names', () => {
  test.each(['workflow_dispatch', 'repository_dispatch', 'create'])(
    '%s, with the payloads of GitHub',
    (event) => {
      for (const payload of examplesOf(event)) expect(eventCommit(contextOf(event, payload))).toBe(commit)
    },
  )

  test('schedule, whose payload is its line', () => {
    expect(eventCommit(contextOf('schedule', { schedule: '0 4 * * *' }))).toBe(commit)
  })

  test('workflow_dispatch on a tag', () => {
    const payload = changed(exampleOf('workflow_dispatch'), 'ref', 'refs/tags/v1')
    expect(eventCommit(contextOf('workflow_dispatch', payload, { GITHUB_REF: 'refs/tags/v1' }))).toBe(commit)
  })

  test('what somebody sends along is not asked', () => {
    const payload = changed(exampleOf('repository_dispatch'), 'client_payload', {
      after: otherCommit,
      deleted: true,
    })
    expect(eventCommit(contextOf('repository_dispatch', payload))).toBe(commit)
    const inputs = changed(exampleOf('workflow_dispatch'), 'inputs', {
      commit: otherCommit,
      after: otherCommit,
    })
    expect(eventCommit(contextOf('workflow_dispatch', inputs))).toBe(commit)
  })

  test.each(['workflow_dispatch', 'schedule', 'repository_dispatch', 'create', 'release'])(
    '%s without GITHUB_SHA is refused',
    async (event) => {
      await refusal(
        contextOf(event, {}, { GITHUB_SHA: '', GITHUB_REF: '' }),
        'GITHUB_SHA is not a full commit id',
        'Give the commit input',
      )
    },
  )
})

test.each([ZEROS, '0'.repeat(64)])('%s names nothing, wherever it stands', async (zeros) => {
  await refusal(contextOf('schedule', {}, { GITHUB_SHA: zeros }), 'GITHUB_SHA is not a full commit id')
  await refusal(contextOf('deployment', { deployment: { sha: zeros } }), 'deployment.sha')
  await refusal(contextOf('workflow_run', { workflow_run: { head_sha: zeros } }), 'workflow_run.head_sha')
  await refusal(contextOf('merge_group', { merge_group: { head_sha: zeros } }), 'merge_group.head_sha')
})

describe('merge_group', () => {
  const payload = exampleOf('merge_group')
  const head = textAt(payload, 'merge_group.head_sha')

  test('the head of the group', () => {
    const environment = { GITHUB_SHA: head, GITHUB_REF: textAt(payload, 'merge_group.head_ref') }
    expect(eventCommit(contextOf('merge_group', payload, environment))).toBe(head)
    expect(recordedEvent(contextOf('merge_group', payload, environment), commit)).toBe('merge_group')
  })

  test('is refused where the runner names another commit', async () => {
    await refusal(contextOf('merge_group', payload), head, commit)
  })
})

describe('release', () => {
  const published = exampleOf('release', 'published')
  const onTag = { GITHUB_REF: 'refs/tags/0.0.1' }

  test.each(examplesOf('release').map((payload) => ({ action: textAt(payload, 'action'), payload })))(
    '$action: the commit of the tag, never target_commitish',
    ({ payload }) => {
      const aimed = changed(payload, 'release.target_commitish', otherCommit)
      expect(eventCommit(contextOf('release', aimed, onTag))).toBe(commit)
    },
  )

  test.each(['refs/heads/main', 'refs/tags/0.0.2', 'refs/pull/1/merge', ''])(
    'on %j is refused: GITHUB_SHA is not the commit of its tag',
    async (ref) => {
      await refusal(contextOf('release', published, { GITHUB_REF: ref }), 'refs/tags/0.0.1', ref)
    },
  )
})

describe.each(['deployment', 'deployment_status'])('%s', (event) => {
  test('the commit of the deployment, not its ref and not that of the run that made it', () => {
    for (const payload of examplesOf(event)) {
      const context = contextOf(event, payload, { GITHUB_REF: '' })
      expect(eventCommit(context)).toBe(textAt(payload, 'deployment.sha'))
      expect(recordedEvent(context, commit)).toBe(event)
    }
  })

  test('with a branch instead of a commit is refused', async () => {
    await refusal(
      contextOf(event, changed(exampleOf(event), 'deployment.sha', 'main')),
      'deployment.sha',
      '"main"',
    )
  })

  test('without a payload: what the runner says', () => {
    expect(eventCommit(contextOf(event, {}))).toBe(commit)
  })
})

describe.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])('%s', (event) => {
  const open = examplesOf(event).filter(
    (payload) => !['closed', 'merged'].includes(textAt(payload, 'action')),
  )
  const number = (payload: Json): string =>
    String((payload as { readonly pull_request: { readonly number: number } }).pull_request.number)
  const merge = (payload: Json) => ({ GITHUB_REF: `refs/pull/${number(payload)}/merge` })

  test('the merge commit GitHub made, whatever the payload says of its head', () => {
    expect(open.length).toBeGreaterThan(2)
    for (const payload of open) {
      const context = contextOf(event, payload, merge(payload))
      expect(eventCommit(context)).toBe(commit)
      expect(recordedEvent(context, commit)).toBe(event)
    }
  })

  test('is refused where the runner is about another pull request', async () => {
    const [payload = {}] = open
    await refusal(
      contextOf(event, payload, { GITHUB_REF: 'refs/pull/424242/merge' }),
      number(payload),
      '424242',
    )
  })
})

describe('a closed pull request', () => {
  const closed = exampleOf('pull_request', 'closed')
  const merged = changed(closed, 'pull_request.merged', true)
  const mergeCommit = textAt(merged, 'pull_request.merge_commit_sha')

  test('that was merged: the commit merging made, which is no trial anymore', () => {
    const context = contextOf('pull_request', merged, { GITHUB_SHA: mergeCommit })
    expect(eventCommit(context)).toBe(mergeCommit)
    expect(recordedEvent(context, eventCommit(context))).toBe('merged_pull_request')
  })

  test('that was merged, but whose branch has moved on, is refused with both', async () => {
    await refusal(contextOf('pull_request', merged), mergeCommit, commit)
  })

  test('that was merged does not vouch for a commit the user gives', () => {
    const context = contextOf('pull_request', merged, { GITHUB_SHA: mergeCommit })
    expect(recordedEvent(context, otherCommit as never)).toBe('pull_request')
  })

  test.each([
    { description: 'that was not merged', payload: closed },
    { description: 'that was merged, still on its own ref', payload: merged },
  ])('$description: its merge commit, as of a pull request', ({ payload }) => {
    const context = contextOf('pull_request', payload, { GITHUB_REF: 'refs/pull/2/merge' })
    expect(eventCommit(context)).toBe(commit)
    expect(recordedEvent(context, commit)).toBe('pull_request')
  })

  test('a merged one that was labelled later is a pull request still', () => {
    const payload = changed(merged, 'action', 'labeled')
    const context = contextOf('pull_request', payload, { GITHUB_SHA: mergeCommit })
    expect(recordedEvent(context, eventCommit(context))).toBe('pull_request')
  })
})

describe('pull_request_target', () => {
  test('is refused for every payload', async () => {
    for (const payload of examplesOf('pull_request')) {
      const context = contextOf('pull_request_target', payload)
      await refusal(context, 'about a commit nobody has reviewed', 'Give the commit input')
      expect(recordedEvent(context, commit)).toBe('pull_request_target')
    }
  })
})

describe('workflow_run', () => {
  const examples = examplesOf('workflow_run')
  const [payload = {}] = examples
  const of = (event: string) => changed(payload, 'workflow_run.event', event)

  test('the commit of the run it is about, not the tip of the default branch', () => {
    for (const example of examples) {
      const context = contextOf('workflow_run', example)
      expect(eventCommit(context)).toBe(textAt(example, 'workflow_run.head_sha'))
      expect(recordedEvent(context, commit)).toBe('workflow_run')
    }
  })

  test.each(['pull_request', 'pull_request_review', 'pull_request_review_comment'])(
    'of a %s of this repository: its commit, recorded as of a pull request',
    (event) => {
      const context = contextOf('workflow_run', of(event))
      expect(eventCommit(context)).toBe(textAt(payload, 'workflow_run.head_sha'))
      expect(recordedEvent(context, commit)).toBe('pull_request')
    },
  )

  test('repositories are compared without case', () => {
    const context = contextOf(
      'workflow_run',
      changed(of('push'), 'workflow_run.head_repository.full_name', 'Octo-Org/Octo-REPO'),
    )
    expect(eventCommit(context)).toBe(textAt(payload, 'workflow_run.head_sha'))
  })

  test.each([
    {
      description: 'a pull request of a fork',
      changed: changed(of('pull_request'), 'workflow_run.head_repository.full_name', 'stranger/octo-repo'),
    },
    {
      description: 'a pull request of a deleted fork',
      changed: changed(of('pull_request'), 'workflow_run.head_repository', null),
    },
    {
      description: 'a fork, whatever started it',
      changed: changed(of('push'), 'workflow_run.head_repository.full_name', 'stranger/octo-repo'),
    },
    {
      description: 'a repository whose name is no text',
      changed: changed(of('push'), 'workflow_run.head_repository.full_name', 7),
    },
  ])('of $description is refused, and recorded as of a pull request', async ({ changed: about }) => {
    const context = contextOf('workflow_run', about)
    await refusal(context, 'a commit of a fork', 'only for a commit you trust')
    expect(recordedEvent(context, commit)).toBe('pull_request')
  })

  test.each(['workflow_run', 'issue_comment', 'pull_request_target', 'check_run', 'invented'])(
    'of a run that %s started is refused: its commit is not what that run was about',
    async (event) => {
      await refusal(contextOf('workflow_run', of(event)), event, 'Give the commit input')
    },
  )

  test.each([
    { description: 'no run', given: {} },
    { description: 'a run without a commit', given: { workflow_run: {} } },
    { description: 'a short commit', given: { workflow_run: { head_sha: '2222222' } } },
    { description: 'a number', given: { workflow_run: 7 } },
  ])('with $description is refused', async ({ given }) => {
    await refusal(contextOf('workflow_run', given), 'workflow_run.head_sha', 'Give the commit input')
  })

  test('with a commit and nothing else is about that commit', () => {
    expect(eventCommit(contextOf('workflow_run', { workflow_run: { head_sha: otherCommit } }))).toBe(
      otherCommit,
    )
  })
})

describe('events that are about something else than GITHUB_SHA', () => {
  test.each([
    { event: 'check_run', hint: 'github.event.check_run.head_sha' },
    { event: 'check_suite', hint: 'github.event.check_suite.head_sha' },
    { event: 'status', hint: 'github.event.sha' },
    { event: 'issue_comment', hint: 'ask the API for its head' },
  ])('$event is refused, and the hint says what may be meant', async ({ event, hint }) => {
    for (const payload of examplesOf(event))
      await refusal(contextOf(event, payload), hint, 'Give the commit input')
  })

  test.each([
    { event: 'check_run', path: 'check_run.check_suite.head_branch', none: null },
    { event: 'check_suite', path: 'check_suite.head_branch', none: null },
    { event: 'status', path: 'branches', none: [] },
  ])('$event about a commit of a fork is recorded as of a pull request', ({ event, path, none }) => {
    for (const payload of examplesOf(event)) {
      expect(recordedEvent(contextOf(event, payload), otherCommit)).toBe(event)
      expect(recordedEvent(contextOf(event, changed(payload, path, none)), otherCommit)).toBe('pull_request')
      expect(recordedEvent(contextOf(event, changed(payload, path, undefined)), otherCommit)).toBe(
        'pull_request',
      )
    }
    expect(recordedEvent(contextOf(event, {}), otherCommit)).toBe('pull_request')
  })

  test('every other event there is, and every one there will be, is refused', async () => {
    const others = EXAMPLE_EVENTS.filter((event) => !EVENTS.has(event))
    expect(others.length).toBeGreaterThan(30)
    for (const event of [...others, 'unknown', 'workflow_call', 'invented', 'constructor', '__proto__'])
      await refusal(contextOf(event, { after: otherCommit }), 'Give the commit input')
  })

  test.each([
    {
      description: 'a pull request',
      issue: { number: 1, pull_request: { url: 'https://api.github.com/x' } },
      as: 'pull_request',
    },
    { description: 'an issue', issue: { number: 1 }, as: 'issue_comment' },
  ])('a comment under $description is recorded as $as', ({ issue, as }) => {
    expect(recordedEvent(contextOf('issue_comment', { issue }), commit)).toBe(as)
  })
})

/** A payload in which some value was replaced by another, removed, or put elsewhere. */
function mangled(): fc.Arbitrary<{ readonly event: string; readonly payload: Json }> {
  const strange = fc.oneof(
    fc.jsonValue() as fc.Arbitrary<Json>,
    fc.constantFrom<Json>(
      null,
      '',
      ZEROS,
      tagObject,
      tagObject.toUpperCase(),
      long,
      'main',
      'dependabot[bot]',
      [],
    ),
  )
  return fc
    .record({
      event: fc.constantFrom(...EVENTS.keys(), 'issues', 'unknown'),
      at: fc.nat(),
      changes: fc.array(fc.tuple(fc.nat(), strange), { maxLength: 4 }),
    })
    .map(({ event, at, changes }) => {
      const name = event === 'pull_request_target' ? 'pull_request' : event
      const all = EXAMPLE_EVENTS.includes(name) ? examplesOf(name) : [{}]
      let payload: Json = all[at % all.length] ?? {}
      for (const [place, value] of changes) payload = replaceAt(payload, { left: place % 60 }, value)
      return { event, payload }
    })
}

/** Replaces the value that is reached after some steps through the tree, outer values first. */
function replaceAt(value: Json, count: { left: number }, by: Json): Json {
  count.left -= 1
  if (count.left < 0 && count.left > -2) return by
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value as Record<string, Json>).map(([key, inner]) => [
      key,
      count.left < 0 ? inner : replaceAt(inner, count, by),
    ]),
  )
}

test('no payload leads to a commit that neither it nor the runner names, or to anything but a coded error', () => {
  fc.assert(
    fc.property(mangled(), fc.constantFrom(commit, '', 'main'), ({ event, payload }, sha) => {
      const text = JSON.stringify(payload)
      try {
        const context = contextOf(event, text, { GITHUB_SHA: sha })
        readOnlyCause(context)
        expect(recordedEvent(context, commit)).toMatch(/^[a-z_]+$/)
        const found = eventCommit(context)
        expect(isCommit(found)).toBe(true)
        expect(`${text} ${RUNNER.GITHUB_SHA}`).toContain(found)
      } catch (error) {
        if (!(error instanceof BuildOnceError)) throw error
        expect(error.code).toBe('EVENT_REFUSED')
        expect(error.hint).not.toBe('')
      }
    }),
    { numRuns: 400 },
  )
})
