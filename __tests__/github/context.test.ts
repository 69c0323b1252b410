import { truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/domain/json.ts'
import { decodeBuildRecord, encodeRecord } from '../../src/domain/record.ts'
import { readContext } from '../../src/github/context.ts'
import { contextOf, RUNNER } from '../fixtures/event.ts'
import { temporaryFolder } from '../fixtures/folders.ts'
import { buildRecord, commit } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

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
    { description: 'is empty', payload: '' },
    { description: 'begins with a byte order mark', payload: '\ufeff{}' },
    { description: 'is nested too deep', payload: `${'['.repeat(101)}${']'.repeat(101)}` },
  ])('an event file that $description is refused', async ({ payload }) => {
    const error = await expectCode(() => contextOf('push', payload), 'EVENT_REFUSED')
    expect(error.message).toMatch(/^The event payload cannot be read: /)
    expect(error.cause).toBeInstanceOf(Error)
  })

  test.each([
    { description: 'does not exist', path: () => join(temporaryFolder(), 'none'), says: 'ENOENT' },
    { description: 'is a folder', path: () => temporaryFolder(), says: 'expected a file' },
    { description: 'never ends', path: () => '/dev/zero', says: 'expected a file' },
    {
      description: 'is larger than any payload',
      path: () => {
        const path = join(temporaryFolder(), 'event.json')
        writeFileSync(path, '')
        truncateSync(path, 2 ** 30)
        return path
      },
      says: 'expected a file of at most',
    },
  ])('an event file that $description is refused', async ({ path, says }) => {
    const environment = { ...RUNNER, GITHUB_EVENT_PATH: path() }
    const error = await expectCode(() => readContext(environment), 'EVENT_REFUSED')
    expect(error.message).toContain(says)
  })

  test('an event file may be larger than what GitHub sends: the runner indents it', () => {
    const commits = Array.from({ length: 290_000 }, () => ({
      id: commit,
      added: [] as string[],
      distinct: true,
    }))
    const body = { after: commit, commits }
    expect(JSON.stringify(body).length).toBeLessThan(25_000_000)
    const payload = JSON.stringify(body, null, 2)
    expect(payload.length).toBeGreaterThan(30_000_000)
    expect(contextOf('push', payload).payload).toEqual({ after: commit })
  })

  test.each<{ description: string; payload: Json }>([
    { description: 'a list', payload: [] },
    { description: 'null', payload: null },
    { description: 'a deleted fork', payload: { pull_request: { head: { repo: null } } } },
    { description: 'inherited names only', payload: { constructor: { name: 'x' } } },
  ])('a payload of $description says nothing', ({ payload }) => {
    expect(contextOf('push', payload).payload).toEqual({})
  })

  test('values of other types count as wrong, not as absent', () => {
    const { payload } = contextOf('push', {
      workflow_run: 7,
      after: 40,
      head_commit: { id: {} },
      deleted: 'no',
    })
    expect(payload).toEqual({
      after: '<not text but number>',
      headCommit: '<not text but object>',
      workflowRunHead: '<not text but number>',
      workflowRunEvent: '<not text but number>',
      workflowRunRepository: '<not text but number>',
      workflowRunHeadRepository: '<not text but number>',
    })
  })
})
