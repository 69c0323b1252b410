import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, type Json, parseStrictJson, shortKey } from '../../src/domain/json.ts'
import { growth, MAX_GROWTH } from '../fixtures/work.ts'

const MEGABYTE = 1024 * 1024
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const parse = (text: string, maxDepth = 32): Json =>
  parseStrictJson(encode(text), { maxBytes: 32 * MEGABYTE, maxDepth })

describe('parseStrictJson refuses', () => {
  test.each([
    { description: 'an empty text', text: '', says: 'JSON' },
    { description: 'text behind the value', text: '{} {}', says: 'JSON' },
    { description: 'a key twice', text: '{"digest":1,"digest":2}', says: 'the key "digest" is there twice' },
    {
      description: 'a key twice, apart',
      text: '{"a":{"x":[1,{}]},"b":"}","a":2}',
      says: '"a" is there twice',
    },
    {
      description: 'a key twice, escaped',
      text: String.raw`{"\u0064igest":1,"digest":2}`,
      says: '"digest" is there twice',
    },
    {
      description: 'a key twice, escaped behind',
      text: String.raw`{"digest":1,"dig\u0065st":2}`,
      says: '"digest" is there twice',
    },
    { description: 'a key twice, with white space', text: '{"a" \n:1,"a"\t :2}', says: '"a" is there twice' },
    { description: 'a key twice in a list', text: '[1,{"a":1,"a":2}]', says: '"a" is there twice' },
    { description: 'a key twice deep inside', text: '{"a":{"b":{"c":1,"c":2}}}', says: '"c" is there twice' },
    {
      description: 'a key twice behind an odd string',
      text: String.raw`{"a":"\\","a":2}`,
      says: '"a" is there twice',
    },
    { description: 'a key twice, both empty', text: '{"":1,"":2}', says: 'is there twice' },
    { description: '__proto__', text: '{"__proto__":{"admin":true}}', says: '"__proto__" is not allowed' },
    {
      description: '__proto__, escaped',
      text: String.raw`{"__pr\u006fto__":1}`,
      says: '"__proto__" is not allowed',
    },
    {
      description: '__proto__ deep inside',
      text: '[{"a":{"__proto__":1}}]',
      says: '"__proto__" is not allowed',
    },
    { description: 'a byte order mark', text: '\uFEFF{}', says: 'JSON' },
    { description: 'a depth of 33', text: '['.repeat(33) + ']'.repeat(33), says: 'nested deeper than 32' },
    {
      description: 'a depth of 33, mixed',
      text: '{"a":['.repeat(17) + ']}'.repeat(17),
      says: 'nested deeper than 32',
    },
    {
      description: 'a depth of 100,000 that is never closed',
      text: '['.repeat(100_000),
      says: 'nested deeper',
    },
    { description: 'brackets that do not match', text: '{"a":[1}', says: 'JSON' },
    { description: 'a control character in a string', text: '{"a":"\n"}', says: 'JSON' },
    { description: 'a bad escape in a key', text: String.raw`{"\x":1}`, says: 'JSON' },
    { description: 'a no-break space before the colon', text: '{"a"\u00a0:1}', says: 'JSON' },
    { description: 'a string that is never closed', text: '{"a":"', says: 'JSON' },
    { description: 'a lone backslash at the end', text: '{"a":"\\', says: 'JSON' },
    { description: 'a comment', text: '{"a":1 /* " */}', says: 'JSON' },
    { description: 'a comma at the end', text: '{"a":1,}', says: 'JSON' },
  ])('$description', ({ text, says }) => {
    let failure: unknown
    try {
      parse(text)
    } catch (error) {
      failure = error
    }
    expect(failure).toBeInstanceOf(SyntaxError)
    expect((failure as SyntaxError).message).toContain(says)
  })

  test.each([
    { description: 'a byte that starts nothing', bytes: [0x22, 0xff, 0x22] },
    { description: 'a surrogate as UTF-8', bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
    { description: 'an overlong slash', bytes: [0x22, 0xc0, 0xaf, 0x22] },
    { description: 'a character cut off', bytes: [0x22, 0xe2, 0x82] },
    { description: 'UTF-16', bytes: [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00] },
  ])('invalid UTF-8: $description', ({ bytes }) => {
    expect(() => parseStrictJson(new Uint8Array(bytes), { maxBytes: 100 })).toThrow('not valid UTF-8')
  })

  test('one byte more than allowed, counted in bytes', () => {
    expect(parseStrictJson(encode('"üü"'), { maxBytes: 6 })).toBe('üü')
    expect(() => parseStrictJson(encode('"üü"'), { maxBytes: 5 })).toThrow('larger than 5 bytes')
  })
})

describe('parseStrictJson takes', () => {
  test.each([
    { description: 'the same key in different objects', text: '{"a":{"a":1},"b":[{"a":2},{"a":3}]}' },
    { description: 'keys that differ in case', text: '{"a":1,"A":2}' },
    { description: 'keys that only look alike', text: '{"é":1,"e\u0301":2}' },
    { description: 'values equal to keys', text: '{"a":"a","b":"a"}' },
    { description: 'text that looks like keys', text: String.raw`{"x":"\"a\":1,\"a\":2"}` },
    { description: 'brackets inside strings', text: `{"x":"${'['.repeat(100)}"}` },
    { description: 'a depth of 32', text: '['.repeat(32) + ']'.repeat(32) },
    { description: 'constructor as a key', text: '{"constructor":1,"toString":2}' },
    { description: '__proto__ as a value', text: '["__proto__",{"a":"__proto__"}]' },
    { description: 'a lone surrogate as an escape', text: String.raw`"\ud800"` },
    { description: 'numbers', text: '[0,-1.5e3,1E400]' },
    { description: 'a string of millions of escapes', text: `"${String.raw`\n`.repeat(8 * MEGABYTE)}"` },
    { description: 'a key of millions of escapes', text: `{"${String.raw`\n`.repeat(8 * MEGABYTE)}":1}` },
    { description: 'white space around', text: ' \r\n\t[ ] \n' },
  ])('$description', ({ text }) => {
    expect(parse(text)).toEqual(JSON.parse(text))
  })

  test('any JSON, as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value)
        if (text.includes('__proto__')) return
        expect(parse(text, 100)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('any bytes: a value or a SyntaxError, and never a value that JSON.parse refuses', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      '\\',
      'a',
      '1',
      ' ',
      '"a"',
      'null',
      '\n',
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const text = parts.join('')
        let value: Json
        try {
          value = parse(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
          return
        }
        expect(value).toEqual(JSON.parse(text))
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the work grows with the size only', () => {
  test.each([
    { description: 'a string that is never closed', make: (size: number) => `{"a":"${'x'.repeat(size)}` },
    {
      description: 'quotes that are never closed',
      make: (size: number) => `{"a":"${'\\"'.repeat(size / 2)}`,
    },
    { description: 'escapes in a string', make: (size: number) => `"${'\\n'.repeat(size / 2)}"` },
    { description: 'white space behind a key', make: (size: number) => `{"a"${' '.repeat(size)}:1}` },
    { description: 'white space behind a value', make: (size: number) => `{"a":"b"${' '.repeat(size)}}` },
    { description: 'strings without colons', make: (size: number) => `{${'"" '.repeat(size / 3)}}` },
    {
      description: 'many keys',
      make: (size: number) => `{${Array.from({ length: size / 12 }, (_, n) => `"k${n}":1`).join(',')}}`,
    },
    { description: 'closing brackets', make: (size: number) => ']'.repeat(size) },
  ])('$description', ({ make }) => {
    const attempt = (bytes: Uint8Array): void => {
      try {
        parseStrictJson(bytes, { maxBytes: 8 * MEGABYTE })
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }
    expect(growth((size) => encode(make(size)), attempt, 4 * MEGABYTE)).toBeLessThan(MAX_GROWTH)
  })
})

describe('canonicalJson', () => {
  test('sorts keys, leaves out white space, keeps lists in order', () => {
    expect(canonicalJson({ b: [2, 1, { d: null, c: true }], a: 'ü"\n', '': -0 })).toBe(
      '{"":0,"a":"ü\\"\\n","b":[2,1,{"c":true,"d":null}]}',
    )
  })

  test('the order in which keys were added does not matter, and the value is read back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = canonicalJson(value as Json)
        const turned = Object.fromEntries(Object.entries(value).toReversed())
        expect(canonicalJson(turned as Json)).toBe(text)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })
})

test('shortKey is stable and has the length asked for', () => {
  expect(shortKey('ghcr.io/owner/app')).toBe(shortKey('ghcr.io/owner/app'))
  expect(shortKey('a')).toBe('ca978112ca1b')
  expect(shortKey('a', 16)).toHaveLength(16)
})
