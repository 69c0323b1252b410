import { expect, test } from 'vitest'
import { startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { describeTally, emptyTally, playRound } from '../registry/faults/rounds.ts'

/** As for the test of the same name with the sandbox registry. */
const SEED = Number(process.env['BUILD_ONCE_SEED'] ?? Math.floor(Math.random() * 1e9))
const ROUNDS = Number(process.env['BUILD_ONCE_ROUNDS'] ?? 12)

console.log(`faults: BUILD_ONCE_SEED=${SEED} BUILD_ONCE_ROUNDS=${ROUNDS}`)

const user = { username: 'robot', password: 'pass-word-of-the-robot' }

test.each([
  { description: 'open to everybody', name: 'open', protection: {} },
  { description: 'with a password', name: 'password', protection: { user } },
])(
  'whatever happens on the way to docker-registry $description, the result is right, or an error with a code',
  { timeout: 900_000 },
  async ({ name, protection }) => {
    const htpasswd = { user: user.username, password: user.password }
    const first = await startDockerRegistry('user' in protection ? { htpasswd } : {})
    const second = await startDockerRegistry()
    const tally = emptyTally()
    try {
      const behind = [{ host: first.host, ...protection }, { host: second.host }] as const
      for (let round = 0; round < ROUNDS; round += 1)
        await playRound({ name, seed: SEED + round, steps: 8, behind, elsewhere: [] }, tally)
    } finally {
      await Promise.all([first.close(), second.close()])
    }
    console.log(`faults: ${describeTally(tally)}`)
    expect(tally.overcame).toBeGreaterThan(0)
  },
)
