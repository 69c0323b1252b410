import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { failureWith, open, repositoryAt, sampleManifest } from './support/access.ts'
import { testNames } from './support/names.ts'
import { serveRaw } from './support/raw-server.ts'
import { type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const BODY = Buffer.from(sample.bytes).toString()
const TYPE = `content-type: ${MEDIA_TYPES.ociManifest}\r\n`
const LENGTH = `content-length: ${sample.bytes.byteLength}\r\n`
const WHOLE = `HTTP/1.1 200 OK\r\n${TYPE}${LENGTH}\r\n${BODY}`

async function readAt(
  { host }: { host: string },
  options: Parameters<typeof open>[0] = {},
): Promise<unknown> {
  return await open(options).registry.readTag(repositoryAt(host), 'v1')
}

function manifest(headers: Record<string, string> = {}): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest, ...headers }, body: sample.bytes }
}

describe('answers that are fine', () => {
  test.each([
    ['early hints', `HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n${WHOLE}`],
    ['100 unasked', `HTTP/1.1 100 Continue\r\n\r\n${WHOLE}`],
    ['several of them', `${'HTTP/1.1 102 Processing\r\n\r\n'.repeat(20)}${WHOLE}`],
    ['chunks', `HTTP/1.1 200 OK\r\n${TYPE}transfer-encoding: chunked\r\n\r\n${chunked(BODY)}0\r\n\r\n`],
    [
      'trailers',
      `HTTP/1.1 200 OK\r\n${TYPE}transfer-encoding: chunked\r\n\r\n${chunked(BODY)}0\r\nx: y\r\n\r\n`,
    ],
    ['names of headers in any case', WHOLE.replace('content-type', 'CONTENT-Type')],
    ['no reason', WHOLE.replace('200 OK', '200 ')],
    ['an encoding that is none', WHOLE.replace(LENGTH, `content-encoding: identity\r\n${LENGTH}`)],
    ['an empty encoding', WHOLE.replace(LENGTH, `content-encoding:\r\n${LENGTH}`)],
  ])('%s', async (_name, bytes) => {
    const server = await serveRaw((socket) => socket.write(bytes))
    await expect(readAt(server)).resolves.toMatchObject({ digest: sample.digest })
  })

  test.each([
    ['HTTP/1.0 up to the end of the connection', `HTTP/1.0 200 OK\r\n${TYPE}\r\n${BODY}`],
    ['HTTP/1.0 with a length', `HTTP/1.0 200 OK\r\n${TYPE}${LENGTH}\r\n${BODY}`],
    ['connection: close', WHOLE.replace(LENGTH, `connection: close\r\n${LENGTH}`)],
  ])('%s, each on a connection of its own', async (_name, bytes) => {
    const server = await serveRaw((socket) => socket.end(bytes))
    const { registry } = open()
    for (let index = 0; index < 3; index += 1) {
      await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    }
    expect(server.connections()).toBe(3)
  })

  test('many small headers, of which the last one counts', async () => {
    const headers = Array.from({ length: 3_000 }, () => 'a:\r\n').join('')
    const wrong = `docker-content-digest: sha256:${'0'.repeat(64)}\r\n`
    const server = await serveRaw((socket) =>
      socket.write(WHOLE.replace(LENGTH, `${headers}${wrong}${LENGTH}`)),
    )
    await failureWith('CONTENT_CORRUPT', readAt(server))
  })

  test('more bytes than the length says: the rest is of no interest', async () => {
    const server = await serveRaw((socket) => socket.write(`${WHOLE}HTTP/1.1 404 Not Found\r\n\r\n`))
    const { registry } = open()
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })
})

describe('answers that break the protocol are not asked for again', () => {
  const digest = `docker-content-digest: ${sample.digest}\r\n`
  test.each([
    ['not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
    [
      'another protocol, which was not asked for',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n',
    ],
    ['a header beyond 16 KiB', WHOLE.replace(LENGTH, `x: ${'y'.repeat(17_000)}\r\n${LENGTH}`)],
    [
      '50 KB of warnings',
      WHOLE.replace(LENGTH, `${'warning: 299 - "\u001b[31m"\r\n'.repeat(2_500)}${LENGTH}`),
    ],
    ['two lengths', WHOLE.replace(LENGTH, `content-length: 5\r\n${LENGTH}`)],
    ['a negative length', WHOLE.replace(LENGTH, 'content-length: -5\r\n')],
    ['a length and chunks', WHOLE.replace(LENGTH, `transfer-encoding: chunked\r\n${LENGTH}`)],
    ['a broken chunk', `HTTP/1.1 200 OK\r\n${TYPE}transfer-encoding: chunked\r\n\r\nxyz\r\n${BODY}`],
    ['a control character in a header', WHOLE.replace(LENGTH, `x: a\u0000b\r\n${LENGTH}`)],
  ])('%s', async (_name, bytes) => {
    const server = await serveRaw((socket) => socket.write(bytes))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).not.toMatch(/\p{Cc}/u)
    expect(server.asked).toHaveLength(1)
  })

  test.each([
    ['gzip', gzipSync(sample.bytes)],
    ['gzip', sample.bytes],
    ['zstd, identity', sample.bytes],
  ])('a body in %s, which was not asked for', async (encoding, body) => {
    const headers = { 'content-type': MEDIA_TYPES.ociManifest, 'content-encoding': encoding }
    const server = await serve(() => ({ status: 200, headers, body }))
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toContain('compressed')
    expect(server.seen[0]?.headers['accept-encoding']).toBe('identity')
    const tags = open().registry.listTags(repositoryAt(server.host))
    expect((await failureWith('REGISTRY_UNEXPECTED', tags)).message).toContain('compressed')
  })

  test('a digest in two headers that differ', async () => {
    const wrong = `DOCKER-CONTENT-DIGEST: sha256:${'0'.repeat(64)}\r\n`
    const server = await serveRaw((socket) =>
      socket.write(WHOLE.replace(LENGTH, `${digest}${wrong}${LENGTH}`)),
    )
    await failureWith('CONTENT_CORRUPT', readAt(server))
  })
})

describe('bodies are bounded, whatever is said about them', () => {
  const MANY = Buffer.alloc(64 * 1024, 0x20)

  /** Writes for as long as somebody reads. */
  function pour(socket: Socket, frame: (bytes: Buffer) => Buffer): void {
    const more = (): void => {
      for (let goesOn = true; goesOn && !socket.destroyed; ) goesOn = socket.write(frame(MANY))
    }
    socket.on('drain', more)
    more()
  }

  test.each([
    [
      'endless chunks',
      'transfer-encoding: chunked',
      (bytes: Buffer) => Buffer.from(chunked(bytes.toString())),
    ],
    ['a length of nine exabytes', 'content-length: 9000000000000000000', (bytes: Buffer) => bytes],
    ['no length and no end', 'connection: close', (bytes: Buffer) => bytes],
  ])('%s', async (_name, header, frame) => {
    const server = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${TYPE}${header}\r\n\r\n`)
      pour(socket, frame)
    })
    const error = await failureWith('REGISTRY_UNEXPECTED', readAt(server))
    expect(error.message).toContain('larger than 4194304 bytes')
    expect(server.asked).toHaveLength(1)
  })

  test('also of an error', async () => {
    const server = await serveRaw((socket) => {
      socket.write(`HTTP/1.1 403 Forbidden\r\ntransfer-encoding: chunked\r\n\r\n`)
      pour(socket, (bytes) => Buffer.from(chunked(bytes.toString())))
    })
    await failureWith('REGISTRY_DENIED', readAt(server))
  })

  test('a body that ends too early is asked for again', async () => {
    const short = WHOLE.slice(0, -20)
    const server = await serveRaw((socket, index) => (index < 2 ? socket.end(short) : socket.write(WHOLE)))
    await expect(readAt(server)).resolves.toBeDefined()
    expect(server.asked).toHaveLength(3)
    const never = await serveRaw((socket) => socket.end(short))
    const error = await failureWith('REGISTRY_UNAVAILABLE', readAt(never))
    expect(error.message).toContain('(3 tries)')
  })

  test('chunks that end too early are asked for again', async () => {
    const bytes = `HTTP/1.1 200 OK\r\n${TYPE}transfer-encoding: chunked\r\n\r\n${chunked(BODY)}`
    const server = await serveRaw((socket, index) => (index < 2 ? socket.end(bytes) : socket.write(WHOLE)))
    await expect(readAt(server)).resolves.toBeDefined()
  })
})

describe('time is bounded', () => {
  test.each([
    ['a body', `HTTP/1.1 200 OK\r\n${TYPE}${LENGTH}\r\n`],
    ['the body of an error', 'HTTP/1.1 404 Not Found\r\ncontent-length: 60000\r\n\r\n'],
    ['a header', 'HTTP/1.1 200 OK\r\nx: '],
  ])('byte by byte: %s', async (_name, head) => {
    const server = await serveRaw((socket) => {
      socket.write(head)
      const timer = setInterval(() => socket.write(' '), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const error = await failureWith('REGISTRY_UNAVAILABLE', readAt(server, { timeouts: { totalMs: 200 } }))
    expect(error.message).toContain('no complete answer within 0.2 s')
  })

  test('hints without end', async () => {
    const server = await serveRaw((socket) => {
      const timer = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'), 10)
      socket.on('close', () => clearInterval(timer))
    })
    const error = await failureWith('REGISTRY_UNAVAILABLE', readAt(server, { timeouts: { totalMs: 200 } }))
    expect(error.message).toContain('no complete answer within 0.2 s')
  })

  test('silence after the head', async () => {
    const server = await serveRaw((socket) => socket.write(`HTTP/1.1 200 OK\r\n${TYPE}${LENGTH}\r\n`))
    const error = await failureWith('REGISTRY_UNAVAILABLE', readAt(server, { timeouts: { idleMs: 60 } }))
    expect(error.message).toContain('silent for 0.1 s')
    expect(server.asked).toHaveLength(3)
  })

  test('a handshake that never comes', async () => {
    const server = await serveRaw(() => undefined)
    const place = `registry.example.test:${server.port}`
    const names = testNames({ 'registry.example.test': '127.0.0.1' })
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      open({ names, timeouts: { connectMs: 60 } }).registry.readTag(repositoryAt(place), 'v1'),
    )
    expect(error.message).toContain('no connection within 0.1 s')
    expect(server.connections()).toBe(3)
  })

  test('a name server that never answers', async () => {
    const names = { ...testNames({}), lookup: () => undefined }
    const read = open({ names, timeouts: { connectMs: 60 } }).registry.readTag(repositoryAt('ghcr.io'), 'v1')
    const error = await failureWith('REGISTRY_UNAVAILABLE', read)
    expect(error.message).toContain('no connection within 0.1 s')
  })

  test('a token server has less time than a registry', async () => {
    const server = await serve(({ path }) =>
      path === '/token'
        ? 'hang'
        : {
            status: 401,
            headers: {
              'www-authenticate': `Bearer realm="http://127.0.0.1:${server.host.split(':')[1]}/token"`,
            },
          },
    )
    const error = await failureWith('REGISTRY_UNAVAILABLE', readAt(server, { timeouts: { tokenMs: 80 } }))
    expect(error.message).toContain('/token failed: no complete answer within 0.1 s')
  })
})

test('a name that nobody knows is not asked for again, and says so', async () => {
  const read = open({ names: testNames({}) }).registry.readTag(repositoryAt('registry.example.test'), 'v1')
  const error = await failureWith('REGISTRY_UNAVAILABLE', read)
  expect(error.message).toContain('ENOTFOUND registry.example.test')
  expect(error.message).not.toContain('tries')
  expect(error.hint).toContain('name servers')
})

describe('a kept connection that turns out closed', () => {
  test('costs a read no attempt', async () => {
    const server = await serveRaw((socket, index) => (index === 1 ? socket.destroy() : socket.write(WHOLE)))
    const { registry } = open({ retry: { tries: 1 } })
    await registry.readTag(repositoryAt(server.host), 'v1')
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    // The first and second request shared a connection; the third has its own.
    expect(server.asked.map((line) => line.split(' ')[0])).toEqual(['1', '1', '2'])
  })

  test('is an attempt of a write, which may have been processed', async () => {
    const server = await serve(({ method }) => (method === 'PUT' ? 'reset' : manifest()))
    const { registry } = open({ retry: { tries: 1 } })
    const repository = repositoryAt(server.host)
    await registry.readTag(repository, 'v1')
    const other = sampleManifest('b')
    const put = registry.putManifest(repository, other.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await failureWith('REGISTRY_UNAVAILABLE', put)
    expect(server.seen.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET'])
  })

  test('is never met by a write that is sent once', async () => {
    const connections = new Set<string>()
    const server = await serve(({ method, headers }) => {
      connections.add(`${method} ${headers.connection}`)
      return method === 'PUT' ? { status: 201 } : manifest()
    })
    const { registry } = open()
    const repository = repositoryAt(server.host)
    await registry.readTag(repository, 'v1')
    await registry.putManifest(repository, sample.bytes, MEDIA_TYPES.ociManifest, 'v1', 5_000)
    expect([...connections]).toEqual(['GET keep-alive', 'PUT close'])
  })
})

function chunked(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
}
