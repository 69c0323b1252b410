import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseLinks } from '../../src/registry/link.ts'
import { growth, MAX_GROWTH } from '../fixtures/work.ts'

function nexts(header: string): readonly string[] | undefined {
  return parseLinks(header)
    ?.filter(({ relations }) => relations.includes('next'))
    .map(({ target }) => target)
}

describe('the next page', () => {
  test.each([
    { description: 'as registries write it', header: '</v2/a?n=1>; rel="next"' },
    { description: 'without quotes', header: '</v2/a?n=1>; rel=next' },
    { description: 'without white space', header: '</v2/a?n=1>;rel=next' },
    { description: 'with white space everywhere', header: ' \t</v2/a?n=1> \t; \trel = "next" ' },
    { description: 'in upper case', header: '</v2/a?n=1>; REL="NEXT"' },
    { description: 'among other relations', header: '</v2/a?n=1>; rel="last next  prefetch"' },
    { description: 'behind other parameters', header: '</v2/a?n=1>; title="x"; crossorigin; rel=next' },
    { description: 'before other parameters', header: "</v2/a?n=1>; rel=next; title*=UTF-8''%c3%bc; n" },
    {
      description: 'behind a title that looks like it',
      header: '</v2/a?n=1>; title="; rel=prev, <x>"; rel=next',
    },
    {
      description: 'behind escaped quotes',
      header: String.raw`</v2/a?n=1>; title="a\"; rel=\"b"; rel="next"`,
    },
    { description: 'with escaped letters', header: String.raw`</v2/a?n=1>; rel="n\ext"` },
    { description: 'with empty parameters', header: '</v2/a?n=1>;; ;rel=next;' },
    { description: 'behind another link', header: '</v2/a?n=0>; rel="prev", </v2/a?n=1>; rel="next"' },
    { description: 'before another link', header: '</v2/a?n=1>; rel="next",</v2/a?n=0>; rel="first prev"' },
    { description: 'behind empty links', header: ' , ,</v2/a?n=1>; rel="next", ,' },
    { description: 'with the first relation of two', header: '</v2/a?n=1>; rel=next; rel=prev' },
  ])('$description', ({ header }) => {
    expect(nexts(header)).toEqual(['/v2/a?n=1'])
  })

  test.each([
    { description: 'nothing', header: '' },
    { description: 'no relation', header: '</v2/a>' },
    { description: 'an empty relation', header: '</v2/a>; rel=""' },
    { description: 'another relation', header: '</v2/a>; rel="prev"' },
    { description: 'a relation that begins alike', header: '</v2/a>; rel="next-archive"' },
    { description: 'a relation by address', header: '</v2/a>; rel="https://example.com/next"' },
    { description: 'the reverse relation', header: '</v2/a>; rev="next"' },
    { description: 'a second relation', header: '</v2/a>; rel=prev; rel=next' },
    { description: 'a title', header: '</v2/a>; title="rel=next"' },
    { description: 'a parameter that ends alike', header: '</v2/a>; xrel=next' },
  ])('is not there with $description', ({ header }) => {
    expect(nexts(header)).toEqual([])
  })

  test('several are all told, commas and semicolons in an address belong to it', () => {
    expect(nexts('<a,b;c>; rel=next, <d>; rel="next"')).toEqual(['a,b;c', 'd'])
  })

  test('an anchor is told', () => {
    expect(parseLinks('<a>; anchor="/other"; rel=next')).toEqual([
      { target: 'a', relations: ['next'], anchor: '/other' },
    ])
  })
})

test.each([
  'next',
  '/v2/a?n=1; rel="next"',
  '</v2/a; rel="next"',
  '</v2/a>; rel="next',
  '</v2/a>; rel="next"x',
  '</v2/a> rel="next"',
  '<<a>>; rel=next',
  '</v2/a>; rel="next" </v2/b>',
  '</v2/a>; =next',
  '</v2/a>; rel="next", junk',
])('%s is no Link header', (header) => {
  expect(parseLinks(header)).toBeUndefined()
})

test('any text is read or refused', () => {
  const pieces = fc.constantFrom('<', '>', ';', ',', '"', '\\', '=', ' ', 'rel', 'next', 'a', '*', '\t', 'é')
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
      const links = parseLinks(parts.join(''))
      for (const { target } of links ?? []) expect(target).not.toMatch(/[<>]/)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  { description: 'links', make: (size: number) => '<a>; rel=prev,'.repeat(size / 14) },
  { description: 'parameters', make: (size: number) => `<a>${';a'.repeat(size / 2)}` },
  { description: 'white space', make: (size: number) => `<a>${' '.repeat(size)}x` },
  { description: 'open targets', make: (size: number) => '<'.repeat(size) },
  { description: 'an open quote', make: (size: number) => `<a>; rel="${'x'.repeat(size)}` },
  { description: 'escapes', make: (size: number) => `<a>; rel="${'\\"'.repeat(size / 2)}"` },
])('the work grows with the number of $description only', ({ make }) => {
  expect(growth(make, parseLinks, 512 * 1024)).toBeLessThan(MAX_GROWTH)
})
