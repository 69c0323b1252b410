import { describe, expect, test } from 'vitest'
import { ociError, type Script } from '../support/scripted-server.ts'
import { failureWith, fastClock } from '../support/access.ts'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { json } from './support/tokens.ts'

/** Tokens come from another host; what a user may not see and what is not there look the same. */
function dockerHub(settings: Partial<BearerSettings> = {}) {
  const shelf = settings.shelf ?? new Shelf()
  return bearerVendor({
    image: 'docker.io/owner/app',
    apiHost: 'registry-1.docker.io',
    realm: 'https://auth.docker.io/token',
    service: 'registry.docker.io',
    users: { owner: 'dckr_pat_1', guest: 'dckr_pat_2' },
    decide: ({ user, service, path, actions }) => {
      if (service !== 'registry.docker.io') return json(400, { details: 'unknown service' })
      const isOwner = user !== undefined && path.startsWith(`${user}/`)
      if (actions.includes('push')) return isOwner ? actions : []
      return shelf.get(path) === undefined ? [] : actions
    },
    shelf,
    ...settings,
  })
}

test('the first push to a repository that does not exist', async () => {
  const visited = await visit(dockerHub())
  await pushFirst(visited)
  // The name in references is not the host of the API, and the token server is on a third.
  const hosts = new Set(visited.internet.seen.map(({ headers }) => headers.host))
  expect(hosts).toEqual(new Set(['registry-1.docker.io', 'auth.docker.io']))
})

test('only the token server sees the password', async () => {
  const visited = await visit(dockerHub())
  await pushFirst(visited)
  const shown = visited.internet.seen.filter(({ headers }) => headers.authorization?.startsWith('Basic '))
  expect(new Set(shown.map(({ headers }) => headers.host))).toEqual(new Set(['auth.docker.io']))
})

test('official images live below library/', async () => {
  const shelf = new Shelf()
  shelf.make('library/debian').put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, 'stable')
  const { registry, repository, requests } = await visit(
    dockerHub({ shelf, image: 'docker.io/debian', as: null }),
  )
  await expect(registry.readTag(repository, 'stable')).resolves.toMatchObject({ digest: sample.digest })
  expect(requests()).toContain('GET registry-1.docker.io/v2/library/debian/manifests/stable')
})

describe('a repository of somebody else', () => {
  test('is denied, not taken for one that does not exist', async () => {
    const { registry, repository, requests } = await visit(dockerHub({ as: 'guest' }))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.status).toBe(401)
    expect(error.hint).toContain('check the permissions')
    expect(requests()).toContain('POST registry-1.docker.io/v2/owner/app/blobs/uploads/')
  })

  test('is not probed without credentials; the hint says to log in', async () => {
    const { registry, repository, requests } = await visit(dockerHub({ as: null }))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.hint).toContain('Log in before this step')
    expect(requests().filter((line) => line.startsWith('POST'))).toEqual([])
  })

  test('a wrong password is asked about twice and no more', async () => {
    const { registry, repository, requests } = await visit(dockerHub({ as: 'nobody' }))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.message).toContain('auth.docker.io')
    expect(error.hint).toContain('were refused')
    expect(requests().filter((line) => line.includes('auth.docker.io'))).toHaveLength(2)
  })
})

describe('an immutable tag (403)', () => {
  const message =
    'requested access to the resource is denied - This tag is already assigned to an image in this repository and cannot be updated due to immutability settings'
  // Documented: a tag cannot be pointed at another image; the same one may be pushed again.
  const quirks = {
    overwrite: (_tag: string, isSame: boolean): Script | undefined =>
      isSame ? undefined : ociError(403, 'DENIED', message),
  }

  test('the same image again is what was wanted', async () => {
    const visited = await visit(dockerHub({ quirks }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
  })

  test('another image is refused, naming both', async () => {
    const visited = await visit(dockerHub({ quirks }))
    await push(visited)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error.message).toContain(sample.digest)
    expect(error.message).toContain(other.digest)
    expect(error).toMatchObject({ status: 403, ociCodes: ['DENIED'] })
  })
})

describe('rate limits', () => {
  const LIMITS = [
    ['pulls', { errors: [{ code: 'TOOMANYREQUESTS', message: 'You have reached your pull rate limit.' }] }],
    ['abuse, which is no OCI error', { message: 'Too Many Requests' }],
  ] as const

  test.each(LIMITS)('%s: waited for', async (_name, body) => {
    const shelf = new Shelf()
    shelf.make('owner/app').put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, TAG)
    let refusals = 2
    const first = ({ kind }: { kind: string }) => {
      if (kind !== 'manifests' || refusals === 0) return undefined
      refusals -= 1
      return json(429, body, { 'retry-after': '3' })
    }
    const pauses: number[] = []
    const { registry, repository } = await visit(dockerHub({ shelf, first }), { clock: fastClock(pauses) })
    await expect(registry.readTag(repository, TAG)).resolves.toMatchObject({ digest: sample.digest })
    expect(pauses).toEqual([3000, 3000])
  })

  test.each(LIMITS)('%s: an outage when it lasts, never an absence', async (_name, body) => {
    const first = ({ kind }: { kind: string }) => (kind === 'manifests' ? json(429, body) : undefined)
    const { registry, repository } = await visit(dockerHub({ first }))
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repository, TAG))
    expect(error.status).toBe(429)
  })
})
