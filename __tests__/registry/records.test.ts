import { describe, expect, onTestFinished, test } from 'vitest'
import { type RegistryOptions, startRegistry } from '../../sandbox/registry/server.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import type { NewRecord, Registry } from '../../src/domain/registry.ts'
import { fallbackTag, recordPrefix, writeOnceTag } from '../../src/registry/fallback.ts'
import { recordArtifact } from '../../src/registry/record-manifest.ts'
import {
  blobOf,
  bytesOf,
  failureWith,
  fastClock,
  open,
  repositoryAt,
  sampleManifest,
} from './support/access.ts'
import { htmlPage, ociError, type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('subject')
const subject = sample.descriptor
const TYPE = RECORD_TYPES.build
const emptyConfig = {
  ...EMPTY_CONFIG.descriptor,
  async *open() {
    yield EMPTY_CONFIG.bytes
  },
}

function record(text: string): NewRecord {
  return { type: TYPE, bytes: bytesOf(text), created: '2026-11-23T01:43:50.000Z' }
}

/** A registry that holds the subject. */
async function start(options: RegistryOptions = {}) {
  const sandbox = await startRegistry(options)
  onTestFinished(async () => await sandbox.close())
  const repository = repositoryAt(sandbox.host)
  const access = open()
  await access.registry.putBlob(repository, emptyConfig)
  await access.registry.putManifest(repository, sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
  const texts = async () =>
    (await open().records.list(repository, sample.digest, TYPE)).map(({ bytes }) =>
      Buffer.from(bytes).toString(),
    )
  return { sandbox, repository, ...access, texts }
}

describe.each([
  ['with the referrers API', { referrersApi: true }],
  ['without it', { referrersApi: false }],
  ['without it, tags immutable', { referrersApi: false, immutableTags: true }],
] satisfies [string, RegistryOptions][])('%s', (_name, options) => {
  test('what is attached is found', async () => {
    const { records, repository, texts } = await start(options)
    await expect(texts()).resolves.toEqual([])
    const digest = await records.attach(repository, subject, record('one'))
    await expect(records.list(repository, sample.digest, TYPE)).resolves.toEqual([
      { manifestDigest: digest, bytes: bytesOf('one') },
    ])
    await records.attach(repository, subject, record('two'))
    expect((await texts()).toSorted()).toEqual(['one', 'two'])
    const found = await records.list(repository, sample.digest, TYPE)
    const digests = found.map(({ manifestDigest }) => manifestDigest)
    expect(digests).toEqual(digests.toSorted())
  })

  test('attaching again changes nothing', async () => {
    const { records, repository, texts, sandbox } = await start(options)
    const first = await records.attach(repository, subject, record('one'))
    const tags = await sandbox.tags('owner/app')
    await expect(records.attach(repository, subject, record('one'))).resolves.toBe(first)
    await expect(sandbox.tags('owner/app')).resolves.toEqual(tags)
    await expect(texts()).resolves.toEqual(['one'])
  })

  test('other types and subjects are other records', async () => {
    const { records, repository } = await start(options)
    await records.attach(repository, subject, record('one'))
    await expect(records.list(repository, sample.digest, RECORD_TYPES.deployment)).resolves.toEqual([])
    await expect(records.list(repository, sampleManifest('x').digest, TYPE)).resolves.toEqual([])
  })

  test('eight writers at a time lose none of their records', async () => {
    const { repository, texts } = await start(options)
    const wanted = Array.from({ length: 24 }, (_, index) => `writer ${index % 8} record ${index >> 3}`)
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const { records } = open({ clock: fastClock([], 0.2) })
        for (const text of wanted.filter((entry) => entry.startsWith(`writer ${writer} `))) {
          await records.attach(repository, subject, record(text))
        }
      }),
    )
    expect((await texts()).toSorted()).toEqual(wanted.toSorted())
  })

  test('a named record is found by name and, with a subject, at it', async () => {
    const { records, repository, texts } = await start(options)
    await expect(records.readNamed(repository, 'log-1', TYPE)).resolves.toBeUndefined()
    const digest = await records.attachNamed(repository, subject, record('named'), 'log-1')
    await expect(records.attachNamed(repository, subject, record('named'), 'log-1')).resolves.toBe(digest)
    await records.attachNamed(repository, undefined, record('free'), 'log-2')
    await expect(records.readNamed(repository, 'log-1', TYPE)).resolves.toEqual({
      manifestDigest: digest,
      bytes: bytesOf('named'),
    })
    await expect(records.readNamed(repository, 'log-2', TYPE)).resolves.toMatchObject({
      bytes: bytesOf('free'),
    })
    await expect(texts()).resolves.toEqual(['named'])
    await failureWith('REGISTRY_REFUSED', records.attachNamed(repository, undefined, record('x'), 'log-1'))
    await expect(records.readNamed(repository, 'v1', TYPE)).rejects.toMatchObject({ code: 'RECORD_INVALID' })
  })
})

test('the fallback index is what other tools expect', async () => {
  const { records, repository, registry } = await start({ referrersApi: false })
  const first = await records.attach(repository, subject, record('one'))
  const second = await records.attach(repository, subject, record('two'))
  const index = await registry.readTag(repository, `sha256-${sample.digest.slice(7)}`)
  expect(index?.kind === 'index' && index.document.manifests).toEqual(
    [first, second].toSorted().map((digest) => ({
      mediaType: MEDIA_TYPES.ociManifest,
      digest,
      size: expect.any(Number),
      artifactType: TYPE,
      annotations: { 'org.opencontainers.image.created': '2026-11-23T01:43:50.000Z' },
    })),
  )
})

test('with the API no tag is written', async () => {
  const { records, repository, sandbox } = await start()
  await records.attach(repository, subject, record('one'))
  await expect(sandbox.tags('owner/app')).resolves.toEqual(['v1'])
})

test('eight writers leave a complete fallback index, too', async () => {
  const { repository, registry } = await start({ referrersApi: false })
  const digests = await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      const { records } = open({ clock: fastClock([], 0.5) })
      return await records.attach(repository, subject, record(`writer ${writer}`))
    }),
  )
  const index = await registry.readTag(repository, fallbackTag(sample.digest))
  const listed = index?.kind === 'index' ? index.document.manifests.map(({ digest }) => digest) : []
  expect(listed.toSorted()).toEqual(digests.toSorted())
})

describe('records of a time without the API', () => {
  test('are found in the fallback index after the registry gained it', async () => {
    let hasApi = false
    const { records, repository, texts } = await start({
      onRequest: ({ operation }) =>
        operation === 'referrers' && !hasApi ? { status: 404, body: '404 page not found' } : undefined,
    })
    await records.attach(repository, subject, record('old'))
    hasApi = true
    await records.attach(repository, subject, record('new'))
    expect((await texts()).toSorted()).toEqual(['new', 'old'])
  })

  test('and an API that does not list what was written is not trusted', async () => {
    const nothing = {
      status: 200,
      headers: { 'Content-Type': MEDIA_TYPES.ociIndex },
      body: '{"manifests":null}',
    }
    const { records, repository, texts, sandbox } = await start({
      onRequest: ({ operation }) => (operation === 'referrers' ? nothing : undefined),
    })
    await records.attach(repository, subject, record('one'))
    expect((await sandbox.tags('owner/app')).toSorted()).toHaveLength(3)
    await expect(texts()).resolves.toEqual(['one'])
  })
})

describe('the answer of the referrers API', () => {
  const index = (body: string): Script => ({
    status: 200,
    headers: { 'content-type': MEDIA_TYPES.ociIndex },
    body,
  })

  /** Answers the API as given; everything else is absent. */
  async function listAgainst(script: Script) {
    const server = await serve(({ path }) => {
      if (path.includes('/referrers/')) return script
      if (path.endsWith('/tags/list')) return { status: 200, body: '{"tags":[]}' }
      return ociError(404, 'MANIFEST_UNKNOWN')
    })
    const { records } = open()
    const list = records.list(repositoryAt(server.host), sample.digest, TYPE)
    return { server, list }
  }

  test.each([
    ['GHCR redirects to a page', { status: 303, headers: { location: 'https://github.com/x' } }],
    ['400', { status: 400 }],
    ['404 text', { status: 404, body: '404 page not found' }],
    ['404 page', htmlPage(404)],
    ['404 OCI', ociError(404, 'MANIFEST_UNKNOWN')],
    ['405', { status: 405 }],
    ['406', { status: 406 }],
    ['415', { status: 415 }],
    ['a page', htmlPage(200)],
    [
      'another type',
      { status: 200, headers: { 'content-type': 'application/json' }, body: '{"manifests":[]}' },
    ],
    ['an index that is none', index('{}')],
    ['a list', index('[]')],
    ['no JSON', index('<html>')],
  ] satisfies [string, Script][])('%s: there is no API, the tags are asked', async (_name, script) => {
    const { server, list } = await listAgainst(script)
    await expect(list).resolves.toEqual([])
    const paths = server.seen.map(({ path }) => path)
    expect(paths).toContain('/v2/owner/app/tags/list')
    expect(paths).toContain(`/v2/owner/app/manifests/${fallbackTag(sample.digest)}`)
  })

  test.each([
    ['a redirect', { status: 303, headers: { location: 'https://github.com/x' } }],
    ['a page', htmlPage(200)],
    ['a page that says 404', htmlPage(404)],
    ['no JSON', index('')],
  ] satisfies [string, Script][])('%s: no sign that an API is gone that was there', async (_name, script) => {
    let asked = 0
    const server = await serve(({ path }) => {
      if (path.includes('/referrers/')) {
        asked += 1
        return asked === 1 || asked === 3 ? index('{"manifests":[]}') : script
      }
      if (path.endsWith('/tags/list')) return { status: 200, body: '{"tags":[]}' }
      return ociError(404, 'MANIFEST_UNKNOWN')
    })
    const { records } = open()
    const list = () => records.list(repositoryAt(server.host), sample.digest, TYPE)
    expect(await list()).toEqual([])
    // Asked again, and then not believed.
    expect(await list()).toEqual([])
    expect(asked).toBe(3)
    await failureWith('REGISTRY_UNEXPECTED', list())
  })

  test.each([
    ['401', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, 'REGISTRY_DENIED'],
    ['403', ociError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['429', { status: 429 }, 'REGISTRY_UNAVAILABLE'],
    ['503', { status: 503 }, 'REGISTRY_UNAVAILABLE'],
    ['silence', 'reset', 'REGISTRY_UNAVAILABLE'],
  ] as const)('%s: an error, never "no API"', async (_name, script, code) => {
    const { list } = await listAgainst(script)
    await failureWith(code, list)
  })

  test('a candidate that is listed as ours but not there is an error', async () => {
    const { mediaType, digest } = recordArtifact(record('x'), subject).descriptor
    const { list } = await listAgainst(
      index(JSON.stringify({ manifests: [{ mediaType, digest, size: 1, artifactType: TYPE }] })),
    )
    await failureWith('REGISTRY_NOT_FOUND', list)
  })

  test('entries nobody can read, of other types, or without a type and gone, are ignored', async () => {
    const { mediaType, digest } = recordArtifact(record('x'), subject).descriptor
    const manifests = [
      null,
      7,
      { digest: 'md5:abc', mediaType },
      { digest, mediaType: 'application/vnd.example', artifactType: TYPE },
      { digest, mediaType, artifactType: 'application/vnd.dev.cosign' },
      { digest: digestOf('gone'), mediaType },
    ]
    const { list } = await listAgainst(index(JSON.stringify({ manifests })))
    await expect(list).resolves.toEqual([])
  })
})

describe('candidates are judged by themselves', () => {
  async function put(registry: Registry, repository: Parameters<Registry['readTag']>[0], document: object) {
    const bytes = bytesOf(JSON.stringify(document))
    await registry.putManifest(repository, bytes, MEDIA_TYPES.ociManifest)
    return digestOf(bytes)
  }

  function manifest(more: object): object {
    return {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: TYPE,
      config: EMPTY_CONFIG.descriptor,
      layers: [],
      subject,
      ...more,
    }
  }

  test('foreign referrers are ignored, ours is found among them', async () => {
    const { registry, records, repository, texts } = await start()
    await put(registry, repository, manifest({ artifactType: 'application/vnd.in-toto+json' }))
    await put(registry, repository, manifest({ artifactType: MEDIA_TYPES.ociEmpty }))
    await records.attach(repository, subject, record('ours'))
    await expect(texts()).resolves.toEqual(['ours'])
  })

  test('a record listed with the type of its config is found (old tools write such entries)', async () => {
    const { registry, records, repository, texts } = await start({
      referrersApi: false,
      immutableTags: false,
    })
    await records.attach(repository, subject, record('ours'))
    const listed = recordArtifact(record('ours'), subject).descriptor
    const entry: Descriptor = { ...listed, artifactType: MEDIA_TYPES.ociEmpty }
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [entry] }
    const tag = fallbackTag(sample.digest)
    await registry.putManifest(repository, bytesOf(JSON.stringify(index)), MEDIA_TYPES.ociIndex, tag)
    await expect(texts()).resolves.toEqual(['ours'])
  })

  test('an index that lists the record of another subject does not make it ours', async () => {
    const { registry, records, repository, texts } = await start({ referrersApi: false })
    const foreign = sampleManifest('foreign')
    await registry.putManifest(repository, foreign.bytes, MEDIA_TYPES.ociManifest)
    await records.attach(repository, foreign.descriptor, record('theirs'))
    const entry = recordArtifact(record('theirs'), foreign.descriptor).descriptor
    const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [entry] }
    const tag = fallbackTag(sample.digest)
    await registry.putManifest(repository, bytesOf(JSON.stringify(index)), MEDIA_TYPES.ociIndex, tag)
    await expect(texts()).resolves.toEqual([])
  })

  test.each([
    ['no layer', []],
    ['two layers', [{ text: 'x' }, { text: 'x' }]],
    ['a layer of another type', [{ text: 'x', mediaType: 'text/plain' }]],
    ['too large a layer', [{ text: 'x'.repeat(65_537) }]],
  ])('ours with %s is an error', async (_name, layers: { text: string; mediaType?: string }[]) => {
    const { registry, repository, texts } = await start()
    const descriptors = layers.map(({ text, mediaType = TYPE }) => {
      const { digest, size } = blobOf(text)
      return { mediaType, digest, size }
    })
    for (const { text } of layers) await registry.putBlob(repository, blobOf(text))
    await put(registry, repository, manifest({ layers: descriptors }))
    await expect(texts()).rejects.toMatchObject({ code: 'RECORD_INVALID' })
  })

  test('ours with a corrupt or missing document is an error', async () => {
    const { records, repository, texts, sandbox } = await start({
      onRequest: ({ operation, method, reference }) =>
        operation === 'blob' && method === 'GET' && reference === digestOf('gone')
          ? { status: 404, body: '{"errors":[{"code":"BLOB_UNKNOWN"}]}' }
          : undefined,
    })
    await records.attach(repository, subject, record('good'))
    await sandbox.corruptBlob('owner/app', digestOf('good'), bytesOf('evil'))
    await failureWith('CONTENT_CORRUPT', texts())
    await sandbox.corruptBlob('owner/app', digestOf('good'), bytesOf('good'))
    await records.attach(repository, subject, record('gone'))
    await failureWith('REGISTRY_NOT_FOUND', texts())
  })

  test('a write-once tag that was moved is an error', async () => {
    const { records, repository, texts, sandbox } = await start({ referrersApi: false })
    const digest = await records.attach(repository, subject, record('one'))
    const moved = writeOnceTag(sample.digest, digestOf('another record'))
    await sandbox.putTag('owner/app', moved, digest)
    await failureWith('CONTENT_CORRUPT', texts())
  })

  test('a write-once tag that is listed before it can be read is waited for', async () => {
    let absences = 0
    const { records, repository, texts } = await start({
      referrersApi: false,
      onRequest: ({ method, reference }) => {
        const isRecord = method === 'GET' && reference?.includes('.bo-') === true
        const isFallback = reference === fallbackTag(sample.digest)
        if (!isFallback && !(isRecord && absences < 2)) return undefined
        if (isRecord) absences += 1
        return method === 'GET'
          ? { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' }
          : undefined
      },
    })
    await records.attach(repository, subject, record('one'))
    await expect(texts()).resolves.toEqual(['one'])
    expect(absences).toBe(2)
  })

  test('something else under the fallback tag is left alone', async () => {
    const { registry, records, repository, texts } = await start({ referrersApi: false })
    const tag = fallbackTag(sample.digest)
    await registry.putManifest(repository, sample.bytes, MEDIA_TYPES.ociManifest, tag)
    await records.attach(repository, subject, record('one'))
    await expect(texts()).resolves.toEqual(['one'])
    await expect(registry.readTag(repository, tag)).resolves.toMatchObject({ digest: sample.digest })
  })
})

test('reading a seal and its record takes few requests', async () => {
  const { records, repository, sandbox } = await start()
  await records.attach(repository, subject, record('one'))
  const before = sandbox.requests.length
  const access = open()
  const manifest = await access.registry.readTag(repository, 'v1')
  await access.records.list(repository, manifest?.digest ?? sample.digest, TYPE)
  // Tag, then the API and the fallback index at a time, then the record's manifest and its document.
  expect(sandbox.requests.slice(before).map(({ method, operation }) => `${method} ${operation}`)).toEqual([
    'GET manifest',
    'GET referrers',
    'GET manifest',
    'GET manifest',
    'GET blob',
  ])
})

test('names of tags', () => {
  const hex = 'a'.repeat(64)
  const digest = digestOf('x')
  expect(fallbackTag(`sha256:${hex}` as typeof digest)).toBe(`sha256-${hex}`)
  expect(fallbackTag(`sha512:${'b'.repeat(128)}` as typeof digest)).toBe(`sha512-${'b'.repeat(64)}`)
  const tag = writeOnceTag(sample.digest, digest)
  expect(tag.length).toBeLessThanOrEqual(128)
  expect(recordPrefix(tag, sample.digest)).toBe(digest.slice(7, 23))
  expect(recordPrefix(tag, digest)).toBeUndefined()
  expect(recordPrefix(`${tag}0`, sample.digest)).toBeUndefined()
  expect(recordPrefix(fallbackTag(sample.digest), sample.digest)).toBeUndefined()
})

test('the same record is the same bytes', () => {
  const decorated = {
    ...subject,
    annotations: { other: 'thing' },
    platform: { os: 'linux', architecture: 'arm64' },
  }
  const first = recordArtifact(record('one'), subject)
  expect(recordArtifact(record('one'), decorated)).toMatchObject({ digest: first.digest })
  expect(JSON.parse(Buffer.from(first.bytes).toString())).toEqual({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: TYPE,
    config: EMPTY_CONFIG.descriptor,
    layers: [
      {
        mediaType: TYPE,
        digest: digestOf('one'),
        size: 3,
        annotations: { 'org.opencontainers.image.title': 'build.json' },
      },
    ],
    subject,
    annotations: { 'org.opencontainers.image.created': '2026-11-23T01:43:50.000Z' },
  })
})
