import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SandboxRegistry } from '../../../sandbox/registry/server.ts'
import { codesOf, digestOf, header, makeFolder, openRegistry, STORAGES, send } from './client.ts'

async function start(registry: SandboxRegistry): Promise<string> {
  const answer = await send(registry, 'POST', '/v2/a/blobs/uploads/')
  expect(answer.status).toBe(202)
  return header(answer, 'location')
}

async function patch(registry: SandboxRegistry, location: string, range: string, body: string) {
  return await send(registry, 'PATCH', location, { headers: { 'Content-Range': range }, body })
}

async function received(registry: SandboxRegistry, location: string): Promise<string> {
  const answer = await send(registry, 'GET', location)
  expect(answer.status).toBe(204)
  return header(answer, 'range')
}

/** Announces ten bytes, sends three and leaves. */
async function breakOff(registry: SandboxRegistry, location: string): Promise<void> {
  const [host, port] = registry.host.split(':')
  const socket = connect(Number(port), host)
  socket.write(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc`)
  await expect.poll(() => registry.requests.at(-1)?.method).toBe('PATCH')
  socket.destroy()
}

describe.each(STORAGES)('uploads to %s storage', (storage) => {
  test('POST with a digest takes the whole blob', async () => {
    const registry = await openRegistry(storage)
    const digest = digestOf('content')
    const answer = await send(registry, 'POST', `/v2/a/blobs/uploads/?digest=${digest}`, { body: 'content' })
    expect([answer.status, answer.headers['location']]).toEqual([201, `/v2/a/blobs/${digest}`])
    expect(answer.headers['docker-content-digest']).toBe(digest)
    expect((await send(registry, 'GET', header(answer, 'location'))).body.toString()).toBe('content')
  })

  test('POST, then PUT with everything', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const digest = digestOf('content', 'sha512')
    const answer = await send(registry, 'PUT', `${location}&digest=${digest}`, { body: 'content' })
    expect([answer.status, answer.headers['location']]).toEqual([201, `/v2/a/blobs/${digest}`])
    expect((await send(registry, 'GET', header(answer, 'location'))).body.toString()).toBe('content')
    expect((await send(registry, 'GET', location)).status).toBe(404)
  })

  test('chunks in order, closed by an empty PUT', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const first = await patch(registry, location, '0-2', 'abc')
    expect([first.status, first.headers['range']]).toEqual([202, '0-2'])
    const second = await patch(registry, header(first, 'location'), '3-5', 'def')
    expect([second.status, second.headers['range']]).toEqual([202, '0-5'])
    expect(await received(registry, location)).toBe('0-5')
    const done = await send(registry, 'PUT', `${header(second, 'location')}&digest=${digestOf('abcdef')}`)
    expect(done.status).toBe(201)
    expect((await send(registry, 'GET', header(done, 'location'))).body.toString()).toBe('abcdef')
  })

  test('the last chunk may come with the PUT, and must fit as well', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    await patch(registry, location, '0-2', 'abc')
    const target = `${location}&digest=${digestOf('abcdef')}`
    const early = await send(registry, 'PUT', target, { headers: { 'Content-Range': '4-5' }, body: 'ef' })
    expect(early.status).toBe(416)
    const done = await send(registry, 'PUT', target, { headers: { 'Content-Range': '3-5' }, body: 'def' })
    expect(done.status).toBe(201)
  })

  test.each(['4-6', '0-2', '2-4', 'bytes 3-5/6', '5-3', 'x'])(
    'the chunk %s after 0-2 is 416',
    async (range) => {
      const registry = await openRegistry(storage)
      const location = await start(registry)
      await patch(registry, location, '0-2', 'abc')
      const answer = await patch(registry, location, range, 'def')
      expect([answer.status, answer.headers['range'], answer.headers['location']]).toEqual([
        416,
        '0-2',
        location,
      ])
      expect((await patch(registry, location, '3-5', 'def')).status).toBe(202)
    },
  )

  test('a chunk of another length than announced is refused before it is taken', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const answer = await patch(registry, location, '0-9', 'abc')
    expect([answer.status, codesOf(answer)]).toEqual([400, ['SIZE_INVALID']])
    expect((await patch(registry, location, '0-2', 'abc')).status).toBe(202)
  })

  test('a chunk whose length shows only at its end ends the upload', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const answer = await send(registry, 'PATCH', location, {
      headers: { 'Content-Range': '0-9' },
      body: [Buffer.from('abc')],
    })
    expect([answer.status, codesOf(answer)]).toEqual([400, ['SIZE_INVALID']])
    expect(codesOf(await send(registry, 'GET', location))).toEqual(['BLOB_UPLOAD_UNKNOWN'])
  })

  test('of the same chunk sent many times at once one is taken', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const chunks = Array.from({ length: 8 }, () => patch(registry, location, '0-2', 'abc'))
    const statuses = (await Promise.all(chunks)).map((answer) => answer.status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([202, 416, 416, 416, 416, 416, 416, 416])
    expect((await send(registry, 'PUT', `${location}&digest=${digestOf('abc')}`)).status).toBe(201)
  })

  test('a stream needs neither range nor length', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    const parts = Array.from({ length: 50 }, (_, part) => Buffer.alloc(10_000, String(part)))
    const answer = await send(registry, 'PATCH', location, { body: parts })
    expect([answer.status, answer.headers['range']]).toEqual([202, '0-499999'])
    const digest = digestOf(Buffer.concat(parts))
    expect((await send(registry, 'PUT', `${location}&digest=${digest}`)).status).toBe(201)
  })

  test.each(['POST', 'PUT'])('%s with another digest stores nothing', async (method) => {
    const registry = await openRegistry(storage)
    const location = method === 'PUT' ? `${await start(registry)}&` : '/v2/a/blobs/uploads/?'
    const answer = await send(registry, method, `${location}digest=${digestOf('other')}`, { body: 'content' })
    expect([answer.status, codesOf(answer)]).toEqual([400, ['DIGEST_INVALID']])
    for (const digest of [digestOf('other'), digestOf('content')]) {
      expect((await send(registry, 'HEAD', `/v2/a/blobs/${digest}`)).status).toBe(404)
    }
  })

  test('PUT without a digest is refused and leaves the upload open', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    expect(codesOf(await send(registry, 'PUT', location, { body: 'abc' }))).toEqual(['DIGEST_INVALID'])
    expect((await send(registry, 'GET', location)).status).toBe(204)
  })

  test('a cancelled upload is unknown', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    expect((await send(registry, 'DELETE', location)).status).toBe(204)
    for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
      const answer = await send(registry, method, location)
      expect([answer.status, codesOf(answer)]).toEqual([404, ['BLOB_UPLOAD_UNKNOWN']])
    }
  })

  test('an upload belongs to its repository, and its location is one piece', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    expect((await send(registry, 'GET', location.replace('/v2/a/', '/v2/b/'))).status).toBe(404)
    const [path] = location.split('?')
    const answer = await send(registry, 'GET', path ?? '')
    expect([answer.status, codesOf(answer)]).toEqual([400, ['BLOB_UPLOAD_INVALID']])
  })

  test('what arrived before a connection broke is kept, and the upload goes on from there', async () => {
    const registry = await openRegistry(storage)
    const location = await start(registry)
    await breakOff(registry, location)
    await expect.poll(() => received(registry, location)).toBe('0-2')
    expect((await patch(registry, location, '3-5', 'def')).status).toBe(202)
    const done = await send(registry, 'PUT', `${location}&digest=${digestOf('abcdef')}`)
    expect(done.status).toBe(201)
  })
})

test('unfinished uploads leave nothing on the disk', async () => {
  const directory = await makeFolder()
  const registry = await openRegistry('disk', { storage: { kind: 'disk', directory } })
  const location = await start(registry)
  await patch(registry, location, '0-2', 'abc')
  const wrong = await start(registry)
  await send(registry, 'PUT', `${wrong}&digest=${digestOf('other')}`, { body: 'content' })
  expect(await readdir(join(directory, 'temporary'))).toHaveLength(1)
  await send(registry, 'DELETE', location)
  expect(await readdir(join(directory, 'temporary'))).toEqual([])
})
