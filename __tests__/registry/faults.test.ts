import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type RegistryOptions, startRegistry } from '../../sandbox/registry/server.ts'
import { describeTally, emptyTally, playRound } from './faults/rounds.ts'

/** Every run has another seed; a failure names it, and these make it happen again. */
const SEED = Number(process.env['BUILD_ONCE_SEED'] ?? Math.floor(Math.random() * 1e9))
const ROUNDS = Number(process.env['BUILD_ONCE_ROUNDS'] ?? 8)

console.log(`faults: BUILD_ONCE_SEED=${SEED} BUILD_ONCE_ROUNDS=${ROUNDS}`)

const user = { username: 'robot', password: 'pass-word-of-the-robot' }
const users = { [user.username]: user.password }

const REGISTRIES: readonly (readonly [description: string, name: string, options: RegistryOptions])[] = [
  ['with the referrers API', 'api', {}],
  ['without the referrers API, with short pages', 'tags', { referrersApi: false, pageSize: 2 }],
  ['with immutable tags', 'immutable', { immutableTags: true }],
  ['with tokens', 'tokens', { auth: { kind: 'token', users } }],
  ['with a password', 'password', { auth: { kind: 'basic', users }, pageSize: 2 }],
]

/** A host that redirects lead to. It must never be shown credentials. */
async function startStranger() {
  const shown: string[] = []
  const server = createServer((request, response) => {
    const { authorization, cookie } = request.headers
    if (authorization !== undefined || cookie !== undefined) shown.push(request.url ?? '')
    response.setHeader('Content-Type', 'text/html').end('<html>hello stranger</html>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { shown, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/elsewhere` }
}

describe.each(REGISTRIES)('whatever happens on the way to a registry %s', (_description, name, options) => {
  test('the result is right, or an error with a code', { timeout: 600_000 }, async () => {
    const stranger = await startStranger()
    const tally = emptyTally()
    for (let round = 0; round < ROUNDS; round += 1) {
      const registries = [await startRegistry(options), await startRegistry()] as const
      const [first, second] = registries
      const isProtected = options.auth !== undefined
      const behind = [
        {
          host: first.host,
          openUploads: () => first.openUploads,
          hasImmutableTags: options.immutableTags === true,
          ...(isProtected ? { user } : {}),
        },
        { host: second.host, openUploads: () => second.openUploads },
      ] as const
      const elsewhere = [stranger.url]
      await playRound({ name, seed: SEED + round, steps: 8, behind, elsewhere }, tally)
      for (const registry of registries) await registry.close()
    }
    console.log(`faults: ${describeTally(tally)}`)
    expect(stranger.shown).toEqual([])
    expect(tally.overcame).toBeGreaterThan(0)
    expect(tally.faults.size).toBeGreaterThan(ROUNDS === 1 ? 0 : 5)
  })
})
