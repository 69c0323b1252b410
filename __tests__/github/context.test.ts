import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/domain/json.ts'
import { decodeBuildRecord, encodeRecord } from '../../src/domain/record.ts'
import {
  type Context,
  eventCommit,
  isForkPullRequest,
  readContext,
  recordedEvent,
} from '../../src/github/context.ts'
import { temporaryFolder } from '../fixtures/folders.ts'
import { buildRecord, commit, otherCommit } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const RUNNER = {
  GITHUB_EVENT_NAME: 'push',
  GITHUB_REF: 'refs/heads/main',
  GITHUB_SHA: commit,
  GITHUB_REPOSITORY: 'owner/app',
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_RUN_ID: '123',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_WORKFLOW: 'CI',
  GITHUB_JOB: 'build',
  GITHUB_ACTOR: 'octocat',
  GITHUB_WORKSPACE: '/workspace',
  RUNNER_TEMP: '/temporary',
  RUNNER_TOOL_CACHE: '/tools',
}

/** The context of an event with a payload, as the runner hands it over: in a file. */
function contextOf(event: string, payload: Json | string, environment: NodeJS.ProcessEnv = {}): Context {
  const path = join(temporaryFolder(), 'event.json')
  writeFileSync(path, typeof payload === 'string' ? payload : JSON.stringify(payload))
  return readContext({ ...RUNNER, GITHUB_EVENT_NAME: event, GITHUB_EVENT_PATH: path, ...environment })
}

describe('readContext', () => {
  test('takes what the runner says', () => {
    expect(readContext(RUNNER)).toEqual({
      event: 'push',
      gitRef: 'refs/heads/main',
      headCommit: commit,
      payload: {},
      source: { server: 'https://github.example', repository: 'owner/app', gitRef: 'refs/heads/main' },
      workflowRun: {
        id: '123',
        attempt: 2,
        url: 'https://github.example/owner/app/actions/runs/123',
        workflow: 'CI',
        job: 'build',
      },
      actor: 'octocat',
      workspace: '/workspace',
      temporary: '/temporary',
      cacheFolder: '/tools',
    })
  })

  test('does without a runner', () => {
    expect(readContext({})).toEqual({
      event: 'unknown',
      gitRef: '',
      headCommit: undefined,
      payload: {},
      source: null,
      workflowRun: null,
      actor: 'unknown',
      workspace: process.cwd(),
      temporary: tmpdir(),
      cacheFolder: tmpdir(),
    })
  })

  test.each(['', '0', '-1', 'x', '1.5e3x'])('attempt %j is at least 1', (attempt) => {
    expect(readContext({ ...RUNNER, GITHUB_RUN_ATTEMPT: attempt }).workflowRun?.attempt).toBe(1)
  })

  test('names that no record could hold become such that a record can', () => {
    const { source, workflowRun, actor } = readContext({
      ...RUNNER,
      GITHUB_WORKFLOW: `a\tb\r\n::add-mask::x${'y'.repeat(400)}`,
      GITHUB_JOB: '\u001b[31m',
      GITHUB_ACTOR: 'z'.repeat(400),
      GITHUB_REF: `refs/heads/${'r'.repeat(400)}`,
    })
    expect(workflowRun?.workflow).toMatch(/^a b ::add-mask::xy+$/)
    const record = buildRecord({ source, workflowRun, actor })
    expect(decodeBuildRecord(encodeRecord(record), 'it')).toEqual(record)
  })

  test.each([
    { description: 'is not JSON', payload: '<html>' },
    { description: 'has a key twice', payload: '{"workflow_run":{},"workflow_run":{}}' },
    { description: 'has __proto__', payload: '{"__proto__":{"workflow_run":{}}}' },
  ])('an event file that $description is an error', ({ payload }) => {
    expect(() => contextOf('push', payload)).toThrow(SyntaxError)
  })

  test('an event file that does not exist is an error', () => {
    expect(() => readContext({ ...RUNNER, GITHUB_EVENT_PATH: join(temporaryFolder(), 'none') })).toThrow(
      'ENOENT',
    )
  })

  test.each([
    { description: 'a list', payload: [] },
    { description: 'null', payload: null },
    { description: 'other types', payload: { workflow_run: 7, pull_request: { head: 'x', base: [] } } },
    { description: 'a deleted fork', payload: { pull_request: { head: { repo: null } } } },
  ])('a payload of $description says nothing', ({ payload }) => {
    expect(contextOf('push', payload).payload).toEqual({})
  })
})

describe('eventCommit', () => {
  const head = { head_sha: otherCommit }
  test.each([
    ...[
      'push',
      'workflow_dispatch',
      'schedule',
      'merge_group',
      'pull_request',
      'release',
      'repository_dispatch',
    ].map((event) => ({ event, payload: {}, expected: commit })),
    { event: 'workflow_run', payload: { workflow_run: { ...head, event: 'push' } }, expected: otherCommit },
    { event: 'workflow_run', payload: { workflow_run: head }, expected: otherCommit },
  ])('$event', ({ event, payload, expected }) => {
    expect(eventCommit(contextOf(event, payload))).toBe(expected)
  })

  test.each([
    {
      description: 'pull_request_target',
      context: () => contextOf('pull_request_target', { pull_request: { head: { sha: otherCommit } } }),
      says: 'about a commit nobody has reviewed',
    },
    {
      description: 'workflow_run without a commit',
      context: () => contextOf('workflow_run', { workflow_run: {} }),
      says: 'has no workflow_run.head_sha',
    },
    {
      description: 'workflow_run with a short commit',
      context: () => contextOf('workflow_run', { workflow_run: { head_sha: '2222222' } }),
      says: 'has no workflow_run.head_sha',
    },
    {
      description: 'push without GITHUB_SHA',
      context: () => contextOf('push', {}, { GITHUB_SHA: '' }),
      says: 'GITHUB_SHA is not a full commit id',
    },
    {
      description: 'push with a branch as GITHUB_SHA',
      context: () => contextOf('push', {}, { GITHUB_SHA: 'main' }),
      says: 'GITHUB_SHA is not a full commit id',
    },
  ])('refuses $description', async ({ context, says }) => {
    const error = await expectCode(() => eventCommit(context()), 'EVENT_REFUSED')
    expect(error.message).toContain(says)
    expect(error.hint).toContain('Give the commit input')
  })
})

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
    expect(recordedEvent(contextOf(event, { workflow_run: { event: about ?? null } }))).toBe(expected)
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
