import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  boolean,
  FieldFault,
  field,
  oneOf,
  optional,
  optionalText,
  parseArguments,
  parseDuration,
  parseFields,
  parseHosts,
  parseLines,
  parseList,
  parsePairs,
  required,
  requiredText,
} from '../../src/verbs/fields.ts'

// Every case was compared with csv-parse as docker/build-push-action calls it.
describe('lists are read as docker/build-push-action reads them', () => {
  test.each([
    { description: 'nothing', text: '', list: [], lines: [] },
    { description: 'one entry', text: 'a', list: ['a'], lines: ['a'] },
    { description: 'commas', text: 'a,b , c', list: ['a', 'b', 'c'], lines: ['a,b , c'] },
    { description: 'lines', text: 'a\nb\n\n  c\n', list: ['a', 'b', 'c'], lines: ['a', 'b', 'c'] },
    { description: 'Windows lines', text: 'a\r\nb\r\n', list: ['a', 'b'], lines: ['a', 'b'] },
    { description: 'lines and commas', text: 'a,b\nc', list: ['a', 'b', 'c'], lines: ['a,b', 'c'] },
    { description: 'empty fields', text: ',,a,,\n,\n', list: ['a'], lines: [',,a,,', ','] },
    {
      description: 'values with =',
      text: 'A=1,B=2\nC=3',
      list: ['A=1', 'B=2', 'C=3'],
      lines: ['A=1,B=2', 'C=3'],
    },
    {
      description: 'a cache with attributes',
      text: 'type=gha,scope=main\ntype=registry,ref=ghcr.io/o/app:cache',
      list: ['type=gha', 'scope=main', 'type=registry', 'ref=ghcr.io/o/app:cache'],
      lines: ['type=gha,scope=main', 'type=registry,ref=ghcr.io/o/app:cache'],
    },
    { description: 'a quoted field with a comma', text: '"a,b",c', list: ['a,b', 'c'], lines: ['a,b,c'] },
    { description: 'a line that is one quoted field', text: '"a,b"', list: ['a', 'b'], lines: ['a,b'] },
    {
      description: 'a quoted field with lines',
      text: '"KEY=a\nb"\nc',
      list: ['KEY=a\nb', 'c'],
      lines: ['KEY=a\nb', 'c'],
    },
    {
      description: 'doubled quotes',
      text: '"A={""k"": ""v, w""}"',
      list: ['A={"k": "v', 'w"}'],
      lines: ['A={"k": "v, w"}'],
    },
    { description: 'an empty quoted field', text: '"",a', list: ['a'], lines: [',a'] },
    { description: 'quotes inside a field', text: 'A="b,c"', list: ['A="b', 'c"'], lines: ['A="b,c"'] },
    { description: 'text behind the closing quote', text: '"a,b"c', list: ['"a', 'b"c'], lines: ['"a,b"c'] },
    { description: 'a quote behind white space', text: ' "a",b', list: ['"a"', 'b'], lines: ['"a",b'] },
    { description: 'a comma at the end', text: 'a,', list: ['a'], lines: ['a,'] },
    { description: 'a hash, which starts no comment', text: '#a', list: ['#a'], lines: ['#a'] },
  ])('$description', ({ text, list, lines }) => {
    expect(parseList(text)).toEqual(list)
    expect(parseLines(text)).toEqual(lines)
  })

  test.each([
    { text: '"a', line: 1 },
    { text: 'a\nb,"c\nd', line: 2 },
    { text: '"a""', line: 1 },
  ])('a quote that is never closed is a fault that shows no content: $text', ({ text, line }) => {
    for (const parse of [parseList, parseLines])
      expect(() => parse(text)).toThrow(new FieldFault(`has a quote in line ${line} that is never closed`))
  })

  test('any entries that are quoted are read back, also several a line', () => {
    const entry = fc
      .string({ unit: fc.constantFrom('a', '"', ',', '\n', '=', ' ', 'é') })
      .map((text) => text.trim())
      .filter((text) => text !== '')
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
    fc.assert(
      fc.property(fc.array(entry, { minLength: 2 }), (entries) => {
        expect(parseList(entries.map(quote).join(','))).toEqual(entries)
        expect(parseLines(entries.map(quote).join('\n'))).toEqual(entries)
      }),
    )
  })
})

describe('parseDuration', () => {
  test.each([
    { text: '0', expected: 0 },
    { text: '1s', expected: 1000 },
    { text: '0s', expected: 0 },
    { text: '30s', expected: 30_000 },
    { text: '10m', expected: 600_000 },
    { text: '1h', expected: 3_600_000 },
    { text: '7d', expected: 604_800_000 },
  ])('$text', ({ text, expected }) => {
    expect(parseDuration(text)).toBe(expected)
  })

  test.each([
    '',
    '3',
    '3 s',
    '-3s',
    '+3s',
    '1.5s',
    '03s',
    '3S',
    '3ms',
    '1h30m',
    '1000000s',
    '３s',
    '3s\n',
    'Infinity',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(FieldFault)
  })
})

describe('parseArguments', () => {
  test.each([
    { description: 'a JSON array', text: '["node", "a b.js", ""]', expected: ['node', 'a b.js', ''] },
    { description: 'an empty JSON array', text: ' [] ', expected: [] },
    { description: 'a line each', text: 'node\na b.js\r\n\n--x', expected: ['node', 'a b.js', '--x'] },
  ])('$description', ({ text, expected }) => {
    expect(parseArguments(text)).toEqual(expected)
  })

  test.each(['["a"', '[1]', '["a", null]', '[["a"]]', '[a]'])('refuses %s', (text) => {
    expect(() => parseArguments(text)).toThrow(FieldFault)
  })
})

describe('parsePairs', () => {
  test('keeps the order, and everything behind the first =', () => {
    expect(parsePairs('b=2\na=x=y,z\nc=')).toEqual([
      ['b', '2'],
      ['a', 'x=y,z'],
      ['c', ''],
    ])
  })

  test.each(['a', '=b', 'a=1\nb'])('refuses %j', (text) => {
    expect(() => parsePairs(text)).toThrow(/must hold KEY=value entries/)
  })
})

describe('parseHosts', () => {
  test.each([
    ['auth.example.com', ['auth.example.com']],
    ['auth.example.com:443', ['auth.example.com:443']],
    [
      'a.example, b.example:8443\n[2001:db8::1]:5000\n',
      ['a.example', 'b.example:8443', '[2001:db8::1]:5000'],
    ],
    ['127.0.0.1:5001,localhost', ['127.0.0.1:5001', 'localhost']],
    ['xn--bcher-kva.example', ['xn--bcher-kva.example']],
  ])('%s', (text, expected) => {
    expect(parseHosts(text)).toEqual(expected)
  })

  test.each([
    'https://auth.example.com',
    'auth.example.com/token',
    'Auth.Example.com',
    '*.example.com',
    'auth.example.com:0',
    'auth.example.com:https',
    'auth.example.com:',
    'auth.example.com.',
    'user@auth.example.com',
    'b\u00fccher.example',
    'auth example.com',
    'good.example,,bad_host.example',
    '2130706433:80',
    'auth',
  ])('not a host or host:port: %s', (text) => {
    const { faults } = parseFields(
      z.object({ 'token-hosts': optional(parseHosts) }),
      new Map([['token-hosts', text]]),
    )
    expect(faults).toEqual([expect.stringMatching(/^token-hosts: not a host or host:port: "/)])
  })

  test('a password that does not belong there is not repeated', () => {
    expect(() => parseHosts('someone:hunter2@auth.example.com')).toThrow(/^(?!.*hunter2)/)
  })
})

describe('parseFields', () => {
  const schema = z.object({
    name: requiredText('app'),
    count: required(Number, '3'),
    note: optionalText(),
    on: boolean('true'),
    off: boolean('false'),
    level: oneOf(['low', 'high'], 'low'),
    wait: optional(parseDuration, '3s'),
  })
  const parse = (given: Readonly<Record<string, string>>) =>
    parseFields(schema, new Map(Object.entries(given)))

  const defaults = { name: 'a', count: 7, note: undefined, on: true, off: false, level: 'low', wait: 3000 }

  test.each([
    { description: 'inputs that are not given', given: {}, expected: defaults },
    {
      description: 'inputs that are given and empty, as an expression without a value is',
      given: { note: '', on: '', off: '', level: '', wait: '' },
      expected: defaults,
    },
    { description: 'undeclared inputs', given: { colour: 'red' }, expected: defaults },
    {
      description: 'other values',
      given: { note: 'x', on: 'False', off: 'TRUE', level: 'high', wait: '0' },
      expected: { ...defaults, note: 'x', on: false, off: true, level: 'high', wait: 0 },
    },
  ])('reads $description', ({ given, expected }) => {
    expect(parse({ name: 'a', count: '7', ...given })).toEqual({ values: expected, faults: [] })
  })

  test('names every fault at once, by the input', () => {
    const { values, faults } = parse({ on: 'yes', off: '1', level: 'mid', wait: '3' })
    expect(values).toBeUndefined()
    expect(faults).toEqual([
      'name: is required, for example app',
      'count: is required, for example 3',
      'on: must be true or false, got "yes"',
      'off: must be true or false, got "1"',
      'level: must be one of low, high, got "mid"',
      'wait: must be a duration such as 0, 30s, 10m, 1h or 7d, got "3"',
    ])
  })

  test.each(['True ', 'tRUE', 'on', 'y', '0', 'null', '\uFEFFtrue'])('%j is no boolean', (on) => {
    expect(parse({ name: 'a', count: '1', on }).faults).toHaveLength(1)
  })

  test('a defect in a parser is no fault of the input', () => {
    const broken = z.object({
      x: field(() => {
        throw new TypeError('defect')
      }),
    })
    expect(() => parseFields(broken, new Map([['x', 'y']]))).toThrow(TypeError)
  })
})
