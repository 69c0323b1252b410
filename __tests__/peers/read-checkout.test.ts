import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readCheckout } from '../../src/github/checkout.ts'
import { exec } from '../../src/platform/exec.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { git, GIT_ENVIRONMENT } from '../fixtures/git.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

/** A repository with one commit, and the id of that commit. */
function repositoryWith(...options: readonly string[]): { folder: string; head: string } {
  const folder = temporaryFolder()
  git(folder, 'init', '-q', ...options)
  git(folder, 'commit', '-q', '--allow-empty', '-m', 'one 1234567890')
  return { folder, head: git(folder, 'rev-parse', 'HEAD') }
}

const read = async (folder: string, environment: NodeJS.ProcessEnv = {}, source = '') =>
  await readCheckout(exec, folder, { ...GIT_ENVIRONMENT, ...environment }, source)

describe('readCheckout', () => {
  test('names the commit and when it was committed, in UTC', async () => {
    const { folder, head } = repositoryWith()
    expect(await read(folder)).toEqual({ commit: head, time: '2026-11-22T07:00:00Z', folder: '' })
  })

  test('is not led astray by variables that name another repository', async () => {
    const { folder, head } = repositoryWith()
    const other = join(repositoryWith('--object-format=sha256').folder, '.git')
    const environment = { GIT_DIR: other, GIT_WORK_TREE: temporaryFolder(), GIT_COMMON_DIR: other }
    expect(await read(folder, environment)).toMatchObject({ commit: head })
  })

  test.each(['app', 'app/', './app/web', 'app/not/yet/there'])(
    'reads the checkout inside of the workspace that %s is in',
    async (source) => {
      const { folder } = repositoryWith()
      const inner = join(folder, 'app')
      git(folder, 'init', '-q', '--object-format=sha256', inner)
      git(inner, 'commit', '-q', '--allow-empty', '-m', 'two')
      writeTree(inner, { 'web/index.html': 'x' })
      const commit = git(inner, 'rev-parse', 'HEAD')
      expect(await read(folder, {}, source)).toMatchObject({ commit, folder: 'app' })
      rmSync(join(folder, '.git'), { recursive: true })
      expect(await read(folder, {}, source)).toMatchObject({ commit, folder: 'app' })
      expect(await read(folder, {}, 'elsewhere')).toBeUndefined()
    },
  )

  test('reads the workspace for sources in a submodule, beside it, and at an address', async () => {
    const { folder, head } = repositoryWith()
    const inner = repositoryWith().folder
    git(folder, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', inner, 'vendor/lib')
    for (const source of [
      'vendor/lib',
      '..',
      `../${basename(inner)}`,
      inner,
      'https://example.test/x.git#main',
      'app\0',
    ])
      expect(await read(folder, {}, source)).toMatchObject({ commit: head, folder: '' })
  })

  test('reads repositories whose commits are sha256', async () => {
    const { folder, head } = repositoryWith('--object-format=sha256')
    expect(head).toHaveLength(64)
    expect(await read(folder)).toMatchObject({ commit: head })
  })

  test('reads a detached head, a work tree of another repository, and one with changes', async () => {
    const { folder, head } = repositoryWith()
    git(folder, 'checkout', '-q', '--detach')
    writeTree(folder, { 'new.txt': 'x' })
    const tree = join(temporaryFolder(), 'tree')
    git(folder, 'worktree', 'add', '-q', tree)
    expect(await read(folder)).toMatchObject({ commit: head })
    expect(await read(tree)).toMatchObject({ commit: head })
  })

  test('is not led astray by settings of the user', async () => {
    const { folder, head } = repositoryWith()
    git(folder, 'config', 'log.showSignature', 'true')
    git(folder, 'config', 'format.pretty', 'full')
    git(folder, 'config', 'log.date', 'raw')
    git(folder, 'config', 'color.ui', 'always')
    expect(await read(folder)).toEqual({ commit: head, time: '2026-11-22T07:00:00Z', folder: '' })
  })

  test('reads a work tree that belongs to another user, as inside of a container', async () => {
    const { folder, head } = repositoryWith()
    // git then takes every repository as one of another user.
    const environment = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
    const refused = spawnSync('git', ['-C', folder, 'log'], { env: { ...GIT_ENVIRONMENT, ...environment } })
    expect(refused.status).not.toBe(0)
    expect(await read(folder, environment)).toMatchObject({ commit: head })
  })

  test.each([
    { seconds: '0', time: '1970-01-01T00:00:00Z' },
    { seconds: '1700000000', time: '2023-11-14T22:13:20Z' },
  ])('SOURCE_DATE_EPOCH=$seconds replaces the time', async ({ seconds, time }) => {
    const { folder, head } = repositoryWith()
    expect(await read(folder, { SOURCE_DATE_EPOCH: seconds })).toEqual({ commit: head, time, folder: '' })
  })

  test.each(['now', '-1', '1.5', '0x10', '9'.repeat(12)])(
    'SOURCE_DATE_EPOCH=%s is an error',
    async (seconds) => {
      const { folder } = repositoryWith()
      const error = await expectCode(read(folder, { SOURCE_DATE_EPOCH: seconds }), 'INPUT_INVALID')
      expect(error.message).toMatch(/SOURCE_DATE_EPOCH.*must be seconds since 1970/)
    },
  )

  test.each([
    { description: 'a folder', make: () => temporaryFolder() },
    { description: 'a folder that does not exist', make: () => join(temporaryFolder(), 'none') },
    {
      description: 'a folder inside of a work tree',
      make: () => {
        const path = join(repositoryWith().folder, 'inside')
        mkdirSync(path)
        return path
      },
    },
  ])('$description is no work tree of its own', async ({ make }) => {
    expect(await read(make())).toBeUndefined()
  })

  test('nothing is known where git is not installed', async () => {
    const { folder } = repositoryWith()
    expect(await read(folder, { PATH: temporaryFolder() })).toBeUndefined()
  })

  test.each([
    {
      description: 'no commit yet',
      spoil: (folder: string) => rmSync(join(folder, '.git', 'refs'), { recursive: true }),
    },
    {
      description: 'a broken .git file',
      spoil: (folder: string) => {
        rmSync(join(folder, '.git'), { recursive: true })
        writeFileSync(join(folder, '.git'), 'gitdir: /nonexistent\n')
      },
    },
    {
      description: 'objects that are gone',
      spoil: (folder: string) => rmSync(join(folder, '.git', 'objects'), { recursive: true }),
    },
  ])('$description is an error, never a guess', async ({ spoil }) => {
    const { folder } = repositoryWith()
    spoil(folder)
    const error = await expectCode(read(folder), 'COMMIT_NOT_CHECKED_OUT')
    expect(error.message).toContain(`The commit in ${folder} cannot be read: `)
    expect(error.hint).toContain('actions/checkout')
  })
})
