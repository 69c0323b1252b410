import { describe, expect, test } from 'vitest'
import { failureWith } from '../support/access.ts'
import { ociError, type Script } from '../support/scripted-server.ts'
import { type BasicSettings, basicVendor } from './support/basic-vendor.ts'
import type { Asked } from './support/distribution.ts'
import { config, other, push, pushFirst, sample, TAG, visit } from './support/scenario.ts'
import { digestOf, Shelf } from './support/shelf.ts'

const NO_API = { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found' }

function nexus(settings: Partial<BasicSettings> = {}) {
  return basicVendor({
    image: 'docker.nexus.example.com/team/app',
    challenge: 'BASIC realm="Sonatype Nexus Repository Manager"',
    users: { ci: 'secret' },
    shelf: new Shelf(),
    ...settings,
    quirks: { noReferrers: NO_API, ...settings.quirks },
  })
}

const KEPT = ociError(400, 'BLOB_UPLOAD_INVALID', 'Repository does not allow updating assets: docker-hosted')

test('the first push', async () => {
  await pushFirst(await visit(nexus()))
})

describe('redeploying is disabled (400)', () => {
  test('the same image is what was wanted, another is refused', async () => {
    const visited = await visit(nexus({ quirks: { overwrite: () => KEPT } }))
    await push(visited)
    await expect(push(visited)).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', push(visited, other))
    expect(error).toMatchObject({ status: 400, ociCodes: ['BLOB_UPLOAD_INVALID'] })
    expect(error.message).toContain(sample.digest)
  })

  test('a new tag for a manifest that is there is refused too: an error that says why, and no tag', async () => {
    const shelf = new Shelf()
    const first = ({ method, kind, name, body }: Asked): Script | undefined => {
      const isNewTag = method === 'PUT' && kind === 'manifests' && !name.includes(':')
      const isThere = shelf.get('team/app')?.manifests.has(digestOf(Buffer.from(body, 'latin1'))) === true
      return isNewTag && isThere ? KEPT : undefined
    }
    const visited = await visit(nexus({ shelf, first }))
    const error = await failureWith('REGISTRY_REFUSED', push(visited))
    expect(error.hint).toContain('The tag is free')
    expect(error.hint).toContain('disable redeploy')
    expect(shelf.get('team/app')?.tags.size).toBe(0)
  })
})

describe('two uploads of one blob at a time (400)', () => {
  const RACE = ociError(400, 'BLOB_UPLOAD_INVALID', 'docker-hosted/v2/-/blobs/sha256:44 cannot be updated')

  test('a blob that is there afterwards is what was wanted', async () => {
    const shelf = new Shelf()
    const first = ({ method, kind }: Asked): Script | undefined => {
      if (method !== 'PUT' || kind !== 'uploads') return undefined
      shelf.make('team/app').blobs.set(config.digest, Buffer.from('{}'))
      return RACE
    }
    const { registry, repository } = await visit(nexus({ shelf, first }))
    await expect(registry.putBlob(repository, config)).resolves.toBe('uploaded')
  })

  test('a blob that is not there is refused', async () => {
    const first = ({ method, kind }: Asked): Script | undefined =>
      method === 'PUT' && kind === 'uploads' ? RACE : undefined
    const { registry, repository } = await visit(nexus({ first }))
    const error = await failureWith('REGISTRY_REFUSED', registry.putBlob(repository, config))
    expect(error.ociCodes).toEqual(['BLOB_UPLOAD_INVALID'])
  })
})

test('a connector that leads to nothing is no registry', async () => {
  const first = (): Script => ({
    status: 404,
    headers: { 'content-type': 'text/html' },
    body: '<html></html>',
  })
  const visited = await visit(nexus({ first }))
  await failureWith('REGISTRY_UNEXPECTED', visited.registry.readTag(visited.repository, TAG))
})
