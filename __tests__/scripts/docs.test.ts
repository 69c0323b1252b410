import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseActionFile } from '../../scripts/docs/action-file.ts'
import { renderApi } from '../../scripts/docs/api-table.ts'
import { generateDocuments } from '../../scripts/docs/documents.ts'
import { replaceBetweenMarkers } from '../../scripts/docs/markers.ts'
import { FIELD_PATTERNS, renderSchemas } from '../../scripts/docs/schemas.ts'
import { isCommit } from '../../src/domain/commit.ts'
import { isDigest } from '../../src/domain/digest.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('the checked-in files are what the sources say', async () => {
  const documents = await generateDocuments(root)
  expect(documents.map(({ path }) => path)).toEqual([
    'README.md',
    'deploy/README.md',
    'docs/engines.md',
    'docs/events.md',
    'docs/guard.md',
    'docs/permissions.md',
    'docs/error-codes.md',
    'schema/build-record.schema.json',
    'schema/deployment-record.schema.json',
  ])
  for (const { path, current, expected } of documents)
    expect(current, `${path} is stale: npm run docs`).toBe(expected)
})

describe('renderApi', () => {
  test('keeps order, joins lines and escapes the column separator', () => {
    const action = parseActionFile(`
name: example
description: An example.
inputs:
  one: { description: "First\\nline | second.", required: true }
  two: { description: Second., default: 'false' }
outputs:
  three: { description: Third. }
runs: { using: node24, main: index.js }
`)
    const rows = renderApi(action).split('\n')
    expect(rows).toContain('| `one` | First line \\| second. | *required* |')
    expect(rows).toContain('| `two` | Second. | `false` |')
    expect(rows).toContain('| `three` | Third. |')
  })

  test('refuses a default that YAML does not read as a text', () => {
    expect(() =>
      parseActionFile(`
name: example
description: An example.
inputs:
  one: { description: First., default: false }
outputs: {}
runs: { using: node24, main: index.js }
`),
    ).toThrow(/expected string/)
  })
})

describe('replaceBetweenMarkers', () => {
  const page = 'before\n<!-- api-start:x -->\nold\n<!-- api-end:x -->\nafter\n'

  test('replaces the content only, and twice is as good as once', () => {
    const once = replaceBetweenMarkers(page, 'x', 'new')
    expect(once).toBe('before\n<!-- api-start:x -->\n\nnew\n\n<!-- api-end:x -->\nafter\n')
    expect(replaceBetweenMarkers(once, 'x', 'new')).toBe(once)
  })

  test.each([
    { description: 'no markers', text: 'nothing' },
    { description: 'no end', text: 'a <!-- api-start:x --> b' },
    { description: 'end before start', text: '<!-- api-end:x --> a <!-- api-start:x -->' },
    { description: 'two starts', text: `${page}${page}` },
  ])('refuses a page with $description', ({ text }) => {
    expect(() => replaceBetweenMarkers(text, 'x', 'new')).toThrow('Expected exactly one')
  })
})

describe('schemas', () => {
  const hex = (length: number) => '0123456789abcdef'.repeat(8).slice(0, length)
  const texts = [
    ...[20, 39, 40, 41, 63, 64, 65, 128].flatMap((length) => [hex(length), hex(length).toUpperCase()]),
    ...['sha256', 'sha512', 'sha384', 'md5'].flatMap((algorithm) =>
      [40, 63, 64, 65, 128].map((length) => `${algorithm}:${hex(length)}`),
    ),
    ...['', 'main', `sha256:${hex(64).toUpperCase()}`, `sha256:${hex(64)}\n`, ` sha256:${hex(64)}`],
  ]

  test.each([
    { field: 'digest', pattern: FIELD_PATTERNS.digest, accepts: isDigest },
    { field: 'commit', pattern: FIELD_PATTERNS.commit, accepts: isCommit },
  ])('the pattern of $field accepts what the domain accepts', ({ pattern, accepts }) => {
    const expected = texts.filter((text) => accepts(text))
    expect(expected.length).toBeGreaterThan(1)
    expect(texts.filter((text) => new RegExp(pattern, 'u').test(text))).toEqual(expected)
  })

  test('every field of a record is in its schema, closed, and digests have a pattern', () => {
    const build = JSON.parse(renderSchemas().get('build-record.schema.json') ?? '')
    expect(build.additionalProperties).toBe(false)
    expect(build.required.toSorted()).toEqual(Object.keys(build.properties).toSorted())
    expect(build.properties.digest.pattern).toBe(FIELD_PATTERNS.digest)
    expect(build.properties.commit.pattern).toBe(FIELD_PATTERNS.commit)
    const deployment = JSON.parse(renderSchemas().get('deployment-record.schema.json') ?? '')
    for (const name of ['digest', 'configDigest', 'previousDigest'])
      expect(JSON.stringify(deployment.properties[name])).toContain('sha512')
    expect(JSON.stringify(deployment.properties.evidence)).toContain('sha512')
  })
})
