import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { blobOf, failureWith, open, readAll, repositoryAt, sampleManifest } from './support/access.ts'
import { ociError, type Script, type ScriptedServer, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const PATH = '/v2/owner/app/manifests'
const login = { find: async () => ({ kind: 'password', username: 'u', password: 'hunter22' }) as const }

function manifest(): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: sample.bytes }
}

function to(location: string, status = 307): Script {
  return { status, headers: { location } }
}

async function readAt(server: ScriptedServer, options: Parameters<typeof open>[0] = {}): Promise<unknown> {
  return await open(options).registry.readTag(repositoryAt(server.host), 'v1')
}

describe('a read goes along', () => {
  test.each([301, 302, 303, 307, 308])('%d on the same host', async (status) => {
    const server = await serve(({ path }) => (path === '/there' ? manifest() : to('/there', status)))
    await expect(readAt(server)).resolves.toMatchObject({ digest: sample.digest })
    expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET ${PATH}/v1`,
      'GET /there',
    ])
  })

  test.each([301, 302, 303, 307, 308])('%d to another port', async (status) => {
    const storage = await serve(manifest)
    const server = await serve(() => to(`${storage.origin}/there?signature=hunter22`, status))
    await expect(readAt(server)).resolves.toMatchObject({ digest: sample.digest })
    expect(storage.seen[0]?.query.get('signature')).toBe('hunter22')
  })

  test.each([
    ['a path', '/there'],
    ['a relative path', '../../../../there'],
    ['a query only', '?there'],
    ['with a fragment', '/there#part'],
    ['without a scheme', '//HOST/there'],
    ['to the digest of the tag', `${PATH}/${sample.digest}`],
    ['to the same tag', `${PATH}/v1?again`],
  ])('%s', async (_name, location) => {
    const server = await serve(({ headers }, index) =>
      index > 0 ? manifest() : to(location.replace('HOST', String(headers.host))),
    )
    await expect(readAt(server)).resolves.toBeDefined()
    expect(server.seen).toHaveLength(2)
  })

  test('five times', async () => {
    const server = await serve((_seen, index) => (index < 5 ? to(`/hop/${index}`) : manifest()))
    await expect(readAt(server)).resolves.toBeDefined()
  })

  test('HEAD stays HEAD', async () => {
    const server = await serve(({ path }) => (path === '/there' ? { status: 200 } : to('/there', 303)))
    const { registry } = open()
    await expect(registry.hasBlob(repositoryAt(server.host), blobOf('x').digest)).resolves.toBe(true)
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'HEAD'])
  })

  test('a blob from storage, without credentials', async () => {
    const blob = blobOf('content')
    const storage = await serve(() => ({ status: 200, body: 'content' }))
    const server = await serve(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : to(`${storage.origin}/blob`),
    )
    const { registry } = open({ credentials: login })
    const descriptor = { ...blob, mediaType: 'application/octet-stream' }
    await expect(readAll(registry.readBlob(repositoryAt(server.host), descriptor))).resolves.toBe('content')
    expect(storage.seen.map(({ headers }) => [headers.authorization, headers.cookie])).toEqual([
      [undefined, undefined],
    ])
  })
})

describe('a read goes nowhere', () => {
  test.each([
    ['six times', '/hop', /more than 5 times/],
    ['without a Location', '', /without a usable Location/],
    ['to no address', 'http://[', /without a usable Location/],
    ['to a scheme of scripts', 'javascript:alert(1)', /its scheme is "javascript:"/],
    ['to a file', 'file:///etc/passwd', /its scheme is "file:"/],
    ['to a plain host elsewhere', 'http://registry.example.com/x', /it is not https/],
    ['to the metadata service', 'http://169.254.169.254/latest', /it is not https/],
    ['to the metadata service with TLS', 'https://169.254.169.254/latest', /link-local/],
    ['to the same as a number', 'https://2852039166/latest', /link-local/],
    ['with a user name', 'https://user:hunter22@registry.example.com/', /user name/],
    // What distribution does with `a/../b`: the answer is about something else than was asked.
    ['to another repository', '/v2/owner/other/manifests/v1', /another repository/],
    ['to a repository below', '/v2/owner/app/sub/manifests/v1', /another repository/],
    ['to a repository by dots', `${PATH}/../../other/manifests/v1`, /another repository/],
    ['to a repository by encoded dots', '/v2/owner/app/%2e%2e/other/manifests/v1', /another repository/],
    ['to a repository with an empty part', '/v2//owner/app/manifests/v1', /another repository/],
    ['to a repository in upper case', '/V2/owner/app/manifests/v1', /another repository/],
    ['to a blob', `/v2/owner/app/blobs/${sample.digest}`, /another repository/],
    ['to another tag', `${PATH}/v2`, /another tag/],
  ])('%s', async (_name, location, message) => {
    const server = await serve((_seen, index) => to(location === '/hop' ? `/hop/${index}` : location))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toMatch(message)
    expect(error.message).not.toContain('hunter22')
    expect(server.seen).toHaveLength(location === '/hop' ? 6 : 1)
  })

  test('in a circle between two hosts', async () => {
    const other: ScriptedServer = await serve(() => to(`${server.origin}/back`))
    const server: ScriptedServer = await serve(() => to(`${other.origin}/x`))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toContain('more than 5 times')
    expect(server.seen.length + other.seen.length).toBe(6)
  })

  test('to another repository by way of another host', async () => {
    const other: ScriptedServer = await serve(() => to(`${server.origin}/v2/owner/other/manifests/v1`))
    const server: ScriptedServer = await serve(() => to(`${other.origin}/x`))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toContain('another repository')
  })

  test('a query in the address is not shown', async () => {
    const server = await serve(() => to('http://storage.example.com/x?X-Amz-Signature=hunter22'))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toContain('http://storage.example.com/x,')
    expect(error.message).not.toContain('hunter22')
  })
})

describe('what another host says is not what the registry says', () => {
  test('its challenge is never answered', async () => {
    const storage = await serve(() => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }))
    const server = await serve(() => to(`${storage.origin}/x`))
    await failureWith('REGISTRY_DENIED', readAt(server, { credentials: login }))
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(server.seen).toHaveLength(1)
  })

  test('an absence at an address that another host chose is none', async () => {
    const other: ScriptedServer = await serve(() => to(`${server.origin}/gone`))
    const server: ScriptedServer = await serve(({ path }) =>
      path === '/gone' ? ociError(404, 'MANIFEST_UNKNOWN') : to(`${other.origin}/x`),
    )
    await failureWith('REGISTRY_UNEXPECTED', readAt(server))
  })

  test('an absence behind a redirect within the registry is one', async () => {
    const server = await serve(({ path }) =>
      path === '/gone' ? ociError(404, 'MANIFEST_UNKNOWN') : to('/gone'),
    )
    await expect(readAt(server)).resolves.toBeUndefined()
  })

  test('a challenge that an own redirect leads to is answered where it was asked', async () => {
    const server = await serve(({ path, headers }) => {
      if (path !== '/there') return to('/there')
      return headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : manifest()
    })
    await expect(readAt(server, { credentials: login })).resolves.toBeDefined()
  })
})

describe('a write goes nowhere', () => {
  test.each([301, 302, 303, 307, 308])('%d', async (status) => {
    const server = await serve((_seen, index) =>
      index === 0 ? to(`${PATH}/v1?again`, status) : { status: 201 },
    )
    const { registry } = open()
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    const error = await failureWith('REGISTRY_UNEXPECTED', put)
    expect(error.message).toContain(`answered ${status}`)
    expect(server.seen).toHaveLength(1)
  })
})
