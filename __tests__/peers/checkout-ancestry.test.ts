import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseCommit } from '../../src/domain/commit.ts'
import { createCheckoutAncestry } from '../../src/github/ancestry.ts'
import { exec } from '../../src/platform/exec.ts'
import { commitWith } from '../fixtures/samples.ts'
import { temporaryFolder } from '../fixtures/folders.ts'
import { git, GIT_ENVIRONMENT } from '../fixtures/git.ts'

function commitIn(folder: string, message: string) {
  git(folder, 'commit', '-q', '--allow-empty', '-m', message)
  return parseCommit(git(folder, 'rev-parse', 'HEAD'))
}

/** Two commits in a line, and one beside the second. */
function history() {
  const folder = temporaryFolder()
  git(folder, 'init', '-q', '-b', 'main')
  const first = commitIn(folder, 'first')
  const second = commitIn(folder, 'second')
  git(folder, 'checkout', '-q', '-b', 'side', first)
  const side = commitIn(folder, 'side')
  git(folder, 'checkout', '-q', 'main')
  return { folder, first, second, side }
}

const ask = (folder: string, environment: NodeJS.ProcessEnv = GIT_ENVIRONMENT) =>
  createCheckoutAncestry(exec, folder, environment)

describe('the checkout', () => {
  test('knows what comes from what', async () => {
    const { folder, first, second, side } = history()
    expect(await ask(folder).compare(first, second)).toBe('ahead')
    expect(await ask(folder).compare(second, first)).toBe('behind')
    expect(await ask(folder).compare(second, side)).toBe('diverged')
  })

  test('does not know commits it does not have', async () => {
    const { folder, first } = history()
    expect(await ask(folder).compare(first, commitWith('d'))).toBe('unknown')
    expect(await ask(folder).compare(commitWith('d'), first)).toBe('unknown')
  })

  test('that is shallow says what it can show, and never what it cannot', async () => {
    const { folder, first, second, side } = history()
    const third = commitIn(folder, 'third')
    git(folder, 'branch', '-q', 'joined', side)
    const shallow = join(temporaryFolder(), 'shallow')
    git(folder, 'clone', '-q', '--depth', '2', '--no-single-branch', `file://${folder}`, shallow)
    expect(await ask(shallow).compare(second, third)).toBe('ahead')
    expect(await ask(shallow).compare(third, second)).toBe('behind')
    // Both are there, but where they meet is cut off: they could still be one line.
    expect(await ask(shallow).compare(second, side)).toBe('unknown')
    expect(await ask(shallow).compare(commitWith('e'), first)).toBe('unknown')
  })

  test('is not fooled by objects that stand for others', async () => {
    const { folder, second, side } = history()
    git(folder, 'replace', '--graft', side, second)
    expect(await ask(folder).compare(second, side)).toBe('diverged')
  })

  test('knows nothing where there is none, or no git', async () => {
    const { folder, first, second } = history()
    expect(await ask(temporaryFolder()).compare(first, second)).toBe('unknown')
    const inner = join(folder, 'inner')
    mkdirSync(inner)
    expect(await ask(inner).compare(first, second)).toBe('unknown')
    expect(await ask(folder, { PATH: '/nonexistent' }).compare(first, second)).toBe('unknown')
  })
})
