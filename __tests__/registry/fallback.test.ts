import { describe, expect, test } from 'vitest'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../src/domain/record.ts'
import { fallbackTag, writeOnceTag } from '../../src/registry/fallback.ts'
import { recordArtifact } from '../../src/registry/record-manifest.ts'
import { bytesOf, failureWith, keptLog, open, repositoryAt, sampleManifest } from './support/access.ts'
import { record, sample, startCarelessRegistry } from './support/careless-registry.ts'
import { htmlPage, ociError, type Script, type Seen } from './support/scripted-server.ts'

const TYPE = RECORD_TYPES.build
const TAG = fallbackTag(sample.digest)
const recordTag = (digest: Digest): string => writeOnceTag(sample.digest, digest)

/** Entries that no registry should have taken. */
const JUNK = [
  null,
  7,
  'text',
  [],
  {},
  { digest: 'md5:abc', mediaType: MEDIA_TYPES.ociManifest, size: 1 },
  { digest: digestOf('no type') },
  { mediaType: MEDIA_TYPES.ociManifest, artifactType: TYPE, size: -1 },
  { digest: digestOf('odd'), mediaType: 7, annotations: null, 'x-unknown': { deep: [1.5, null] } },
]

function indexOf(manifests: readonly unknown[], more: object = {}): object {
  return { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests, ...more }
}

async function start(answer: (seen: Seen) => Script | undefined = () => undefined) {
  const registry = await startCarelessRegistry(answer)
  const repository = repositoryAt(registry.host)
  const log = keptLog()
  const { records } = open({ log })
  const texts = async (): Promise<readonly string[]> =>
    (await records.list(repository, sample.digest, TYPE)).map(({ bytes }) => Buffer.from(bytes).toString())
  const attach = async (text: string): Promise<Digest> => {
    registry.hold(text)
    return await records.attach(repository, sample.descriptor, record(text))
  }
  const puts = (): readonly string[] =>
    registry.seen.filter(({ method }) => method === 'PUT').map(({ path }) => path.split('/').at(-1) ?? '')
  const index = (): { readonly manifests: readonly unknown[] } =>
    JSON.parse(Buffer.from(registry.manifests.get(TAG)?.bytes ?? []).toString()) as { manifests: unknown[] }
  return { registry, repository, log, records, texts, attach, puts, index }
}

describe('an index with entries that are none', () => {
  test('hides no record that it lists, and none that it does not', async () => {
    const { registry, texts } = await start()
    const listed = registry.plant(record('listed'))
    registry.plant(record('tagged'), recordTag)
    registry.show(TAG, indexOf([...JUNK, listed, listed]))
    expect((await texts()).toSorted()).toEqual(['listed', 'tagged'])
  })

  test('keeps them, its own unknown fields and the entries of others when a record is added', async () => {
    const { registry, attach, index } = await start()
    const foreign = {
      mediaType: MEDIA_TYPES.ociManifest,
      digest: digestOf('foreign'),
      size: 7,
      artifactType: 'application/vnd.example',
      annotations: { b: '2', a: '\ud800' },
      'x-unknown': [1, { y: null }],
    }
    const more = { annotations: { by: 'another tool' }, 'x-new': { z: 1 } }
    registry.show(TAG, indexOf([...JUNK, foreign], more))
    const digest = await attach('ours')
    const ours = recordArtifact(record('ours'), sample.descriptor).descriptor
    expect(index()).toEqual({ ...indexOf([]), ...more, manifests: expect.any(Array) })
    expect(index().manifests).toEqual(expect.arrayContaining([...JUNK, foreign, ours]))
    expect(index().manifests).toHaveLength(JUNK.length + 2)
    expect(ours.digest).toBe(digest)
  })

  test('is changed again when another writer loses them, and puts them back as they were', async () => {
    let writes = 0
    const { registry, attach, index } = await start((seen) => {
      const isIndex = seen.method === 'PUT' && seen.path.endsWith(TAG)
      if (isIndex) writes += 1
      // Another writer, who had read an older index, writes right after our first write.
      if (isIndex && writes === 1) registry.show(TAG, indexOf([other]))
      return isIndex && writes === 1 ? { status: 201 } : undefined
    })
    const other = { mediaType: MEDIA_TYPES.ociManifest, digest: digestOf('other'), size: 1 }
    registry.show(TAG, indexOf(JUNK))
    const digest = await attach('ours')
    expect(index().manifests).toEqual(expect.arrayContaining([...JUNK, other]))
    expect(index().manifests).toContainEqual(expect.objectContaining({ digest }))
  })
})

test('an empty list may be null, and an index need not say its type', async () => {
  const { registry, attach, index, texts } = await start()
  registry.show(TAG, { schemaVersion: 2, manifests: null })
  const digest = await attach('ours')
  expect(index().manifests).toEqual([expect.objectContaining({ digest })])
  await expect(texts()).resolves.toEqual(['ours'])
})

describe('what stands under the fallback tag and is no index', () => {
  test.each([
    ['is no JSON', 'hello', MEDIA_TYPES.ociIndex],
    ['is empty', '', MEDIA_TYPES.ociIndex],
    ['has a byte order mark', `\uFEFF${JSON.stringify(indexOf([]))}`, MEDIA_TYPES.ociIndex],
    ['has a key twice', '{"schemaVersion":2,"manifests":[],"manifests":[]}', MEDIA_TYPES.ociIndex],
    ['has a __proto__', '{"__proto__":{},"manifests":[]}', MEDIA_TYPES.ociIndex],
    ['is nested deeply', `{"manifests":${'['.repeat(100)}${']'.repeat(100)}}`, MEDIA_TYPES.ociIndex],
    ['is a list', '[]', MEDIA_TYPES.ociIndex],
    ['has no manifests', '{"schemaVersion":2}', MEDIA_TYPES.ociIndex],
    ['has manifests that are an object', '{"manifests":{}}', MEDIA_TYPES.ociIndex],
    [
      'says another type',
      JSON.stringify(indexOf([], { mediaType: MEDIA_TYPES.dockerIndex })),
      MEDIA_TYPES.ociIndex,
    ],
    ['is an index of Docker', JSON.stringify(indexOf([])), MEDIA_TYPES.dockerIndex],
    ['is an image', Buffer.from(sample.bytes).toString(), MEDIA_TYPES.ociManifest],
    ['is of an unknown type', '{"manifests":[]}', 'application/json'],
  ])('%s: it is left alone, and nothing is lost', async (_name, body, type) => {
    const { registry, attach, texts, puts } = await start()
    registry.show(TAG, body, type)
    const digest = await attach('ours')
    expect(puts()).toEqual([digest, recordTag(digest)])
    await expect(texts()).resolves.toEqual(['ours'])
  })

  // GitLab takes this tag for the digest it spells.
  test('the artifact itself: its children are not taken for referrers, and it is not changed', async () => {
    const child = {
      mediaType: MEDIA_TYPES.ociManifest,
      digest: digestOf('child'),
      size: 1,
      artifactType: TYPE,
    }
    const subject = JSON.stringify(indexOf([child]))
    const digest = digestOf(subject)
    const descriptor = { mediaType: MEDIA_TYPES.ociIndex, digest, size: subject.length }
    const { registry, repository, records, puts } = await start()
    registry.show(fallbackTag(digest), subject)
    await expect(records.list(repository, digest, TYPE)).resolves.toEqual([])
    const ours = await records.attach(repository, descriptor, record('ours'))
    expect(puts()).toEqual([ours, writeOnceTag(digest, ours)])
  })
})

test.each([
  ['400', ociError(400, 'TAG_INVALID')],
  ['403', ociError(403, 'DENIED')],
  ['405', ociError(405, 'UNSUPPORTED')],
  ['409', ociError(409, 'TAG_IMMUTABLE')],
  ['412', ociError(412, 'PRECONDITION')],
  ['413', ociError(413, 'SIZE_INVALID')],
] satisfies [string, Script][])(
  'a registry that does not let the index be written (%s) keeps the record by its own tag',
  async (_status, script) => {
    const { attach, texts, puts } = await start(({ method, path }) =>
      method === 'PUT' && path.endsWith(TAG) ? script : undefined,
    )
    const digest = await attach('ours')
    expect(puts()).toContain(recordTag(digest))
    await expect(texts()).resolves.toEqual(['ours'])
  },
)

test.each([
  ['403', ociError(403, 'DENIED'), 'REGISTRY_DENIED'],
  ['500', { status: 500 }, 'REGISTRY_UNAVAILABLE'],
  ['a web page', htmlPage(200), undefined],
  ['a missing web page', htmlPage(404), 'REGISTRY_UNEXPECTED'],
] as const)('an index that cannot be read (%s) is no absence', async (_name, script, code) => {
  const { texts } = await start(({ path }) => (path.endsWith(TAG) ? script : undefined))
  if (code === undefined) await expect(texts()).resolves.toEqual([])
  else await failureWith(code, texts())
})

describe('an entry that the index calls a record', () => {
  test('and that is not there was deleted: it is passed over with a warning', async () => {
    const { registry, texts, log } = await start()
    registry.plant(record('there'), recordTag)
    const gone = recordArtifact(record('gone'), sample.descriptor).descriptor
    registry.show(TAG, indexOf([gone]))
    await expect(texts()).resolves.toEqual(['there'])
    expect(log.lines.join('\n')).toContain(`Passed over @${gone.digest}`)
  })

  test('and that has a write-once tag must be there', async () => {
    const { registry, texts } = await start()
    const gone = recordArtifact(record('gone'), sample.descriptor).descriptor
    registry.show(TAG, indexOf([gone]))
    registry.show(recordTag(gone.digest), 'x')
    const error = await failureWith('REGISTRY_NOT_FOUND', texts())
    expect(error.message).toContain(gone.digest)
  })

  test('and that is no manifest is passed over with a warning', async () => {
    const { registry, texts, log } = await start()
    registry.plant(record('there'), recordTag)
    const bytes = bytesOf('{"schemaVersion":2,"schemaVersion":2}')
    const junk = { mediaType: MEDIA_TYPES.ociManifest, digest: digestOf(bytes), size: 1, artifactType: TYPE }
    const corrupt = { ...junk, digest: digestOf('other bytes') }
    for (const { digest } of [junk, corrupt]) registry.show(digest, bytes, MEDIA_TYPES.ociManifest)
    registry.show(TAG, indexOf([junk, corrupt]))
    await expect(texts()).resolves.toEqual(['there'])
    expect(log.lines.filter((line) => line.startsWith('Passed over @'))).toHaveLength(2)
  })

  test('and that cannot be asked for is an error', async () => {
    const gone = recordArtifact(record('gone'), sample.descriptor).descriptor
    const { registry, texts } = await start(({ path }) =>
      path.endsWith(gone.digest) ? ociError(403, 'DENIED') : undefined,
    )
    registry.show(TAG, indexOf([gone]))
    await failureWith('REGISTRY_DENIED', texts())
  })

  test('a record that the index calls something else is found by its tag', async () => {
    const { registry, texts } = await start()
    const entry = registry.plant(record('ours'), recordTag)
    registry.show(TAG, indexOf([{ ...entry, artifactType: 'application/vnd.example' }]))
    await expect(texts()).resolves.toEqual(['ours'])
  })
})

describe('thousands of artifacts of others', () => {
  const others = (count: number, artifactType: string | undefined): readonly object[] =>
    Array.from({ length: count }, (_, n) => ({
      mediaType: MEDIA_TYPES.ociManifest,
      digest: digestOf(`foreign ${n}`),
      size: 1,
      ...(artifactType === undefined ? {} : { artifactType }),
    }))

  test.each([
    ['signatures', 'application/vnd.dev.sigstore.bundle.v0.3+json'],
    ['listed by their empty config', MEDIA_TYPES.ociEmpty],
    ['without a type', undefined],
    ['with an empty type', ''],
  ])('in the index, %s, do not hide a record', async (_name, artifactType) => {
    const { registry, texts } = await start()
    const ours = registry.plant(record('listed'))
    registry.plant(record('tagged'), recordTag)
    registry.show(TAG, indexOf([...others(3000, artifactType), ours]))
    expect((await texts()).toSorted()).toEqual(['listed', 'tagged'])
    expect(registry.seen.length).toBeLessThan(600)
  })

  test('in the referrers API, not filtered although it says so, do not hide a record', async () => {
    const { registry, texts } = await start(({ path }) =>
      path.includes('/referrers/')
        ? {
            status: 200,
            headers: { 'content-type': MEDIA_TYPES.ociIndex, 'oci-filters-applied': 'artifactType' },
            body: JSON.stringify(
              indexOf([...others(20_000, 'application/vnd.example'), ...others(3000, ''), ours]),
            ),
          }
        : undefined,
    )
    const ours = registry.plant(record('ours'))
    await expect(texts()).resolves.toEqual(['ours'])
    expect(registry.seen.length).toBeLessThan(600)
  })

  test('that are called records are refused, with their number', async () => {
    const { registry, texts } = await start()
    registry.show(TAG, indexOf(others(1001, TYPE)))
    const error = await failureWith('REGISTRY_UNEXPECTED', texts())
    expect(error.message).toContain('1001 records')
  })

  test('of another kind of record are not read', async () => {
    const { registry, texts } = await start()
    const ours = registry.plant(record('ours'), recordTag)
    const deployments = others(2000, RECORD_TYPES.deployment) as { digest: Digest }[]
    for (const { digest } of deployments) registry.show(recordTag(digest), 'x', MEDIA_TYPES.ociManifest)
    registry.show(TAG, indexOf([...deployments, ours]))
    await expect(texts()).resolves.toEqual(['ours'])
    expect(registry.seen.length).toBeLessThan(10)
  })
})

describe('a registry that gained the API', () => {
  const api =
    (manifests: () => readonly unknown[]) =>
    (seen: Seen): Script | undefined =>
      seen.path.includes('/referrers/')
        ? {
            status: 200,
            headers: { 'content-type': MEDIA_TYPES.ociIndex },
            body: JSON.stringify(indexOf(manifests())),
          }
        : undefined

  test('and did not import anything: all places together are the records', async () => {
    const listed: unknown[] = []
    const { registry, texts } = await start(api(() => listed))
    const inIndex = registry.plant(record('in the index'))
    registry.plant(record('by tag'), recordTag)
    listed.push(registry.plant(record('in the API')), inIndex)
    registry.show(TAG, indexOf([inIndex]))
    expect((await texts()).toSorted()).toEqual(['by tag', 'in the API', 'in the index'])
  })

  test('and keeps no fallback index: no tags are listed', async () => {
    const listed: unknown[] = []
    const { registry, texts } = await start(api(() => listed))
    listed.push(registry.plant(record('in the API')))
    await expect(texts()).resolves.toEqual(['in the API'])
    expect(registry.seen.map(({ path }) => path)).not.toContain('/v2/owner/app/tags/list')
  })

  test('but lists a record without its type is not relied on: the record gets its tag', async () => {
    const ours = recordArtifact(record('ours'), sample.descriptor).descriptor
    const { attach, texts, puts } = await start(
      api(() => [{ ...ours, artifactType: EMPTY_CONFIG.descriptor.mediaType }]),
    )
    await attach('ours')
    expect(puts()).toContain(recordTag(ours.digest))
    await expect(texts()).resolves.toEqual(['ours'])
  })

  test('and lists a record that is not there is an error', async () => {
    const ours = recordArtifact(record('ours'), sample.descriptor).descriptor
    const { texts } = await start(api(() => [ours]))
    await failureWith('REGISTRY_NOT_FOUND', texts())
  })
})

test('records come in the order of their times, and of their digests where those are one', async () => {
  const { registry, repository, records } = await start()
  const times = ['2026-11-23T03:00:00.000Z', '2026-11-23T01:00:00.000Z', '2026-11-23T02:00:00.000Z', '']
  const planted = times.flatMap((time) =>
    ['a', 'b', 'c'].map((text) => ({
      time,
      digest: registry.plant(record(`${text} ${time}`, time), recordTag).digest,
    })),
  )
  const found = await records.list(repository, sample.digest, TYPE)
  expect(found.map(({ manifestDigest }) => manifestDigest)).toEqual(
    planted
      .toSorted((a, b) => (`${a.time} ${a.digest}` < `${b.time} ${b.digest}` ? -1 : 1))
      .map(({ digest }) => digest),
  )
})

test.each([
  ['is no JSON', 'hello'],
  ['has a key twice', '{"schemaVersion":2,"schemaVersion":2}'],
  ['is an index', JSON.stringify(indexOf([]))],
])('what stands under the tag of a named record and %s is no record', async (_name, body) => {
  const { registry, repository, records } = await start()
  registry.show('log-1', body)
  await expect(records.readNamed(repository, 'log-1', TYPE)).rejects.toMatchObject({ code: 'RECORD_INVALID' })
})

test('a record of a later kind or about another artifact is not read as one of these', async () => {
  const { registry, texts } = await start()
  const other = sampleManifest('other').descriptor
  const later = { ...record('later'), type: TYPE.replace('v1', 'v2') as typeof TYPE }
  const planted = [recordArtifact(record('about another'), other), recordArtifact(later, sample.descriptor)]
  for (const { digest, bytes } of planted) {
    registry.show(digest, bytes, MEDIA_TYPES.ociManifest)
    registry.show(recordTag(digest), bytes, MEDIA_TYPES.ociManifest)
  }
  const ours = registry.plant(record('ours'))
  registry.show(
    TAG,
    indexOf([...planted.map(({ descriptor }) => ({ ...descriptor, artifactType: TYPE })), ours]),
  )
  await expect(texts()).resolves.toEqual(['ours'])
})

test('an artifact may be named by its sha512: its records are found under that name', async () => {
  const { registry, repository, records } = await start()
  registry.hold('ours')
  const digest = digestOf(sample.bytes, 'sha512')
  const subject = { ...sample.descriptor, digest }
  const ours = await records.attach(repository, subject, record('ours'))
  const found = await records.list(repository, digest, TYPE)
  expect(found.map(({ manifestDigest }) => manifestDigest)).toEqual([ours])
  await expect(records.list(repository, sample.digest, TYPE)).resolves.toEqual([])
})
