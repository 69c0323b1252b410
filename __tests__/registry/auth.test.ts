import { describe, expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import type { ErrorCode } from '../../src/domain/error-codes.ts'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { anonymous, type Credentials, type CredentialSource } from '../../src/registry/credentials.ts'
import { blobOf, failureWith, keptLog, open, repositoryAt, sampleManifest } from './support/access.ts'
import { ociError, type Script, type Seen, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const PASSWORD = 'hunter2:with:colons'
const password: Credentials = { kind: 'password', username: 'someone', password: PASSWORD }
const BASIC = `Basic ${Buffer.from(`someone:${PASSWORD}`).toString('base64')}`

function always(credentials: Credentials): CredentialSource {
  return { find: async () => credentials }
}

const found: Script = {
  status: 200,
  headers: { 'content-type': MEDIA_TYPES.ociManifest },
  body: sample.bytes,
}

function token(value: unknown, more: object = {}): Script {
  return { status: 200, body: JSON.stringify({ token: value, ...more }) }
}

function challenge(header: string | readonly string[], status = 401): Script {
  return { ...(ociError(status, 'UNAUTHORIZED') as object), status, headers: { 'www-authenticate': header } }
}

/** A registry that wants a token from its own host, and the token server. */
async function tokenRegistry(
  answerToken: (seen: Seen) => Script,
  accepts: (authorization: string) => boolean = (authorization) => authorization === 'Bearer good',
) {
  let origin = ''
  const server = await serve((seen) => {
    if (seen.path === '/token') return answerToken(seen)
    if (accepts(seen.headers.authorization ?? '')) return found
    return challenge(`Bearer realm="${origin}/token?keep=me",service="svc",scope="repository:owner/app:pull"`)
  })
  origin = server.origin
  return server
}

describe('against a registry', () => {
  test.each([
    ['Basic', { kind: 'basic', users: { someone: PASSWORD } }],
    ['tokens', { kind: 'token', users: { someone: PASSWORD } }],
  ] as const)('with %s: nothing is sent unasked, everything works', async (_name, auth) => {
    const sandbox = await startRegistry({ auth })
    onTestFinished(async () => await sandbox.close())
    const log = keptLog()
    const { registry } = open({ credentials: always(password), log })
    const repository = repositoryAt(sandbox.host)
    await expect(registry.putBlob(repository, blobOf('content'))).resolves.toBe('uploaded')
    await expect(registry.readTag(repository, 'v1')).resolves.toBeUndefined()
    expect(sandbox.requests[0]?.headers['authorization']).toBeUndefined()
    expect(log.masked).toContain(PASSWORD)
    expect(log.masked).toContain(`someone:${PASSWORD}`)
  })

  test('one token serves many requests, and a wider one serves the narrower', async () => {
    const sandbox = await startRegistry({ auth: { kind: 'token', users: { someone: PASSWORD } } })
    onTestFinished(async () => await sandbox.close())
    const { registry } = open({ credentials: always(password) })
    const repository = repositoryAt(sandbox.host)
    await Promise.all(['a', 'b', 'c'].map(async (text) => await registry.putBlob(repository, blobOf(text))))
    await registry.readTag(repository, 'v1')
    expect(sandbox.requests.filter(({ operation }) => operation === 'token')).toHaveLength(1)
  })

  test('a wrong password is a denial that never shows it', async () => {
    const sandbox = await startRegistry({ auth: { kind: 'token', users: { someone: 'other' } } })
    onTestFinished(async () => await sandbox.close())
    const { registry } = open({ credentials: always(password) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(sandbox.host), 'v1'))
    expect(error.message).not.toContain('hunter2')
    expect(error.message).toContain('/token answered 401')
  })

  test('anonymous reads need no credentials, anonymous writes are denied', async () => {
    const sandbox = await startRegistry({ auth: { kind: 'token', users: {}, anonymousPull: true } })
    onTestFinished(async () => await sandbox.close())
    const { registry } = open()
    const repository = repositoryAt(sandbox.host)
    await expect(registry.readTag(repository, 'v1')).resolves.toBeUndefined()
    const error = await failureWith('REGISTRY_DENIED', registry.putBlob(repository, blobOf('x')))
    expect(error.hint).toContain('No credentials')
  })

  test('a mount asks for both repositories', async () => {
    const sandbox = await startRegistry({ auth: { kind: 'token', users: { someone: PASSWORD } } })
    onTestFinished(async () => await sandbox.close())
    const { registry } = open({ credentials: always(password) })
    const blob = blobOf('shared')
    await registry.putBlob(repositoryAt(sandbox.host, 'owner/from'), blob)
    const copied = await registry.copyBlob(
      repositoryAt(sandbox.host, 'owner/from'),
      repositoryAt(sandbox.host, 'owner/to'),
      { mediaType: 'application/octet-stream', digest: blob.digest, size: blob.size },
    )
    expect(copied).toBe('mounted')
    const scopes = sandbox.requests.filter(({ operation }) => operation === 'token').at(-1)
    expect(scopes?.query.getAll('scope')).toEqual([
      'repository:owner/to:pull,push',
      'repository:owner/from:pull',
    ])
  })
})

describe('asking for a token', () => {
  test('with Basic, keeping the query of the realm', async () => {
    const log = keptLog()
    const server = await tokenRegistry(() => token('good'))
    await open({ credentials: always(password), log }).registry.readTag(repositoryAt(server.host), 'v1')
    const asked = server.seen.find(({ path }) => path === '/token')
    expect(asked?.headers.authorization).toBe(BASIC)
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      keep: 'me',
      service: 'svc',
      scope: 'repository:owner/app:pull',
    })
    expect(log.masked).toContain('good')
  })

  test('with a refresh token by POST', async () => {
    const server = await tokenRegistry(() => ({ status: 200, body: '{"access_token":"good"}' }))
    const credentials = always({ kind: 'identity-token', token: 'refresh-me' })
    await open({ credentials }).registry.readTag(repositoryAt(server.host), 'v1')
    const asked = server.seen.find(({ path }) => path === '/token')
    expect(asked?.method).toBe('POST')
    expect(asked?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'build-once',
      service: 'svc',
      scope: 'repository:owner/app:pull',
      refresh_token: 'refresh-me',
    })
  })

  test('not at all with a registry token', async () => {
    const server = await tokenRegistry(() => token('bad'))
    const credentials = always({ kind: 'registry-token', token: 'good' })
    await open({ credentials }).registry.readTag(repositoryAt(server.host), 'v1')
    expect(server.seen.map(({ path }) => path)).not.toContain('/token')
  })

  test.each([
    ['nothing', {}],
    ['an empty token', { token: '' }],
    ['a line break', { token: 'good\r\nX-Injected: 1' }],
    ['a space', { token: 'go od' }],
    ['other letters', { token: 'gööd' }],
    ['a number', { token: 1 }],
    ['too much', { token: 'x'.repeat(40_000) }],
    ['errors', { errors: [{ code: 'DENIED' }] }],
  ])('an answer that holds %s', async (_name, body) => {
    const server = await tokenRegistry(() => ({ status: 200, body: JSON.stringify(body) }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test.each([
    ['a page', { status: 200, body: '<html>' }, 'REGISTRY_UNEXPECTED'],
    ['too large', { status: 200, body: ' '.repeat(200_000) }, 'REGISTRY_UNEXPECTED'],
    ['a redirect', { status: 302, headers: { location: '/else' } }, 'REGISTRY_UNEXPECTED'],
    ['400', { status: 400 }, 'REGISTRY_DENIED'],
    ['401', { status: 401 }, 'REGISTRY_DENIED'],
    ['403', { status: 403 }, 'REGISTRY_DENIED'],
    ['429', { status: 429 }, 'REGISTRY_UNAVAILABLE'],
    ['500', { status: 500 }, 'REGISTRY_UNAVAILABLE'],
  ] satisfies [string, Script, ErrorCode][])(
    'a token server that answers %s',
    async (_name, script, code) => {
      const server = await tokenRegistry(() => script)
      await failureWith(code, open().registry.readTag(repositoryAt(server.host), 'v1'))
    },
  )

  test.each([
    [undefined, 50],
    [0, 50],
    [-1, 50],
    ['300', 290],
    [1e18, 3_590],
    [null, 50],
  ])('a lifetime of %s is kept for more than %s seconds', async (expires_in, keptFor) => {
    const server = await tokenRegistry(() => token('good', { expires_in, issued_at: '1999-01-01T00:00:00Z' }))
    let now = Date.now()
    const clock = { now: () => new Date(now), sleep: async () => undefined }
    const { registry } = open({ clock })
    const read = async () => await registry.readTag(repositoryAt(server.host), 'v1')
    await read()
    now += keptFor * 1000
    await read()
    expect(server.seen.filter(({ path }) => path === '/token')).toHaveLength(1)
    now += 3_600_000
    await read()
    expect(server.seen.filter(({ path }) => path === '/token')).toHaveLength(2)
  })
})

describe('refusals after a token', () => {
  test('a token that expired early is replaced', async () => {
    const tokens = ['first', 'second']
    let good = 'Bearer first'
    const server = await tokenRegistry(
      () => token(tokens.shift()),
      (authorization) => authorization === good,
    )
    const { registry } = open()
    await registry.readTag(repositoryAt(server.host), 'v1')
    good = 'Bearer second'
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test('insufficient_scope is answered once, with what the registry names for this repository', async () => {
    let origin = ''
    const scope = 'repository:owner/app:metadata_read repository:owner/secret:pull,push registry:catalog:*'
    const server = await serve((seen) => {
      if (seen.path === '/token') {
        return token(seen.query.get('scope')?.includes('metadata_read') === true ? 'wide' : 'narrow')
      }
      if (seen.headers.authorization === 'Bearer wide') return found
      const error =
        seen.headers.authorization === undefined ? '' : `,error="insufficient_scope",scope="${scope}"`
      return challenge(`Bearer realm="${origin}/token"${error}`, error === '' ? 401 : 403)
    })
    origin = server.origin
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    const asked = server.seen
      .filter(({ path }) => path === '/token')
      .map(({ query }) => query.getAll('scope'))
    expect(asked).toEqual([['repository:owner/app:pull'], ['repository:owner/app:metadata_read,pull']])
  })

  test('a registry that is never satisfied is not asked for ever', async () => {
    let origin = ''
    let count = 0
    const server = await serve((seen) => {
      count += 1
      if (seen.path === '/token') return token(`t${count}`)
      return challenge(`Bearer realm="${origin}/token",service="s${count}",error="insufficient_scope"`)
    })
    origin = server.origin
    await failureWith('REGISTRY_DENIED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.length).toBeLessThanOrEqual(5)
  })

  test('refused Basic credentials are sent once', async () => {
    const server = await serve(() => challenge('Basic realm="x"'))
    const { registry } = open({ credentials: always(password) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, BASIC])
    expect(error.hint).toContain('were refused')
  })
})

describe('which challenge is answered', () => {
  test.each([
    ['Basic before Bearer in one header', (realm: string) => `Basic realm="x", Bearer realm="${realm}"`],
    ['two headers', (realm: string) => ['Basic realm="x"', `bearer realm="${realm}"`]],
    ['one of them broken', (realm: string) => ['Bearer realm="open', `Bearer realm="${realm}"`]],
  ])('%s', async (_name, header) => {
    let origin = ''
    const server = await serve((seen) => {
      if (seen.path === '/token') return token('good')
      return seen.headers.authorization === 'Bearer good' ? found : challenge(header(`${origin}/token`))
    })
    origin = server.origin
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test('Bearer without a realm leaves Basic', async () => {
    const server = await serve(({ headers }) =>
      headers.authorization === BASIC ? found : challenge('Bearer service="s", Basic realm="x"'),
    )
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test('a refusal without a challenge: the root of the API is asked', async () => {
    const server = await serve(({ path, headers }) => {
      if (headers.authorization === BASIC) return found
      return path === '/v2/' ? challenge('Basic realm="x"') : { status: 401 }
    })
    const { registry } = open({ credentials: always(password) })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test.each([
    'Negotiate',
    'NTLM',
    'Digest realm="x", nonce="y"',
    'Bearer realm="a",realm="b"',
    'Bearer realm="javascript:alert(1)"',
    'Bearer realm="/token"',
    'Bearer realm="http://token.example.com/"',
    '',
  ])('not understood or refused: %s', async (header) => {
    const server = await serve(() => challenge(header))
    const { registry } = open({ credentials: always(password) })
    await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })
})

describe('credentials never go elsewhere', () => {
  test.each([
    ['a password', password],
    ['a refresh token', { kind: 'identity-token', token: 'refresh-me-please' }],
  ] satisfies [string, Credentials][])(
    'a token server on another host gets no %s',
    async (_name, credentials) => {
      const elsewhere = await serve(() => token('anonymous-token'))
      const server = await serve(() => challenge(`Bearer realm="${elsewhere.origin}/token",service="s"`))
      const { registry } = open({ credentials: always(credentials) })
      const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
      expect(elsewhere.seen).toHaveLength(1)
      for (const { method, headers, body, query } of elsewhere.seen) {
        expect({ method, authorization: headers.authorization, body }).toEqual({ method: 'GET', body: '' })
        expect(query.toString()).not.toMatch(/hunter2|refresh/)
      }
      expect(error.hint).toContain('were not sent')
      expect(server.seen.at(-1)?.headers.authorization).toBe('Bearer anonymous-token')
    },
  )

  test('what a registry echoes does not reach the message', async () => {
    const server = await serve(({ headers }) =>
      headers.authorization === undefined
        ? challenge('Basic realm="x"')
        : ociError(403, 'DENIED', `you sent ${headers.authorization}, that is someone:${PASSWORD}`),
    )
    const { registry } = open({ credentials: always(password) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('you sent Basic ***')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).not.toContain(BASIC.slice(6))
  })

  test('credentials are not even looked for before a registry asks', async () => {
    const server = await serve(() => found)
    let asked = 0
    const credentials: CredentialSource = {
      find: async (repository) => {
        asked += 1
        return await anonymous.find(repository)
      },
    }
    await open({ credentials }).registry.readTag(repositoryAt(server.host), 'v1')
    expect(asked).toBe(0)
  })
})
