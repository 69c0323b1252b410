import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { code, escapeMarkdown, humanDuration, link, propertyTable } from '../../src/domain/markdown.ts'

describe('escapeMarkdown', () => {
  test.each([
    { description: 'plain text', text: 'octocat pushed 1.2', expected: 'octocat pushed 1.2' },
    { description: 'emphasis', text: '*a* _b_ ~c~', expected: String.raw`\*a\* \_b\_ \~c\~` },
    { description: 'a heading behind a line feed', text: 'a\n# b', expected: String.raw`a \# b` },
    { description: 'a list', text: '- a\r\n+ b', expected: String.raw`\- a \+ b` },
    { description: 'HTML', text: '<img src=x onerror="x">', expected: '&lt;img src=x onerror="x"&gt;' },
    { description: 'an entity', text: '&lt;', expected: '&amp;lt;' },
    { description: 'a link', text: '[a](http://x)', expected: String.raw`\[a\]\(http:\/\/x\)` },
    {
      description: 'a bare address',
      text: 'see https://evil.example',
      expected: String.raw`see https:\/\/evil.example`,
    },
    {
      description: 'an address without a scheme',
      text: 'www.evil.example',
      expected: String.raw`www\.evil.example`,
    },
    { description: 'an image', text: '![a](b)', expected: String.raw`\!\[a\]\(b\)` },
    { description: 'code', text: '`a`', expected: '\\`a\\`' },
    { description: 'a table bar', text: 'a|b', expected: String.raw`a\|b` },
    { description: 'a backslash before a bar', text: String.raw`a\|b`, expected: String.raw`a\\\|b` },
    { description: 'a mention', text: '@octocat', expected: String.raw`\@octocat` },
    { description: 'terminal escapes', text: '\u001b[31mred', expected: String.raw` \[31mred` },
    { description: 'a formula', text: 'a $x$', expected: 'a <span>$</span>x<span>$</span>' },
    { description: 'a change of direction', text: 'a\u202eb\u2066c', expected: 'a\ufffdb\ufffdc' },
    { description: 'C1 control characters', text: 'a\u0085b', expected: 'a b' },
  ])('$description', ({ text, expected }) => {
    expect(escapeMarkdown(text)).toBe(expected)
  })

  test('nothing that means something stays without a backslash', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkdown(text).replace(
          /<span>\$<\/span>|\\[\\`*_{}[\]()#+!|~@/.-]|&(?:amp|lt|gt);/g,
          '',
        )
        expect(escaped).not.toMatch(/[\\`*_{}[\]()#+!|~@<>&$]|-|:\/\/|\p{Cc}|\p{Bidi_Control}/u)
      }),
    )
  })
})

describe('code', () => {
  test.each([
    { description: 'plain', text: 'sha256:abc', expected: '`sha256:abc`' },
    { description: 'a backtick', text: 'a`b', expected: '`aˋb`' },
    { description: 'a bar', text: 'a|b', expected: '`a│b`' },
    {
      description: 'a backslash before a bar',
      text: String.raw`a\|b`,
      expected: String.raw`${'`'}a\│b${'`'}`,
    },
    { description: 'lines', text: 'a\n\nb', expected: '`a b`' },
    { description: 'a change of direction', text: 'v1\u202e2', expected: '`v1\ufffd2`' },
  ])('$description', ({ text, expected }) => {
    expect(code(text)).toBe(expected)
  })

  test('is never ended early, and never ends a table cell', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(code(text).slice(1, -1)).not.toMatch(/[`|\n\r]/)
      }),
    )
  })
})

test.each([
  {
    url: 'https://github.com/o/r/actions/runs/1',
    expected: '[a\\|b](https://github.com/o/r/actions/runs/1)',
  },
  { url: 'http://127.0.0.1:8080/x', expected: '[a\\|b](http://127.0.0.1:8080/x)' },
  { url: 'javascript:alert(1)', expected: 'a\\|b' },
  { url: 'https://x/) [y](https://evil', expected: 'a\\|b' },
  { url: 'https://x/a b', expected: 'a\\|b' },
  { url: 'https://x/<script>', expected: 'a\\|b' },
  { url: 'https://x/|', expected: 'a\\|b' },
  { url: 'ftp://x', expected: 'a\\|b' },
  { url: '\nhttps://x', expected: 'a\\|b' },
  { url: '', expected: 'a\\|b' },
])('link to $url', ({ url, expected }) => {
  expect(link('a|b', url)).toBe(expected)
})

test('propertyTable escapes names and keeps values', () => {
  expect(propertyTable([['a|b', '`c`']])).toBe('| | |\n| --- | --- |\n| **a\\|b** | `c` |')
})

test.each([
  { milliseconds: 0, expected: '0 ms' },
  { milliseconds: 999, expected: '999 ms' },
  { milliseconds: 1000, expected: '1.0 s' },
  { milliseconds: 4249, expected: '4.2 s' },
  { milliseconds: 59_949, expected: '59.9 s' },
  { milliseconds: 59_950, expected: '1 min 0 s' },
  { milliseconds: 60_000, expected: '1 min 0 s' },
  { milliseconds: 119_700, expected: '2 min 0 s' },
  { milliseconds: 192_000, expected: '3 min 12 s' },
])('humanDuration($milliseconds)', ({ milliseconds, expected }) => {
  expect(humanDuration(milliseconds)).toBe(expected)
})
