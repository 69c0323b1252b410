import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exec } from '../../src/platform/exec.ts'
import { findFiles, withTemporaryFolder } from '../../src/platform/files.ts'
import { runScript } from '../../src/platform/script.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'

const run = async (text: string, environment: NodeJS.ProcessEnv = {}) => {
  const folder = join(temporaryFolder(), 'scripts')
  const cwd = temporaryFolder()
  return await runScript(text, {
    exec,
    folder,
    name: 'run',
    cwd,
    environment: { PATH: process.env['PATH'], ...environment },
  })
}

describe('runScript', () => {
  test.each([
    { description: 'stops at the first failure', text: 'false\necho no', exitCode: 1, stdout: '' },
    {
      description: 'stops at a failure inside a pipe',
      text: 'false | cat\necho no',
      exitCode: 1,
      stdout: '',
    },
    {
      description: 'takes Windows lines',
      text: 'x=1\r\nif [ "$x" = 1 ]; then\r\n  echo yes\r\nfi\r\n',
      exitCode: 0,
      stdout: 'yes\n',
    },
    { description: 'takes a last line without an end', text: 'cat <<E\na\nE', exitCode: 0, stdout: 'a\n' },
    { description: 'leaves unset variables alone', text: 'echo "[$nothing]"', exitCode: 0, stdout: '[]\n' },
    { description: 'has an empty input', text: 'cat; echo end', exitCode: 0, stdout: 'end\n' },
    { description: 'does nothing for an empty text', text: '', exitCode: 0, stdout: '' },
  ])('$description', async ({ text, exitCode, stdout }) => {
    expect(await run(text)).toMatchObject({ exitCode, stdout })
  })

  test('rejects where there is no bash', async () => {
    await expect(run('true', { PATH: temporaryFolder() })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('files', () => {
  test('withTemporaryFolder removes its folder however the work ends', async () => {
    const parent = temporaryFolder()
    const folders: string[] = []
    const remember = async (folder: string): Promise<void> => {
      folders.push(folder)
      writeTree(folder, { 'a/b': 'x' })
    }
    await withTemporaryFolder(parent, remember)
    const failing = withTemporaryFolder(parent, async (folder) => {
      await remember(folder)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(folders).toHaveLength(2)
    expect(folders.map((folder) => existsSync(folder))).toEqual([false, false])
  })

  test('findFiles names files only, sorted', async () => {
    const folder = writeTree(temporaryFolder(), {
      'b.txt': '',
      'a/c.txt': '',
      'a/d': null,
      'a.txt': { link: 'b.txt' },
    })
    const names = async (pattern: string) => (await findFiles(folder, pattern)).map(({ name }) => name)
    expect(await names('**/*')).toEqual(['a.txt', 'a/c.txt', 'b.txt'])
    expect(await names('b.txt')).toEqual(['b.txt'])
    expect(await names('none')).toEqual([])
  })
})
