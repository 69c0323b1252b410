import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { InvalidReferenceError } from '../../src/domain/error.ts'
import {
  formatReference,
  formatRepository,
  parseReference,
  parseRepository,
  type Reference,
  tagFault,
} from '../../src/domain/reference.ts'
import { REFERENCE_VECTORS } from '../fixtures/reference-vectors.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'
import { growth, MAX_GROWTH } from '../fixtures/work.ts'

const DIGEST = `sha256:${'f'.repeat(64)}`
const TEN_MEGABYTES = 10 * 1024 * 1024

describe('parseReference and parseRepository', () => {
  const named = REFERENCE_VECTORS.map((vector) => ({ ...vector, name: vector.input.slice(0, 60) }))

  test.each(named.filter((vector) => 'fault' in vector))('$name is refused: $fault', async ({ input }) => {
    await expectCode(() => parseReference(input), 'REFERENCE_INVALID')
    await expectCode(() => parseRepository(input), 'REFERENCE_INVALID')
  })

  test.each(named.filter((vector) => 'path' in vector))('$name is read', async (vector) => {
    const { input, registry, path, tag, digest } = vector
    const repository = { registry, path }
    if (tag === undefined && digest === undefined) {
      expect(parseRepository(input)).toEqual(repository)
      expect(formatRepository(repository)).toBe(input)
      const error = await expectCode(() => parseReference(input), 'REFERENCE_INVALID')
      expect(error.message).toContain('neither tag nor digest')
      return
    }
    await expectCode(() => parseRepository(input), 'REFERENCE_INVALID')
    const reference = parseReference(input)
    expect(reference).toEqual(
      digest === undefined
        ? { kind: 'tag', repository, tag }
        : { kind: 'digest', repository, digest, ...(tag === undefined ? {} : { tag }) },
    )
    expect(formatReference(reference)).toBe(input)
  })

  // The faults of the vectors again, below a host that is right, and others.
  test.each([
    { description: 'no path', text: 'ghcr.io' },
    { description: 'an empty path', text: 'ghcr.io/:v1' },
    { description: 'a path that ends with a slash', text: 'ghcr.io/a/:v1' },
    { description: 'an empty part', text: 'ghcr.io/a//b:v1' },
    { description: 'a part of a dot', text: 'ghcr.io/a/./b:v1' },
    { description: 'upper case in the path', text: 'ghcr.io/Owner/app:v1' },
    { description: 'upper case in the host', text: 'GHCR.io/owner/app:v1' },
    { description: 'only separators', text: 'ghcr.io/____/____:v1' },
    { description: 'three underscores', text: 'ghcr.io/a___b:v1' },
    { description: 'two dots in a part', text: 'ghcr.io/a..b:v1' },
    { description: '_. in a part', text: 'ghcr.io/a_.b:v1' },
    { description: 'a part that ends with -', text: 'ghcr.io/a-/b:v1' },
    { description: 'a star', text: 'ghcr.io/star*:v1' },
    { description: 'a tag that starts with -', text: 'ghcr.io/a/b:-x' },
    { description: 'a tag that starts with .', text: 'ghcr.io/a/b:.x' },
    { description: 'a tag of 129 characters', text: `ghcr.io/a/b:${'x'.repeat(129)}` },
    { description: 'an empty tag', text: 'ghcr.io/a/b:' },
    { description: 'an empty tag before a digest', text: `ghcr.io/a/b:@${DIGEST}` },
    { description: 'an empty digest', text: 'ghcr.io/a/b@' },
    { description: 'a digest without digits', text: 'ghcr.io/a/b@sha256:' },
    { description: 'a short digest', text: 'ghcr.io/a/b@sha256:12345' },
    { description: 'a digest in upper case', text: `ghcr.io/a/b@${DIGEST.toUpperCase()}` },
    { description: 'a digest of an unknown algorithm', text: `ghcr.io/a/b@md5:${'f'.repeat(32)}` },
    { description: 'a scheme', text: 'oci://ghcr.io/a/b:v1' },
    { description: 'a carriage return', text: 'ghcr.io/a/b\r:v1' },
    { description: 'a NUL', text: 'ghcr.io/a/b\0:v1' },
    { description: 'a tab at the end', text: 'ghcr.io/a/b:v1\t' },
    { description: 'a zero-width space', text: 'ghcr.io/a\u200b/b:v1' },
    { description: 'right-to-left override', text: 'ghcr.io/\u202ea/b:v1' },
    { description: 'a Cyrillic а', text: 'ghcr.io/\u0430/b:v1' },
    { description: 'a full-width host', text: 'ｇｈｃｒ.io/a/b:v1' },
    { description: 'an ideographic full stop in the host', text: '127。0。0。1/a:v1' },
    { description: 'port 0', text: 'ghcr.io:0/a/b:v1' },
    { description: 'port 65536', text: 'ghcr.io:65536/a/b:v1' },
    { description: 'a port with a sign', text: 'ghcr.io:+80/a/b:v1' },
    { description: 'a port with a leading zero', text: 'ghcr.io:080/a/b:v1' },
    { description: 'a host without dot and port', text: 'registry/a/b:v1' },
    { description: 'a label that ends with -', text: 'ghcr-.io/a/b:v1' },
    { description: 'a label of 64 characters', text: `${'a'.repeat(64)}.io/a/b:v1` },
    { description: 'a host that ends with a dot', text: 'ghcr.io./a/b:v1' },
    { description: 'an open bracket', text: '[::1/a:v1' },
    { description: 'IPv6 that is none', text: '[1::2::3]/a:v1' },
    { description: 'text behind the bracket', text: '[::1]x/a:v1' },
    { description: 'ten megabytes', text: `ghcr.io/${'a'.repeat(TEN_MEGABYTES)}:v1` },
  ])('refuses $description', async ({ text }) => {
    const error = await expectCode(() => parseReference(text), 'REFERENCE_INVALID')
    expect(error.message.length).toBeLessThan(700)
    expect(error.hint).toBeDefined()
  })

  test('takes the largest port, the longest tag and the longest name', () => {
    expect(parseReference('h:65535/a:v').repository.registry).toBe('h:65535')
    expect(parseReference(`ghcr.io/a:${'x'.repeat(128)}`)).toMatchObject({ tag: 'x'.repeat(128) })
    expect(parseRepository(`ghcr.io/${'a'.repeat(247)}`).path).toHaveLength(247)
    expect(() => parseRepository(`ghcr.io/${'a'.repeat(248)}`)).toThrow(/more than 255 characters/)
  })

  test.each([
    { description: 'a URL', text: 'https://ghcr.io/a/b', says: 'leave the scheme out' },
    { description: 'a tag', text: 'ghcr.io/a/b:v1', says: 'it holds a tag' },
    { description: 'a digest', text: `ghcr.io/a/b@${DIGEST}`, says: 'it holds a digest or user name' },
    { description: 'no registry', text: 'owner/app', says: 'name the registry explicitly' },
    { description: 'upper case', text: 'ghcr.io/Owner/app', says: 'must be in lower case' },
  ])('parseRepository says what is wrong with $description', async ({ text, says }) => {
    const error = await expectCode(() => parseRepository(text), 'REFERENCE_INVALID')
    expect(error.message).toContain(says)
  })
})

describe('for any text', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
  const host = fc.oneof(
    fc.array(label, { minLength: 2, maxLength: 4 }).map((labels) => labels.join('.')),
    fc.constantFrom('localhost', '127.0.0.1', '[::1]', '[2001:db8::1]'),
  )
  const registry = fc
    .tuple(host, fc.option(fc.integer({ min: 1, max: 65535 })))
    .map(([name, port]) => (port === null ? name : `${name}:${port}`))
  const path = fc
    .array(fc.stringMatching(/^[a-z0-9]+((\.|_|__|-{1,3})[a-z0-9]+){0,2}$/), { minLength: 1, maxLength: 4 })
    .map((parts) =>
      parts
        .join('/')
        .slice(0, 150)
        .replace(/[^a-z0-9]+$/, ''),
    )
  const tag = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)
  const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/)
  const reference: fc.Arbitrary<Reference> = fc
    .tuple(registry, path, fc.option(tag), fc.option(digest))
    .filter(([, , tagText, digestText]) => tagText !== null || digestText !== null)
    .map(([registryText, pathText, tagText, digestText]): Reference => {
      const repository = { registry: registryText, path: pathText }
      if (digestText === null) return { kind: 'tag', repository, tag: tagText ?? '' }
      const named = tagText === null ? {} : { tag: tagText }
      return { kind: 'digest', repository, digest: digestText as Digest, ...named }
    })

  test('what is formatted is read back as it was', () => {
    fc.assert(
      fc.property(reference, (value) => {
        expect(parseReference(formatReference(value))).toEqual(value)
        expect(parseRepository(formatRepository(value.repository))).toEqual(value.repository)
      }),
    )
  })

  const pieces = fc.constantFrom(
    'ghcr.io',
    '/',
    ':',
    '@',
    DIGEST,
    '[',
    ']',
    '::1',
    'a',
    '-',
    '.',
    '_',
    'A',
    '\n',
  )
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
  )

  test('nothing but InvalidReferenceError is thrown, and what is read is formatted as it was', () => {
    fc.assert(
      fc.property(anything, (text) => {
        for (const parse of [parseReference, parseRepository]) {
          let value: ReturnType<typeof parse>
          try {
            value = parse(text)
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidReferenceError)
            continue
          }
          expect('kind' in value ? formatReference(value) : formatRepository(value)).toBe(text)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    {
      description: 'a killer of regular expressions',
      make: (size: number) => `ghcr.io/a${'-'.repeat(size)}!`,
    },
    { description: 'many parts', make: (size: number) => `ghcr.io/${'a/'.repeat(size / 2)}!` },
    { description: 'many labels', make: (size: number) => `${'a.'.repeat(size / 2)}!/b` },
    { description: 'many colons', make: (size: number) => `ghcr.io/a${':'.repeat(size)}` },
    { description: 'many separators in a tag', make: (size: number) => `ghcr.io/a:${'.-'.repeat(size / 2)}` },
    { description: 'a long digest', make: (size: number) => `ghcr.io/a@${'a+'.repeat(size / 2)}` },
  ])('the work does not explode with $description', ({ make }) => {
    const attempt = (text: string): void => {
      expect(() => parseReference(text)).toThrow(InvalidReferenceError)
    }
    expect(growth(make, attempt, TEN_MEGABYTES)).toBeLessThan(MAX_GROWTH)
    // Below the length at which a text is refused unread.
    attempt(make(900))
  })
})

test.each([
  { tag: 'v1.2.3', fault: undefined },
  { tag: '_x', fault: undefined },
  { tag: '', fault: 'the tag is empty' },
  { tag: 'a/b', fault: 'a tag cannot hold a slash' },
  { tag: 'x'.repeat(129), fault: 'a tag has at most 128 characters, this one has 129' },
  { tag: '.x', fault: 'a tag holds letters, digits, "_", "." and "-", and does not start with "." or "-"' },
  { tag: 'a b', fault: 'a tag holds letters, digits, "_", "." and "-", and does not start with "." or "-"' },
])('tagFault("$tag")', ({ tag, fault }) => {
  expect(tagFault(tag)).toBe(fault)
})
