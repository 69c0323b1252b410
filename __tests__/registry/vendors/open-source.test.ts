import { describe, expect, test } from 'vitest'
import { failureWith } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { basicVendor } from './support/basic-vendor.ts'
import type { Asked } from './support/distribution.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'

const NO_ROUTE = { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found\n' }

describe('distribution', () => {
  const distribution = () =>
    basicVendor({
      image: 'registry.example.com/app',
      challenge: 'Basic realm="basic-realm"',
      users: { ci: 'secret' },
      shelf: new Shelf(),
      quirks: { noReferrers: NO_ROUTE },
    })

  test('the first push', async () => {
    await pushFirst(await visit(distribution()))
  })

  test('tags move', async () => {
    const visited = await visit(distribution())
    await push(visited)
    await expect(push(visited, other)).resolves.toBe(other.digest)
  })
})

describe('zot', () => {
  const zot = (first?: (asked: Asked) => Script | undefined) =>
    basicVendor({
      image: 'zot.example.com/team/app',
      challenge: 'Basic realm="Authorization Required"',
      users: { ci: 'secret' },
      shelf: new Shelf(),
      quirks: {
        unknownRepository: ociError(404, 'NAME_UNKNOWN', 'repository name not known to registry'),
        // A user who may create and not update; not even with the same bytes.
        overwrite: () => ociError(403, 'DENIED', 'requested access to the resource is denied'),
      },
      ...(first === undefined ? {} : { first }),
    })

  test('the first push', async () => {
    await pushFirst(await visit(zot()))
  })

  test('who may create and not update has immutable tags (403)', async () => {
    const visited = await visit(zot())
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error).toMatchObject({ status: 403, ociCodes: ['DENIED'] })
  })

  test('who may only read is told so', async () => {
    const visited = await visit(
      zot(({ method }) => (method === 'GET' || method === 'HEAD' ? undefined : ociError(403, 'DENIED'))),
    )
    await expect(visited.registry.readTag(visited.repository, TAG)).resolves.toBeUndefined()
    await failureWith('REGISTRY_DENIED', push(visited))
  })
})
