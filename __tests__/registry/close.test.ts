import { expect, onTestFinished, test } from 'vitest'
import { createFaultProxy } from '../../sandbox/faults/proxy.ts'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { failureWith, open, repositoryAt } from './support/access.ts'

async function start() {
  const registry = await startRegistry()
  const rules = [{ fault: { kind: 'stall-head' }, path: /slow$/u }] as const
  const proxy = await createFaultProxy({ target: registry.url, rules })
  onTestFinished(async () => {
    await proxy.close()
    await registry.close()
  })
  return { proxy, repository: repositoryAt(proxy.host) }
}

test('what is under way when the client closes ends, and is not tried again', async () => {
  const { proxy, repository } = await start()
  const access = open()
  const failure = failureWith('REGISTRY_UNAVAILABLE', access.registry.readTag(repository, 'slow'))
  await expect.poll(() => proxy.injected.length, { interval: 5 }).toBe(1)
  access.close()
  await failure
  await expect.poll(() => proxy.connections, { interval: 5 }).toBe(0)
  expect(proxy.requests).toBe(1)
})

test('nothing is asked once the client is closed', async () => {
  const { proxy, repository } = await start()
  const access = open()
  await access.registry.readTag(repository, 'v1')
  access.close()
  const { message } = await failureWith('REGISTRY_UNAVAILABLE', access.registry.readTag(repository, 'v1'))
  expect(message).toContain('the client has been closed')
  expect(proxy.requests).toBe(1)
})
