import { describe, expect, test } from 'vitest'
import { failureWith } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { bearer, unauthorized } from './support/tokens.ts'

const HOST = 'europe-west1-docker.pkg.dev'
const REALM = `https://${HOST}/v2/token`
const DENIED = ociError(
  403,
  'DENIED',
  'Permission "artifactregistry.repositories.downloadArtifacts" denied on resource "projects/acme/locations/europe-west1/repositories/images" (or it may not exist)',
)

/** A repository of Google holds many images: it must exist, the images in it need not. */
function artifactRegistry(exists: boolean, settings: Partial<BearerSettings> = {}) {
  return bearerVendor({
    image: `${HOST}/acme/images/app`,
    apiHost: HOST,
    realm: REALM,
    service: HOST,
    users: { oauth2accesstoken: 'ya29.a:b', _json_key: '{"type": "service_account"}' },
    // Who may not, or asks for what does not exist, gets a token that is good for nothing.
    decide: ({ user, actions }) => (user === undefined ? DENIED : exists ? actions : []),
    refuse: (asked, access) => (access === undefined ? unauthorized(bearer(REALM, HOST, asked)) : DENIED),
    shelf: new Shelf(),
    ...settings,
  })
}

test.each([
  ['an access token, which holds colons', 'oauth2accesstoken'],
  ['a key of a service account, which is JSON', '_json_key'],
])('the first push of an image, with %s', async (_name, as) => {
  await pushFirst(await visit(artifactRegistry(true, { as })))
})

test('an image whose name is unknown', async () => {
  const unknownRepository = ociError(404, 'NAME_UNKNOWN', 'Repository "images" has no image "app"')
  await pushFirst(await visit(artifactRegistry(true, { quirks: { unknownRepository } })))
})

describe('a repository that does not exist', () => {
  test('is denied to readers and writers alike; the hint names both reasons', async () => {
    const { registry, repository } = await visit(artifactRegistry(false))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.hint).toContain('check the permissions')
    expect(error.hint).toContain(`${HOST}/acme/images/app does not exist, or its project`)
  })

  test('is denied to an anonymous by the token server', async () => {
    const { registry, repository } = await visit(artifactRegistry(false, { as: null }))
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repository, TAG))
    expect(error.hint).toContain('Log in')
  })

  test('an upload that says so ends in its own words', async () => {
    const quirks = {
      unknownRepository: DENIED,
      uploadToUnknown: ociError(404, 'NAME_UNKNOWN', 'Repository "images" not found'),
    }
    const { registry, repository } = await visit(artifactRegistry(true, { quirks }))
    const error = await failureWith('REGISTRY_REFUSED', registry.readTag(repository, TAG))
    expect(error.hint).toContain(`create ${HOST}/acme/images/app`)
  })
})

// What status goes with the text is not known; none of them makes a difference.
describe.each([400, 403, 409, 412])('immutable tags, answered with %i', (status) => {
  const overwrite = (_tag: string, isSame: boolean): Script | undefined =>
    isSame ? undefined : ociError(status, 'DENIED', 'The repository has enabled tag immutability')

  test('the same image is what was wanted, another is refused', async () => {
    const visited = await visit(artifactRegistry(true, { quirks: { overwrite } }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error.message).toContain(sample.digest)
    expect(error.message).toContain(other.digest)
  })
})
