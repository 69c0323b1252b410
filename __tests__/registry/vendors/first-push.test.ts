import { describe, expect, test } from 'vitest'
import { failureWith } from '../support/access.ts'
import { htmlPage, ociError, type Script } from '../support/scripted-server.ts'
import { basicVendor } from './support/basic-vendor.ts'
import type { Asked } from './support/distribution.ts'
import { config, push, sample, TAG, type Vendor, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'

const DENIED = ociError(403, 'DENIED', 'not permitted')

type First = (asked: Asked) => Script | undefined

/** A registry that denies reading what does not exist. */
function discreet(first: First = () => undefined, shelf = new Shelf()): Vendor {
  return basicVendor({
    image: 'registry.example.com/owner/app',
    challenge: 'Basic realm="registry"',
    users: { ci: 'secret' },
    shelf,
    quirks: { unknownRepository: DENIED },
    first,
  })
}

const uploads = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.includes('/uploads/'))

test('what is not there is absent for a build', async () => {
  const { registry, repository } = await visit(discreet())
  await expect(registry.readTag(repository, TAG)).resolves.toBeUndefined()
  await expect(registry.listTags(repository)).resolves.toEqual([])
})

test('it is a denial for everybody else, and nothing is begun', async () => {
  const { registry, repository, requests } = await visit(discreet(), { mayCreate: false })
  await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
  await failureWith('REGISTRY_DENIED', registry.listTags(repository))
  expect(requests().every((line) => line.startsWith('GET'))).toBe(true)
})

test('it is a denial for a digest, which somebody has from what is there', async () => {
  const { registry, repository, requests } = await visit(discreet())
  await failureWith('REGISTRY_DENIED', registry.readManifest(repository, sample.digest))
  expect(uploads(requests())).toEqual([])
})

test('it is a denial for a build without credentials', async () => {
  const vendor = { ...discreet(), credentials: { find: async () => undefined } }
  const { registry, repository, requests } = await visit(vendor)
  const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
  expect(error.hint).toContain('Log in before this step')
  expect(uploads(requests())).toEqual([])
})

test('one upload is begun for a repository, also when it is asked about many times at once', async () => {
  const { registry, repository, requests } = await visit(discreet())
  const other = { ...repository, path: 'owner/other' }
  const asked = [repository, repository, other].map(async (one) => await registry.readTag(one, TAG))
  await expect(Promise.all(asked)).resolves.toEqual([undefined, undefined, undefined])
  expect(uploads(requests()).filter((line) => line.startsWith('POST'))).toHaveLength(2)
})

describe('an upload that cannot be cancelled changes nothing', () => {
  test.each([
    ['is not supported', { status: 405 }],
    ['is unknown', ociError(404, 'BLOB_UPLOAD_UNKNOWN')],
    ['breaks off', 'reset'],
  ] satisfies [string, Script][])('%s', async (_name, script) => {
    const { registry, repository } = await visit(
      discreet(({ method }) => (method === 'DELETE' ? script : undefined)),
    )
    await expect(registry.readTag(repository, TAG)).resolves.toBeUndefined()
  })
})

describe('the answer to the upload decides', () => {
  const beginning =
    (script: Script): First =>
    ({ method, kind }) =>
      method === 'POST' && kind === 'uploads' ? script : undefined

  test.each([
    ['is denied', DENIED],
    ['is not supported', ociError(405, 'UNSUPPORTED')],
    ['ends at once', { status: 201 }],
    ['is answered with a page', htmlPage(202)],
    ['leads nowhere', { status: 202 }],
    ['leads into a private network', { status: 202, headers: { location: 'http://169.254.169.254/' } }],
    ['is redirected', { status: 307, headers: { location: 'https://elsewhere.example.com/' } }],
    ['fails', { status: 500 }],
    ['breaks off', 'reset'],
    ['goes to another repository that is missing, as text', { status: 404, body: '404 page not found' }],
  ] satisfies [string, Script][])('%s: the first denial stands', async (_name, script) => {
    const { registry, repository } = await visit(discreet(beginning(script)))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.message).toContain(`/manifests/${TAG} answered 403 DENIED`)
    expect(error.hint).toContain('check the permissions')
  })

  test.each(['NAME_UNKNOWN', 'NOT_FOUND', 'RepositoryNotFoundException'])(
    '404 %s: the repository must be created, which the hint says',
    async (code) => {
      const { registry, repository } = await visit(
        discreet(beginning(ociError(404, code, 'no such repository'))),
      )
      const error = await failureWith('REGISTRY_REFUSED', registry.readTag(repository, TAG))
      expect(error.hint).toContain('create registry.example.com/owner/app')
      expect(error.message).toContain('no such repository')
    },
  )

  test('a read that fails otherwise is no denial, and nothing is begun', async () => {
    const first: First = ({ kind }) => (kind === 'manifests' ? ociError(400, 'NAME_INVALID') : undefined)
    const { registry, repository, requests } = await visit(discreet(first))
    await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repository, TAG))
    expect(uploads(requests())).toEqual([])
  })
})

describe('before a build, a repository that is there', () => {
  /** A repository with one image, which may be read, and an answer to whoever begins an upload. */
  function readable(script?: Script): Vendor {
    const shelf = new Shelf()
    shelf.make('owner/app').put(Buffer.from(sample.bytes), 'application/vnd.oci.image.manifest.v1+json', TAG)
    return discreet(
      ({ method, kind }) => (method === 'POST' && kind === 'uploads' ? script : undefined),
      shelf,
    )
  }

  test.each([
    [401, ociError(401, 'UNAUTHORIZED')],
    [403, DENIED],
  ] as const)('may not be written: %i is REGISTRY_DENIED', async (_status, script) => {
    const { registry, repository } = await visit(readable(script))
    await expect(registry.readTag(repository, TAG)).resolves.toMatchObject({ digest: sample.digest })
    const error = await failureWith('REGISTRY_DENIED', registry.requirePush(repository))
    expect(error.message).toContain('/blobs/uploads/')
    expect(error.hint).toContain('permissions')
  })

  test('may be written: nothing is left of the upload', async () => {
    const { registry, repository, requests } = await visit(readable())
    await registry.requirePush(repository)
    // Asked for a login, begun, and cancelled.
    expect(uploads(requests()).map((line) => line.split(' ')[0])).toEqual(['POST', 'POST', 'DELETE'])
  })

  test.each([
    ['fails', { status: 500 }],
    ['breaks off', 'reset'],
    ['is not supported', ociError(405, 'UNSUPPORTED')],
    ['is answered with a page', htmlPage(202)],
    ['leads nowhere', { status: 202 }],
  ] satisfies [string, Script][])(
    'may be written after all: an upload that %s says nothing',
    async (_name, script) => {
      const { registry, repository } = await visit(readable(script))
      await expect(registry.requirePush(repository)).resolves.toBeUndefined()
    },
  )

  test('that does not exist was looked into already', async () => {
    const { registry, repository, requests } = await visit(discreet())
    await registry.readTag(repository, TAG)
    const before = requests().length
    await registry.requirePush(repository)
    expect(requests()).toHaveLength(before)
  })
})

describe('a denial is a denial', () => {
  /** Denies every read of manifests, whatever is there. */
  const hidden: First = ({ method, kind }) =>
    (method === 'GET' || method === 'HEAD') && kind !== 'uploads' ? DENIED : undefined

  test('from the first blob on', async () => {
    const { registry, repository } = await visit(discreet(hidden))
    await expect(registry.readTag(repository, TAG)).resolves.toBeUndefined()
    await registry.putBlob(repository, config)
    await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    await failureWith('REGISTRY_DENIED', registry.listTags(repository))
  })

  test('from the first manifest on', async () => {
    const visited = await visit(discreet(hidden))
    await push(visited)
    await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, 'other'))
    expect(uploads(visited.requests()).filter((line) => line.startsWith('DELETE'))).toEqual([])
  })

  test('once something was read', async () => {
    const shelf = new Shelf()
    shelf.make('owner/app').put(Buffer.from(sample.bytes), 'application/vnd.oci.image.manifest.v1+json', TAG)
    const first: First = ({ name, kind }) => (kind === 'manifests' && name === 'other' ? DENIED : undefined)
    const { registry, repository, requests } = await visit(discreet(first, shelf))
    await expect(registry.readTag(repository, TAG)).resolves.toMatchObject({ digest: sample.digest })
    await failureWith('REGISTRY_DENIED', registry.readTag(repository, 'other'))
    expect(uploads(requests())).toEqual([])
  })

  test('when something is written while the registry is asked', async () => {
    const shelf = new Shelf()
    const inner = discreet(hidden, shelf)
    let written: Promise<unknown> | undefined
    const vendor: Vendor = {
      ...inner,
      answer: async (asked) => {
        if (asked.method === 'DELETE') {
          written = visited.registry.putBlob(visited.repository, config)
          await written
        }
        return await inner.answer(asked)
      },
    }
    const visited = await visit(vendor)
    await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
    await expect(written).resolves.toBe('uploaded')
  })
})
