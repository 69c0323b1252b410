import { describe, expect, test } from 'vitest'
import { codesOf, openRegistry, pushImage, send } from './client.ts'

const HEX = 'a'.repeat(64)

describe('repository names', () => {
  test.each([
    'a',
    'a/b/c',
    'a.b_c__d-e---f/0',
    'tags/list',
    'x/blobs/uploads',
    'a/manifests/b',
    'a'.repeat(255),
  ])('accepts %s', async (name) => {
    const registry = await openRegistry('memory')
    await pushImage(registry, name, 'v1')
    const answer = await send(registry, 'GET', `/v2/${name}/manifests/v1`)
    expect(answer.status).toBe(200)
  })

  test.each([
    'A',
    'a/B',
    'a//b',
    'a/',
    '/a',
    'a/../b',
    'a/./b',
    '..',
    'a___b',
    'a..b',
    'a-',
    '-a',
    'a%20b',
    'a%00b',
    'ａ',
    'a'.repeat(256),
  ])('refuses %s', async (name) => {
    const registry = await openRegistry('memory')
    const answer = await send(registry, 'GET', `/v2/${encodeURI(name).replaceAll('%25', '%')}/manifests/v1`)
    expect(answer.status).toBe(400)
    expect(codesOf(answer)).toEqual(['NAME_INVALID'])
  })

  test.each(['/v2/a%2fb/manifests/v1', '/v2/a/manifests/..%2f..%2fv1', '/v2/a/manifests/%zz'])(
    'has no route for %s',
    async (path) => {
      const registry = await openRegistry('memory')
      await pushImage(registry, 'a/b', 'v1')
      const answer = await send(registry, 'GET', path)
      expect(answer.status).toBe(404)
      expect(answer.headers['content-type']).toContain('text/plain')
    },
  )

  test('an encoded colon is the same digest', async () => {
    const registry = await openRegistry('memory')
    const digest = await pushImage(registry, 'a', 'v1')
    const answer = await send(registry, 'GET', `/v2/a/manifests/${digest.replace(':', '%3A')}`)
    expect(answer.status).toBe(200)
  })
})

describe('references', () => {
  test.each(['.v1', '-v1', 'v'.repeat(129), 'v+1', 'v%201'])(
    'the tag %s cannot be pushed or found',
    async (tag) => {
      const registry = await openRegistry('memory')
      const put = await send(registry, 'PUT', `/v2/a/manifests/${tag}`, {
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      })
      const get = await send(registry, 'GET', `/v2/a/manifests/${tag}`)
      expect([put.status, codesOf(put)]).toEqual([400, ['TAG_INVALID']])
      expect([get.status, codesOf(get)]).toEqual([404, ['MANIFEST_UNKNOWN']])
    },
  )

  test.each([
    `sha256:${'A'.repeat(64)}`,
    `sha256:${HEX}0`,
    'sha256:abc',
    `sha512:${HEX}`,
    `md5:${'a'.repeat(32)}`,
    `sha384:${'a'.repeat(96)}`,
    'sha256:',
    `:${HEX}`,
    'sha256:..',
  ])('the digest %s is refused everywhere', async (digest) => {
    const registry = await openRegistry('memory')
    const answers = await Promise.all([
      send(registry, 'GET', `/v2/a/manifests/${digest}`),
      send(registry, 'PUT', `/v2/a/manifests/${digest}`, {
        headers: { 'Content-Type': 'text/plain' },
        body: '{}',
      }),
      send(registry, 'GET', `/v2/a/blobs/${digest}`),
      send(registry, 'DELETE', `/v2/a/blobs/${digest}`),
      send(registry, 'POST', `/v2/a/blobs/uploads/?digest=${digest}`, { body: 'x' }),
      send(registry, 'POST', `/v2/a/blobs/uploads/?mount=${digest}&from=b`),
    ])
    expect(answers.map((answer) => [answer.status, codesOf(answer)])).toEqual(
      answers.map(() => [400, ['DIGEST_INVALID']]),
    )
  })

  test('a blob is not found under an upload path without its slash', async () => {
    const registry = await openRegistry('memory')
    const answer = await send(registry, 'POST', '/v2/a/blobs/uploads')
    expect(answer.status).toBe(405)
  })
})

describe('the surroundings', () => {
  test('answers a ping and says which API it speaks', async () => {
    const registry = await openRegistry('memory')
    const answer = await send(registry, 'GET', '/v2/')
    expect(answer.status).toBe(200)
    expect(answer.headers['docker-distribution-api-version']).toBe('registry/2.0')
    expect(JSON.parse(answer.body.toString())).toEqual({})
  })

  test.each([
    ['POST', '/v2/'],
    ['POST', '/v2/a/manifests/v1'],
    ['PUT', `/v2/a/blobs/sha256:${HEX}`],
    ['GET', '/v2/a/blobs/uploads/'],
    ['PUT', '/v2/a/tags/list'],
    ['POST', `/v2/a/referrers/sha256:${HEX}`],
  ])('%s %s is not allowed', async (method, path) => {
    const registry = await openRegistry('memory')
    const answer = await send(registry, method, path)
    expect([answer.status, codesOf(answer)]).toEqual([405, ['UNSUPPORTED']])
    expect(answer.headers['allow']).toBeTruthy()
  })

  test.each(['/', '/v1/', '/v2', '/v2/a', '/v2/a/tags/other', '/token', 'http://elsewhere/v2/'])(
    'has no route for %s',
    async (path) => {
      const registry = await openRegistry('memory')
      expect((await send(registry, 'GET', path)).status).toBe(404)
    },
  )

  test('lists what was asked, in order and taken apart', async () => {
    const registry = await openRegistry('memory')
    await send(registry, 'GET', '/v2/')
    await send(registry, 'GET', '/v2/a/b/manifests/v1?x=1', { headers: { Accept: 'text/plain' } })
    await send(registry, 'POST', '/v2/a/blobs/uploads/')
    await send(registry, 'HEAD', `/v2/a/blobs/sha256:${HEX}`)
    await send(registry, 'GET', '/v2/a/tags/list')
    await send(registry, 'GET', `/v2/a/referrers/sha256:${HEX}`)
    await send(registry, 'GET', '/v2/_catalog')
    const seen = registry.requests.map((request) => [
      request.index,
      request.method,
      request.operation,
      request.repository,
      request.reference,
    ])
    expect(seen).toEqual([
      [0, 'GET', 'ping', undefined, undefined],
      [1, 'GET', 'manifest', 'a/b', 'v1'],
      [2, 'POST', 'upload', 'a', undefined],
      [3, 'HEAD', 'blob', 'a', `sha256:${HEX}`],
      [4, 'GET', 'tags', 'a', undefined],
      [5, 'GET', 'referrers', 'a', `sha256:${HEX}`],
      [6, 'GET', 'catalog', undefined, undefined],
    ])
    expect(registry.requests[1]?.query.get('x')).toBe('1')
    expect(registry.requests[1]?.headers['accept']).toBe('text/plain')
  })
})
