import { createWriteStream } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { startRegistry } from '../../sandbox/registry/server.ts'
import type { SandboxResults } from '../../sandbox/results/server.ts'
import { startResults } from '../../sandbox/results/server.ts'
import type { Cleanups } from './cleanups.ts'
import type { Folders } from './folders.ts'
import type { Screen } from './screen.ts'

/** Starts a registry that keeps its data on disk; returns its host and port. */
export async function startDemoRegistry(
  folders: Folders,
  screen: Screen,
  cleanups: Cleanups,
): Promise<string> {
  const log = createWriteStream(join(folders.logs, 'registry.log'))
  const registry = await startRegistry({
    storage: { kind: 'disk', directory: folders.registry },
    log: (line) => log.write(`${line}\n`),
  })
  cleanups.add(async () => {
    await registry.close()
    await finished(log.end())
    screen.say(`stopped the registry (${registry.host})`)
  })
  return registry.host
}

/** Starts the service that keeps workflow artifacts, as GitHub has one. */
export async function startDemoResults(
  folders: Folders,
  screen: Screen,
  cleanups: Cleanups,
): Promise<SandboxResults> {
  const results = await startResults({ directory: folders.artifacts })
  cleanups.add(async () => {
    await results.close()
    screen.say('stopped the service for workflow artifacts')
  })
  return results
}

/** A port that nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
