import { describe, expect, test } from 'vitest'
import type { Credentials } from '../../../src/registry/credentials.ts'
import { failureWith, open, repositoryAt } from '../support/access.ts'
import { serve } from '../support/scripted-server.ts'
import {
  always,
  BASIC,
  bearer,
  challenge,
  found,
  identity,
  password,
  registryWith,
  token,
} from '../support/token-registry.ts'
import { startInternet } from '../vendors/support/internet.ts'

describe('where both Basic and tokens are offered', () => {
  test.each([
    ['in one header, Basic first', (origin: string) => `Basic realm="x", ${bearer(origin)}`],
    ['in one header, Basic last', (origin: string) => `${bearer(origin)},Basic realm="x"`],
    ['in two headers', (origin: string) => ['Basic realm="x"', bearer(origin)]],
    [
      'beside schemes nobody knows',
      (origin: string) => ['Negotiate', `NTLM, Basic realm="x"`, bearer(origin)],
    ],
    ['beside a header that cannot be read', (origin: string) => ['Basic realm="x', bearer(origin)]],
  ])('%s, a token is used', async (_name, header) => {
    const server = await registryWith(header, () => token('good'))
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC, 'Bearer good'])
  })

  test('a token server that must not be asked leaves Basic', async () => {
    const server = await registryWith(
      () => 'Bearer realm="http://token.example.com/", Basic realm="x"',
      () => token('good'),
      (_seen, authorization) => (authorization === BASIC ? found : undefined),
    )
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    await expect(registry.readTag(repositoryAt(server.host), 'v2')).resolves.toBeDefined()
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC, BASIC])
  })

  test('a token server on another host leaves Basic, which goes to the registry only', async () => {
    const elsewhere = await serve(() => token('anonymous-token'))
    const server = await registryWith(
      () => [`Bearer realm="${elsewhere.origin}/token"`, 'Basic realm="x"'],
      () => token('good'),
      (_seen, authorization) => (authorization === BASIC ? found : undefined),
    )
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(elsewhere.seen).toEqual([])
  })

  test('but not where Basic is readable for everybody on the way and tokens are not', async () => {
    const place = 'plain.example.test:5000'
    const internet = await startInternet(['auth.example.test'], () => token('anonymous-token'))
    const server = await registryWith(
      () => ['Bearer realm="https://auth.example.test/token"', 'Basic realm="x"'],
      () => token('good'),
      () => undefined,
    )
    const environment = { ...internet.environment, HTTP_PROXY: server.origin }
    const { registry } = open({ credentials: always(password), insecure: [place], environment })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.hint).toContain('`token-hosts: auth.example.test`')
    for (const { headers } of [...server.seen, ...internet.seen])
      expect(headers.authorization ?? '').not.toMatch(/^Basic/)
    expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer anonymous-token')
  })

  test.each([
    ['no credentials', undefined],
    ['an identity token', identity],
  ] satisfies [string, Credentials | undefined][])(
    'whoever has %s gets an anonymous token from another host',
    async (_name, credentials) => {
      const elsewhere = await serve(() => token('good'))
      const server = await registryWith(
        () => [`Bearer realm="${elsewhere.origin}/token"`, 'Basic realm="x"'],
        () => token('bad'),
      )
      const { registry } = open({ credentials: always(credentials) })
      await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
      expect(
        elsewhere.seen.map(({ method, headers, body }) => [method, headers.authorization, body]),
      ).toEqual([['GET', undefined, '']])
    },
  )

  test('without a password, a refused token server is the error', async () => {
    const server = await registryWith(
      () => 'Bearer realm="http://token.example.com/", Basic realm="x"',
      () => token('good'),
    )
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).toContain('token.example.com')
    expect(error.message).toContain('refused')
  })

  test('of several token servers, one that may see the password is asked', async () => {
    const elsewhere = await serve(() => token('bad'))
    const server = await registryWith(
      (origin) => [
        'Bearer realm="http://token.example.com/"',
        `Bearer realm="${elsewhere.origin}/token"`,
        bearer(origin),
      ],
      () => token('good'),
    )
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(elsewhere.seen).toEqual([])
    expect(server.asked()).toHaveLength(1)
  })
})

describe('what is offered', () => {
  test.each([
    ['Negotiate', 'negotiate'],
    ['Negotiate oRswGQ==', 'negotiate'],
    [['NTLM', 'Negotiate'], 'ntlm, negotiate'],
    ['Digest realm="x", nonce="y", qop="auth"', 'digest'],
    ['Bearer service="x"', 'bearer without a realm'],
    ['Bearer realm="a",realm="b"', 'is there twice'],
    ['AWS4-HMAC-SHA256', 'aws4-hmac-sha256'],
  ])('is named where it is nothing we know: %s', async (header, named) => {
    const server = await serve(() => challenge(header))
    const { registry } = open({ credentials: always(password) })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('expected Bearer with a realm, or Basic')
    expect(error.message).toContain(named)
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test('is judged anew for every repository', async () => {
    const server = await registryWith(
      (origin, { path }) => (path.includes('owner/basic') ? 'Basic realm="x"' : bearer(origin)),
      () => token('good'),
      ({ path }, authorization) => {
        const wanted = path.includes('owner/basic') ? BASIC : 'Bearer good'
        return authorization === wanted ? found : undefined
      },
    )
    const { registry } = open({ credentials: always(password) })
    const names = ['owner/app', 'owner/basic', 'owner/app', 'owner/basic']
    for (const name of names)
      await expect(registry.readTag(repositoryAt(server.host, name), 'v1')).resolves.toBeDefined()
    // The second repository is first asked about as the first one was; after that, everything is known.
    expect(server.seen.filter(({ path }) => path !== '/token')).toHaveLength(6)
  })

  test.each([
    ['with a 200', found, [undefined]],
    ['with a 404', challenge('Basic realm="x"', 404), [undefined]],
  ])('is not wanted %s', async (_name, script, sent) => {
    const header = { 'www-authenticate': 'Basic realm="x"' }
    const answer =
      typeof script === 'string' ? script : { ...script, headers: { ...script.headers, ...header } }
    const server = await serve(() => answer)
    const { registry } = open({ credentials: always(password) })
    await registry.readTag(repositoryAt(server.host), 'v1').catch(() => undefined)
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(sent)
  })

  test('may come with a 403, too, as long as nothing was shown', async () => {
    const server = await serve(({ headers }) =>
      headers.authorization === BASIC ? found : challenge('Basic realm="x"', 403),
    )
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test('a 403 to credentials is final, whatever it offers', async () => {
    const server = await registryWith(
      bearer,
      (_seen, count) => token(`t${count}`),
      (_seen, authorization) =>
        authorization === ''
          ? undefined
          : challenge('Bearer realm="https://x.example/",error="invalid_token"', 403),
    )
    const { registry } = open({ credentials: always(password) })
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(1)
  })

  test('is too long to be read', async () => {
    const server = await serve(() => challenge(`Basic realm="${'x'.repeat(64 * 1024)}"`))
    const { registry } = open({ credentials: always(password) })
    await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })
})

describe('what the user has is of no use', () => {
  test('an identity token where Basic is all there is', async () => {
    const server = await serve(() => challenge('Basic realm="x"'))
    const { registry } = open({ credentials: always(identity) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.hint).toContain('identity token')
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test('a registry token that is refused is not tried again', async () => {
    const server = await registryWith(bearer, () => token('good'))
    const { registry } = open({ credentials: always({ kind: 'registry-token', token: 'refused-token' }) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer refused-token',
    ])
    expect(error.hint).toContain('were refused')
    expect(error.message).not.toContain('refused-token')
  })

  test('a registry token needs no token server, so a bad one does not matter', async () => {
    const server = await registryWith(
      () => 'Bearer realm="javascript:alert(1)"',
      () => token('bad'),
    )
    const { registry } = open({ credentials: always({ kind: 'registry-token', token: 'good' }) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test('a user name with a colon, which would be read as another one', async () => {
    const server = await registryWith(bearer, () => token('good'))
    const credentials = always({ kind: 'password', username: 'some:one', password: 'x' })
    const error = await failureWith(
      'CREDENTIALS_INVALID',
      open({ credentials }).registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).toContain('colon')
  })
})
