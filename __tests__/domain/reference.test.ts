import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Digest, parseDigest } from '../../src/domain/digest.ts'
import { InvalidReferenceError } from '../../src/domain/error.ts'
import {
  formatReference,
  formatRepository,
  parseReference,
  parseRepository,
  type Reference,
  tagFault,
} from '../../src/domain/reference.ts'
import UPSTREAM from '../fixtures/distribution-reference.json' with { type: 'json' }
import { REFERENCE_VECTORS } from '../fixtures/reference-vectors.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'
import { growth, MAX_GROWTH } from '../fixtures/work.ts'

const DIGEST = `sha256:${'f'.repeat(64)}`
type UpstreamVector =
  | { readonly input: string; readonly error: string }
  | Readonly<Record<'input' | 'domain' | 'path' | 'tag' | 'digest', string>>
const UPSTREAM_VECTORS = UPSTREAM as readonly UpstreamVector[]
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
    { description: 'only a bracket', text: '[/a:v1' },
    { description: 'empty brackets', text: '[]/a:v1' },
    { description: 'IPv6 with a zone', text: '[fe80::1%eth0]/a:v1' },
    { description: 'IPv6 with an escaped zone', text: '[fe80::1%25eth0]:5000/a:v1' },
    { description: 'IPv6 with zeros that could be left out', text: '[0:0:0:0:0:0:0:1]/a:v1' },
    { description: 'IPv6 with a leading zero', text: '[2001:0db8::1]/a:v1' },
    { description: 'IPv6 in upper case', text: '[2001:DB8::1]/a:v1' },
    { description: 'IPv4 inside IPv6', text: '[::ffff:7f00:1]/a:v1' },
    { description: 'IPv4 inside IPv6 with dots', text: '[::ffff:127.0.0.1]/a:v1' },
    { description: 'IPv4 of two numbers', text: '127.1/a:v1' },
    { description: 'IPv4 in hexadecimal digits', text: '0x7f.1/a:v1' },
    { description: 'IPv4 in octal digits', text: '010.0.0.1/a:v1' },
    { description: 'IPv4 as one number', text: '2130706433:80/a:v1' },
    { description: 'IPv4 that is none', text: '256.1.1.1/a:v1' },
    { description: 'a tag inside the path', text: 'ghcr.io/a:b/c:v1' },
    { description: 'two ports', text: 'ghcr.io:1:2/a:v1' },
    { description: 'a user name', text: 'user@ghcr.io/a:v1' },
    { description: 'a slash in the digest', text: 'ghcr.io/a@sha256:../../b' },
    { description: 'two digests', text: `ghcr.io/a@${DIGEST}@${DIGEST}` },
    { description: 'a port with digits of another script', text: 'ghcr.io:\u0661/a:v1' },
    { description: 'a lone surrogate', text: 'ghcr.io/a\ud800:v1' },
    { description: 'a soft hyphen in the host', text: 'gh\u00adcr.io/a:v1' },
    { description: 'a backslash', text: String.raw`ghcr.io\a/b:v1` },
    { description: 'a comma', text: 'ghcr.io/a:v1,ghcr.io/b:v1' },
    { description: 'ten megabytes', text: `ghcr.io/${'a'.repeat(TEN_MEGABYTES)}:v1` },
  ])('refuses $description', async ({ text }) => {
    const error = await expectCode(() => parseReference(text), 'REFERENCE_INVALID')
    expect(error.message.length).toBeLessThan(700)
    expect(error.hint).toBeDefined()
  })

  test.each([
    { description: 'IPv6 with a port', text: '[2001:db8::1]:5000/a:v1', registry: '[2001:db8::1]:5000' },
    { description: 'a port that is usual', text: 'ghcr.io:443/a:v1', registry: 'ghcr.io:443' },
    { description: 'a host by its port alone', text: 'registry:5000/a:v1', registry: 'registry:5000' },
    { description: 'an IPv4 address', text: '10.0.0.1/a:v1', registry: '10.0.0.1' },
    { description: 'a host in Punycode', text: 'xn--n3h.com/a:v1', registry: 'xn--n3h.com' },
    {
      description: 'a label of 63 characters',
      text: `${'a'.repeat(63)}.io/a:v1`,
      registry: `${'a'.repeat(63)}.io`,
    },
  ])('keeps $description as it is written', ({ text, registry }) => {
    expect(parseReference(text).repository.registry).toBe(registry)
    expect(formatReference(parseReference(text))).toBe(text)
  })

  test('a tag beside a digest is kept, also one that tools use for referrers', () => {
    const tag = `sha256-${'f'.repeat(64)}`
    const reference = parseReference(`ghcr.io/a:${tag}@${DIGEST}`)
    expect(reference).toMatchObject({ kind: 'digest', digest: DIGEST, tag })
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
    { description: 'a host spelled oddly', text: '127.1/a', says: 'expected "127.0.0.1", got "127.1"' },
    { description: 'IPv6 spelled oddly', text: '[0::1]/a', says: 'expected "[::1]", got "[0::1]"' },
    { description: 'a zone', text: '[fe80::1%eth0]/a', says: 'the registry host has a zone' },
    {
      description: 'what looks like a letter',
      text: 'ghcr.io/\u0430',
      says: String.raw`"\u0430" is not a valid part`,
    },
    {
      description: 'text that turns around',
      text: 'ghcr.io/\u202ea\n',
      says: String.raw`"ghcr.io/\u202ea\n"`,
    },
    { description: 'a long text', text: 'x'.repeat(2000), says: `${'x'.repeat(200)}"… (2000 characters)` },
  ])('parseRepository says what is wrong with $description', async ({ text, says }) => {
    const error = await expectCode(() => parseRepository(text), 'REFERENCE_INVALID')
    expect(error.message).toContain(says)
  })
})

describe('what is no text', () => {
  const revoked = Proxy.revocable({}, {})
  revoked.revoke()
  const trap = (): never => {
    throw new Error('touched')
  }
  const touchy = new Proxy(trap, { get: trap, getPrototypeOf: trap, apply: trap, has: trap, ownKeys: trap })

  test.each([
    { description: 'undefined', value: undefined, kind: 'undefined' },
    { description: 'null', value: null, kind: 'null' },
    { description: 'a number', value: 7, kind: 'number' },
    { description: 'NaN', value: Number.NaN, kind: 'number' },
    { description: 'a bigint', value: 7n, kind: 'bigint' },
    { description: 'true', value: true, kind: 'boolean' },
    { description: 'a symbol', value: Symbol('ghcr.io/a:v1'), kind: 'symbol' },
    { description: 'a list', value: ['ghcr.io/a:v1'], kind: 'object' },
    { description: 'a boxed text', value: Object('ghcr.io/a:v1'), kind: 'object' },
    { description: 'an object without a prototype', value: Object.create(null), kind: 'object' },
    { description: 'an object whose toString throws', value: { toString: trap, length: 3 }, kind: 'object' },
    { description: 'bytes', value: Buffer.from('ghcr.io/a:v1'), kind: 'object' },
    { description: 'a function', value: trap, kind: 'function' },
    { description: 'a proxy that throws at everything', value: touchy, kind: 'function' },
    { description: 'a revoked proxy', value: revoked.proxy, kind: 'object' },
  ])('$description is refused, and not touched', async ({ value, kind }) => {
    for (const parse of [parseReference, parseRepository, parseDigest]) {
      const error = await expectCode(() => parse(value), 'REFERENCE_INVALID')
      expect(error).toBeInstanceOf(InvalidReferenceError)
      expect(error.name).toBe('InvalidReferenceError')
      expect(error.message).toContain(`got ${kind}.`)
    }
  })
})

test.each([
  'user:secret@ghcr.io/a/b',
  'https://user:secret@ghcr.io/a/b',
  'user:secret@ghcr.io/a/b:v1',
  'x:se@secret@ghcr.io/a',
  `:secret@ghcr.io/${'a'.repeat(2000)}`,
  'secret@ghcr.io/a/b:v1',
  'https://secret@ghcr.io/a/b',
  'https://user:se/cret:secret@ghcr.io/a',
  'user:/secret@ghcr.io/a/b',
  'me@example.com:secret@ghcr.io/a',
  '//user:secret@ghcr.io/a',
  ' https://user:secret@ghcr.io/a',
  `user:sha256secret@ghcr.io/a@${DIGEST}`,
])('the password in %s is not repeated', async (text) => {
  for (const parse of [parseReference, parseRepository]) {
    const error = await expectCode(() => parse(text), 'REFERENCE_INVALID')
    expect(error.message).not.toContain('secret')
    expect(error.message).toContain('***@ghcr.io/a')
  }
})

describe('docs/references.md', () => {
  const show = (input: string): string =>
    `\`${input.replace(/(.)\1{30,}/g, (run, letter: string) => `${letter}×${run.length}`)}\``

  test('every vector that distribution/reference reads otherwise is in its table, and no other', () => {
    const page = readFileSync(fileURLToPath(new URL('../../docs/references.md', import.meta.url)), 'utf8')
    expect(UPSTREAM_VECTORS.map(({ input }) => input)).toEqual(REFERENCE_VECTORS.map(({ input }) => input))
    const rows = REFERENCE_VECTORS.flatMap((ours, index) => {
      const upstream = UPSTREAM_VECTORS[index]
      if (upstream === undefined || 'error' in upstream) return []
      const { input, domain, path } = upstream
      const theirs = `${show(domain)} · ${show(path)}`
      if ('fault' in ours) return [`| ${show(input)} | ${theirs} | refused: ${ours.fault} |`]
      const kept = `${show(ours.registry)} · ${show(ours.path)}`
      return kept === theirs ? [] : [`| ${show(input)} | ${theirs} | ${kept} |`]
    })
    const [, table = ''] = page.split('| --- | --- | --- |\n')
    expect(table.split('\n\n')[0]?.trim().split('\n')).toEqual(rows)
  })

  test('nothing is taken that distribution/reference refuses, and tags and digests are the same', () => {
    for (const [index, ours] of REFERENCE_VECTORS.entries()) {
      const upstream = UPSTREAM_VECTORS[index]
      if ('fault' in ours) continue
      expect(upstream).toMatchObject({ tag: ours.tag ?? '', digest: ours.digest ?? '' })
    }
  })
})

describe('for any text', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/)
  const host = fc.oneof(
    // A host that ends with a number is an IPv4 address or none.
    fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => [...labels, 'io'].join('.')),
    fc.ipV4(),
    fc
      .ipV6()
      .map((address) => new URL(`http://[${address}]/`).hostname)
      .filter((host) => !host.startsWith('[::ffff:')),
    fc.constant('localhost'),
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

  test('nothing but InvalidReferenceError is thrown for any value, and the message is short and printable', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withNullPrototype: true, withTypedArray: true }),
        (value) => {
          for (const parse of [parseReference, parseRepository, parseDigest]) {
            try {
              parse(value)
            } catch (error) {
              expect(error).toBeInstanceOf(InvalidReferenceError)
              expect((error as Error).message).toMatch(/^[ -~·…]{1,700}$/)
            }
          }
        },
      ),
    )
  })

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
    { description: 'many digests', make: (size: number) => '@'.repeat(size) },
    { description: 'many brackets', make: (size: number) => '['.repeat(size) },
    { description: 'many brackets and colons', make: (size: number) => `${'[:'.repeat(size / 2)}]/a` },
    { description: 'many schemes', make: (size: number) => 'a://'.repeat(size / 4) },
    { description: 'many passwords', make: (size: number) => 'a:b@'.repeat(size / 4) },
    { description: 'nothing but letters', make: (size: number) => 'a'.repeat(size) },
    { description: 'nothing but hyphens', make: (size: number) => `ghcr.io/a:v${'-'.repeat(size)}` },
    { description: 'lone surrogates', make: (size: number) => '\ud800'.repeat(size) },
    { description: 'control characters', make: (size: number) => `ghcr.io/${'\0'.repeat(size)}` },
  ])('the work does not explode with $description', ({ make }) => {
    const attempt = (text: string): void => {
      for (const parse of [parseReference, parseRepository, parseDigest])
        expect(() => parse(text)).toThrow(InvalidReferenceError)
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
