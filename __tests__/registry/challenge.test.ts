import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asksForScope,
  type Challenge,
  parseChallenges,
  readChallenges,
} from '../../src/registry/challenge.ts'

const bearer = (params: Record<string, string>) => ({ scheme: 'bearer', params })
const basic = (params: Record<string, string>) => ({ scheme: 'basic', params })

describe('headers of real registries', () => {
  test.each([
    {
      name: 'Docker Hub',
      header:
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push"',
      expected: [
        bearer({
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:samalba/my-app:pull,push',
        }),
      ],
    },
    {
      name: 'GitHub',
      header: 'Bearer realm="https://ghcr.io/token",service="ghcr.io",scope="repository:user/image:pull"',
      expected: [
        bearer({ realm: 'https://ghcr.io/token', service: 'ghcr.io', scope: 'repository:user/image:pull' }),
      ],
    },
    {
      name: 'Google',
      header:
        'Bearer realm="https://us-central1-docker.pkg.dev/v2/token",service="us-central1-docker.pkg.dev",scope="repository:my-project/my-repo/my-image:pull"',
      expected: [
        bearer({
          realm: 'https://us-central1-docker.pkg.dev/v2/token',
          service: 'us-central1-docker.pkg.dev',
          scope: 'repository:my-project/my-repo/my-image:pull',
        }),
      ],
    },
    {
      name: 'two repositories in one scope',
      header:
        'Bearer realm="https://auth.example.io/token",service="registry.example.io",scope="repository:library/alpine:pull,push repository:ubuntu:pull"',
      expected: [
        bearer({
          realm: 'https://auth.example.io/token',
          service: 'registry.example.io',
          scope: 'repository:library/alpine:pull,push repository:ubuntu:pull',
        }),
      ],
    },
    {
      name: 'GitLab: token server elsewhere, no scope',
      header: 'Bearer realm="https://gitlab.com/jwt/auth",service="container_registry"',
      expected: [bearer({ realm: 'https://gitlab.com/jwt/auth', service: 'container_registry' })],
    },
    {
      name: 'Azure: says why',
      header:
        'Bearer realm="https://r.azurecr.io/oauth2/token",service="r.azurecr.io",scope="registry:catalog:*",error="invalid_token"',
      expected: [
        bearer({
          realm: 'https://r.azurecr.io/oauth2/token',
          service: 'r.azurecr.io',
          scope: 'registry:catalog:*',
          error: 'invalid_token',
        }),
      ],
    },
    {
      name: 'ECR: Basic with a URL as realm',
      header: 'Basic realm="https://1.dkr.ecr.eu-central-1.amazonaws.com/",service="ecr.amazonaws.com"',
      expected: [
        basic({ realm: 'https://1.dkr.ecr.eu-central-1.amazonaws.com/', service: 'ecr.amazonaws.com' }),
      ],
    },
    {
      name: 'Artifactory',
      header: 'Basic realm="Artifactory Realm"',
      expected: [basic({ realm: 'Artifactory Realm' })],
    },
    {
      name: 'Quay: Basic first',
      header: 'Basic realm="quay.io", Bearer realm="https://quay.io/v2/auth",service="quay.io"',
      expected: [
        basic({ realm: 'quay.io' }),
        bearer({ realm: 'https://quay.io/v2/auth', service: 'quay.io' }),
      ],
    },
    {
      name: 'Codeberg: no space after the comma',
      header:
        'Bearer realm="https://c.org/v2/token",service="s",scope="*",Basic realm="https://c.org/v2",scope="*"',
      expected: [
        bearer({ realm: 'https://c.org/v2/token', service: 's', scope: '*' }),
        basic({ realm: 'https://c.org/v2', scope: '*' }),
      ],
    },
  ])('$name', ({ header, expected }) => {
    expect(parseChallenges(header)).toEqual(expected)
  })
})

describe('grammar', () => {
  test.each([
    ['', []],
    [' , ,', []],
    // Credentials of other schemes may end so.
    ['Bearer realm==', [bearer({})]],
    [', Basic realm="x",', [basic({ realm: 'x' })]],
    [
      'Basic realm="x",,Bearer realm="y",,service="z"',
      [basic({ realm: 'x' }), bearer({ realm: 'y', service: 'z' })],
    ],
    ['Bearer\trealm="x"\t,\tservice="y"', [bearer({ realm: 'x', service: 'y' })]],
    ['Basic  realm="x"', [basic({ realm: 'x' })]],
    ['Basic, Basic realm="x"', [basic({}), basic({ realm: 'x' })]],
    [
      'Digest realm="r", qop="auth, auth-int", Bearer realm="y"',
      [{ scheme: 'digest', params: { realm: 'r', qop: 'auth, auth-int' } }, bearer({ realm: 'y' })],
    ],
    ['Bearer realm="Basic realm=\\"x\\", Bearer"', [bearer({ realm: 'Basic realm="x", Bearer' })]],
    ['Bearer realm="a\\\\b"', [bearer({ realm: 'a\\b' })]],
    ['Bearer realm=https://a/t?b=c,service=d', [bearer({ realm: 'https://a/t?b=c', service: 'd' })]],
    ['Bearer', [bearer({})]],
    ['Negotiate, Basic realm="x"', [{ scheme: 'negotiate', params: {} }, basic({ realm: 'x' })]],
    ['Negotiate oRswGQ==, Basic realm="x"', [{ scheme: 'negotiate', params: {} }, basic({ realm: 'x' })]],
    ['BaSiC ReAlM="Case"', [basic({ realm: 'Case' })]],
    ['Basic realm=unquoted', [basic({ realm: 'unquoted' })]],
    ['Basic realm=/', [basic({ realm: '/' })]],
    ['Basic realm="Dev", charset="UTF-8"', [basic({ realm: 'Dev', charset: 'UTF-8' })]],
    [
      'Bearer realm="https://a/t",empty="",service="s"',
      [bearer({ realm: 'https://a/t', empty: '', service: 's' })],
    ],
    ['Bearer realm="https://a/t,x",service="s"', [bearer({ realm: 'https://a/t,x', service: 's' })]],
    ['Bearer other=fun,slashed="he\\"\\l\\lo"', [bearer({ other: 'fun', slashed: 'he"llo' })]],
    [
      'Bearer realm = "https://a/t"   ,service=r.io, scope  ="repository:a/b:pull,push"  ',
      [bearer({ realm: 'https://a/t', service: 'r.io', scope: 'repository:a/b:pull,push' })],
    ],
    ['Bearer scope="a:pull b:pull"', [bearer({ scope: 'a:pull b:pull' })]],
    // By the grammar a word without "=" is another scheme.
    ['Bearer realm="r",service', [bearer({ realm: 'r' }), { scheme: 'service', params: {} }]],
  ])('%s', (header, expected) => {
    expect(parseChallenges(header)).toEqual(expected)
  })

  test.each([
    'Bearer realm="https://a/token",service="registry',
    'Bearer realm="https://a/token",service=',
    'Basic realm="Dev" charset="UTF-8"',
    'Basic realm="x\\',
    'realm="x"',
    'Bearer realm="a",realm="b"',
    'Bearer realm="a",REALM="b"',
    '"Bearer" realm="x"',
    'Bearer foo bar',
    'Bearer realm="a"service="b"',
    'Bearer realm="a";service="b"',
    'Bearer =x',
    '=',
    'Bearer realm="a" Basic realm="b"',
    'Bearer realm="a", ="b"',
    'B\u00e4rer realm="a"',
    `Bearer realm="${'x'.repeat(20_000)}"`,
  ])('refused: %s', (header) => {
    expect(() => parseChallenges(header)).toThrow(SyntaxError)
  })
})

test('parameters called like what every object has are parameters', () => {
  const [challenge] = parseChallenges('Bearer __proto__="a",constructor="b",toString=c,realm="d"')
  expect(Object.entries(challenge?.params ?? {})).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['tostring', 'c'],
    ['realm', 'd'],
  ])
  expect(() => parseChallenges('Bearer __proto__="a",__proto__="b"')).toThrow('twice')
})

test('a header that cannot be read does not spoil the others', () => {
  const { offered, faults } = readChallenges([
    'Bearer realm="open',
    'Basic realm="x"',
    'realm=x',
    'Negotiate',
  ])
  expect(offered).toEqual([basic({ realm: 'x' }), { scheme: 'negotiate', params: {} }])
  expect(faults).toHaveLength(2)
})

describe('a wider scope is asked for', () => {
  test.each([
    ['by the error', ['Bearer realm="r",error="insufficient_scope"'], true],
    ['unquoted', ['Bearer realm="r",error=insufficient_scope'], true],
    ['with spaces around', ['bearer error = "insufficient_scope" , realm="r"'], true],
    ['in any of several', ['Basic realm="x"', 'Bearer realm="r", error="insufficient_scope"'], true],
    ['not by another error', ['Bearer realm="r",error="invalid_token"'], false],
    ['not by text that looks like it', ['Bearer realm="r",x="error=insufficient_scope"'], false],
    ['not by a description', ['Bearer realm="r",error_description="insufficient_scope"'], false],
    ['not by another scheme', ['Basic realm="r",error="insufficient_scope"'], false],
    ['not by a header that cannot be read', ['Bearer realm="r,error="insufficient_scope"'], false],
    ['not by nothing', [], false],
  ])('%s', (_name, headers, expected) => {
    expect(asksForScope(headers)).toBe(expected)
  })
})

describe('for every text', () => {
  const word = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9a-z-]{1,12}$/)
  const params = fc.dictionary(word, fc.string({ unit: 'binary', maxLength: 30 }), {
    maxKeys: 5,
    noNullPrototype: true,
  })
  const challenges: fc.Arbitrary<Challenge[]> = fc.array(fc.record({ scheme: word, params }), {
    maxLength: 5,
  })
  const format = (all: readonly Challenge[], between: string): string =>
    all
      .map(({ scheme, params }) => {
        const texts = Object.entries(params).map(
          ([name, value]) => `${name}="${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`,
        )
        return texts.length === 0 ? scheme : `${scheme} ${texts.join(between)}`
      })
      .join(between)

  test('what is written is what is read', () => {
    const separators = fc.constantFrom(',', ', ', ' , ', ' ,, \t')
    fc.assert(
      fc.property(challenges, separators, (all, between) => {
        expect(parseChallenges(format(all, between))).toEqual(all)
      }),
    )
  })

  test('there are challenges or a SyntaxError, and the same of several headers', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom(
          'Bearer',
          'Basic',
          'realm',
          '=',
          '"',
          ',',
          ' ',
          '\t',
          '\\',
          'x',
          '==',
          ';',
          '/',
          '\u0000',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 40 },
    )
    fc.assert(
      fc.property(pieces, (texts) => {
        const header = texts.join('')
        const { offered, faults } = readChallenges([header])
        expect(faults.length === 0 ? parseChallenges(header) : []).toEqual(offered)
        for (const { scheme } of offered) expect(scheme).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['backslashes in an open quote', (n: number) => `Bearer realm="${String.raw`\\`.repeat(n)}`],
    ['commas', (n: number) => `Bearer ${','.repeat(n)}=`],
    ['spaces', (n: number) => `Bearer foo${' '.repeat(n)}bar`],
    ['equals signs', (n: number) => `Bearer foo${'='.repeat(n)} bar`],
    ['schemes', (n: number) => 'a,'.repeat(n)],
    ['parameters', (n: number) => `Bearer ${Array.from({ length: n / 8 }, (_, i) => `a${i}=b`).join(',')}`],
    [
      'quoted parameters',
      (n: number) => `Bearer ${Array.from({ length: n / 8 }, (_, i) => `a${i}=""`).join(',')}"`,
    ],
    ['one long word', (n: number) => `Bearer ${'a'.repeat(n)} x`],
    ['words that could be parameters', (n: number) => `Bearer a=b${',a'.repeat(n / 2)}`],
    ['commas and spaces', (n: number) => `Bearer a=b${', '.repeat(n / 2)}"`],
  ])('reading %s of 16 KiB is quick', (_name, make) => {
    const header = make(15_000).slice(0, 16 * 1024)
    const start = process.cpuUsage()
    for (let round = 0; round < 20; round += 1) readChallenges([header])
    // A scan that is quadratic takes many seconds of computing, this one some milliseconds.
    expect(process.cpuUsage(start).user).toBeLessThan(2_000_000)
  })
})
