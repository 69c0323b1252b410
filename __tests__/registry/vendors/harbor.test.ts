import { describe, expect, test } from 'vitest'
import { failureWith } from '../support/access.ts'
import { ociError } from '../support/scripted-server.ts'
import { type BearerSettings, bearerVendor } from './support/bearer-vendor.ts'
import { createDistribution } from './support/distribution.ts'
import { other, push, pushFirst, sample, TAG, type Vendor, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { basicUser, bearer, unauthorized } from './support/tokens.ts'

const HOST = 'harbor.example.com'
const REALM = `https://${HOST}/service/token`
const ROBOT = 'robot$library+ci'

/** Asks for a token first and for Basic afterwards; projects must exist, repositories need not. */
function harbor(settings: Partial<BearerSettings> = {}) {
  return bearerVendor({
    image: `${HOST}/library/app`,
    apiHost: HOST,
    realm: REALM,
    service: 'harbor-registry',
    users: { [ROBOT]: 'secret' },
    decide: ({ user, path, actions }) => (user === undefined || !path.startsWith('library/') ? [] : actions),
    refuse: (asked) => {
      const isProject = asked.repository === '' || asked.repository.startsWith('library/')
      // A project that does not exist: no challenge, but the header of one.
      if (!isProject) return unauthorized('', 'project nothing not found')
      const isAsked = asked.headers.authorization !== undefined
      return unauthorized(isAsked ? 'Basic realm="harbor"' : bearer(REALM, 'harbor-registry', asked))
    },
    shelf: new Shelf(),
    ...settings,
    quirks: {
      unknownRepository: ociError(404, 'NOT_FOUND', 'repository library/app not found'),
      unknownManifest: ociError(404, 'NOT_FOUND', 'artifact library/app:x not found'),
      ...settings.quirks,
    },
  })
}

test('the first push of a repository in a project, as a robot with a dollar in its name', async () => {
  await pushFirst(await visit(harbor()))
})

test('a project that does not exist is a denial that names this reason', async () => {
  const visited = await visit(harbor({ image: `${HOST}/nothing/app` }))
  const error = await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(error.message).toContain('project nothing not found')
  expect(error.hint).toContain('does not exist, or its project')
})

test('a token that is good for nothing ends in Basic, and in no loop', async () => {
  const visited = await visit(harbor({ decide: () => [] }))
  await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, TAG))
  expect(visited.internet.seen.length).toBeLessThan(12)
})

test('a registry that is asked for a token and then wants Basic', async () => {
  const inner = harbor({ decide: () => [] })
  const core = createDistribution(new Shelf())
  const vendor: Vendor = {
    ...inner,
    answer: (asked) =>
      asked.path.startsWith('/v2/') && basicUser(asked, { [ROBOT]: 'secret' }) === ROBOT
        ? core(asked)
        : inner.answer(asked),
  }
  await pushFirst(await visit(vendor))
})

describe('an immutable tag (412)', () => {
  test('the same image is what was wanted, another is refused', async () => {
    const message = `Failed to process request due to 'library/app:${TAG}' configured as immutable.`
    const visited = await visit(
      harbor({ quirks: { overwrite: () => ociError(412, 'PRECONDITION', message) } }),
    )
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error).toMatchObject({ status: 412, ociCodes: ['PRECONDITION'] })
    expect(error.message).toContain(sample.digest)
  })
})
