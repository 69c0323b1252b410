import { expect, onTestFinished, test } from 'vitest'
import { createFaultProxy, type Fault } from '../../sandbox/faults/proxy.ts'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { EMPTY_CONFIG } from '../../src/domain/manifest.ts'
import { directTo } from './faults/direct.ts'
import { open, sampleManifest } from './support/access.ts'

const names = ['v1', 'v2', 'v3']

/** A registry with three tags, behind a proxy that says more than it was asked after every answer about v1. */
async function start(fault: Fault) {
  const registry = await startRegistry()
  const direct = directTo(registry.host)
  await direct.pushBlob('owner/app', EMPTY_CONFIG.bytes)
  for (const name of names) {
    const { bytes, descriptor } = sampleManifest(name)
    await direct.pushManifest('owner/app', name, bytes, descriptor.mediaType)
  }
  const proxy = await createFaultProxy({
    target: `http://${registry.host}`,
    rules: [{ fault, path: /v1$/u, times: 100 }],
  })
  onTestFinished(async () => {
    await proxy.close()
    await registry.close()
  })
  return proxy
}

const again = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}'

test.each<Fault>([
  { kind: 'answer-twice', ms: 0 },
  { kind: 'answer-twice', ms: 5 },
  { kind: 'extra-bytes', ms: 5, bytes: again },
  { kind: 'extra-bytes', ms: 5, bytes: 'garbage' },
])('a connection on which something comes unasked is not used again: %j', async (fault) => {
  const proxy = await start(fault)
  const { registry } = open()
  const repository = { registry: proxy.host, path: 'owner/app' }
  for (let round = 0; round < 5; round += 1) {
    for (const name of names) {
      const manifest = await registry.readTag(repository, name)
      expect(manifest?.digest).toBe(sampleManifest(name).digest)
      if (name === 'v1') await expect.poll(() => proxy.connections, { interval: 5 }).toBe(0)
    }
  }
  expect(proxy.injected.length).toBe(5)
})

test('a connection on which nothing comes unasked is used again', async () => {
  const proxy = await start({ kind: 'drip', bytes: 100, ms: 1 })
  const { registry } = open()
  for (const name of names) await registry.readTag({ registry: proxy.host, path: 'owner/app' }, name)
  expect(proxy.connections).toBe(1)
})
