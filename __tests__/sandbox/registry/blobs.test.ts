import { describe, expect, test } from 'vitest'
import { codesOf, digestOf, openRegistry, pushBlob, STORAGES, send } from './client.ts'

describe.each(STORAGES)('blobs in %s storage', (storage) => {
  test.each(['sha256', 'sha512'] as const)('a blob comes back under its %s digest', async (algorithm) => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a/b', 'content', algorithm)
    for (const method of ['GET', 'HEAD']) {
      const answer = await send(registry, method, `/v2/a/b/blobs/${digest}`)
      expect(answer.status).toBe(200)
      expect(answer.headers['content-length']).toBe('7')
      expect(answer.headers['content-type']).toBe('application/octet-stream')
      expect(answer.headers['docker-content-digest']).toBe(digest)
      expect(answer.body.toString()).toBe(method === 'GET' ? 'content' : '')
    }
  })

  test('the empty blob exists once it was pushed', async () => {
    const registry = await openRegistry(storage)
    const digest = digestOf('')
    expect((await send(registry, 'GET', `/v2/a/blobs/${digest}`)).status).toBe(404)
    await pushBlob(registry, 'a', '')
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digest}`)
    expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '0', 0])
  })

  test('a large blob is streamed unchanged', async () => {
    const registry = await openRegistry(storage)
    const bytes = Buffer.alloc(5_000_000, 'streamed ')
    const digest = await pushBlob(registry, 'a', bytes)
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digest}`)
    expect(digestOf(answer.body)).toBe(digest)
  })

  test('an unknown blob is BLOB_UNKNOWN', async () => {
    const registry = await openRegistry(storage)
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digestOf('x')}`)
    expect([answer.status, codesOf(answer)]).toEqual([404, ['BLOB_UNKNOWN']])
    expect((await send(registry, 'HEAD', `/v2/a/blobs/${digestOf('x')}`)).body.length).toBe(0)
  })

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-30', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-50', '89', 'bytes 8-9/10'],
    ['bytes=0-0', '0', 'bytes 0-0/10'],
  ])('%s is a part', async (range, body, contentRange) => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', '0123456789')
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digest}`, { headers: { Range: range } })
    expect(answer.status).toBe(206)
    expect(answer.body.toString()).toBe(body)
    expect(answer.headers['content-range']).toBe(contentRange)
    expect(answer.headers['content-length']).toBe(String(body.length))
  })

  test.each(['bytes=10-', 'bytes=5-2', 'bytes=-0', 'bytes=-', 'bytes=x-y'])('%s is 416', async (range) => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', '0123456789')
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digest}`, { headers: { Range: range } })
    expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */10'])
  })

  test.each(['bytes=0-1,3-4', 'lines=0-1'])('%s is ignored', async (range) => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', '0123456789')
    const answer = await send(registry, 'GET', `/v2/a/blobs/${digest}`, { headers: { Range: range } })
    expect([answer.status, answer.body.toString()]).toEqual([200, '0123456789'])
  })

  test('a blob belongs to its repository until it is mounted elsewhere', async () => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', 'content')
    expect((await send(registry, 'HEAD', `/v2/b/blobs/${digest}`)).status).toBe(404)
    const mounted = await send(registry, 'POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)
    expect([mounted.status, mounted.headers['location']]).toEqual([201, `/v2/b/blobs/${digest}`])
    expect(mounted.headers['docker-content-digest']).toBe(digest)
    expect((await send(registry, 'GET', `/v2/b/blobs/${digest}`)).body.toString()).toBe('content')

    const again = await send(registry, 'POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)
    expect(again.status).toBe(201)
    expect((await send(registry, 'DELETE', `/v2/a/blobs/${digest}`)).status).toBe(202)
    expect((await send(registry, 'GET', `/v2/a/blobs/${digest}`)).status).toBe(404)
    expect((await send(registry, 'GET', `/v2/b/blobs/${digest}`)).status).toBe(200)
  })

  test.each(['mount=DIGEST&from=empty', 'mount=DIGEST'])('%s becomes an upload', async (query) => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', 'content')
    const target = `/v2/b/blobs/uploads/?${query.replace('DIGEST', digest)}`
    const answer = await send(registry, 'POST', target)
    expect(answer.status).toBe(202)
    expect(answer.headers['location']).toContain('/v2/b/blobs/uploads/')
  })

  test('a mount from a bad name is refused', async () => {
    const registry = await openRegistry(storage)
    const target = `/v2/b/blobs/uploads/?mount=${digestOf('x')}&from=../a`
    expect(codesOf(await send(registry, 'POST', target))).toEqual(['NAME_INVALID'])
  })

  test('a deleted blob is gone, once', async () => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', 'content')
    expect((await send(registry, 'DELETE', `/v2/a/blobs/${digest}`)).status).toBe(202)
    expect((await send(registry, 'GET', `/v2/a/blobs/${digest}`)).status).toBe(404)
    expect((await send(registry, 'DELETE', `/v2/a/blobs/${digest}`)).status).toBe(404)
  })

  test('deletes can be switched off', async () => {
    const registry = await openRegistry(storage, { deletes: false })
    const digest = await pushBlob(registry, 'a', 'content')
    const answer = await send(registry, 'DELETE', `/v2/a/blobs/${digest}`)
    expect([answer.status, codesOf(answer)]).toEqual([405, ['UNSUPPORTED']])
    expect((await send(registry, 'GET', `/v2/a/blobs/${digest}`)).status).toBe(200)
  })

  test('a corrupt blob keeps its digest, in its own repository only', async () => {
    const registry = await openRegistry(storage)
    const digest = await pushBlob(registry, 'a', 'content')
    await send(registry, 'POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)
    await registry.corruptBlob('a', digest, Buffer.from('garbage!'))
    const corrupt = await send(registry, 'GET', `/v2/a/blobs/${digest}`)
    expect([corrupt.body.toString(), corrupt.headers['docker-content-digest']]).toEqual(['garbage!', digest])
    expect((await send(registry, 'GET', `/v2/b/blobs/${digest}`)).body.toString()).toBe('content')
    await expect(registry.corruptBlob('c', digest, Buffer.from(''))).rejects.toThrow('has no blob')
  })
})
