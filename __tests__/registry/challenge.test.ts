import { describe, expect, test } from 'vitest'
import { parseChallenges } from '../../src/registry/challenge.ts'

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
    `Bearer realm="${'x'.repeat(20_000)}"`,
  ])('refused: %s', (header) => {
    expect(() => parseChallenges(header)).toThrow(SyntaxError)
  })
})
