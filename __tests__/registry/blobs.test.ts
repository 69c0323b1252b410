import { describe, expect, onTestFinished, test } from 'vitest'
import { type RegistryOptions, startRegistry } from '../../sandbox/registry/server.ts'
import { digestOf } from '../../src/domain/digest.ts'
import type { ErrorCode } from '../../src/domain/error-codes.ts'
import type { BlobSource } from '../../src/domain/registry.ts'
import { blobOf, bytesOf, failureWith, open, readAll, repositoryAt } from './support/access.ts'
import { htmlPage, ociError, type Script, type Seen, serve } from './support/scripted-server.ts'

const blob = blobOf('some content of a layer', 4)
const descriptor = { mediaType: 'application/octet-stream', digest: blob.digest, size: blob.size }

async function sandbox(options: RegistryOptions = {}) {
  const registry = await startRegistry(options)
  onTestFinished(async () => await registry.close())
  return registry
}

describe('reading', () => {
  const ok: Script = { status: 200, body: 'some content of a layer' }

  test('the bytes, in a stream', async () => {
    const server = await serve(() => ok)
    const { registry } = open()
    await expect(readAll(registry.readBlob(repositoryAt(server.host), descriptor))).resolves.toBe(
      'some content of a layer',
    )
  })

  test.each([
    ['other bytes', { status: 200, body: 'SOME content of a layer' }, 'CONTENT_CORRUPT'],
    ['fewer bytes', { status: 200, body: 'some content' }, 'CONTENT_CORRUPT'],
    ['more bytes', { status: 200, body: 'some content of a layer, and more' }, 'CONTENT_CORRUPT'],
    ['a login page', htmlPage(200), 'CONTENT_CORRUPT'],
    ['half of it', { ...ok, status: 200, body: 'some', cut: true }, 'REGISTRY_UNAVAILABLE'],
    ['nothing', ociError(404, 'BLOB_UNKNOWN'), 'REGISTRY_NOT_FOUND'],
    ['a page that it is not there', htmlPage(404), 'REGISTRY_UNEXPECTED'],
    ['a denial', ociError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['a part of it', { ...ok, status: 206 }, 'REGISTRY_UNEXPECTED'],
  ] satisfies [string, Script, ErrorCode][])('%s', async (_name, script, code) => {
    const server = await serve(() => script)
    const read = readAll(open().registry.readBlob(repositoryAt(server.host), descriptor))
    await failureWith(code, read)
  })

  test('corrupt content is never given out whole', async () => {
    const server = await serve(() => ({ status: 200, body: 'SOME content of a layer' }))
    const parts: Uint8Array[] = []
    const read = async () => {
      for await (const chunk of open().registry.readBlob(repositoryAt(server.host), descriptor)) {
        parts.push(chunk)
      }
    }
    await failureWith('CONTENT_CORRUPT', read())
    expect(Buffer.concat(parts).byteLength).toBeLessThan(blob.size)
  })
})

describe('asking', () => {
  test.each([
    ['there', { status: 200 }, true],
    ['not there', ociError(404, 'BLOB_UNKNOWN'), false],
  ] satisfies [string, Script, boolean][])('%s', async (_name, script, expected) => {
    const server = await serve(({ path }) =>
      path === '/v2/' ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' } : script,
    )
    await expect(open().registry.hasBlob(repositoryAt(server.host), blob.digest)).resolves.toBe(expected)
  })

  test.each([
    ['403', { status: 403 }, 'REGISTRY_DENIED'],
    ['500', { status: 500 }, 'REGISTRY_UNAVAILABLE'],
    ['a page', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['a page that it is not there', htmlPage(404), 'REGISTRY_UNEXPECTED'],
    ['nothing, by something that is no registry', { status: 404 }, 'REGISTRY_UNEXPECTED'],
  ] satisfies [string, Script, ErrorCode][])('%s', async (_name, script, code) => {
    const server = await serve(() => script)
    await failureWith(code, open().registry.hasBlob(repositoryAt(server.host), blob.digest))
  })
})

/** A registry that opens uploads at the given place and answers their end. */
async function uploadRegistry(location: (origin: string) => string, answerPut: (seen: Seen) => Script) {
  let origin = ''
  const server = await serve((seen) => {
    if (seen.method === 'HEAD') return { status: 404 }
    if (seen.method === 'POST') return { status: 202, headers: { location: location(origin) } }
    return answerPut(seen)
  })
  origin = server.origin
  return server
}

describe('uploading', () => {
  test('once, in one piece', async () => {
    const { host, requests } = await sandbox()
    const { registry } = open()
    await expect(registry.putBlob(repositoryAt(host), blob)).resolves.toBe('uploaded')
    await expect(registry.putBlob(repositoryAt(host), blob)).resolves.toBe('present')
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT', 'HEAD'])
    expect(requests[2]?.headers['content-length']).toBe(String(blob.size))
    await expect(readAll(registry.readBlob(repositoryAt(host), descriptor))).resolves.toContain('content')
  })

  test('an empty blob', async () => {
    const { host } = await sandbox()
    const empty: BlobSource = { digest: digestOf(''), size: 0, async *open() {} }
    await expect(open().registry.putBlob(repositoryAt(host), empty)).resolves.toBe('uploaded')
  })

  test('many at a time', async () => {
    const { host } = await sandbox()
    const { registry } = open()
    const blobs = Array.from({ length: 20 }, (_, index) => blobOf(`blob ${index}`, 3))
    await Promise.all(blobs.map(async (entry) => await registry.putBlob(repositoryAt(host), entry)))
    for (const { digest } of blobs) {
      await expect(registry.hasBlob(repositoryAt(host), digest)).resolves.toBe(true)
    }
  })

  test.each([
    ['absolute', (origin: string) => `${origin}/upload/1`, '/upload/1', {}],
    ['relative', () => '/upload/1', '/upload/1', {}],
    ['with a query', () => '/upload/1?_state=a%2Bb~c', '/upload/1', { _state: 'a+b~c' }],
    ['with a fragment', () => '/upload/1#x', '/upload/1', {}],
  ])('to a location that is %s', async (_name, location, path, query) => {
    const server = await uploadRegistry(location, () => ({ status: 201 }))
    await open().registry.putBlob(repositoryAt(server.host), blob)
    const put = server.seen.find(({ method }) => method === 'PUT')
    expect(put).toMatchObject({ path, body: 'some content of a layer' })
    expect(Object.fromEntries(put?.query ?? [])).toEqual({ ...query, digest: blob.digest })
  })

  test('to a location that only names the host', async () => {
    const storage = await uploadRegistry(
      () => '',
      () => ({ status: 201 }),
    )
    const server = await uploadRegistry(
      () => `//${storage.host}/upload/1`,
      () => ({ status: 500 }),
    )
    await expect(open().registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('uploaded')
    expect(storage.seen.map(({ method }) => method)).toEqual(['PUT'])
  })

  test.each([
    ['missing', ''],
    ['no address', 'https://'],
    ['another scheme', 'javascript:alert(1)'],
    ['a plain host that is not this machine', 'http://uploads.example.com/1'],
    ['with a user name', 'https://user:hunter2@uploads.example.com/1'],
  ])('not to a location that is %s', async (_name, location) => {
    const server = await uploadRegistry(
      () => location,
      () => ({ status: 201 }),
    )
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open().registry.putBlob(repositoryAt(server.host), blob),
    )
    expect(error.message).not.toContain('hunter2')
  })

  test('to another host without our credentials', async () => {
    const storage = await serve(() => ({ status: 201 }))
    const server = await serve(({ method, headers }) => {
      if (headers.authorization === undefined)
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
      if (method === 'HEAD') return { status: 404 }
      return { status: 202, headers: { location: `${storage.origin}/put?signature=1` } }
    })
    const { registry } = open({
      credentials: { find: async () => ({ kind: 'password', username: 'u', password: 'hunter2' }) },
    })
    await expect(registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('uploaded')
    expect(storage.seen).toHaveLength(1)
    expect(storage.seen[0]?.headers.authorization).toBeUndefined()
    expect(storage.seen[0]).toMatchObject({ body: 'some content of a layer' })
  })

  test('again, from the beginning, when the connection broke', async () => {
    let puts = 0
    const { host, requests } = await sandbox({
      onRequest: ({ method }) => {
        if (method !== 'PUT') return undefined
        puts += 1
        return puts === 1 ? 'reset' : undefined
      },
    })
    const { registry } = open()
    await expect(registry.putBlob(repositoryAt(host), blob)).resolves.toBe('uploaded')
    await expect(readAll(registry.readBlob(repositoryAt(host), descriptor))).resolves.toContain('content')
    expect(requests.map(({ method }) => method)).toEqual([
      'HEAD',
      'POST',
      'PUT',
      'HEAD',
      'POST',
      'PUT',
      'GET',
    ])
  })

  test('not again when only the answer was lost', async () => {
    const { host, requests } = await sandbox({
      onResponse: ({ method }) => (method === 'PUT' ? 'reset' : undefined),
    })
    await expect(open().registry.putBlob(repositoryAt(host), blob)).resolves.toBe('uploaded')
    expect(requests.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT', 'HEAD'])
  })

  test('a refusal of what is there meanwhile is success', async () => {
    let puts = 0
    const server = await serve(({ method }) => {
      if (method === 'HEAD') return { status: puts === 0 ? 404 : 200 }
      if (method === 'POST') return { status: 202, headers: { location: '/upload/1' } }
      puts += 1
      return ociError(400, 'BLOB_UPLOAD_INVALID', 'cannot be updated')
    })
    await expect(open().registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('uploaded')
  })

  test.each([
    ['invalid', ociError(400, 'DIGEST_INVALID'), 'REGISTRY_REFUSED'],
    ['too large', { status: 413 }, 'REGISTRY_REFUSED'],
    ['denied', ociError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['a page', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['an outage', { status: 503 }, 'REGISTRY_UNAVAILABLE'],
  ] satisfies [string, Script, ErrorCode][])('refused: %s', async (_name, script, code) => {
    const server = await uploadRegistry(
      () => '/upload/1',
      () => script,
    )
    await failureWith(code, open().registry.putBlob(repositoryAt(server.host), blob))
  })

  test.each([
    ['201 and nothing else', { status: 201 }],
    ['201 with our digest', { status: 201, headers: { 'docker-content-digest': blob.digest } }],
    ['201 with something that is no digest', { status: 201, headers: { 'docker-content-digest': 'x' } }],
  ] satisfies [string, Script][])('done: %s', async (_name, script) => {
    const server = await uploadRegistry(
      () => '/upload/1',
      () => script,
    )
    await expect(open().registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('uploaded')
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'POST', 'PUT'])
  })

  test('not done: 201 with another digest', async () => {
    const headers = { 'docker-content-digest': digestOf('another') }
    const server = await uploadRegistry(
      () => '/upload/1',
      () => ({ status: 201, headers }),
    )
    await failureWith('CONTENT_CORRUPT', open().registry.putBlob(repositoryAt(server.host), blob))
  })

  describe.each([
    ['200 to the upload', 'PUT', 200],
    ['202 to the upload', 'PUT', 202],
    ['204 to the upload', 'PUT', 204],
    ['200 to its beginning', 'POST', 200],
    ['201 to its beginning', 'POST', 201],
  ])('%s is looked into', (_name, lying, status) => {
    const registryWith = async (there: number) => {
      let heads = 0
      return await serve(({ method }) => {
        if (method === 'HEAD') {
          heads += 1
          return { status: heads === 1 ? 404 : there }
        }
        if (method === lying) return { status }
        return { status: 202, headers: { location: '/upload/1' } }
      })
    }

    test('and the blob is there', async () => {
      const server = await registryWith(200)
      await expect(open().registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('uploaded')
      expect(server.seen.at(-1)?.method).toBe('HEAD')
    })

    test('and the blob is not there', async () => {
      const server = await registryWith(404)
      await failureWith('REGISTRY_UNEXPECTED', open().registry.putBlob(repositoryAt(server.host), blob))
    })
  })

  test('a blob of another size under the name is not taken for ours', async () => {
    const server = await serve(() => ({ status: 200, body: 'another size' }))
    const error = await failureWith(
      'CONTENT_CORRUPT',
      open().registry.putBlob(repositoryAt(server.host), blob),
    )
    expect(error.message).toContain('12 bytes')
  })

  test('a source that is not what it says is never committed', async () => {
    const { host, requests } = await sandbox()
    const { registry } = open()
    const lying = { ...blobOf('SOME content of a layer', 4), digest: blob.digest }
    await failureWith('CONTENT_CORRUPT', registry.putBlob(repositoryAt(host), lying))
    await expect(registry.hasBlob(repositoryAt(host), blob.digest)).resolves.toBe(false)
    expect(requests.some(({ method, operation }) => method === 'DELETE' && operation === 'upload')).toBe(true)
  })

  test('a source that fails keeps its own error', async () => {
    const { host } = await sandbox()
    const failing: BlobSource = {
      digest: blob.digest,
      size: blob.size,
      async *open() {
        yield bytesOf('some ')
        throw new Error('the disk is gone')
      },
    }
    await expect(open().registry.putBlob(repositoryAt(host), failing)).rejects.toThrow('the disk is gone')
  })
})

describe('copying', () => {
  test('within a registry: mounted', async () => {
    const { host, requests } = await sandbox()
    const { registry } = open()
    await registry.putBlob(repositoryAt(host, 'a/from'), blob)
    const to = repositoryAt(host, 'a/to')
    await expect(registry.copyBlob(repositoryAt(host, 'a/from'), to, descriptor)).resolves.toBe('mounted')
    await expect(registry.copyBlob(repositoryAt(host, 'a/from'), to, descriptor)).resolves.toBe('present')
    expect(requests.filter(({ method }) => method === 'GET')).toEqual([])
    await expect(readAll(registry.readBlob(to, descriptor))).resolves.toContain('content')
  })

  test.each([
    ['answers 202', { status: 202, headers: { location: '/upload/1' } }],
    ['refuses', { status: 405 }],
    ['denies', { status: 403 }],
    ['knows nothing of the blob', ociError(404, 'BLOB_UNKNOWN')],
    ['drops the connection', 'reset'],
    ['fails', { status: 503 }],
    ['answers 201, which is not true', { status: 201 }],
    [
      'answers with a page',
      { status: 202, headers: { 'content-type': 'text/html', location: '/x' }, body: '<html>' },
    ],
  ] satisfies [string, Script][])('where a mount %s: as a stream', async (_name, mount) => {
    const server = await serve(({ method, query, path }) => {
      if (method === 'HEAD') return { status: 404 }
      if (method === 'GET') return { status: 200, body: 'some content of a layer' }
      if (method === 'POST' && query.has('mount')) return mount
      return method === 'POST'
        ? { status: 202, headers: { location: '/upload/1' } }
        : { status: path === '/upload/1' ? 201 : 400 }
    })
    const { registry } = open()
    const copied = registry.copyBlob(
      repositoryAt(server.host, 'a/from'),
      repositoryAt(server.host, 'a/to'),
      descriptor,
    )
    await expect(copied).resolves.toBe('uploaded')
    expect(server.seen.at(-1)).toMatchObject({ method: 'PUT', body: 'some content of a layer' })
  })

  test('between registries: as a stream', async () => {
    const from = await sandbox()
    const to = await sandbox()
    const { registry } = open()
    const large = blobOf('0123456789abcdef'.repeat(200_000), 50)
    await registry.putBlob(repositoryAt(from.host), large)
    const wanted = { mediaType: 'x/y', digest: large.digest, size: large.size }
    await expect(registry.copyBlob(repositoryAt(from.host), repositoryAt(to.host), wanted)).resolves.toBe(
      'uploaded',
    )
    await expect(registry.hasBlob(repositoryAt(to.host), large.digest)).resolves.toBe(true)
    expect(to.requests.some(({ query }) => query.has('mount'))).toBe(false)
  })

  test.each([1, 500_000])('a corrupt source of %s chunks is not committed anywhere', async (repeats) => {
    const from = await sandbox()
    const to = await sandbox()
    const { registry } = open()
    const good = blobOf('right'.repeat(repeats))
    await registry.putBlob(repositoryAt(from.host), good)
    await from.corruptBlob('owner/app', good.digest, bytesOf('wrong'.repeat(repeats)))
    const wanted = { mediaType: 'x/y', digest: good.digest, size: good.size }
    const copy = registry.copyBlob(repositoryAt(from.host), repositoryAt(to.host), wanted)
    await failureWith('CONTENT_CORRUPT', copy)
    await expect(registry.hasBlob(repositoryAt(to.host), good.digest)).resolves.toBe(false)
    expect(to.requests.some(({ method, operation }) => method === 'DELETE' && operation === 'upload')).toBe(
      true,
    )
  })

  test('a source that broke off is read again', async () => {
    let reads = 0
    const from = await serve(() => {
      reads += 1
      return { status: 200, body: reads === 1 ? 'some' : 'some content of a layer', cut: reads === 1 }
    })
    const to = await sandbox()
    const { registry } = open()
    const copied = registry.copyBlob(repositoryAt(from.host), repositoryAt(to.host), descriptor)
    await expect(copied).resolves.toBe('uploaded')
    expect(reads).toBe(2)
  })

  test('a source that is not there', async () => {
    const from = await sandbox()
    const to = await sandbox()
    const copy = open().registry.copyBlob(repositoryAt(from.host), repositoryAt(to.host), descriptor)
    await failureWith('REGISTRY_NOT_FOUND', copy)
  })
})
