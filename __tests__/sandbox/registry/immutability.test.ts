import { describe, expect, test } from 'vitest'
import { codesOf, digestOf, makeImage, openRegistry, putManifest, STORAGES, send } from './client.ts'

describe.each(STORAGES)('immutable tags in %s storage', (storage) => {
  test('no push to an existing tag, not even of the same digest', async () => {
    const registry = await openRegistry(storage, { immutableTags: true })
    const [one, two] = [await makeImage(registry, 'a', 'one'), await makeImage(registry, 'a', 'two')]
    expect((await putManifest(registry, 'a', 'v1', one)).status).toBe(201)
    const before = await registry.readManifest('a', 'v1')
    for (const manifest of [one, two]) {
      const answer = await putManifest(registry, 'a', 'v1', manifest)
      expect([answer.status, codesOf(answer)]).toEqual([400, ['TAG_INVALID']])
    }
    expect(await registry.readManifest('a', 'v1')).toEqual(before)
    expect((await putManifest(registry, 'a', 'v2', one)).status).toBe(201)
  })

  test('the same digest may be allowed', async () => {
    const registry = await openRegistry(storage, { immutableTags: 'same-digest-allowed' })
    const [one, two] = [await makeImage(registry, 'a', 'one'), await makeImage(registry, 'a', 'two')]
    await putManifest(registry, 'a', 'v1', one)
    expect((await putManifest(registry, 'a', 'v1', one)).status).toBe(201)
    expect((await putManifest(registry, 'a', 'v1', two)).status).toBe(400)
  })

  test('the answer is the one of another vendor', async () => {
    const immutableAnswer = { status: 412, code: 'PRECONDITION', message: 'configured as immutable' }
    const registry = await openRegistry(storage, { immutableTags: true, immutableAnswer })
    const manifest = await makeImage(registry, 'a', 'one')
    await putManifest(registry, 'a', 'v1', manifest)
    const answer = await putManifest(registry, 'a', 'v1', manifest)
    expect([answer.status, codesOf(answer)]).toEqual([412, ['PRECONDITION']])
    expect(answer.body.toString()).toContain('configured as immutable')
  })

  test('pushes by digest and deletes are not concerned', async () => {
    const registry = await openRegistry(storage, { immutableTags: true })
    const manifest = await makeImage(registry, 'a', 'one')
    const put = await putManifest(registry, 'a', 'v1', manifest)
    const digest = String(put.headers['docker-content-digest'])
    expect((await putManifest(registry, 'a', digest, manifest)).status).toBe(201)
    expect((await send(registry, 'DELETE', '/v2/a/manifests/v1')).status).toBe(202)
    expect((await putManifest(registry, 'a', 'v1', manifest)).status).toBe(201)
  })

  test('a tag named in a push by digest may not move either, and then none is set', async () => {
    const registry = await openRegistry(storage, { immutableTags: true })
    const [one, two] = [await makeImage(registry, 'a', 'one'), await makeImage(registry, 'a', 'two')]
    await putManifest(registry, 'a', 'v1', one)
    const answer = await putManifest(registry, 'a', `${digestOf(two)}?tag=v2&tag=v1`, two)
    expect([answer.status, codesOf(answer)]).toEqual([400, ['TAG_INVALID']])
    expect(await registry.tags('a')).toEqual(['v1'])
  })

  test('of many pushes at once exactly one gets the tag', async () => {
    const registry = await openRegistry(storage, { immutableTags: true })
    const layers = Array.from({ length: 12 }, (_, index) => `layer ${index}`)
    const manifests = await Promise.all(layers.map((layer) => makeImage(registry, 'a', layer)))
    const answers = await Promise.all(manifests.map((manifest) => putManifest(registry, 'a', 'v1', manifest)))
    const won = answers.filter((answer) => answer.status === 201)
    expect(won).toHaveLength(1)
    expect((await registry.readManifest('a', 'v1'))?.digest).toBe(won[0]?.headers['docker-content-digest'])
  })
})
