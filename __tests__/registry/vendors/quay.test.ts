import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { failureWith, sampleManifest } from '../support/access.ts'
import { ociError } from '../support/scripted-server.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { config, other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { bearer, unauthorized } from './support/tokens.ts'

const REALM = 'https://quay.io/v2/auth'

/** A token for pushing makes the repository; what may not be seen is unauthorized. */
function quay(settings: Partial<BearerSettings> = {}) {
  const shelf = settings.shelf ?? new Shelf()
  return bearerVendor({
    image: 'quay.io/org/app',
    apiHost: 'quay.io',
    realm: REALM,
    service: 'quay.io',
    users: { 'org+robot': 'secret', 'other+robot': 'secret' },
    decide: ({ user, path, actions }) => {
      if (user !== 'org+robot' || !path.startsWith('org/')) return []
      if (actions.includes('push')) shelf.make(path)
      return shelf.get(path) === undefined ? [] : actions
    },
    refuse: (asked) => {
      const challenge = `Basic realm="quay.io", ${bearer(REALM, 'quay.io', asked)}`
      return unauthorized(challenge, 'access to the requested resource is not authorized')
    },
    shelf,
    ...settings,
  })
}

test('the first push, as a robot with a plus in its name', async () => {
  const visited = await visit(quay())
  await pushFirst(visited)
  const shown = visited.internet.seen.filter(({ headers }) => headers.authorization?.startsWith('Basic '))
  // The second of the two challenges is the one to answer.
  expect(new Set(shown.map(({ path }) => path))).toEqual(new Set(['/v2/auth']))
})

test('a repository of another organisation is denied', async () => {
  const visited = await visit(quay({ as: 'other+robot' }))
  await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
})

test('records of an image that the referrers API does not know yet', async () => {
  const shelf = new Shelf()
  shelf.make('org/app').put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, TAG)
  const quirks = { noReferrers: ociError(400, 'MANIFEST_INVALID', 'manifest invalid') }
  await pushFirst(await visit(quay({ quirks })))
})

describe('an immutable tag (409)', () => {
  test('the same image is what was wanted, another is refused', async () => {
    const overwrite = () => ociError(409, 'TAG_IMMUTABLE', 'tag is immutable')
    const visited = await visit(quay({ quirks: { overwrite } }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error).toMatchObject({ status: 409, ociCodes: ['TAG_IMMUTABLE'] })
    expect(error.message).toContain(sample.digest)
  })
})

test('a mount always names where from, and a refused one is an upload', async () => {
  const first: BearerSettings['first'] = ({ method, query, kind }) => {
    if (method !== 'POST' || kind !== 'uploads' || !query.has('mount')) return undefined
    return query.has('from') ? ociError(405, 'UNSUPPORTED') : ociError(400, 'BLOB_UPLOAD_INVALID')
  }
  const visited = await visit(quay({ first }))
  const { registry, repository } = visited
  const base = { ...repository, path: 'org/base' }
  await push({ ...visited, repository: base }, sampleManifest('base'))
  await expect(registry.copyBlob(base, repository, { ...config, mediaType: 'text/plain' })).resolves.toBe(
    'uploaded',
  )
  const mounts = visited.internet.seen.filter(({ query }) => query.has('mount'))
  expect(mounts.map(({ query }) => query.get('from'))).toEqual(['org/base'])
})
