import { expect, test } from 'vitest'
import { KeyedQueue } from '../../../sandbox/registry/ordering.ts'
import { makeImage, openRegistry, putManifest, STORAGES } from './client.ts'

test('tasks of one key run in order, also behind one that failed', async () => {
  const queue = new KeyedQueue()
  const log: string[] = []
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const first = queue.run('a', async () => {
    await gate
    log.push('first')
    throw new Error('failed')
  })
  const second = queue.run('a', async () => log.push('second'))
  const other = queue.run('b', async () => log.push('other'))
  await other
  open()
  await expect(first).rejects.toThrow('failed')
  await second
  expect(log).toEqual(['other', 'first', 'second'])
})

test.each(STORAGES)('the last push to a tag wins in %s storage', async (storage) => {
  const registry = await openRegistry(storage)
  const layers = Array.from({ length: 10 }, (_, index) => `layer ${index}`)
  const digests: string[] = []
  const manifests = await Promise.all(layers.map((layer) => makeImage(registry, 'a', layer)))
  for (const manifest of manifests) {
    digests.push(String((await putManifest(registry, 'a', 'v1', manifest)).headers['docker-content-digest']))
  }
  expect((await registry.readManifest('a', 'v1'))?.digest).toBe(digests.at(-1))
})

test.each(STORAGES)(
  'a push that is held back comes after one that overtook it in %s storage',
  async (storage) => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const registry = await openRegistry(storage, {
      onRequest: async (request) => {
        if (request.headers['x-held'] === 'yes') await gate
      },
    })
    const [slow, fast] = [await makeImage(registry, 'a', 'slow'), await makeImage(registry, 'a', 'fast')]
    const held = fetch(`${registry.url}/v2/a/manifests/v1`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json', 'X-Held': 'yes' },
      body: slow,
    })
    await expect.poll(() => registry.requests.at(-1)?.headers['x-held']).toBe('yes')
    expect((await putManifest(registry, 'a', 'v1', fast)).status).toBe(201)
    open()
    const answer = await held
    expect(answer.status).toBe(201)
    expect((await registry.readManifest('a', 'v1'))?.digest).toBe(answer.headers.get('docker-content-digest'))
  },
)
