import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { failureWith } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { bearer, unauthorized } from './support/tokens.ts'

const REALM = 'https://ghcr.io/token'
const DENIED = ociError(403, 'DENIED', 'requested access to the resource is denied')

/** Tokens are given for anything the user could mean; what they are good for shows when they are used. */
function ghcr(settings: Partial<BearerSettings> = {}) {
  return bearerVendor({
    image: 'ghcr.io/owner/app',
    apiHost: 'ghcr.io',
    realm: REALM,
    service: 'ghcr.io',
    users: { octocat: 'ghs_1' },
    decide: ({ user, actions }) => (user === undefined ? DENIED : actions),
    shelf: new Shelf(),
    // A raw credential where a token belongs is refused without saying what is wanted.
    refuseForeign: () => ociError(403, 'DENIED', 'denied'),
    refusePassword: DENIED,
    ...settings,
    quirks: { noReferrers: ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown'), ...settings.quirks },
  })
}

describe('the first push of a package that does not exist', () => {
  test.each([
    ['404 MANIFEST_UNKNOWN', ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown')],
    ['404 NAME_UNKNOWN', ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry')],
    ['403 without a challenge', ociError(403, 'DENIED', 'permission_denied: read_package')],
    ['401', ociError(401, 'UNAUTHORIZED', 'authentication required')],
  ] satisfies [string, Script][])('where reading it answers %s', async (_name, unknownRepository) => {
    await pushFirst(await visit(ghcr({ quirks: { unknownRepository } })))
  })

  test('where the token server gives none for reading it', async () => {
    const shelf = new Shelf()
    const decide: BearerSettings['decide'] = ({ path, actions }) =>
      actions.includes('push') || shelf.get(path) !== undefined ? actions : DENIED
    await pushFirst(await visit(ghcr({ shelf, decide })))
  })

  test('a token that was good for nothing is not held against the package that exists by now', async () => {
    const shelf = new Shelf()
    const decide: BearerSettings['decide'] = ({ path, actions }) =>
      actions.includes('push') || shelf.get(path) !== undefined ? actions : []
    const refuse: BearerSettings['refuse'] = (asked, access) =>
      access === undefined ? unauthorized(bearer(REALM, 'ghcr.io', asked)) : DENIED
    await pushFirst(await visit(ghcr({ shelf, decide, refuse })))
  })

  test('the probe of one process is one upload, which is cancelled', async () => {
    const unknownRepository = ociError(403, 'DENIED', 'permission_denied: read_package')
    const visited = await visit(ghcr({ quirks: { unknownRepository } }))
    const { registry, repository, requests } = visited
    await expect(registry.readTag(repository, TAG)).resolves.toBeUndefined()
    await expect(registry.listTags(repository)).resolves.toEqual([])
    await expect(registry.readTag(repository, 'latest')).resolves.toBeUndefined()
    const probes = requests().filter((line) => line.includes('/blobs/'))
    expect(probes).toEqual([
      'POST ghcr.io/v2/owner/app/blobs/uploads/',
      'DELETE ghcr.io/v2/owner/app/blobs/uploads/upload-1',
    ])
  })
})

describe('a package that this workflow may not write', () => {
  const refuse: BearerSettings['refuse'] = (asked, access) =>
    access === undefined ? unauthorized(bearer(REALM, 'ghcr.io', asked)) : DENIED

  test('is denied before anything is built', async () => {
    const visited = await visit(ghcr({ decide: () => [], refuse }))
    const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
    expect(error.hint).toContain('check the permissions')
    expect(error.hint).toContain('does not exist')
  })

  test('may be one that it may read', async () => {
    const shelf = new Shelf()
    shelf.make('owner/app').put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, TAG)
    const decide: BearerSettings['decide'] = ({ actions }) => (actions.includes('push') ? DENIED : actions)
    const visited = await visit(ghcr({ shelf, decide }))
    await expect(visited.registry.readTag(visited.repository, TAG)).resolves.toMatchObject({
      digest: sample.digest,
    })
    // The same bytes under the same tag need no right to write.
    const { registry, repository } = visited
    const put = async (manifest: typeof sample) =>
      await registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest, TAG)
    await expect(put(sample)).resolves.toBe(sample.digest)
    await failureWith('REGISTRY_REFUSED', put(other))
  })
})

test('without credentials: denied by the token server, and the hint says to log in', async () => {
  const visited = await visit(ghcr({ as: null }))
  const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(error.hint).toContain('Log in before this step')
  expect(visited.requests()).toEqual([`GET ghcr.io/v2/owner/app/manifests/${TAG}`, 'GET ghcr.io/token'])
})

test('tags may be overwritten; nothing is', async () => {
  const visited = await visit(ghcr())
  await push(visited)
  await expect(push(visited, other)).resolves.toBe(other.digest)
})

test('referrers that lead to the web site are no API, and nothing follows them', async () => {
  const location = 'https://github.com/-/v2/packages/container/app'
  const visited = await visit(ghcr({ quirks: { noReferrers: { status: 303, headers: { location } } } }))
  await pushFirst(visited)
})
