import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommand } from '../../sandbox/peers/command.ts'
import { type DockerRegistry, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { type Dockerd, startDockerd } from '../../sandbox/peers/dockerd.ts'
import { findPeers } from '../../sandbox/peers/tools.ts'
import { type RaceOutcome, raceOnce } from '../e2e/race.ts'

let registry: DockerRegistry

beforeAll(async () => {
  registry = await startDockerRegistry()
})

afterAll(async () => {
  await registry?.close()
})

async function expectOneWinner({
  commit,
  errors,
  digests,
  standingRecords,
  built,
}: RaceOutcome): Promise<void> {
  expect(errors).toEqual([])
  expect(digests).toHaveLength(1)
  expect(standingRecords).toHaveLength(1)
  expect(built).toBeLessThanOrEqual(1)
  const { crane } = await findPeers()
  const { stdout } = await runCommand([crane, 'digest', `${registry.host}/team/app:${commit}`])
  expect(stdout.trim()).toBe(digests[0])
}

describe('builds of one commit at once on docker-registry', () => {
  test.each([
    { racers: 2, rounds: 4, files: 'different' as const },
    { racers: 4, rounds: 3, files: 'different' as const },
    { racers: 4, rounds: 2, files: 'same' as const },
    { racers: 8, rounds: 2, files: 'different' as const },
    { racers: 16, rounds: 2, files: 'different' as const },
  ])(
    '$racers processes with $files files, $rounds times: one digest, one record',
    async ({ racers, rounds, files }) => {
      for (let round = 0; round < rounds; round += 1)
        await expectOneWinner(await raceOnce({ host: registry.host, racers, files }))
    },
  )
})

describe('builds with docker, which share its daemon and the staging tag', () => {
  let dockerd: Dockerd

  beforeAll(async () => {
    dockerd = await startDockerd()
  })

  afterAll(async () => {
    await dockerd?.close()
  })

  test.each([
    { racers: 3, files: 'different' as const },
    { racers: 3, files: 'same' as const },
    { racers: 6, files: 'different' as const },
  ])('$racers processes with $files files', async ({ racers, files }) => {
    const prepare = 'printf "FROM scratch\\nCOPY dist /\\n" > Dockerfile'
    const engine = { inputs: { engine: 'docker', prepare }, env: dockerd.env }
    for (let round = 0; round < 2; round += 1)
      await expectOneWinner(await raceOnce({ host: registry.host, racers, files, engine }))
  })
})
