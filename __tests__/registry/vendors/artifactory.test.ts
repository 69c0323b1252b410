import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { putTags } from '../../../src/verbs/build/tags.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'
import { failureWith } from '../support/access.ts'
import { htmlPage, ociError, type Script } from '../support/scripted-server.ts'
import { type BasicSettings, basicVendor } from './support/basic-vendor.ts'
import type { Asked } from './support/distribution.ts'
import { other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { Shelf } from './support/shelf.ts'
import { json } from './support/tokens.ts'

const NOT_FOUND = json(404, { errors: [{ status: 404, message: 'Not Found' }] })

function artifactory(settings: Partial<BasicSettings> = {}) {
  return basicVendor({
    image: 'acme.jfrog.io/docker-local/app',
    challenge: 'Basic realm="Artifactory Realm"',
    users: { ci: 'AKCp1' },
    shelf: new Shelf(),
    ...settings,
  })
}

describe('the first push', () => {
  test.each([
    ['OCI errors', ociError(404, 'MANIFEST_UNKNOWN', 'The named manifest is not known to the registry.')],
    ['errors that have a status and no code', NOT_FOUND],
    ['nothing but the status', { status: 404 }],
  ] satisfies [string, Script][])('where absence is said with %s', async (_name, unknown) => {
    const quirks = { unknownRepository: unknown, unknownManifest: unknown }
    await pushFirst(await visit(artifactory({ quirks })))
  })
})

describe('what is no absence', () => {
  const PING_PAGE = (asked: Asked): Script | undefined => (asked.kind === 'ping' ? htmlPage(200) : undefined)

  test.each([
    ['errors without a code where no registry answers', NOT_FOUND, PING_PAGE],
    ['errors of another status', json(404, { errors: [{ status: 400, message: 'Unsupported' }] }), undefined],
    ['no errors', json(404, { errors: [] }), undefined],
    ['other JSON', json(404, { message: 'Not Found' }), undefined],
    ['an unknown code', ociError(404, 'UNKNOWN', 'Not Found'), undefined],
    ['text', { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' }, undefined],
    ['a page of Tomcat', htmlPage(404), undefined],
  ] satisfies [string, Script, BasicSettings['first']][])('%s', async (_name, unknownRepository, first) => {
    const vendor = artifactory({ quirks: { unknownRepository }, ...(first === undefined ? {} : { first }) })
    const visited = await visit(vendor)
    await failureWith('REGISTRY_UNEXPECTED', visited.registry.readTag(visited.repository, TAG))
  })
})

describe('a user who may deploy and not delete cannot overwrite (403)', () => {
  // It calls a lack of rights an invalid manifest.
  const quirks = { overwrite: () => ociError(403, 'MANIFEST_INVALID', 'manifest invalid') }

  test('the same image is what was wanted, another is refused', async () => {
    const visited = await visit(artifactory({ quirks }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error.message).toContain(sample.digest)
  })
})

test('a list under a tag goes on winning over the manifest put there: the tag is not what was put', async () => {
  const shelf = new Shelf()
  const list = Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests: [] }),
  )
  shelf.make('docker-local/app').put(list, MEDIA_TYPES.ociIndex, 'latest')
  const first = ({ method, path }: Asked): Script | undefined =>
    method === 'PUT' && path.endsWith('/manifests/latest') ? { status: 201 } : undefined
  const visited = await visit(artifactory({ shelf, first }))
  await push(visited)
  const manifest = await visited.registry.readTag(visited.repository, TAG)
  if (manifest === undefined) throw new Error('not there')
  await expectCode(putTags(visited.registry, visited.repository, manifest, ['latest']), 'TAG_CONFLICT')
})

test('a virtual repository that denies what is not there: denied once something was written', async () => {
  const quirks = { unknownManifest: ociError(403, 'DENIED', 'not permitted') }
  const visited = await visit(artifactory({ quirks }))
  await push(visited)
  await failureWith('REGISTRY_DENIED', visited.registry.readTag(visited.repository, 'other'))
})
