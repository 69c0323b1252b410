import { describe, expect, test } from 'vitest'
import type { RegistryOptions } from '../../../sandbox/registry/server.ts'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { type Descriptor, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { CopyOptions } from '../../../src/domain/registry.ts'
import { bytesOf, failureWith, open, repositoryAt } from '../support/access.ts'
import { Publisher, sandbox, writesOf } from '../support/graph.ts'
import { type Script, serve } from '../support/scripted-server.ts'

async function start(from: RegistryOptions = {}, to: RegistryOptions = {}) {
  const source = await sandbox(from)
  const target = await sandbox(to)
  const publisher = new Publisher(source.host)
  const destination = repositoryAt(target.host, 'team/copy')
  const { copier } = open()
  const copy = async (digest: Digest, options: CopyOptions = {}) =>
    await copier.copy(publisher.repository, digest, destination, options)
  return { source, target, publisher, destination, copier, copy }
}

const FOREIGN = [
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd',
]

describe('layers that are kept elsewhere', () => {
  test.each(FOREIGN)('%s', async (mediaType) => {
    const elsewhere = await serve(() => ({ status: 200, body: 'windows' }))
    const { publisher, copy, target } = await start()
    const digest = digestOf('windows')
    const layer = { mediaType, digest, size: 7, urls: [`${elsewhere.origin}/layer`] }
    const image = await publisher.image([await publisher.blob('ours'), layer])
    const root = await publisher.index([image])
    const error = await failureWith('COPY_REFUSED', copy(root.digest))
    expect(error.message).toContain(digest)
    expect(error.message).toContain(image.digest)
    expect(error.hint).toContain('Nothing was written')
    expect(writesOf(target)).toEqual([])
    expect(elsewhere.seen).toEqual([])
  })

  test('a layer of an ordinary type that is only at its address', async () => {
    const elsewhere = await serve(() => ({ status: 200, body: 'elsewhere' }))
    const layer = {
      mediaType: MEDIA_TYPES.ociTarGzip,
      digest: digestOf('elsewhere'),
      size: 9,
      urls: [`${elsewhere.origin}/layer`],
    }
    const { publisher, copy, target, source } = await start()
    const here = await publisher.blob('elsewhere')
    const root = await publisher.image([layer])
    await fetch(`${source.url}/v2/owner/app/blobs/${here.digest}`, { method: 'DELETE' })
    const error = await failureWith('COPY_REFUSED', copy(root.digest))
    expect(error.message).toContain(layer.digest)
    expect(writesOf(target)).toEqual([])
    expect(elsewhere.seen).toEqual([])
  })

  test('all of them are named', async () => {
    const { publisher, copy } = await start()
    const layers = Array.from({ length: 30 }, (_, index) => ({
      mediaType: FOREIGN[0] ?? '',
      digest: digestOf(`layer ${index}`),
      size: 7,
    }))
    const root = await publisher.image(layers)
    const error = await failureWith('COPY_REFUSED', copy(root.digest))
    for (const { digest } of layers.slice(0, 20)) expect(error.message).toContain(digest)
    expect(error.message).toContain('and 10 more')
  })
})

describe('graphs beyond their bounds, before anything is written', () => {
  async function nested(publisher: Publisher, depth: number): Promise<Descriptor> {
    let inner = await publisher.image(['core'])
    for (let level = 0; level < depth; level += 1) inner = await publisher.index([inner])
    return inner
  }

  test('indexes nested 50 deep', async () => {
    const { publisher, copy, target, source } = await start()
    const root = await nested(publisher, 50)
    const before = source.requests.length
    const error = await failureWith('COPY_REFUSED', copy(root.digest, { referrers: false }))
    expect(error.message).toContain('deeper than 8 levels')
    expect(source.requests.length - before).toBe(9)
    expect(writesOf(target)).toEqual([])
  })

  test('exactly as deep as allowed', async () => {
    const { publisher, copy } = await start()
    const root = await nested(publisher, 8)
    await expect(copy(root.digest)).resolves.toMatchObject({ manifests: { copied: 9, present: 0 } })
    await failureWith('COPY_REFUSED', copy(root.digest, { maxDepth: 7 }))
  })

  test('referrers of referrers of referrers …', async () => {
    const { publisher, copy, target } = await start()
    const root = await publisher.image(['core'])
    let subject = root
    for (let level = 0; level < 12; level += 1)
      subject = await publisher.image([`level ${level}`], { subject })
    await failureWith('COPY_REFUSED', copy(root.digest))
    expect(writesOf(target)).toEqual([])
    await expect(copy(root.digest, { maxDepth: 12 })).resolves.toMatchObject({
      manifests: { copied: 13, present: 0 },
    })
  })

  test.each([
    [25_000, 'COPY_REFUSED', 'more than 1000 manifests'],
    [100_000, 'REGISTRY_UNEXPECTED', 'larger than 4194304 bytes'],
  ] as const)('%s children are not even read', async (count, code, why) => {
    // No registry checks what an index of a stranger lists.
    const manifests = Array.from({ length: count }, (_, index) => ({
      mediaType: MEDIA_TYPES.ociManifest,
      digest: digestOf(`${index}`),
      size: 1,
    }))
    const body = bytesOf(JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests }))
    const server = await serve(() => ({
      status: 200,
      headers: { 'content-type': MEDIA_TYPES.ociIndex },
      body,
    }))
    const { copier, destination, target } = await start()
    const copy = copier.copy(repositoryAt(server.host), digestOf(body), destination, { referrers: false })
    const error = await failureWith(code, copy)
    expect(error.message).toContain(why)
    expect(server.seen).toHaveLength(1)
    expect(writesOf(target)).toEqual([])
  })

  test('more referrers than allowed', async () => {
    const { publisher, copy, target } = await start()
    const root = await publisher.image(['core'])
    for (let index = 0; index < 12; index += 1) await publisher.image([`about ${index}`], { subject: root })
    await failureWith('COPY_REFUSED', copy(root.digest, { maxCount: 12 }))
    expect(writesOf(target)).toEqual([])
    await expect(copy(root.digest, { maxCount: 13 })).resolves.toMatchObject({
      manifests: { copied: 13, present: 0 },
    })
  })
})

describe('a source that is not whole', () => {
  test('a child that is missing: nothing is written', async () => {
    const { publisher, copy, target, source } = await start()
    const child = await publisher.image(['child'])
    const root = await publisher.index([await publisher.image(['other']), child])
    await fetch(`${source.url}/v2/owner/app/manifests/${child.digest}`, { method: 'DELETE' })
    const error = await failureWith('REGISTRY_NOT_FOUND', copy(root.digest))
    expect(error.message).toContain(child.digest)
    expect(error.message).toContain(root.digest)
    expect(writesOf(target)).toEqual([])
  })

  test('the artifact itself is missing', async () => {
    const { copy } = await start()
    await failureWith('REGISTRY_NOT_FOUND', copy(digestOf('nothing')))
  })

  test('a blob that is missing: no manifest is written', async () => {
    const { publisher, copy, target, source } = await start()
    const layer = await publisher.blob('layer')
    const root = await publisher.image([layer, 'other'])
    await fetch(`${source.url}/v2/owner/app/blobs/${layer.digest}`, { method: 'DELETE' })
    const error = await failureWith('REGISTRY_NOT_FOUND', copy(root.digest))
    expect(error.message).toContain(layer.digest)
    expect(writesOf(target)).not.toContain('PUT manifest')
  })

  test.each([
    ['Docker schema 1', 'application/vnd.docker.distribution.manifest.v1+prettyjws', '{"schemaVersion":1}'],
    ['an index that is an image', MEDIA_TYPES.ociIndex, '{"schemaVersion":2,"config":{},"layers":[]}'],
    ['no JSON', MEDIA_TYPES.ociManifest, '<html>'],
  ])('%s', async (_name, type, body) => {
    const server = await serve(() => ({ status: 200, headers: { 'content-type': type }, body }))
    const { copier, destination, target } = await start()
    const copy = copier.copy(repositoryAt(server.host), digestOf(body), destination)
    await failureWith('REGISTRY_UNEXPECTED', copy)
    expect(writesOf(target)).toEqual([])
  })

  test('a child that is not what its index says', async () => {
    const child = bytesOf('{"schemaVersion":2,"manifests":[]}')
    const type = { 'content-type': MEDIA_TYPES.ociIndex }
    const index = (size: number, digest: Digest) =>
      bytesOf(
        JSON.stringify({ schemaVersion: 2, manifests: [{ mediaType: MEDIA_TYPES.ociIndex, digest, size }] }),
      )
    const { copier, destination, target } = await start()
    const copyOf = async (root: Uint8Array, served: Uint8Array) => {
      const answer = ({ path }: { path: string }): Script => {
        return { status: 200, headers: type, body: path.endsWith(digestOf(root)) ? root : served }
      }
      const server = await serve(answer)
      await copier.copy(repositoryAt(server.host), digestOf(root), destination, { referrers: false })
    }
    await failureWith('CONTENT_CORRUPT', copyOf(index(child.byteLength, digestOf('another')), child))
    await failureWith('CONTENT_CORRUPT', copyOf(index(child.byteLength + 1, digestOf(child)), child))
    // An index that lists itself cannot be: the registry that says so lies about one of the two.
    const itself = digestOf('itself')
    await failureWith('CONTENT_CORRUPT', copyOf(index(1, itself), index(1, itself)))
    expect(writesOf(target)).toEqual([])
  })
})

describe('a destination that says no', () => {
  test.each([400, 405, 415])('%s to the type of a manifest: it is not converted', async (status) => {
    const unsupported = '{"errors":[{"code":"MANIFEST_INVALID","message":"unsupported"}]}'
    const { publisher, copy, target } = await start(
      {},
      {
        onRequest: ({ method, operation, headers }) => {
          const isRefused = method === 'PUT' && operation === 'manifest'
          return isRefused && headers['content-type']?.includes('oci') === true
            ? { status, headers: { 'content-type': 'application/json' }, body: unsupported }
            : undefined
        },
      },
    )
    const root = await publisher.image(['layer'])
    const error = await failureWith('REGISTRY_REFUSED', copy(root.digest))
    expect(error.message).toContain(MEDIA_TYPES.ociManifest)
    expect(error.hint).toContain('never converted')
    const puts = target.requests.filter(
      ({ method, operation }) => method === 'PUT' && operation === 'manifest',
    )
    expect(puts.map(({ headers }) => headers['content-type'])).toEqual([MEDIA_TYPES.ociManifest])
  })

  test('signatures under the tag of cosign that the source does not have are not lost', async () => {
    const { publisher, copy, target, destination } = await start()
    const root = await publisher.image(['app'])
    const tag = `${root.digest.replace(':', '-')}.sig`
    const theirs = await new Publisher(destination.registry, destination.path).image(['theirs'], { tag })
    await publisher.image(['ours'], { tag })
    const before = writesOf(target).length
    const error = await failureWith('COPY_REFUSED', copy(root.digest))
    expect(error.message).toContain(theirs.digest)
    expect(writesOf(target).slice(before)).toEqual([])
  })

  test('tags that may not change: what is attached cannot be listed', async () => {
    const { publisher, copy, destination } = await start({}, { referrersApi: false, immutableTags: true })
    const root = await publisher.image(['app'])
    await publisher.image(['one'], { subject: root })
    await copy(root.digest)
    await publisher.image(['two'], { subject: root })
    const error = await failureWith('REGISTRY_REFUSED', copy(root.digest))
    expect(error.message).toContain(root.digest.replace(':', '-'))
    await expect(open().registry.readManifest(destination, root.digest)).resolves.toBeDefined()
  })

  test('tags that may not change are nothing to what has none', async () => {
    const { publisher, copy, target } = await start({}, { immutableTags: true })
    const root = await publisher.image(['app'])
    await publisher.image(['about'], { subject: root })
    await expect(copy(root.digest)).resolves.toMatchObject({ manifests: { copied: 2, present: 0 } })
    await expect(copy(root.digest)).resolves.toMatchObject({ manifests: { copied: 0, present: 2 } })
    await expect(target.tags('team/copy')).resolves.toEqual([])
  })
})
