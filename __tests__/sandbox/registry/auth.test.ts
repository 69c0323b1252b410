import { describe, expect, test } from 'vitest'
import type { SandboxRegistry } from '../../../sandbox/registry/server.ts'
import { codesOf, digestOf, openRegistry, send } from './client.ts'

const USERS = { joe: 'pass:word' }
const JOE = { Authorization: `Basic ${Buffer.from('joe:pass:word').toString('base64')}` }

interface Grant {
  readonly token?: string
  readonly access_token: string
  readonly expires_in: number
  readonly issued_at: string
  readonly scope?: string
  readonly refresh_token?: string
}

function bearer(grant: Grant) {
  return { Authorization: `Bearer ${grant.access_token}` }
}

async function getToken(
  registry: SandboxRegistry,
  query: string,
  headers: Readonly<Record<string, string>> = JOE,
): Promise<Grant> {
  const answer = await send(registry, 'GET', `/token?${query}`, { headers })
  expect(answer.status).toBe(200)
  return JSON.parse(answer.body.toString()) as Grant
}

async function postToken(registry: SandboxRegistry, form: Readonly<Record<string, string>>) {
  return await send(registry, 'POST', '/token', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ service: 'build-once-sandbox', client_id: 'test', ...form }).toString(),
  })
}

describe('Basic authentication', () => {
  test.each([
    undefined,
    'Basic',
    'Basic !!!',
    `Basic ${Buffer.from('joe').toString('base64')}`,
    `Basic ${Buffer.from('joe:wrong').toString('base64')}`,
    `Basic ${Buffer.from('eve:pass:word').toString('base64')}`,
    `Basic ${Buffer.from('constructor:x').toString('base64')}`,
    `Bearer ${Buffer.from('joe:pass:word').toString('base64')}`,
  ])('%s is refused on every path', async (authorization) => {
    const registry = await openRegistry('memory', { auth: { kind: 'basic', users: USERS } })
    const headers = authorization === undefined ? {} : { Authorization: authorization }
    for (const path of ['/v2/', '/v2/a/manifests/v1', '/v2/a/tags/list', '/v2/_catalog']) {
      const answer = await send(registry, 'GET', path, { headers })
      expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHORIZED']])
      expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="[^"]+"$/u)
      expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0')
    }
  })

  test('the right user comes in, the scheme in any case', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'basic', users: USERS } })
    expect((await send(registry, 'GET', '/v2/', { headers: JOE })).status).toBe(200)
    const lower = { Authorization: JOE.Authorization.replace('Basic', 'basic') }
    expect((await send(registry, 'GET', '/v2/', { headers: lower })).status).toBe(200)
    expect((await send(registry, 'GET', '/token', { headers: JOE })).status).toBe(404)
  })

  test('a refused upload is answered while its body still comes', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'basic', users: USERS } })
    const body = Buffer.alloc(2_000_000)
    const answer = await send(registry, 'POST', `/v2/a/blobs/uploads/?digest=${digestOf(body)}`, { body })
    expect(answer.status).toBe(401)
  })
})

describe('token authentication', () => {
  test.each([
    ['GET', '/v2/', undefined],
    ['GET', '/v2/a/b/manifests/v1', 'repository:a/b:pull'],
    ['HEAD', `/v2/a/b/blobs/${digestOf('x')}`, 'repository:a/b:pull'],
    ['GET', '/v2/a/b/tags/list', 'repository:a/b:pull'],
    ['GET', `/v2/a/b/referrers/${digestOf('x')}`, 'repository:a/b:pull'],
    ['PUT', '/v2/a/b/manifests/v1', 'repository:a/b:pull,push'],
    ['POST', '/v2/a/b/blobs/uploads/', 'repository:a/b:pull,push'],
    ['DELETE', '/v2/a/b/blobs/uploads/1', 'repository:a/b:pull,push'],
    ['DELETE', '/v2/a/b/manifests/v1', 'repository:a/b:delete'],
    [
      'POST',
      `/v2/a/blobs/uploads/?mount=${digestOf('x')}&from=b/c`,
      'repository:a:pull,push repository:b/c:pull',
    ],
    ['POST', `/v2/a/blobs/uploads/?mount=${digestOf('x')}&from=a`, 'repository:a:pull,push'],
    ['POST', `/v2/a/blobs/uploads/?mount=${digestOf('x')}&from=..`, 'repository:a:pull,push'],
    ['GET', '/v2/_catalog', 'registry:catalog:*'],
  ])('%s %s is challenged with its scope', async (method, path, scope) => {
    const registry = await openRegistry('memory', {
      auth: { kind: 'token', users: USERS, service: 'the service' },
    })
    const answer = await send(registry, method, path)
    expect(answer.status).toBe(401)
    const expected = `Bearer realm="${registry.url}/token",service="the service"`
    expect(answer.headers['www-authenticate']).toBe(
      scope === undefined ? expected : `${expected},scope="${scope}"`,
    )
  })

  test('the realm is on the host the client asked', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const Host = registry.host.replace('127.0.0.1', 'localhost')
    const answer = await send(registry, 'GET', '/v2/', { headers: { Host } })
    expect(answer.headers['www-authenticate']).toContain(`realm="http://${Host}/token"`)
  })

  test('a token opens what it was asked for and nothing else', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const grant = await getToken(registry, 'service=build-once-sandbox&scope=repository:a:pull')
    expect(grant.token).toBe(grant.access_token)
    expect(grant.expires_in).toBe(300)
    expect(Date.parse(grant.issued_at)).not.toBeNaN()
    const headers = bearer(grant)
    expect((await send(registry, 'GET', '/v2/', { headers })).status).toBe(200)
    expect((await send(registry, 'GET', '/v2/a/manifests/v1', { headers })).status).toBe(404)
    for (const [method, path] of [
      ['POST', '/v2/a/blobs/uploads/'],
      ['DELETE', '/v2/a/manifests/v1'],
      ['GET', '/v2/b/manifests/v1'],
      ['GET', '/v2/_catalog'],
    ] as const) {
      const answer = await send(registry, method, path, { headers })
      expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHORIZED']])
      expect(answer.headers['www-authenticate']).toMatch(/scope="[^"]+",error="insufficient_scope"$/u)
    }
  })

  test('scopes come in several parameters or joined by spaces', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    for (const query of [
      'scope=repository:a:pull,push&scope=repository:b:pull',
      'scope=repository:a:pull,push%20repository:b:pull',
    ]) {
      const headers = bearer(await getToken(registry, query))
      const path = `/v2/a/blobs/uploads/?mount=${digestOf('x')}&from=b`
      expect((await send(registry, 'POST', path, { headers })).status).toBe(202)
    }
    const headers = bearer(await getToken(registry, 'scope=repository:a:pull,push'))
    const path = `/v2/a/blobs/uploads/?mount=${digestOf('x')}&from=b`
    expect((await send(registry, 'POST', path, { headers })).status).toBe(401)
  })

  test('an expired or invented token is invalid', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS, expiresIn: 0 } })
    const expired = await getToken(registry, 'scope=repository:a:pull')
    for (const headers of [bearer(expired), { Authorization: 'Bearer invented' }]) {
      const answer = await send(registry, 'GET', '/v2/a/tags/list', { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers['www-authenticate']).toContain('error="invalid_token"')
    }
  })

  test('Basic is no way into the registry itself', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const answer = await send(registry, 'GET', '/v2/', { headers: JOE })
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer /u)
  })

  test('without the right password there is no token', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const wrong = { Authorization: `Basic ${Buffer.from('joe:x').toString('base64')}` }
    for (const headers of [{}, wrong]) {
      const answer = await send(registry, 'GET', '/token?scope=repository:a:pull', { headers })
      expect([answer.status, codesOf(answer)]).toEqual([401, ['UNAUTHORIZED']])
    }
    expect((await send(registry, 'GET', '/token?service=other', { headers: JOE })).status).toBe(400)
    expect((await send(registry, 'PUT', '/token', { headers: JOE })).status).toBe(405)
  })

  test('anonymous clients may pull where that is allowed, and get less than they ask for', async () => {
    const registry = await openRegistry('memory', {
      auth: { kind: 'token', users: USERS, anonymousPull: true },
    })
    expect((await send(registry, 'GET', '/v2/a/manifests/v1')).status).toBe(401)
    const headers = bearer(await getToken(registry, 'scope=repository:a:pull,push', {}))
    expect((await send(registry, 'GET', '/v2/a/manifests/v1', { headers })).status).toBe(404)
    const push = await send(registry, 'POST', '/v2/a/blobs/uploads/', { headers })
    expect(push.headers['www-authenticate']).toContain('insufficient_scope')
    const catalog = bearer(await getToken(registry, 'scope=registry:catalog:*', {}))
    expect((await send(registry, 'GET', '/v2/_catalog', { headers: catalog })).status).toBe(401)
    const wrong = { Authorization: `Basic ${Buffer.from('joe:x').toString('base64')}` }
    expect((await send(registry, 'GET', '/token', { headers: wrong })).status).toBe(401)
  })

  test('OAuth 2 with a password, then with the refresh token it gave', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const scope = 'repository:a:pull repository:b:pull,push'
    const password = {
      grant_type: 'password',
      username: 'joe',
      password: 'pass:word',
      access_type: 'offline',
      scope,
    }
    const first = JSON.parse((await postToken(registry, password)).body.toString()) as Grant
    expect([first.scope, first.token]).toEqual([scope, undefined])
    expect((await send(registry, 'GET', '/v2/a/manifests/v1', { headers: bearer(first) })).status).toBe(404)

    const form = {
      grant_type: 'refresh_token',
      refresh_token: first.refresh_token ?? '',
      scope: 'registry:catalog:*',
    }
    const second = JSON.parse((await postToken(registry, form)).body.toString()) as Grant
    expect(second.refresh_token).toBe(first.refresh_token)
    expect((await send(registry, 'GET', '/v2/_catalog', { headers: bearer(second) })).status).toBe(200)
    expect((await send(registry, 'GET', '/v2/_catalog', { headers: bearer(first) })).status).toBe(401)
  })

  test('a GET with offline_token gives a refresh token as well', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    const { refresh_token: refreshToken } = await getToken(registry, 'offline_token=true')
    const answer = await postToken(registry, {
      grant_type: 'refresh_token',
      refresh_token: refreshToken ?? '',
    })
    expect(answer.status).toBe(200)
    expect((await getToken(registry, '')).refresh_token).toBeUndefined()
  })

  test.each([
    [401, { grant_type: 'password', username: 'joe', password: 'x' }],
    [401, { grant_type: 'password' }],
    [401, { grant_type: 'refresh_token', refresh_token: 'invented' }],
    [401, { grant_type: 'refresh_token' }],
    [400, { grant_type: 'client_credentials' }],
    [400, {}],
    [400, { grant_type: 'password', username: 'joe', password: 'pass:word', service: 'other' }],
    [400, { grant_type: 'password', username: 'joe', password: 'pass:word', client_id: '' }],
  ])('%i for %j', async (status, form) => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    expect((await postToken(registry, form)).status).toBe(status)
  })

  test('a body that is no form or too large is refused', async () => {
    const registry = await openRegistry('memory', { auth: { kind: 'token', users: USERS } })
    expect((await send(registry, 'POST', '/token', { body: '{}' })).status).toBe(400)
    expect((await postToken(registry, { scope: 'x'.repeat(70_000) })).status).toBe(413)
  })
})
