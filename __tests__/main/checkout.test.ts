import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeTree } from '../fixtures/folders.ts'
import { commitAll } from '../fixtures/git.ts'
import { startJob } from './support/event-job.ts'

test('sources checked out into a folder of the workspace have to be those of the commit', async () => {
  const { step, writes, workspace } = await startJob('push', {}, {})
  writeTree(workspace, { 'README.md': 'the repository', 'app/dist/index.html': 'of somebody else' })
  const inner = commitAll(join(workspace, 'app'))
  writeTree(workspace, { '.gitignore': 'app' })
  const outer = commitAll(workspace)
  const inputs = { engine: 'layers', path: 'app/dist', settle: '0' }
  const refused = await step('build', { ...inputs, commit: outer })
  expect(refused.exitCode).toBe(1)
  expect(refused.log).toContain(
    `COMMIT_NOT_CHECKED_OUT: The checkout in "app" holds another commit · expected ${outer}, got ${inner}`,
  )
  expect(writes()).toEqual([])
  expect((await step('build', { ...inputs, commit: inner })).outputs).toMatchObject({ built: 'true' })
})
