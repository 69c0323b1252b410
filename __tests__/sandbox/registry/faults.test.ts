import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RegistryRequest, SandboxRegistry } from '../../../sandbox/registry/server.ts'
import {
  digestOf,
  makeImage,
  OCI_MANIFEST,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  send,
} from './client.ts'

describe('onRequest', () => {
  test('sees every request before it is handled, also refused ones', async () => {
    const seen: RegistryRequest[] = []
    const registry = await openRegistry('memory', {
      auth: { kind: 'basic', users: {} },
      onRequest: (request) => {
        seen.push(request)
      },
    })
    expect((await send(registry, 'GET', '/v2/')).status).toBe(401)
    expect((await send(registry, 'PUT', '/v2/a/manifests/v1', { body: 'x' })).status).toBe(401)
    expect((await send(registry, 'GET', '/nowhere')).status).toBe(404)
    expect(seen).toEqual(registry.requests)
    expect(seen.map((request) => request.operation)).toEqual(['ping', 'manifest', 'unknown'])
  })

  test('may answer in the place of the registry, which then does nothing', async () => {
    const registry = await openRegistry('memory', {
      onRequest: (request) =>
        request.method === 'PUT'
          ? {
              status: 503,
              headers: { 'Retry-After': '7', Warning: ['299 - "a"', '299 - "b"'] },
              body: 'busy',
            }
          : undefined,
    })
    const answer = await putManifest(registry, 'a', 'v1', await makeImage(registry, 'a', 'x'))
    expect([answer.status, answer.headers['retry-after'], answer.body.toString()]).toEqual([503, '7', 'busy'])
    expect(answer.headers['warning']).toBe('299 - "a", 299 - "b"')
    expect(answer.headers['docker-distribution-api-version']).toBeUndefined()
    expect(await registry.tags('a')).toEqual([])
  })

  test('may declare more than it sends', async () => {
    const registry = await openRegistry('memory', {
      onRequest: () => ({ status: 200, headers: { 'Content-Length': '1000' }, body: 'body' }),
    })
    await expect(send(registry, 'GET', '/v2/')).rejects.toThrow('aborted')
    expect((await send(registry, 'HEAD', '/v2/')).headers['content-length']).toBe('1000')
  })

  test('may declare less than it sends', async () => {
    const registry = await openRegistry('memory', {
      onRequest: () => ({ status: 200, headers: { 'Content-Length': '2' }, body: 'body' }),
    })
    const [host, port] = registry.host.split(':')
    const socket = connect(Number(port), host)
    socket.write('GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(await text(socket)).toMatch(/Content-Length: 2\r\n[^]*\r\n\r\nbody$/u)
  })

  test('may stream, and may fail in the middle', async () => {
    const registry = await openRegistry('memory', {
      onRequest: ({ path }) => ({
        status: 200,
        body: Readable.from(
          (async function* () {
            yield 'some '
            await Promise.resolve()
            if (path === '/v2/') throw new Error('enough')
            yield 'more'
          })(),
        ),
      }),
    })
    await expect(send(registry, 'GET', '/v2/')).rejects.toThrow('aborted')
    expect((await send(registry, 'GET', '/other')).body.toString()).toBe('some more')
    expect((await send(registry, 'HEAD', '/other')).status).toBe(200)
  })

  test('may reset the connection', async () => {
    const registry = await openRegistry('memory', { onRequest: () => 'reset' })
    await expect(send(registry, 'GET', '/v2/')).rejects.toMatchObject({ code: 'ECONNRESET' })
  })

  test('may leave the client waiting until the registry closes', async () => {
    const registry = await openRegistry('memory', { onRequest: () => 'hang' })
    const answer = send(registry, 'GET', '/v2/')
    await expect.poll(() => registry.requests.length).toBe(1)
    await Promise.all([expect(answer).rejects.toThrow('socket hang up'), registry.close()])
  })

  test('an error in a hook is an answer 500 and a line in the log', async () => {
    const lines: string[] = []
    const registry = await openRegistry('memory', {
      log: (line) => lines.push(line),
      onRequest: () => {
        throw new Error('the hook is broken')
      },
    })
    expect((await send(registry, 'GET', '/v2/')).status).toBe(500)
    expect(lines.join('\n')).toContain('the hook is broken')
  })
})

describe('onResponse', () => {
  test('a lost answer is lost after the push took effect', async () => {
    const registry = await openRegistry('memory', {
      onResponse: (request, status) =>
        request.operation === 'manifest' && request.method === 'PUT' && status === 201 ? 'reset' : undefined,
    })
    const manifest = await makeImage(registry, 'a', 'x')
    await expect(putManifest(registry, 'a', 'v1', manifest)).rejects.toMatchObject({ code: 'ECONNRESET' })
    expect((await registry.readManifest('a', 'v1'))?.digest).toBe(digestOf(manifest))
  })

  test('sees the status of every answer the registry gave itself', async () => {
    const seen: unknown[] = []
    const registry = await openRegistry('memory', {
      onRequest: ({ path }) => (path === '/replaced' ? { status: 418 } : undefined),
      onResponse: ({ path }, status) => {
        seen.push([path, status])
      },
    })
    await send(registry, 'GET', '/replaced')
    await send(registry, 'GET', '/v2/')
    await send(registry, 'GET', '/v2/A/manifests/x')
    expect(seen).toEqual([
      ['/v2/', 200],
      ['/v2/A/manifests/x', 400],
    ])
  })

  test('a blob answer can be lost as well', async () => {
    const registry = await openRegistry('disk', {
      onResponse: ({ operation }) => (operation === 'blob' ? 'reset' : undefined),
    })
    const digest = await pushBlob(registry, 'a', 'content')
    await expect(send(registry, 'GET', `/v2/a/blobs/${digest}`)).rejects.toMatchObject({ code: 'ECONNRESET' })
  })
})

test('the log has one line a request and no query', async () => {
  const lines: string[] = []
  const registry = await openRegistry('memory', { log: (line) => lines.push(line) })
  await pushImage(registry, 'a', 'v1', '{}')
  await send(registry, 'GET', '/v2/a/tags/list?n=secret')
  expect(lines).toEqual([
    'POST /v2/a/blobs/uploads/ 201',
    'POST /v2/a/blobs/uploads/ 201',
    'PUT /v2/a/manifests/v1 201',
    'GET /v2/a/tags/list 400',
  ])
})

/** A connection that stays open; `read` waits for text the registry sends. */
function openConnection(registry: SandboxRegistry) {
  const [host, port] = registry.host.split(':')
  const socket = connect(Number(port), host)
  onTestFinished(() => {
    socket.destroy()
  })
  let received = ''
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString()
  })
  return {
    write: (content: string) => socket.write(content),
    read: async (expected: RegExp) => {
      await expect.poll(() => received).toMatch(expected)
      received = ''
    },
  }
}

describe('one connection carries many requests', () => {
  test('behind an answer that declared its length', async () => {
    const registry = await openRegistry('memory', {
      onRequest: () => ({ status: 200, headers: { 'Content-Length': '4' }, body: 'body' }),
    })
    const connection = openConnection(registry)
    for (const path of ['/one', '/two']) {
      connection.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      await connection.read(/^HTTP\/1\.1 200 [^]*body$/u)
    }
  })

  test('behind a body that was refused before its end', async () => {
    const registry = await openRegistry('memory')
    const connection = openConnection(registry)
    const chunk = `100000\r\n${'x'.repeat(0x10_00_00)}\r\n`
    connection.write(
      `PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: x\r\nContent-Type: ${OCI_MANIFEST}\r\n` +
        'Transfer-Encoding: chunked\r\n\r\n',
    )
    for (let sent = 0; sent < 5; sent++) connection.write(chunk)
    await connection.read(/^HTTP\/1\.1 413 /u)
    connection.write(`${chunk}0\r\n\r\nGET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n`)
    await connection.read(/HTTP\/1\.1 200 /u)
  })

  test('behind a body nobody wanted', async () => {
    const registry = await openRegistry('memory')
    const connection = openConnection(registry)
    const body = 'x'.repeat(2_000_000)
    connection.write(`PUT /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`)
    await connection.read(/^HTTP\/1\.1 404 /u)
    connection.write(`${body}GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n`)
    await connection.read(/HTTP\/1\.1 200 /u)
  })
})
