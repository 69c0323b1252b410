import { chmodSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashConfiguration } from '../../src/targets/configuration.ts'
import { type Content, temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const FILES = { 'a.yaml': 'a: 1\n', 'env/b.yaml': 'b: 2\n', 'env/c.txt': 'c' }

function folderWith(content: Content): string {
  return writeTree(temporaryFolder(), content)
}

describe('hashConfiguration', () => {
  test.each([
    {
      description: 'the order of the patterns',
      content: FILES,
      patterns: ['env/b.yaml', 'a.yaml'],
      same: true,
    },
    {
      description: 'a pattern with a wildcard',
      content: FILES,
      patterns: ['a.yaml', 'env/*.yaml'],
      same: true,
    },
    {
      description: 'a file named twice',
      content: FILES,
      patterns: ['a.yaml', './a.yaml', '**/*.yaml'],
      same: true,
    },
    {
      description: 'another file beside',
      content: { ...FILES, 'd.yaml': '' },
      patterns: ['a.yaml', 'env/b.yaml'],
      same: true,
    },
    {
      description: 'other contents',
      content: { ...FILES, 'a.yaml': 'a: 2\n' },
      patterns: ['a.yaml', 'env/b.yaml'],
      same: false,
    },
    {
      description: 'contents in other files',
      content: { 'a.yaml': 'b: 2\n', 'env/b.yaml': 'a: 1\n' },
      patterns: ['a.yaml', 'env/b.yaml'],
      same: false,
    },
    { description: 'a file less', content: FILES, patterns: ['a.yaml'], same: false },
    { description: 'a file more', content: FILES, patterns: ['a.yaml', 'env/*'], same: false },
  ])('$description: the digest is the same? $same', async ({ content, patterns, same }) => {
    const expected = await hashConfiguration(folderWith(FILES), ['a.yaml', 'env/b.yaml'])
    expect((await hashConfiguration(folderWith(content), patterns)) === expected).toBe(same)
  })

  test('times and modes do not matter', async () => {
    const folder = folderWith(FILES)
    const before = await hashConfiguration(folder, ['a.yaml'])
    utimesSync(join(folder, 'a.yaml'), 1, 1)
    chmodSync(join(folder, 'a.yaml'), 0o600)
    expect(await hashConfiguration(folder, ['a.yaml'])).toBe(before)
  })

  test('every pattern that names nothing is named', async () => {
    const failing = hashConfiguration(folderWith(FILES), ['a.yaml', 'none.yaml', 'env', '*.json'])
    const error = await expectCode(failing, 'CONFIG_MISSING')
    expect(error.message).toBe(
      'Configuration files that cannot be read:\n  - none.yaml: no such file\n  - env: no such file\n  - *.json: no such file',
    )
  })

  test('a link to nothing is an error', async () => {
    await expectCode(
      hashConfiguration(folderWith({ 'a.yaml': { link: 'none' } }), ['a.yaml']),
      'CONFIG_MISSING',
    )
  })
})
