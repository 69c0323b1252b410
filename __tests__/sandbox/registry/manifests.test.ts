import { describe, expect, test } from 'vitest'
import {
  codesOf,
  describeBytes,
  digestOf,
  makeImage,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_LAYER,
  OCI_MANIFEST,
  openRegistry,
  pushBlob,
  pushImage,
  putManifest,
  STORAGES,
  send,
} from './client.ts'

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'

describe.each(STORAGES)('manifests in %s storage', (storage) => {
  test('the exact bytes come back by tag and by digest', async () => {
    const registry = await openRegistry(storage)
    const manifest = `${JSON.stringify(JSON.parse(await makeImage(registry, 'a/b', 'layer')), undefined, 3)}\n \n`
    const digest = digestOf(manifest)
    const put = await putManifest(registry, 'a/b', 'v1', manifest)
    expect([put.status, put.headers['docker-content-digest']]).toEqual([201, digest])
    expect(put.headers['location']).toBe(`/v2/a/b/manifests/${digest}`)
    for (const reference of ['v1', digest]) {
      const get = await send(registry, 'GET', `/v2/a/b/manifests/${reference}`)
      expect([get.status, get.body.toString()]).toEqual([200, manifest])
      const head = await send(registry, 'HEAD', `/v2/a/b/manifests/${reference}`)
      expect([head.status, head.body.length]).toEqual([200, 0])
      for (const answer of [get, head]) {
        expect(answer.headers['content-type']).toBe(OCI_MANIFEST)
        expect(answer.headers['content-length']).toBe(String(Buffer.byteLength(manifest)))
        expect(answer.headers['docker-content-digest']).toBe(digest)
      }
    }
  })

  test.each(['sha256', 'sha512'] as const)('a push by %s digest makes no tag', async (algorithm) => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const digest = digestOf(manifest, algorithm)
    const put = await putManifest(registry, 'a', digest, manifest)
    expect([put.status, put.headers['docker-content-digest']]).toEqual([201, digest])
    expect((await send(registry, 'GET', `/v2/a/manifests/${digest}`)).body.toString()).toBe(manifest)
    expect(await registry.tags('a')).toEqual([])
  })

  test.each(['sha256', 'sha512'] as const)(
    'a push by %s digest sets the tags it names',
    async (algorithm) => {
      const registry = await openRegistry(storage)
      const manifest = await makeImage(registry, 'a', 'layer')
      const digest = digestOf(manifest, algorithm)
      const put = await putManifest(registry, 'a', `${digest}?tag=v1&tag=v2`, manifest)
      expect([put.status, put.headers['oci-tag']]).toEqual([201, 'v1, v2'])
      expect(await registry.tags('a')).toEqual(['v1', 'v2'])
      const head = await send(registry, 'HEAD', '/v2/a/manifests/v2')
      expect(head.headers['docker-content-digest']).toBe(digest)
      // In a push by tag the parameter means nothing.
      const plain = await putManifest(registry, 'a', 'v3?tag=v4', manifest)
      expect([plain.status, plain.headers['oci-tag']]).toEqual([201, undefined])
      expect(await registry.tags('a')).toEqual(['v1', 'v2', 'v3'])
    },
  )

  test('a push that names something that is no tag stores nothing', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const answer = await putManifest(registry, 'a', `${digestOf(manifest)}?tag=v1&tag=.no`, manifest)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['TAG_INVALID']])
    expect(await registry.tags('a')).toEqual([])
    expect((await send(registry, 'HEAD', `/v2/a/manifests/${digestOf(manifest)}`)).status).toBe(404)
  })

  test('a push by another digest is refused', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const answer = await putManifest(registry, 'a', digestOf('other'), manifest)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['DIGEST_INVALID']])
    expect((await send(registry, 'HEAD', `/v2/a/manifests/${digestOf(manifest)}`)).status).toBe(404)
  })

  test('a manifest is not a blob, and belongs to its repository', async () => {
    const registry = await openRegistry(storage)
    const digest = await pushImage(registry, 'a', 'v1')
    expect((await send(registry, 'GET', `/v2/a/blobs/${digest}`)).status).toBe(404)
    expect((await send(registry, 'GET', `/v2/b/manifests/${digest}`)).status).toBe(404)
  })

  test('a tag moves, and the older manifest stays', async () => {
    const registry = await openRegistry(storage)
    const first = await pushImage(registry, 'a', 'v1', 'one')
    const second = await pushImage(registry, 'a', 'v1', 'two')
    expect((await registry.readManifest('a', 'v1'))?.digest).toBe(second)
    expect((await send(registry, 'GET', `/v2/a/manifests/${first}`)).status).toBe(200)
  })

  test('blobs must be there first', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const answer = await putManifest(registry, 'b', 'v1', manifest)
    expect([answer.status, codesOf(answer)]).toEqual([404, ['MANIFEST_BLOB_UNKNOWN']])
    expect(answer.body.toString()).toContain(digestOf('layer'))
    expect(await registry.tags('b')).toEqual([])
  })

  test('children must be there first; an index keeps its own type', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [
        { ...describeBytes(OCI_MANIFEST, manifest), platform: { os: 'linux', architecture: 'amd64' } },
      ],
    })
    expect(codesOf(await putManifest(registry, 'a', 'v1', index, OCI_INDEX))).toEqual([
      'MANIFEST_BLOB_UNKNOWN',
    ])
    await putManifest(registry, 'a', digestOf(manifest), manifest)
    expect((await putManifest(registry, 'a', 'v1', index, OCI_INDEX)).status).toBe(201)
    const answer = await send(registry, 'GET', '/v2/a/manifests/v1')
    expect([answer.headers['content-type'], answer.body.toString()]).toEqual([OCI_INDEX, index])
  })

  test('an index entry that is no manifest is looked for among the blobs', async () => {
    const registry = await openRegistry(storage)
    const index = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [describeBytes('application/x.other', 'blob')],
    })
    expect((await putManifest(registry, 'a', 'v1', index, OCI_INDEX)).status).toBe(404)
    await pushBlob(registry, 'a', 'blob')
    expect((await putManifest(registry, 'a', 'v1', index, OCI_INDEX)).status).toBe(201)
  })

  test('foreign layers need not be there', async () => {
    const registry = await openRegistry(storage)
    const layers = [
      describeBytes('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', 'elsewhere'),
      describeBytes('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'elsewhere'),
    ]
    const manifest = await makeImage(registry, 'a', 'layer', { layers })
    expect((await putManifest(registry, 'a', 'v1', manifest)).status).toBe(201)
  })

  test('Docker manifests and lists are taken under their own types', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer', { mediaType: DOCKER_MANIFEST })
    expect((await putManifest(registry, 'a', 'v1', manifest, DOCKER_MANIFEST)).status).toBe(201)
    const list = JSON.stringify({
      schemaVersion: 2,
      mediaType: DOCKER_INDEX,
      manifests: [describeBytes(DOCKER_MANIFEST, manifest)],
    })
    expect((await putManifest(registry, 'a', 'v2', list, DOCKER_INDEX)).status).toBe(201)
  })

  test('4 MiB is the limit, whether the length is announced or not', async () => {
    const registry = await openRegistry(storage)
    const manifest = await makeImage(registry, 'a', 'layer')
    const full = Buffer.alloc(4 * 1024 * 1024, ' ')
    full.write(manifest)
    expect((await putManifest(registry, 'a', 'full', full)).status).toBe(201)
    const over = Buffer.concat([full, Buffer.from(' ')])
    const announced = await putManifest(registry, 'a', 'over', over)
    const chunked = await send(registry, 'PUT', '/v2/a/manifests/over', {
      headers: { 'Content-Type': OCI_MANIFEST },
      body: [over.subarray(0, 1000), over.subarray(1000)],
    })
    for (const answer of [announced, chunked])
      expect([answer.status, codesOf(answer)]).toEqual([413, ['SIZE_INVALID']])
    expect(await registry.tags('a')).toEqual(['full'])
  })

  test('deleting a tag leaves the manifest, deleting the manifest takes its tags', async () => {
    const registry = await openRegistry(storage)
    const digest = await pushImage(registry, 'a', 'v1', 'one')
    await pushImage(registry, 'a', 'v2', 'one')
    await pushImage(registry, 'a', 'other', 'two')
    expect((await send(registry, 'DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    expect((await send(registry, 'GET', '/v2/a/manifests/v1')).status).toBe(404)
    expect((await send(registry, 'GET', `/v2/a/manifests/${digest}`)).status).toBe(200)
    expect((await send(registry, 'DELETE', `/v2/a/manifests/${digest}`)).status).toBe(202)
    expect((await send(registry, 'GET', `/v2/a/manifests/${digest}`)).status).toBe(404)
    expect(await registry.tags('a')).toEqual(['other'])
    for (const reference of ['v1', digest]) {
      const again = await send(registry, 'DELETE', `/v2/a/manifests/${reference}`)
      expect([again.status, codesOf(again)]).toEqual([404, ['MANIFEST_UNKNOWN']])
    }
  })

  test('deletes can be switched off', async () => {
    const registry = await openRegistry(storage, { deletes: false })
    await pushImage(registry, 'a', 'v1')
    const answer = await send(registry, 'DELETE', '/v2/a/manifests/v1')
    expect([answer.status, codesOf(answer)]).toEqual([405, ['UNSUPPORTED']])
    expect(await registry.tags('a')).toEqual(['v1'])
  })

  test('tests can read a manifest and move a tag behind the back', async () => {
    const registry = await openRegistry(storage)
    const first = await pushImage(registry, 'a', 'v1', 'one')
    const second = await pushImage(registry, 'a', 'v2', 'two')
    await registry.putTag('a', 'v1', second)
    expect((await send(registry, 'HEAD', '/v2/a/manifests/v1')).headers['docker-content-digest']).toBe(second)
    const found = await registry.readManifest('a', first)
    expect([found?.mediaType, digestOf(found?.bytes ?? '')]).toEqual([OCI_MANIFEST, first])
    expect(await registry.readManifest('a', 'absent')).toBeUndefined()
    await registry.putTag('a', 'dangling', digestOf('gone'))
    expect((await send(registry, 'GET', '/v2/a/manifests/dangling')).status).toBe(404)
  })
})

describe('content negotiation', () => {
  test.each([
    [undefined, 200],
    ['', 200],
    ['*/*', 200],
    [OCI_MANIFEST, 200],
    [`${OCI_INDEX}, ${OCI_MANIFEST}`, 200],
    [`${OCI_MANIFEST};q=0.5`, 200],
    [OCI_MANIFEST.toUpperCase(), 200],
    [OCI_INDEX, 404],
    [`${DOCKER_MANIFEST}, ${DOCKER_INDEX}`, 404],
    ['application/*', 404],
    [`${OCI_MANIFEST};q=0, ${OCI_INDEX}`, 404],
  ])('Accept %s is %i', async (accept, status) => {
    const registry = await openRegistry('memory')
    const digest = await pushImage(registry, 'a', 'v1')
    for (const method of ['GET', 'HEAD']) {
      for (const reference of ['v1', digest]) {
        const headers = accept === undefined ? {} : { Accept: accept }
        const answer = await send(registry, method, `/v2/a/manifests/${reference}`, { headers })
        expect(answer.status).toBe(status)
        if (status === 404 && method === 'GET') expect(codesOf(answer)).toEqual(['MANIFEST_UNKNOWN'])
      }
    }
  })
})

describe('documents that are refused', () => {
  const config = describeBytes(OCI_CONFIG, '{}')
  const layer = describeBytes(OCI_LAYER, 'layer')
  const image = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [layer] }

  test.each<[string, unknown]>([
    ['another mediaType', { ...image, mediaType: OCI_INDEX }],
    ['a mediaType that is no string', { ...image, mediaType: 1 }],
    ['a mediaType that is an object', { ...image, mediaType: { a: [] } }],
    ['schemaVersion 1', { ...image, schemaVersion: 1 }],
    ['schemaVersion as a string', { ...image, schemaVersion: '2' }],
    ['no schemaVersion', { ...image, schemaVersion: undefined }],
    ['manifests beside layers', { ...image, manifests: [] }],
    ['no config', { ...image, config: undefined }],
    ['no layers', { ...image, layers: undefined }],
    ['layers that are no list', { ...image, layers: {} }],
    ['a layer that is no object', { ...image, layers: ['x'] }],
    ['a negative size', { ...image, layers: [{ ...layer, size: -1 }] }],
    ['a fractional size', { ...image, layers: [{ ...layer, size: 1.5 }] }],
    ['a size as a string', { ...image, layers: [{ ...layer, size: '5' }] }],
    ['a size beyond integers', { ...image, layers: [{ ...layer, size: 1e30 }] }],
    ['a size other than the blob has', { ...image, layers: [{ ...layer, size: 6 }] }],
    ['a digest that is a path', { ...image, layers: [{ ...layer, digest: 'sha256:../../x' }] }],
    ['a digest in upper case', { ...image, layers: [{ ...layer, digest: layer.digest.toUpperCase() }] }],
    ['a layer without media type', { ...image, layers: [{ ...layer, mediaType: undefined }] }],
    ['a media type with a line break', { ...image, layers: [{ ...layer, mediaType: 'a/b\nc' }] }],
    ['annotations of numbers', { ...image, annotations: { a: 1 } }],
    ['annotations null', { ...image, annotations: null }],
    ['annotations of a layer', { ...image, layers: [{ ...layer, annotations: { a: [] } }] }],
    ['an artifactType with a line break', { ...image, artifactType: 'a/b\r\nX: y' }],
    ['a subject without size', { ...image, subject: { ...config, size: undefined } }],
    ['a subject null', { ...image, subject: null }],
    ['a list', [image]],
    ['null', null],
    ['a number', 1],
  ])('%s', async (_, body) => {
    const registry = await openRegistry('memory')
    await makeImage(registry, 'a', 'layer')
    const answer = await putManifest(registry, 'a', 'v1', JSON.stringify(body))
    expect([answer.status, codesOf(answer)]).toEqual([400, ['MANIFEST_INVALID']])
    expect(await registry.tags('a')).toEqual([])
  })

  test.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['text', 'manifest'],
    ['JSON and more', `${JSON.stringify(image)}}`],
    ['a byte order mark', `\uFEFF${JSON.stringify(image)}`],
    [
      'bytes that are not UTF-8',
      Buffer.from(JSON.stringify({ ...image, annotations: { a: 'ÿ' } }), 'latin1'),
    ],
    ['a million brackets', '['.repeat(1_000_000)],
  ])('%s is not JSON', async (_, body) => {
    const registry = await openRegistry('memory')
    await makeImage(registry, 'a', 'layer')
    const answer = await putManifest(registry, 'a', 'v1', body)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['MANIFEST_INVALID']])
  })

  test('a mediaType that is nested too deep to be printed, or too long to be repeated', async () => {
    const registry = await openRegistry('memory')
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    for (const mediaType of [deep, JSON.stringify('x'.repeat(1_000_000))]) {
      const body = `{"schemaVersion":2,"mediaType":${mediaType}}`
      const answer = await putManifest(registry, 'a', 'v1', body)
      expect([answer.status, codesOf(answer)]).toEqual([400, ['MANIFEST_INVALID']])
      expect(answer.body.length).toBeLessThan(1000)
    }
  })

  test.each([
    ['layers in an index', { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], layers: [] }],
    ['config in an index', { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], config }],
    ['an index without manifests', { schemaVersion: 2, mediaType: OCI_INDEX }],
  ])('%s', async (_, body) => {
    const registry = await openRegistry('memory')
    const answer = await putManifest(registry, 'a', 'v1', JSON.stringify(body), OCI_INDEX)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['MANIFEST_INVALID']])
  })

  test.each([
    'application/json',
    'text/plain',
    'application/vnd.docker.distribution.manifest.v1+prettyjws',
    OCI_CONFIG,
  ])('the type %s', async (mediaType) => {
    const registry = await openRegistry('memory')
    const manifest = await makeImage(registry, 'a', 'layer', { mediaType })
    expect(codesOf(await putManifest(registry, 'a', 'v1', manifest, mediaType))).toEqual(['MANIFEST_INVALID'])
  })

  test('a push without Content-Type', async () => {
    const registry = await openRegistry('memory')
    const body = await makeImage(registry, 'a', 'layer')
    const answer = await send(registry, 'PUT', '/v2/a/manifests/v1', { body })
    expect([answer.status, codesOf(answer)]).toEqual([400, ['MANIFEST_INVALID']])
  })
})

describe('documents that are taken', () => {
  test.each([OCI_MANIFEST.toUpperCase(), `${OCI_MANIFEST}; charset=utf-8`])(
    'the type %s',
    async (mediaType) => {
      const registry = await openRegistry('memory')
      const manifest = await makeImage(registry, 'a', 'layer')
      expect((await putManifest(registry, 'a', 'v1', manifest, mediaType)).status).toBe(201)
      expect((await send(registry, 'GET', '/v2/a/manifests/v1')).headers['content-type']).toBe(OCI_MANIFEST)
    },
  )

  test('an OCI manifest without mediaType is typed by its Content-Type; a Docker one must say it', async () => {
    const registry = await openRegistry('memory')
    const manifest = await makeImage(registry, 'a', 'layer', { mediaType: undefined })
    expect((await putManifest(registry, 'a', 'v1', manifest)).status).toBe(201)
    expect((await putManifest(registry, 'a', 'v2', manifest, DOCKER_MANIFEST)).status).toBe(400)
  })

  test('fields the registry does not know', async () => {
    const registry = await openRegistry('memory')
    const manifest = await makeImage(registry, 'a', 'layer', { 'org.example': { a: [1] }, artifactType: '' })
    expect((await putManifest(registry, 'a', 'v1', manifest)).status).toBe(201)
  })
})
