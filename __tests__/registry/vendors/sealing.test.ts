import { describe, expect, test } from 'vitest'
import { parseCommit } from '../../../src/domain/commit.ts'
import { RegistryError } from '../../../src/domain/error.ts'
import { type Manifest, MEDIA_TYPES, parseManifest } from '../../../src/domain/manifest.ts'
import { formatRepository } from '../../../src/domain/reference.ts'
import { look, seal } from '../../../src/verbs/build/seal-registry.ts'
import type { SealResult } from '../../../src/verbs/build/sealed.ts'
import { putTags } from '../../../src/verbs/build/tags.ts'
import { buildRecord, nextNonce } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'
import { failureWith, fastClock, keptLog } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { basicVendor } from './support/basic-vendor.ts'
import type { Asked, Quirks } from './support/distribution.ts'
import { config, other, sample, TAG, type Vendor, type Visit, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'

type First = (asked: Asked) => Script | undefined

function registry(first: First = () => undefined, quirks: Quirks = {}, shelf = new Shelf()): Vendor {
  return basicVendor({
    image: 'registry.example.com/owner/app',
    challenge: 'Basic realm="registry"',
    users: { ci: 'secret' },
    shelf,
    quirks,
    first,
  })
}

function manifestOf({ bytes }: typeof sample): Manifest {
  return parseManifest(bytes, MEDIA_TYPES.ociManifest, 'sample')
}

async function publish({ registry: to, repository }: Visit, manifest: typeof sample): Promise<void> {
  await to.putBlob(repository, config)
  await to.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest)
}

/** Seals what was published, as a build does. */
async function sealNow(visited: Visit, sampled: typeof sample): Promise<SealResult> {
  const { repository } = visited
  const ports = { registry: visited.registry, records: visited.records, clock: fastClock(), log: keptLog() }
  const manifest = manifestOf(sampled)
  const { digest, mediaType, bytes } = manifest
  const commit = parseCommit(TAG)
  const record = buildRecord({
    repository: formatRepository(repository),
    commit,
    digest,
    mediaType,
    size: bytes.byteLength,
    createdAt: new Date().toISOString(),
    nonce: nextNonce(),
  })
  return await seal(ports, { repository, commit, settle: 3000 }, manifest, record)
}

async function lookNow({ repository, ...access }: Visit) {
  const ports = { registry: access.registry, records: access.records, clock: fastClock(), log: keptLog() }
  return await look(ports, { repository, commit: parseCommit(TAG), settle: 3000 })
}

describe('credentials that may write and not read', () => {
  const isRead = ({ method, kind }: Asked): boolean =>
    (method === 'GET' || method === 'HEAD') && kind !== 'uploads' && kind !== 'ping'
  const DENIED = ociError(403, 'DENIED', 'not permitted')
  /** What they may still read. */
  const PARTS: readonly [string, First][] = [
    ['nothing', (asked) => (isRead(asked) ? DENIED : undefined)],
    ['blobs only', (asked) => (isRead(asked) && asked.kind !== 'blobs' ? DENIED : undefined)],
    [
      'all but manifests',
      ({ method, kind }) => (kind === 'manifests' && method !== 'PUT' ? DENIED : undefined),
    ],
    [
      'all but tags',
      ({ method, kind, name }) =>
        kind === 'tags' || (kind === 'manifests' && method === 'GET' && !name.includes(':'))
          ? DENIED
          : undefined,
    ],
  ]

  /** A registry in which somebody else sealed the commit; the tag moves for whoever puts it. */
  async function sealedRegistry(first: First) {
    const shelf = new Shelf()
    await sealByOther(shelf)
    return { shelf, visited: await visit(registry(first, {}, shelf)) }
  }

  async function sealByOther(shelf: Shelf): Promise<void> {
    const visited = await visit(registry(undefined, {}, shelf))
    await publish(visited, other)
    await sealNow(visited, other)
  }

  describe.each(PARTS)('they read %s', (_name, first) => {
    test('a build that pushes first ends in an error, and the seal stands', async () => {
      const { shelf, visited } = await sealedRegistry(first)
      const building = (async () => {
        const found = await lookNow(visited)
        expect(found.state).toBe('absent')
        await publish(visited, sample)
        return await sealNow(visited, sample)
      })()
      await failureWith('REGISTRY_DENIED', building)
      expect(shelf.get('owner/app')?.tags.get(TAG)).toBe(other.digest)
    })

    test('so does one whose engine pushes by itself', async () => {
      const { shelf, visited } = await sealedRegistry(first)
      await expect(lookNow(visited)).resolves.toEqual({ state: 'absent' })
      await publish(await visit(registry(first, {}, shelf)), sample)
      await failureWith('REGISTRY_DENIED', sealNow(visited, sample))
      expect(shelf.get('owner/app')?.tags.get(TAG)).toBe(other.digest)
    })

    test('so does moving another tag', async () => {
      const { shelf, visited } = await sealedRegistry(first)
      shelf.get('owner/app')?.tags.set('latest', other.digest)
      await publish(visited, sample)
      const moving = putTags(visited.registry, visited.repository, manifestOf(sample), ['latest'])
      await failureWith('REGISTRY_DENIED', moving)
      expect(shelf.get('owner/app')?.tags.get('latest')).toBe(other.digest)
    })
  })

  test('a commit that nobody sealed is not sealed by them either', async () => {
    const shelf = new Shelf()
    const visited = await visit(registry(PARTS[0]?.[1], {}, shelf))
    await publish(visited, sample)
    await failureWith('REGISTRY_DENIED', sealNow(visited, sample))
    expect(shelf.get('owner/app')?.tags.get(TAG)).toBeUndefined()
  })
})

describe('two builders at a registry that keeps tags', () => {
  /** Every refusal that registries are known for; most refuse the same bytes as well. */
  test.each([
    ['ECR', 400, 'TAG_INVALID'],
    ['Nexus', 400, 'BLOB_UPLOAD_INVALID'],
    ['Docker Hub and zot', 403, 'DENIED'],
    ['Artifactory', 403, 'MANIFEST_INVALID'],
    ['ACR', 405, 'REGISTRY_DISALLOWED_OPERATION'],
    ['Quay', 409, 'TAG_IMMUTABLE'],
    ['Harbor', 412, 'PRECONDITION'],
    ['one that says it lacks rights', 401, 'UNAUTHORIZED'],
  ])('%s (%i %s): the later adopts what the earlier sealed', async (_name, status, code) => {
    const shelf = new Shelf()
    const inner = registry(undefined, { overwrite: () => ociError(status, code, 'kept') }, shelf)
    let earlier: Promise<SealResult> | undefined
    const vendor: Vendor = {
      ...inner,
      answer: async (asked) => {
        const isSealing =
          asked.method === 'PUT' && asked.name === TAG && asked.headers.authorization !== undefined
        if (isSealing && earlier === undefined) {
          // The later has looked, and is about to write: now the earlier finishes.
          earlier = sealNow(first, other)
          await earlier
        }
        return await inner.answer(asked)
      },
    }
    const first = await visit(inner)
    await publish(first, other)
    const later = await visit(vendor)
    await publish(later, sample)
    const adopted = await sealNow(later, sample)
    await expect(earlier).resolves.toMatchObject({ ours: true, manifest: { digest: other.digest } })
    expect(adopted).toMatchObject({ ours: false, manifest: { digest: other.digest } })
    expect(shelf.get('owner/app')?.tags.get(TAG)).toBe(other.digest)
  })

  test.each([
    [400, 'TAG_INVALID', 'REGISTRY_REFUSED'],
    [401, 'UNAUTHORIZED', 'REGISTRY_DENIED'],
    [403, 'DENIED', 'REGISTRY_DENIED'],
    [405, 'UNSUPPORTED', 'REGISTRY_REFUSED'],
    [409, 'CONFLICT', 'REGISTRY_REFUSED'],
    [412, 'PRECONDITION', 'REGISTRY_REFUSED'],
    [422, 'UNKNOWN', 'REGISTRY_REFUSED'],
  ] as const)('%i %s for a tag that stays free is the error itself', async (status, code, expected) => {
    const first: First = ({ method, name }) =>
      method === 'PUT' && name === TAG ? ociError(status, code, 'no') : undefined
    const visited = await visit(registry(first))
    await publish(visited, sample)
    const error = await failureWith(expected, sealNow(visited, sample))
    expect(error.message).toContain(`answered ${status} ${code}: no`)
    expect(error.hint).toMatch(expected === 'REGISTRY_REFUSED' ? /The tag is free/ : /check the permissions/)
  })
})

describe('a put that is answered as success', () => {
  const ofTag = (script: Script): First => {
    return ({ method, name }) => (method === 'PUT' && name === TAG ? script : undefined)
  }

  test.each([200, 201, 202, 204])('%i, and the tag is not there: the seal does not stand', async (status) => {
    const visited = await visit(registry(ofTag({ status })))
    await publish(visited, sample)
    await expectCode(sealNow(visited, sample), 'SEAL_UNSTABLE')
  })

  test.each([200, 202, 204])('%i, and the tag is there: sealed', async (status) => {
    const shelf = new Shelf()
    const first: First = ({ method, name, body, headers }) => {
      if (method !== 'PUT' || name !== TAG) return undefined
      shelf.get('owner/app')?.put(Buffer.from(body, 'latin1'), String(headers['content-type']), TAG)
      return { status }
    }
    const visited = await visit(registry(first, {}, shelf))
    await publish(visited, sample)
    await expect(sealNow(visited, sample)).resolves.toMatchObject({
      ours: true,
      manifest: { digest: sample.digest },
    })
  })

  test('the tag holds something that nobody recorded: not ours, and no seal', async () => {
    const shelf = new Shelf()
    const first: First = ({ method, name }) => {
      if (method !== 'PUT' || name !== TAG) return undefined
      shelf.get('owner/app')?.put(Buffer.from(other.bytes), MEDIA_TYPES.ociManifest, TAG)
      return { status: 201 }
    }
    const visited = await visit(registry(first, {}, shelf))
    await publish(visited, sample)
    await expectCode(sealNow(visited, sample), 'UNSEALED_TAG')
  })

  test('another digest in the header is an error', async () => {
    const headers = { 'docker-content-digest': other.digest }
    const visited = await visit(registry(ofTag({ status: 201, headers })))
    await publish(visited, sample)
    await expectCode(sealNow(visited, sample), 'CONTENT_CORRUPT')
  })

  test.each([203, 205, 206, 304, 307])('%i is none', async (status) => {
    const visited = await visit(registry(ofTag({ status, headers: { location: '/elsewhere' } })))
    await publish(visited, sample)
    await expect(sealNow(visited, sample)).rejects.toThrow(RegistryError)
  })
})
