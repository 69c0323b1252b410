import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  algorithmOf,
  assertDigest,
  type Digest,
  digestFault,
  digestOf,
  encodedOf,
  finishDigest,
  hashFor,
  isDigest,
  parseDigest,
  shortDigest,
} from '../../src/domain/digest.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const HEX_64 = 'e58fcf7418d4390dec8e8fb69d88c06ec07039d651fedd3aa72af9972e7d046b'
const HEX_128 = HEX_64 + HEX_64

describe('parseDigest', () => {
  test.each([
    { description: 'sha256', text: `sha256:${HEX_64}`, algorithm: 'sha256', encoded: HEX_64 },
    { description: 'sha512', text: `sha512:${HEX_128}`, algorithm: 'sha512', encoded: HEX_128 },
  ])('takes $description', ({ text, algorithm, encoded }) => {
    const digest = parseDigest(text)
    expect(digest).toBe(text)
    expect(algorithmOf(digest)).toBe(algorithm)
    expect(encodedOf(digest)).toBe(encoded)
    expect(isDigest(text)).toBe(true)
  })

  test.each([
    { description: 'an empty text', text: '' },
    { description: 'spaces', text: '   ' },
    { description: 'only a colon', text: ':' },
    { description: 'no encoding', text: 'sha256:' },
    { description: 'no algorithm', text: `:${HEX_64}` },
    { description: 'bare hexadecimal digits', text: HEX_64 },
    { description: 'too short', text: 'sha256:abcdef0123456789' },
    { description: 'one digit short', text: `sha256:${HEX_64.slice(1)}` },
    { description: 'one digit more', text: `sha256:${HEX_64}0` },
    { description: 'sha512 with the length of sha256', text: `sha512:${HEX_64}` },
    { description: 'sha256 with the length of sha512', text: `sha256:${HEX_128}` },
    { description: 'upper-case digits', text: `sha256:${HEX_64.toUpperCase()}` },
    { description: 'an upper-case algorithm', text: `SHA256:${HEX_64}` },
    { description: 'letters behind f', text: `sha256:${'g'.repeat(64)}` },
    { description: 'sha384, which is not registered', text: `sha384:${'a'.repeat(96)}` },
    { description: 'md5', text: 'md5:d41d8cd98f00b204e9800998ecf8427e' },
    { description: 'sha1', text: `sha1:${'a'.repeat(40)}` },
    { description: 'an unknown algorithm', text: 'foo:d41d8cd98f00b204e9800998ecf8427e' },
    { description: 'a property of every object', text: `constructor:${HEX_64}` },
    {
      description: 'an algorithm with separators',
      text: 'sha256+b64:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564',
    },
    { description: 'malformed separators', text: `sha384__foo+bar:${HEX_64}` },
    { description: 'a line feed at the end', text: `sha256:${HEX_64}\n` },
    { description: 'white space before', text: ` sha256:${HEX_64}` },
    { description: 'a path inside', text: `sha256:../../${HEX_64.slice(6)}` },
    { description: 'full-width digits', text: `sha256:${'１'.repeat(64)}` },
    { description: 'two digests', text: `sha256:${HEX_64}@sha256:${HEX_64}` },
    { description: 'ten megabytes', text: `sha256:${'a'.repeat(10 * 1024 * 1024)}` },
  ])('refuses $description', async ({ text }) => {
    expect(isDigest(text)).toBe(false)
    const error = await expectCode(() => parseDigest(text), 'REFERENCE_INVALID')
    expect(error.message.length).toBeLessThan(600)
  })

  test.each([
    {
      text: `sha384:${'a'.repeat(96)}`,
      says: 'the algorithm is not supported · expected sha256 or sha512, got "sha384"',
    },
    { text: `sha1:${'a'.repeat(40)}`, says: 'the algorithm is not supported' },
    { text: `blake3:${HEX_64}`, says: 'the algorithm is not supported' },
    {
      text: 'sha256+b64:LCa0a2j_xo_5m0U8HTBBNBNCLXBkg7-g-YpeiGJm564',
      says: 'the algorithm is not supported',
    },
    { text: `sha384__foo+bar:${HEX_64}`, says: 'it is not of the form algorithm:digits' },
    { text: HEX_64, says: 'it is not of the form algorithm:digits' },
    { text: 'sha256:', says: 'it is not of the form algorithm:digits' },
    { text: 'sha256:abc', says: 'it is malformed · expected 64 hexadecimal digits, got 3' },
    { text: `sha512:${HEX_64}`, says: 'it is malformed · expected 128 hexadecimal digits, got 64' },
    {
      text: `sha256:${HEX_64.toUpperCase()}`,
      says: 'it is malformed · expected only the digits 0-9 and a-f',
    },
    { text: `sha256:${HEX_64}\u202e`, says: String.raw`\u202e"` },
  ])('says whether $text is malformed or not supported', async ({ text, says }) => {
    const error = await expectCode(() => parseDigest(text), 'REFERENCE_INVALID')
    expect(error.message).toContain(says)
    expect(digestFault(text)).toBeDefined()
  })

  test.each([undefined, null, 7, {}, [`sha256:${HEX_64}`]])('isDigest(%j) is false', (value) => {
    expect(isDigest(value)).toBe(false)
  })
})

describe('hashing', () => {
  test('digestOf agrees with node and takes text as UTF-8', () => {
    expect(digestOf('{}')).toBe('sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
    expect(digestOf('ü')).toBe(digestOf(new Uint8Array([0xc3, 0xbc])))
    expect(digestOf('x', 'sha512')).toBe(`sha512:${createHash('sha512').update('x').digest('hex')}`)
  })

  test.each(['sha256', 'sha512'] as const)('a running %s hash gives the same digest', (algorithm) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array()), (chunks) => {
        const expected = digestOf(Buffer.concat(chunks), algorithm)
        const hash = hashFor(expected)
        for (const chunk of chunks) hash.update(chunk)
        expect(finishDigest(hash, algorithm)).toBe(expected)
        expect(parseDigest(expected)).toBe(expected)
      }),
    )
  })

  test.each(['sha256', 'sha512'] as const)('assertDigest checks %s', async (algorithm) => {
    const bytes = new TextEncoder().encode('content')
    const digest = digestOf(bytes, algorithm)
    assertDigest(bytes, digest, 'the layer')
    const other = digestOf('other', algorithm)
    const error = await expectCode(() => assertDigest(bytes, other, 'the layer'), 'CONTENT_CORRUPT')
    expect(error.message).toContain(`the layer is corrupt · expected ${other}, got ${digest}`)
  })
})

test('shortDigest keeps the algorithm and twelve digits', () => {
  expect(shortDigest(`sha256:${HEX_64}` as Digest)).toBe('sha256:e58fcf7418d4…')
})
