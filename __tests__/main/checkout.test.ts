import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeTree } from '../fixtures/folders.ts'
import { startJob } from './support/event-job.ts'

function git(folder: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.c', '-c', 'commit.gpgsign=false']
  const { status, stdout, stderr } = spawnSync('git', ['-C', folder, ...identity, ...args], {
    encoding: 'utf8',
  })
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return stdout.trim()
}

function commitAll(folder: string): string {
  git(folder, 'init', '--quiet')
  git(folder, 'add', '.')
  git(folder, 'commit', '--quiet', '--message', 'x')
  return git(folder, 'rev-parse', 'HEAD')
}

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
