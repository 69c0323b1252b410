import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { failureWith } from '../support/access.ts'
import { ociError } from '../support/scripted-server.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { json } from './support/tokens.ts'

const PROJECT = 'group/project'
const NO_API = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }

/** Tokens come from the web site, for a service that is not a host; images belong to a project. */
function gitlab(settings: Partial<BearerSettings> = {}) {
  return bearerVendor({
    image: `registry.gitlab.com/${PROJECT}/app`,
    apiHost: 'registry.gitlab.com',
    realm: 'https://gitlab.com/jwt/auth',
    service: 'container_registry',
    users: { 'gitlab-ci-token': 'glcbt-1', 'gitlab+deploy-token-1': 'gldt-1' },
    decide: ({ user, service, path, actions }) => {
      if (service !== 'container_registry') return json(404, {})
      const isProject = path === PROJECT || path.startsWith(`${PROJECT}/`)
      return user !== undefined && isProject ? actions : []
    },
    refusePassword: json(401, { errors: [{ code: 'UNAUTHORIZED', message: 'HTTP Basic: Access denied.' }] }),
    shelf: new Shelf(),
    ...settings,
    quirks: { noReferrers: NO_API, ...settings.quirks },
  })
}

test.each(['gitlab-ci-token', 'gitlab+deploy-token-1'])('the first push of an image, as %s', async (as) => {
  await pushFirst(await visit(gitlab({ as })))
})

test('only the web site sees the password', async () => {
  const visited = await visit(gitlab())
  await push(visited)
  const shown = visited.internet.seen.filter(({ headers }) => headers.authorization?.startsWith('Basic '))
  expect(new Set(shown.map(({ headers }) => headers.host))).toEqual(new Set(['gitlab.com']))
})

test('a project that does not exist is a denial that names this reason', async () => {
  const visited = await visit(gitlab({ image: 'registry.gitlab.com/group/nothing/app' }))
  const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(error.hint).toContain('does not exist, or its project')
})

test('a token that may not be used for registries', async () => {
  const decide = () => ociError(403, 'DENIED', 'access forbidden')
  const visited = await visit(gitlab({ decide }))
  const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(error.message).toContain('gitlab.com/jwt/auth')
  expect(error.hint).toContain('check the permissions')
})

describe('a protected path: tokens for pulling are given, tokens for pushing are refused', () => {
  const decide: BearerSettings['decide'] = ({ actions }) =>
    actions.includes('push')
      ? ociError(403, 'DENIED', 'Pushing to protected repository path forbidden')
      : actions

  test('what is there is read', async () => {
    const shelf = new Shelf()
    shelf.make(`${PROJECT}/app`).put(Buffer.from(sample.bytes), MEDIA_TYPES.ociManifest, TAG)
    const { registry, repository } = await visit(gitlab({ decide, shelf }))
    await expect(registry.readTag(repository, TAG)).resolves.toMatchObject({ digest: sample.digest })
    await expect(registry.readTag(repository, 'other')).resolves.toBeUndefined()
  })

  test('a push is denied', async () => {
    const error = await failureWith('REGISTRY_DENIED', push(await visit(gitlab({ decide }))))
    expect(error.message).toContain('Pushing to protected repository path forbidden')
  })
})

// Documented is only that the push is denied.
test.each([
  [403, 'DENIED'],
  [400, 'TAG_INVALID'],
  [409, 'DENIED'],
])('a protected or immutable tag, answered with %i %s', async (status, code) => {
  const visited = await visit(gitlab({ quirks: { overwrite: () => ociError(status, code, 'protected') } }))
  await push(visited)
  await expect(push(visited)).resolves.toBe(sample.digest)
  const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
  expect(error.message).toContain(other.digest)
})

test('a new tag that a protection rule forbids is a denial', async () => {
  const first: BearerSettings['first'] = ({ method, path }) =>
    method === 'PUT' && path.endsWith(`/manifests/${TAG}`)
      ? ociError(403, 'DENIED', 'protected tag')
      : undefined
  const error = await failureWith('REGISTRY_DENIED', push(await visit(gitlab({ first }))))
  expect(error.message).toContain('protected tag')
})
