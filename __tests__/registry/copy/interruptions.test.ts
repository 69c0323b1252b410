import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { RegistryOptions, RegistryRequest } from '../../../sandbox/registry/server.ts'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { CopyProgress } from '../../../src/domain/registry.ts'
import { bytesOf, failureWith, open, repositoryAt } from '../support/access.ts'
import { Publisher, sandbox, writesOf } from '../support/graph.ts'
import { ociError, type Script, type Seen, serve } from '../support/scripted-server.ts'

async function start(from: RegistryOptions = {}, to: RegistryOptions = {}) {
  const source = await sandbox(from)
  const target = await sandbox(to)
  const publisher = new Publisher(source.host)
  const destination = repositoryAt(target.host, 'team/copy')
  const access = open()
  const copy = async (digest: Digest) => await access.copier.copy(publisher.repository, digest, destination)
  return { source, target, publisher, destination, ...access, copy }
}

const isUpload = ({ method, operation }: RegistryRequest): boolean =>
  method === 'PUT' && operation === 'upload'

describe('going on', () => {
  test('an interrupted copy carries only what is missing', async () => {
    let allowed = 3
    const { publisher, copy, target } = await start(
      {},
      {
        onRequest: (request) => {
          if (!isUpload(request)) return undefined
          allowed -= 1
          return allowed < 0 ? { status: 403, body: '' } : undefined
        },
      },
    )
    const images = [await publisher.image(['a', 'b', 'c']), await publisher.image(['d', 'e', 'f'])]
    const root = await publisher.index(images)
    await failureWith('REGISTRY_DENIED', copy(root.digest))
    expect(writesOf(target)).not.toContain('PUT manifest')
    allowed = Number.MAX_SAFE_INTEGER
    await expect(copy(root.digest)).resolves.toMatchObject({
      manifests: { copied: 3, present: 0 },
      blobs: { uploaded: 4, mounted: 0, present: 3 },
    })
  })

  test('a copy interrupted between manifests writes the others only', async () => {
    let allowed = 1
    const { publisher, copy, target } = await start(
      {},
      {
        onRequest: ({ method, operation }) => {
          if (method !== 'PUT' || operation !== 'manifest') return undefined
          allowed -= 1
          return allowed < 0 ? { status: 403, body: '' } : undefined
        },
      },
    )
    const root = await publisher.index([await publisher.index([await publisher.image(['a'])])])
    await failureWith('REGISTRY_DENIED', copy(root.digest))
    await expect(target.readManifest('team/copy', root.digest)).resolves.toBeUndefined()
    allowed = Number.MAX_SAFE_INTEGER
    await expect(copy(root.digest)).resolves.toMatchObject({
      manifests: { copied: 2, present: 1 },
      blobs: { uploaded: 0, mounted: 0, present: 2 },
      bytes: 0,
    })
  })

  test('two copies at the same time both succeed', async () => {
    const { publisher, target, destination } = await start({}, { referrersApi: false })
    const root = await publisher.index([await publisher.image(['a', 'b']), await publisher.image(['a', 'c'])])
    const about = await publisher.image(['about'], { subject: root })
    const copies = Array.from({ length: 4 }, async () => {
      return await open().copier.copy(publisher.repository, root.digest, destination)
    })
    for (const report of await Promise.all(copies)) {
      expect(report).toMatchObject({ digest: root.digest, referrers: [about.digest] })
    }
    await expect(target.readManifest('team/copy', root.digest)).resolves.toBeDefined()
  })

  test('a copy onto itself finds everything in place', async () => {
    const { publisher, copier, source } = await start()
    const root = await publisher.index([await publisher.image(['a', 'b'])])
    await publisher.image(['about'], { subject: root })
    const before = writesOf(source).length
    const report = await copier.copy(publisher.repository, root.digest, publisher.repository)
    expect(report).toMatchObject({
      manifests: { copied: 0, present: 3 },
      blobs: { uploaded: 0, mounted: 0, present: 4 },
    })
    expect(writesOf(source).slice(before)).toEqual([])
  })

  test('within a registry everything is mounted, and nothing read', async () => {
    const { publisher, copier, source } = await start()
    const root = await publisher.index([await publisher.image(['a', 'b'])])
    const before = source.requests.length
    const report = await copier.copy(
      publisher.repository,
      root.digest,
      repositoryAt(source.host, 'other/place'),
    )
    expect(report).toMatchObject({ blobs: { uploaded: 0, mounted: 3, present: 0 }, bytes: 0 })
    const asked = source.requests.slice(before)
    expect(asked.filter(({ method, operation }) => method === 'GET' && operation === 'blob')).toEqual([])
  })

  test('10,001 layers that are there are looked at once each', async () => {
    const { copier } = open()
    const layers = Array.from({ length: 10_001 }, (_, index) => ({
      mediaType: MEDIA_TYPES.ociTar,
      digest: digestOf(`layer ${index}`),
      size: 7,
    }))
    const body = bytesOf(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MEDIA_TYPES.ociManifest,
        config: EMPTY_CONFIG.descriptor,
        layers: [...layers, ...layers],
      }),
    )
    const type = { 'content-type': MEDIA_TYPES.ociManifest }
    const server = await serve(({ method, path }) => {
      if (path.includes('/manifests/')) return { status: 200, headers: type, body }
      return method === 'HEAD' ? { status: 200 } : ociError(404, 'BLOB_UNKNOWN')
    })
    const there = repositoryAt(server.host)
    const report = await copier.copy(there, digestOf(body), there, { referrers: false })
    expect(report.blobs).toEqual({ uploaded: 0, mounted: 0, present: 10_002 })
    expect(server.seen.filter(({ method }) => method === 'HEAD')).toHaveLength(10_002)
    expect(new Set(server.seen.map(({ method }) => method))).toEqual(new Set(['GET', 'HEAD']))
  })

  test('progress is told for everything', async () => {
    const { publisher, copier, destination } = await start()
    const root = await publisher.index([await publisher.image(['a', 'bb'])])
    const told: CopyProgress[] = []
    const onProgress = (progress: CopyProgress): void => void told.push(progress)
    await copier.copy(publisher.repository, root.digest, destination, { onProgress, concurrency: 1 })
    expect(told.map(({ kind, done, total, outcome }) => `${kind} ${done}/${total} ${outcome}`)).toEqual([
      'blob 1/3 uploaded',
      'blob 2/3 uploaded',
      'blob 3/3 uploaded',
      'manifest 1/2 uploaded',
      'manifest 2/2 uploaded',
    ])
    expect(told.slice(0, 3).map(({ size }) => size)).toEqual([2, 2, 1])
  })
})

describe('what breaks', () => {
  test('a corrupt blob: its upload is cancelled, the others are stopped, no manifest is written', async () => {
    const { publisher, copy, source, target } = await start()
    const layers = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => await publisher.blob(`${index}`.repeat(200_000 + index))),
    )
    const root = await publisher.index([await publisher.image(layers)])
    const bad = layers[3]
    await source.corruptBlob('owner/app', bad?.digest ?? '', bytesOf('x'.repeat(bad?.size ?? 0)))
    const error = await failureWith('CONTENT_CORRUPT', copy(root.digest))
    expect(error.message).toContain(bad?.digest)
    const writes = writesOf(target)
    expect(writes).toContain('DELETE upload')
    expect(writes).not.toContain('PUT manifest')
    // Whatever was opened was either committed or cancelled: nothing goes on after the error.
    const opened = writes.filter((write) => write === 'POST upload').length
    const committed = target.requests.filter(isUpload).length
    const before = target.requests.length
    await sleep(50)
    expect(target.requests.length).toBe(before)
    expect(opened).toBeLessThanOrEqual(committed)
    await expect(
      open().registry.hasBlob(repositoryAt(target.host, 'team/copy'), bad?.digest ?? root.digest),
    ).resolves.toBe(false)
  })

  test('the first failure stops the uploads beside it, even where their source hangs', async () => {
    const { publisher, source, target, destination } = await start({
      onRequest: ({ method, reference }) => (method === 'GET' && reference === hanging ? 'hang' : undefined),
    })
    const slow = await publisher.blob('x'.repeat(300_000))
    const bad = await publisher.blob('right'.repeat(1000))
    const hanging = slow.digest
    const root = await publisher.image([slow, bad])
    await source.corruptBlob('owner/app', bad.digest, bytesOf('wrong'.repeat(1000)))
    const { copier } = open({ timeouts: { idleMs: 60_000 } })
    await failureWith('CONTENT_CORRUPT', copier.copy(publisher.repository, root.digest, destination))
    const writes = writesOf(target)
    expect(writes.filter((write) => write === 'POST upload')).toHaveLength(3)
    expect(writes.filter((write) => write === 'DELETE upload')).toHaveLength(2)
  })

  test('a destination that breaks off is sent the blob again', async () => {
    let puts = 0
    const { publisher, copy } = await start(
      {},
      {
        onRequest: (request) => {
          puts += isUpload(request) ? 1 : 0
          return isUpload(request) && puts === 1 ? 'reset' : undefined
        },
      },
    )
    const root = await publisher.image(['x'.repeat(500_000)])
    await expect(copy(root.digest)).resolves.toMatchObject({ blobs: { uploaded: 2, mounted: 0, present: 0 } })
    expect(puts).toBe(3)
  })

  test.each([
    [
      'does not show a manifest it took',
      ({ method, operation }: RegistryRequest) => method === 'PUT' && operation === 'manifest',
      { status: 201 },
      'REGISTRY_UNEXPECTED',
    ],
    ['does not have a blob it took', isUpload, { status: 201 }, 'REGISTRY_REFUSED'],
  ] as const)('a destination that %s', async (_name, isLied, lie, code) => {
    const { publisher, copy } = await start(
      {},
      { onRequest: (request) => (isLied(request) ? lie : undefined) },
    )
    const root = await publisher.image(['layer'])
    await failureWith(code satisfies ErrorCode, copy(root.digest))
  })

  test('a destination that took everything, but lost a blob', async () => {
    let heads = 0
    const { publisher, copy } = await start(
      {},
      {
        onRequest: ({ method, operation }) => {
          heads += method === 'HEAD' && operation === 'blob' ? 1 : 0
          return method === 'HEAD' && operation === 'blob' && heads > 2
            ? ({ status: 404, body: '' } as const)
            : undefined
        },
      },
    )
    const root = await publisher.image(['layer'])
    const error = await failureWith('REGISTRY_UNEXPECTED', copy(root.digest))
    expect(error.message).toContain('does not have it')
  })

  test('a destination that has the blob in another size', async () => {
    const { publisher, copier } = await start()
    const root = await publisher.image(['layer'])
    const server = await serve(({ method, path }) => {
      if (path.includes('/manifests/')) return ociError(404, 'MANIFEST_UNKNOWN')
      return method === 'HEAD' ? { status: 200, body: 'another size' } : { status: 500 }
    })
    const copy = copier.copy(publisher.repository, root.digest, repositoryAt(server.host))
    const error = await failureWith('CONTENT_CORRUPT', copy)
    expect(error.message).toContain(server.host)
  })
})

/** A source of one blob that breaks off after `step` bytes, and answers what follows as a test says. */
async function breakingSource(content: string, step: number, follow: (seen: Seen, start: number) => Script) {
  let reads = 0
  return await serve((seen) => {
    reads += 1
    if (reads === 1) return { status: 200, body: content.slice(0, step), cut: true }
    return follow(seen, Number(/^bytes=(\d+)-$/.exec(seen.headers.range ?? '')?.[1] ?? 0))
  })
}

describe('a source that breaks off in a blob', () => {
  const content = '0123456789'.repeat(10_000)
  const blob = { mediaType: 'x/y', digest: digestOf(content), size: content.length }
  const part = (start: number, end: number): Script => ({
    status: 206,
    headers: { 'content-range': `bytes ${start}-${end - 1}/${content.length}` },
    body: content.slice(start, end),
  })

  async function copyFrom(host: string) {
    const target = await sandbox()
    const { registry } = open()
    const copied = await registry.copyBlob(repositoryAt(host), repositoryAt(target.host), blob)
    return { copied, target }
  }

  test('is read on from there, into the same upload', async () => {
    const source = await breakingSource(content, 30_000, (_seen, start) => part(start, content.length))
    const { copied, target } = await copyFrom(source.host)
    expect(copied).toBe('uploaded')
    expect(source.seen.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=30000-'])
    expect(writesOf(target)).toEqual(['POST upload', 'PUT upload'])
  })

  test('is read again where it knows no ranges, and what is known is skipped', async () => {
    const source = await breakingSource(content, 30_000, () => ({ status: 200, body: content }))
    const { target } = await copyFrom(source.host)
    expect(source.seen).toHaveLength(2)
    expect(writesOf(target)).toEqual(['POST upload', 'PUT upload'])
  })

  test.each([
    ['before', 0],
    ['after', 30_000],
  ])('and is silent for long %s its first bytes: the destination waits', async (_name, sent) => {
    let reads = 0
    const source = await serve(({ headers }) => {
      reads += 1
      if (reads === 1 && sent > 0) return { status: 200, body: content.slice(0, sent), cut: true }
      if (reads <= 3) return 'hang'
      return headers.range === undefined ? { status: 200, body: content } : part(sent, content.length)
    })
    const target = await sandbox()
    const { registry } = open({ retry: { tries: 4 }, timeouts: { idleMs: 200 } })
    const copy = registry.copyBlob(repositoryAt(source.host), repositoryAt(target.host), blob)
    await expect(copy).resolves.toBe('uploaded')
    expect(writesOf(target)).toEqual(['POST upload', 'PUT upload'])
  })

  test('behind its last byte has nothing left to be asked for', async () => {
    const source = await breakingSource(content, content.length, () => ociError(416, 'RANGE_INVALID'))
    const { copied, target } = await copyFrom(source.host)
    expect(copied).toBe('uploaded')
    expect(source.seen).toHaveLength(1)
    expect(writesOf(target)).toEqual(['POST upload', 'PUT upload'])
  })

  test('may give it in parts', async () => {
    const source = await breakingSource(content, 30_000, (_seen, start) =>
      part(start, Math.min(start + 30_000, content.length)),
    )
    await copyFrom(source.host)
    expect(source.seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=30000-',
      'bytes=60000-',
      'bytes=90000-',
    ])
  })

  test.each([
    [
      'another part',
      { status: 206, headers: { 'content-range': 'bytes 0-29999/100000' }, body: content.slice(0, 30_000) },
      'REGISTRY_UNEXPECTED',
    ],
    [
      'a part of something larger',
      { status: 206, headers: { 'content-range': 'bytes 30000-99999/200000' }, body: content.slice(30_000) },
      'REGISTRY_UNEXPECTED',
    ],
    ['a part of nothing', { status: 206, body: content.slice(30_000) }, 'REGISTRY_UNEXPECTED'],
    [
      'other bytes',
      { status: 206, headers: { 'content-range': 'bytes 30000-99999/100000' }, body: 'x'.repeat(70_000) },
      'CONTENT_CORRUPT',
    ],
    ['a shorter whole', { status: 200, body: content.slice(0, 50_000) }, 'CONTENT_CORRUPT'],
    ['nothing more', ociError(416, 'RANGE_INVALID'), 'REGISTRY_UNEXPECTED'],
    ['that it is gone', ociError(404, 'BLOB_UNKNOWN'), 'REGISTRY_NOT_FOUND'],
    ['always too little', { status: 200, body: content.slice(0, 10), cut: true }, 'REGISTRY_UNAVAILABLE'],
  ] satisfies [string, Script, ErrorCode][])('and then gives %s', async (_name, script, code) => {
    const source = await breakingSource(content, 30_000, () => script)
    const target = await sandbox()
    const copied = open().registry.copyBlob(repositoryAt(source.host), repositoryAt(target.host), blob)
    await failureWith(code, copied)
    expect(writesOf(target)).toEqual(expect.arrayContaining(['POST upload', 'DELETE upload']))
  })

  test('without end is given up after five times without progress', async () => {
    const source = await serve(() => ({ status: 200, body: content.slice(0, 1000), cut: true }))
    const { registry } = open()
    const read = async (): Promise<void> => {
      for await (const chunk of registry.readBlob(repositoryAt(source.host), blob))
        expect(chunk).toBeDefined()
    }
    await failureWith('REGISTRY_UNAVAILABLE', read())
    expect(source.seen).toHaveLength(5)
  })
})

test('a slow destination holds the source back, so that memory does not grow with the blob', async () => {
  const size = 256 * 1024 * 1024
  const zeros = Buffer.alloc(1024 * 1024)
  let given = 0
  const source = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': String(size) })
    const more = (): void => {
      while (given < size) {
        given += zeros.byteLength
        if (!response.write(zeros)) return void response.once('drain', more)
      }
      response.end()
    }
    more()
  })
  await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    source.closeAllConnections()
    source.close()
  })
  const target = createServer((request, response) => {
    if (request.method === 'POST')
      response.writeHead(202, { location: '/upload/1', 'content-length': '0' }).end()
    // The body of the PUT is never read.
    else if (request.method !== 'PUT') response.writeHead(404, { 'content-length': '0' }).end()
  })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    target.closeAllConnections()
    target.close()
  })
  const hostOf = (server: typeof source): string => `127.0.0.1:${(server.address() as AddressInfo).port}`
  const blob = { mediaType: 'x/y', digest: digestOf('zeros'), size }
  const { registry } = open({ timeouts: { idleMs: 1_000 }, retry: { tries: 1 } })
  await failureWith(
    'REGISTRY_UNAVAILABLE',
    registry.copyBlob(repositoryAt(hostOf(source)), repositoryAt(hostOf(target)), blob),
  )
  // What the kernel holds for two connections, and little more.
  expect(given).toBeLessThan(48 * 1024 * 1024)
})
