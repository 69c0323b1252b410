import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Log } from '../../src/platform/log.ts'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'
import { temporaryFolder } from '../fixtures/folders.ts'

const LOG = new URL('../../src/github/log.ts', import.meta.url).href

/** What the runner would read: standard output of a process that uses the log. */
function outputOf(use: (log: Log, argument: string) => unknown, argument = ''): string {
  const file = join(temporaryFolder(), 'use.ts')
  writeFileSync(
    file,
    `import { githubLog } from ${JSON.stringify(LOG)}\nawait (${use.toString()})(githubLog, ${JSON.stringify(argument)})\n`,
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', file], {
    encoding: 'utf8',
    env: { ...process.env, ...COMPILE_CACHE },
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

describe('info', () => {
  test.each([
    { description: 'plain text', text: 'hello', expected: 'hello\n' },
    {
      description: 'a workflow command',
      text: '::set-output name=digest::x',
      expected: '\u200b::set-output name=digest::x\n',
    },
    {
      description: 'a workflow command behind white space',
      text: '  ::error::x',
      expected: '  \u200b::error::x\n',
    },
    {
      description: 'a workflow command in a later line',
      text: 'a\n::stop-commands::x',
      expected: 'a\n\u200b::stop-commands::x\n',
    },
    {
      description: 'a workflow command behind a carriage return',
      text: 'a\r::error::x',
      expected: 'a\r\u200b::error::x\n',
    },
    { description: 'an old workflow command', text: '##[error]x', expected: '##\u200b[error]x\n' },
    {
      description: 'an old workflow command inside a line',
      text: 'by ##[add-mask]x',
      expected: 'by ##\u200b[add-mask]x\n',
    },
    { description: 'two colons inside a line', text: 'std::vector', expected: 'std::vector\n' },
  ])('$description', ({ text, expected }) => {
    expect(outputOf((log, argument) => log.info(argument), text)).toBe(expected)
  })
})

test.each(['notice', 'warning', 'debug'] as const)(
  '%s is one workflow command, whatever the text',
  (level) => {
    const use = {
      notice: (log: Log, text: string) => log.notice(text),
      warning: (log: Log, text: string) => log.warning(text),
      debug: (log: Log, text: string) => log.debug(text),
    }[level]
    expect(outputOf(use, 'a\n::error::b %0A')).toBe(`::${level}::a%0A::error::b %250A\n`)
  },
)

test('a group is closed also when its work fails', () => {
  const output = outputOf(async (log) => {
    await log.group('Build', async () => log.raw('inside\n'))
    await log.group('Fail', async () => Promise.reject(new Error('x'))).catch(() => log.raw('caught\n'))
  })
  expect(output).toBe('::group::Build\ninside\n::endgroup::\n::group::Fail\n::endgroup::\ncaught\n')
})

describe('mask', () => {
  const masks = (secret: string): readonly string[] =>
    outputOf((log, argument) => log.mask(argument), secret)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace('::add-mask::', ''))

  test('hides a secret, its base64, and its base64 inside of user:secret whatever the user', () => {
    const secret = 'ghs_0123456789abcdef!?'
    const hidden = masks(secret)
    expect(hidden).toContain(secret)
    expect(hidden).toContain(Buffer.from(secret).toString('base64'))
    for (const user of ['', 'a', 'ab', 'abc', 'abcd', 'octocat'])
      for (const behind of ['', '\n', ':x']) {
        const encoded = Buffer.from(`${user}:${secret}${behind}`).toString('base64')
        expect(hidden.filter((text) => encoded.includes(text)).length).toBeGreaterThan(0)
      }
  })

  test('hides every line of a secret with several', () => {
    const hidden = masks('-----BEGIN KEY-----\nabcdef\n\n--\n-----END KEY-----')
    expect(hidden).toEqual(expect.arrayContaining(['-----BEGIN KEY-----', 'abcdef', '-----END KEY-----']))
    expect(hidden).toContain('-----BEGIN KEY-----%0Aabcdef%0A%0A--%0A-----END KEY-----')
    expect(hidden).not.toContain('--')
    expect(hidden).not.toContain('')
  })

  test.each([
    { secret: '', hidden: [] },
    { secret: 'abc', hidden: ['abc'] },
  ])('a short secret %j has no other forms', ({ secret, hidden }) => {
    expect(masks(secret)).toEqual(hidden)
  })
})
