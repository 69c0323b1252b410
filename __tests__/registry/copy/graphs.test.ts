import { describe, expect, test } from 'vitest'
import type { RegistryOptions } from '../../../sandbox/registry/server.ts'
import type { Digest } from '../../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../../src/domain/record.ts'
import { fallbackTag, writeOnceTag } from '../../../src/registry/fallback.ts'
import { bytesOf, open, repositoryAt } from '../support/access.ts'
import { manifestsOf, Publisher, sandbox, writesOf } from '../support/graph.ts'

const linux = { os: 'linux', architecture: 'amd64' }
const arm = { os: 'linux', architecture: 'arm64', variant: 'v8' }
const unknown = { os: 'unknown', architecture: 'unknown' }

async function start(from: RegistryOptions = {}, to: RegistryOptions = {}) {
  const source = await sandbox(from)
  const target = await sandbox(to)
  const publisher = new Publisher(source.host)
  const destination = repositoryAt(target.host, 'team/copy')
  const access = open()
  const copy = async (digest: Digest) => await access.copier.copy(publisher.repository, digest, destination)
  /** Fails unless the destination has exactly the bytes of the source. */
  const expectSame = async (digests: readonly Digest[]) => {
    const wanted = await manifestsOf(source, digests)
    expect(await manifestsOf(target, digests, 'team/copy')).toEqual(wanted)
    expect(JSON.stringify(wanted)).not.toContain('undefined')
  }
  return { source, target, publisher, destination, ...access, copy, expectSame }
}

describe('what an index holds', () => {
  test('platforms, with the attestations of BuildKit beside them', async () => {
    const { publisher, copy, expectSame, target } = await start()
    const amd64 = await publisher.image(['common', 'amd64'])
    const arm64 = await publisher.image(['common', 'arm64'])
    const annotations = { 'vnd.docker.reference.type': 'attestation-manifest' }
    const about = await publisher.image(['provenance'], { subject: amd64 })
    const root = await publisher.index([
      { ...amd64, platform: linux },
      { ...arm64, platform: arm },
      { ...about, platform: unknown, annotations },
    ])
    const report = await copy(root.digest)
    expect(report).toEqual({
      digest: root.digest,
      manifests: { copied: 4, present: 0 },
      blobs: { uploaded: 5, mounted: 0, present: 0 },
      bytes: 'common'.length + 'amd64'.length + 'arm64'.length + 'provenance'.length + 2,
      referrers: [about.digest],
      tags: [],
      missing: [],
    })
    await expectSame([root, amd64, arm64, about].map(({ digest }) => digest))
    await expect(target.tags('team/copy')).resolves.toEqual([])
  })

  test('indexes in indexes, written from the inside to the outside', async () => {
    const { publisher, copy, expectSame, target } = await start()
    const inner = await publisher.index([await publisher.image(['inner'])])
    const middle = await publisher.index([inner, await publisher.image(['middle'])])
    const root = await publisher.index([middle, inner, await publisher.image(['outer'])])
    await expect(copy(root.digest)).resolves.toMatchObject({ manifests: { copied: 6, present: 0 } })
    await expectSame([root.digest, middle.digest, inner.digest])
    const written = target.requests.filter(
      ({ method, operation }) => method === 'PUT' && operation === 'manifest',
    )
    expect(written.at(-1)?.reference).toBe(root.digest)
    expect(written.at(-2)?.reference).toBe(middle.digest)
  })

  test('a manifest list of docker, and an image of docker', async () => {
    const { publisher, copy, expectSame } = await start()
    const config = await publisher.blob('{"config":1}', 'application/vnd.docker.container.image.v1+json')
    const layer = await publisher.blob('gzip', 'application/vnd.docker.image.rootfs.diff.tar.gzip')
    const docker = { schemaVersion: 2, mediaType: MEDIA_TYPES.dockerManifest, config, layers: [layer] }
    const image = await publisher.manifest(docker)
    const list = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.dockerIndex,
      manifests: [{ ...image, platform: linux }],
    }
    const root = await publisher.manifest(list)
    await copy(root.digest)
    await expectSame([root.digest, image.digest])
  })

  test('blobs that an index lists itself', async () => {
    const { publisher, copy, expectSame, registry, destination } = await start()
    const cache = await publisher.blob('cached layer', 'application/vnd.buildkit.cacheconfig.v0')
    const root = await publisher.index([await publisher.image(['x']), cache])
    await copy(root.digest)
    await expectSame([root.digest])
    await expect(registry.hasBlob(destination, cache.digest)).resolves.toBe(true)
  })
})

describe('what a manifest holds', () => {
  test('layers of any type, twice the same one, an empty one, and data', async () => {
    const { publisher, copy, expectSame } = await start()
    const layers = [
      await publisher.blob('zstd', 'application/vnd.oci.image.layer.v1.tar+zstd'),
      await publisher.blob('what', 'application/x-of-tomorrow'),
      await publisher.blob('what', 'application/x-of-tomorrow'),
      await publisher.blob('', 'text/plain'),
      { ...(await publisher.blob('in', 'text/plain')), data: Buffer.from('in').toString('base64') },
    ]
    const root = await publisher.image(layers, { artifactType: 'application/vnd.example' })
    await expect(copy(root.digest)).resolves.toMatchObject({ blobs: { uploaded: 5, mounted: 0, present: 0 } })
    await expectSame([root.digest])
  })

  test('a layer that is also kept elsewhere, when it is in the repository', async () => {
    const { publisher, copy, expectSame } = await start()
    const layer = await publisher.blob('here as well', MEDIA_TYPES.ociTarGzip)
    const root = await publisher.image([{ ...layer, urls: ['http://127.0.0.1:1/never-asked'] }])
    await copy(root.digest)
    await expectSame([root.digest])
  })

  test('names by sha512, of a blob, a child and the artifact itself', async () => {
    const { publisher, copy, expectSame, registry, destination } = await start()
    const layer = await publisher.blob('sha512', MEDIA_TYPES.ociTar, 'sha512')
    const child = await publisher.image([layer], { algorithm: 'sha512' })
    const root = await publisher.index([child], { algorithm: 'sha512' })
    await expect(copy(root.digest)).resolves.toMatchObject({ digest: root.digest })
    await expectSame([root.digest, child.digest])
    await expect(registry.hasBlob(destination, layer.digest)).resolves.toBe(true)
  })

  test('a body without mediaType, of which only the Content-Type tells the type', async () => {
    const { publisher, copy, expectSame } = await start()
    const config = await publisher.blob('{}', MEDIA_TYPES.ociConfig)
    const root = await publisher.manifest({ schemaVersion: 2, config, layers: [] })
    await copy(root.digest)
    await expectSame([root.digest])
  })

  test('the same digest in many manifests is carried once', async () => {
    const { publisher, copy, target } = await start()
    const images: Descriptor[] = []
    for (let index = 0; index < 20; index += 1) images.push(await publisher.image(['shared', `own ${index}`]))
    const root = await publisher.index(images)
    await expect(copy(root.digest)).resolves.toMatchObject({
      blobs: { uploaded: 22, mounted: 0, present: 0 },
    })
    expect(writesOf(target).filter((write) => write === 'PUT upload')).toHaveLength(22)
  })
})

describe.each([
  ['the referrers API on both sides', { referrersApi: true }, { referrersApi: true }],
  ['the referrers API at the source', { referrersApi: true }, { referrersApi: false }],
  ['the referrers API at the destination', { referrersApi: false }, { referrersApi: true }],
  ['no referrers API', { referrersApi: false }, { referrersApi: false }],
])('what is attached, with %s', (_name, from, to) => {
  /** An index with an SBOM at the index, a signature at the SBOM, and a signature at a platform. */
  async function publish(publisher: Publisher) {
    const image = await publisher.image(['app'])
    const root = await publisher.index([{ ...image, platform: linux }])
    const type = 'application/vnd.example.sbom'
    const sbom = await publisher.image(['sbom'], {
      subject: root,
      artifactType: type,
      annotations: { tool: 'x' },
    })
    const signature = await publisher.image(['signature'], {
      subject: sbom,
      artifactType: 'application/vnd.sig',
    })
    const child = await publisher.image(['child'], { subject: image, artifactType: 'application/vnd.sig' })
    if (!from.referrersApi) {
      await publisher.fallback(root.digest, [{ ...sbom, artifactType: type }])
      await publisher.fallback(sbom.digest, [signature])
      await publisher.fallback(image.digest, [child])
    }
    return { image, root, sbom, signature, child }
  }

  test('everything, at every depth, where other tools look for it', async () => {
    const { publisher, copy, expectSame, target } = await start(from, to)
    const { image, root, sbom, signature, child } = await publish(publisher)
    const report = await copy(root.digest)
    expect(report.referrers).toEqual([sbom.digest, signature.digest, child.digest].toSorted())
    await expectSame([root, image, sbom, signature, child].map(({ digest }) => digest))
    for (const [subject, attached] of [
      [root, sbom],
      [sbom, signature],
      [image, child],
    ] as const) {
      const [listed] = await referrersOf(target.host, subject.digest, to.referrersApi)
      expect(listed).toMatchObject({ digest: attached.digest, size: attached.size })
    }
    const [listed] = await referrersOf(target.host, root.digest, to.referrersApi)
    expect(listed).toMatchObject({ artifactType: 'application/vnd.example.sbom', annotations: { tool: 'x' } })
  })

  test('again: nothing is written', async () => {
    const { publisher, copy, target } = await start(from, to)
    const { root } = await publish(publisher)
    await copy(root.digest)
    const before = writesOf(target).length
    await expect(copy(root.digest)).resolves.toMatchObject({
      manifests: { copied: 0, present: 5 },
      blobs: { uploaded: 0, mounted: 0, present: 5 },
      bytes: 0,
    })
    expect(writesOf(target).slice(before)).toEqual([])
  })

  test('our own records, which are read at the destination as at the source', async () => {
    const { publisher, copy, records, destination, target } = await start(from, to)
    const root = await publisher.image(['app'])
    const document = {
      type: RECORD_TYPES.build,
      bytes: bytesOf('{"a":1}'),
      created: '2026-11-23T01:43:50.000Z',
    }
    const digest = await records.attach(publisher.repository, root, document)
    await copy(root.digest)
    await expect(records.list(destination, root.digest, RECORD_TYPES.build)).resolves.toEqual([
      { manifestDigest: digest, bytes: document.bytes },
    ])
    const tags = await target.tags('team/copy')
    expect(tags.includes(writeOnceTag(root.digest, digest))).toBe(!to.referrersApi)
  })

  test('what has an empty type is listed by the type of its configuration', async () => {
    const { publisher, copy, target } = await start(from, to)
    const root = await publisher.image(['app'])
    const note = await publisher.image(['note'], { subject: root, artifactType: '' })
    if (!from.referrersApi) await publisher.fallback(root.digest, [note])
    await copy(root.digest)
    const [listed] = await referrersOf(target.host, root.digest, to.referrersApi)
    expect(listed).toMatchObject({ digest: note.digest, artifactType: EMPTY_CONFIG.descriptor.mediaType })
  })

  test('not, when it is not asked for', async () => {
    const { publisher, copier, destination, source } = await start(from, to)
    const { root } = await publish(publisher)
    const before = source.requests.length
    const report = await copier.copy(publisher.repository, root.digest, destination, { referrers: false })
    expect(report).toMatchObject({ manifests: { copied: 2, present: 0 }, referrers: [] })
    expect(source.requests.slice(before).map(({ operation }) => operation)).not.toContain('referrers')
  })
})

async function referrersOf(host: string, subject: Digest, hasApi: boolean): Promise<readonly Descriptor[]> {
  const path = hasApi ? `referrers/${subject}` : `manifests/${fallbackTag(subject)}`
  const answer = await fetch(`http://${host}/v2/team/copy/${path}`, {
    headers: { accept: MEDIA_TYPES.ociIndex },
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { manifests: Descriptor[] }).manifests
}

describe('signatures that are only found by their tags', () => {
  test('cosign: signature, attestation, SBOM, and the signature of the SBOM', async () => {
    const { publisher, copy, expectSame, target } = await start()
    const root = await publisher.image(['app'])
    const name = root.digest.replace(':', '-')
    const signature = await publisher.image(['simple signing'], { tag: `${name}.sig` })
    const attestation = await publisher.image(['dsse'], { tag: `${name}.att` })
    const sbom = await publisher.image(['spdx'], { tag: `${name}.sbom` })
    const deep = await publisher.image(['of the sbom'], { tag: `${sbom.digest.replace(':', '-')}.sig` })
    await publisher.image(['of something else'], { tag: `sha256-${'0'.repeat(64)}.sig` })
    await publisher.image(['not of cosign'], { tag: `${name}.txt` })
    const report = await copy(root.digest)
    const tags = [
      `${name}.att`,
      `${name}.sbom`,
      `${name}.sig`,
      `${sbom.digest.replace(':', '-')}.sig`,
    ].toSorted()
    expect(report.tags).toEqual(tags)
    await expect(target.tags('team/copy')).resolves.toEqual(tags)
    await expectSame([root, signature, attestation, sbom, deep].map(({ digest }) => digest))
    expect((await target.readManifest('team/copy', `${name}.sig`))?.digest).toBe(signature.digest)
  })

  test('a further signature replaces the tag, because nothing is lost', async () => {
    const { publisher, copy, target } = await start()
    const root = await publisher.image(['app'])
    const tag = `${root.digest.replace(':', '-')}.sig`
    await publisher.image(['first'], { tag })
    await copy(root.digest)
    const both = await publisher.image(['first', 'second'], { tag })
    await copy(root.digest)
    expect((await target.readManifest('team/copy', tag))?.digest).toBe(both.digest)
  })
})

describe('what is listed and is not attached', () => {
  test('a manifest about something outside of the graph stays behind', async () => {
    const { publisher, copy, target } = await start({ referrersApi: false })
    const root = await publisher.image(['app'])
    const other = await publisher.image(['other'])
    const about = await publisher.image(['about other'], { subject: other })
    const nothing = await publisher.image(['about nothing'])
    await publisher.fallback(root.digest, [about, nothing])
    await expect(copy(root.digest)).resolves.toMatchObject({ referrers: [], missing: [] })
    await expect(target.readManifest('team/copy', about.digest)).resolves.toBeUndefined()
    await expect(target.readManifest('team/copy', nothing.digest)).resolves.toBeUndefined()
  })

  test('an entry whose manifest is gone is reported', async () => {
    const { publisher, copy, source } = await start({ referrersApi: false })
    const root = await publisher.image(['app'])
    const gone = await publisher.image(['gone'], { subject: root })
    const there = await publisher.image(['there'], { subject: root })
    await publisher.fallback(root.digest, [there, gone])
    await fetch(`${source.url}/v2/owner/app/manifests/${gone.digest}`, { method: 'DELETE' })
    const report = await copy(root.digest)
    expect(report).toMatchObject({ referrers: [there.digest], missing: [gone.digest] })
  })
})
