import { describe, expect, test } from 'vitest'
import type { SandboxRegistry } from '../../../sandbox/registry/server.ts'
import {
  codesOf,
  describeBytes,
  digestOf,
  makeFolder,
  makeImage,
  OCI_CONFIG,
  OCI_INDEX,
  OCI_MANIFEST,
  openRegistry,
  pushImage,
  putManifest,
  STORAGES,
  send,
} from './client.ts'

const TYPE = 'application/vnd.example.record.v1+json'
const SUBJECT = describeBytes(OCI_MANIFEST, 'the subject, which need not exist')

interface Index {
  readonly schemaVersion: number
  readonly mediaType: string
  readonly manifests: readonly Readonly<Record<string, unknown>>[]
}

async function list(registry: SandboxRegistry, target: string) {
  const answer = await send(registry, 'GET', target)
  expect([answer.status, answer.headers['content-type']]).toEqual([200, OCI_INDEX])
  const index = JSON.parse(answer.body.toString()) as Index
  expect([index.schemaVersion, index.mediaType]).toEqual([2, OCI_INDEX])
  return { manifests: index.manifests, headers: answer.headers }
}

async function attach(
  registry: SandboxRegistry,
  layer: string,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const manifest = await makeImage(registry, 'a', layer, { subject: SUBJECT, ...extra })
  const answer = await putManifest(registry, 'a', digestOf(manifest), manifest)
  expect([answer.status, answer.headers['oci-subject']]).toEqual([201, SUBJECT.digest])
  return manifest
}

describe.each(STORAGES)('referrers in %s storage', (storage) => {
  test('an unknown digest has none, also in an unknown repository', async () => {
    const registry = await openRegistry(storage)
    expect((await list(registry, `/v2/a/referrers/${SUBJECT.digest}`)).manifests).toEqual([])
  })

  test('a digest of an algorithm nobody here can compute has none either', async () => {
    const registry = await openRegistry(storage)
    expect((await list(registry, '/v2/a/referrers/blake3:abc')).manifests).toEqual([])
    const answer = await send(registry, 'GET', '/v2/a/referrers/sha256:abc')
    expect([answer.status, codesOf(answer)]).toEqual([400, ['DIGEST_INVALID']])
  })

  test('an entry copies type and annotations', async () => {
    const registry = await openRegistry(storage)
    const manifest = await attach(registry, 'record', {
      artifactType: TYPE,
      annotations: { created: 'today' },
    })
    const { manifests, headers } = await list(registry, `/v2/a/referrers/${SUBJECT.digest}`)
    const expected = {
      ...describeBytes(OCI_MANIFEST, manifest),
      artifactType: TYPE,
      annotations: { created: 'today' },
    }
    expect(manifests).toEqual([expected])
    expect(headers['oci-filters-applied']).toBeUndefined()
  })

  test('a manifest without artifactType is known by its config, an index by nothing', async () => {
    const registry = await openRegistry(storage)
    const manifest = await attach(registry, 'record')
    const index = JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [], subject: SUBJECT })
    const put = await putManifest(registry, 'a', 'index', index, OCI_INDEX)
    expect(put.headers['oci-subject']).toBe(SUBJECT.digest)
    const { manifests } = await list(registry, `/v2/a/referrers/${SUBJECT.digest}`)
    expect(manifests.find((entry) => entry['digest'] === digestOf(manifest))?.['artifactType']).toBe(
      OCI_CONFIG,
    )
    expect(manifests.find((entry) => entry['digest'] === digestOf(index))).toEqual(
      describeBytes(OCI_INDEX, index),
    )
  })

  test('the filter leaves one type and says so', async () => {
    const registry = await openRegistry(storage)
    const manifest = await attach(registry, 'record', { artifactType: TYPE })
    await attach(registry, 'other')
    const target = `/v2/a/referrers/${SUBJECT.digest}?artifactType=`
    const { manifests, headers } = await list(registry, target + encodeURIComponent(TYPE))
    expect(manifests.map((entry) => entry['digest'])).toEqual([digestOf(manifest)])
    expect(headers['oci-filters-applied']).toBe('artifactType')
    expect((await list(registry, `${target}x/y`)).manifests).toEqual([])
  })

  test('pages follow each other and keep the filter', async () => {
    const registry = await openRegistry(storage, { pageSize: 2 })
    const digests: string[] = []
    for (const layer of ['1', '2', '3', '4', '5']) {
      digests.push(digestOf(await attach(registry, layer, { artifactType: TYPE })))
    }
    await attach(registry, 'other')
    let target: string | undefined =
      `/v2/a/referrers/${SUBJECT.digest}?artifactType=${encodeURIComponent(TYPE)}`
    const pages: unknown[][] = []
    while (target !== undefined) {
      const { manifests, headers } = await list(registry, target)
      pages.push(manifests.map((entry) => entry['digest']))
      expect(headers['oci-filters-applied']).toBe('artifactType')
      target = /^<([^>]+)>; rel="next"$/u.exec(String(headers['link']))?.[1]
    }
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    expect(pages.flat()).toEqual(digests.toSorted())
  })

  test('the same push twice is one entry; a deleted manifest is none', async () => {
    const registry = await openRegistry(storage)
    const digest = digestOf(await attach(registry, 'record'))
    await attach(registry, 'record')
    const target = `/v2/a/referrers/${SUBJECT.digest}`
    expect((await list(registry, target)).manifests).toHaveLength(1)
    await send(registry, 'DELETE', `/v2/a/manifests/${digest}`)
    expect((await list(registry, target)).manifests).toEqual([])
  })

  test('referrers belong to their repository', async () => {
    const registry = await openRegistry(storage)
    await attach(registry, 'record')
    expect((await list(registry, `/v2/b/referrers/${SUBJECT.digest}`)).manifests).toEqual([])
  })

  test('the subject of a Docker manifest means nothing', async () => {
    const registry = await openRegistry(storage)
    const mediaType = 'application/vnd.docker.distribution.manifest.v2+json'
    const manifest = await makeImage(registry, 'a', 'x', { mediaType, subject: SUBJECT })
    const put = await putManifest(registry, 'a', 'v1', manifest, mediaType)
    expect([put.status, put.headers['oci-subject']]).toEqual([201, undefined])
    expect((await list(registry, `/v2/a/referrers/${SUBJECT.digest}`)).manifests).toEqual([])
  })

  test('switched off, the API is a 404 in text and a push with subject still works', async () => {
    const registry = await openRegistry(storage, { referrersApi: false })
    const manifest = await makeImage(registry, 'a', 'x', { subject: SUBJECT })
    const put = await putManifest(registry, 'a', 'v1', manifest)
    expect([put.status, put.headers['oci-subject']]).toEqual([201, undefined])
    const answer = await send(registry, 'GET', `/v2/a/referrers/${SUBJECT.digest}`)
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
    expect(answer.body.toString()).toBe('404 page not found\n')
  })
})

test('a registry that gains the API lists what was pushed before', async () => {
  const directory = await makeFolder()
  const options = { storage: { kind: 'disk', directory } } as const
  const before = await openRegistry('disk', { ...options, referrersApi: false })
  const subject = describeBytes(OCI_MANIFEST, 'subject')
  const digest = await pushImage(before, 'a', 'record', 'record', { subject })
  await before.close()
  const after = await openRegistry('disk', options)
  const { manifests } = await list(after, `/v2/a/referrers/${subject.digest}`)
  expect(manifests.map((entry) => entry['digest'])).toEqual([digest])
})
