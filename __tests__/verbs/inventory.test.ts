import { describe, expect, test } from 'vitest'
import type { ArtifactMetadata, Inventoried } from '../../src/domain/artifact-metadata.ts'
import type { Manifest } from '../../src/domain/manifest.ts'
import { build, buildTarget } from '../../src/verbs/build/run.ts'
import { createJob, createWorld, inputsOf, type JobOptions, type World } from '../fixtures/build-world.ts'
import { createDeployWorld, line } from '../fixtures/deploy-world.ts'
import { createMemoryDeploymentLog, createMemoryRecords } from '../fixtures/memory-records.ts'
import { createMemoryRegistry } from '../fixtures/memory-registry.ts'
import { amd64, arm64, commit, index, otherCommit, publish, repository } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

/** An inventory that keeps what it is told. */
function createInventory() {
  const stored: Inventoried[] = []
  const deployed: [environment: string, artifact: Inventoried][] = []
  const metadata: ArtifactMetadata = {
    stored: async (artifact) => void stored.push(artifact),
    deployed: async (artifact, environment) => void deployed.push([environment, artifact]),
  }
  return { metadata, stored, deployed }
}

describe('a build puts into the inventory', () => {
  const started = async (options: JobOptions, given = {}, world: World = createWorld()) => {
    const { metadata, stored } = createInventory()
    const { ports } = createJob(world, options)
    const { outcome } = await build(inputsOf(given), buildTarget(inputsOf(given), commit), {
      ...ports,
      metadata,
    })
    return { world, outcome, stored }
  }
  const one = [{ repository, commit, digest: amd64.digest }]

  test('what it built, and not again what it finds', async () => {
    const { world, outcome, stored } = await started({ makes: amd64 })
    expect({ outcome, stored }).toEqual({ outcome: 'built', stored: one })
    expect(await started({}, {}, world)).toMatchObject({ outcome: 'reused', stored: [] })
  })

  test('what it adopted', async () => {
    const world = createWorld()
    await publish(world.registry, amd64, commit)
    const { outcome, stored } = await started({}, { adopt: 'true' }, world)
    expect({ outcome, stored }).toEqual({ outcome: 'adopted-tag', stored: one })
  })

  test('of two that race the digest of the winner, once', async () => {
    const world = createWorld()
    const results = await Promise.all(
      [amd64, arm64].map(async (makes) => await started({ makes }, {}, world)),
    )
    const winner = results.find(({ outcome }) => outcome === 'built')
    expect(results.flatMap(({ stored }) => stored)).toEqual(winner?.stored)
    expect(winner?.stored).toHaveLength(1)
  })

  test('nothing that was not pushed', async () => {
    expect(await started({ makes: amd64 }, { push: 'false' })).toMatchObject({
      outcome: 'not-pushed',
      stored: [],
    })
  })
})

describe('a deployment puts into the inventory', () => {
  const started = async (manifests: readonly [Manifest, Manifest] = [amd64, arm64]) => {
    const { metadata, deployed } = createInventory()
    const access = { registry: createMemoryRegistry(), records: createMemoryRecords() }
    const made = createDeployWorld(access, 'registry.test', {
      deployments: createMemoryDeploymentLog(),
      ancestry: line(commit, otherCommit),
      ports: { metadata },
    })
    await made.build(manifests[0], commit)
    await made.build(manifests[1], otherCommit)
    return { ...made, deployed }
  }

  test('what succeeded, also when it goes back', async () => {
    const world = await started()
    await world.deploy('production', commit)
    await world.deploy('production', otherCommit)
    await world.deploy('production', otherCommit, { 'rollback-to': 'previous', digest: '' })
    const [older, newer] = [
      { repository, commit, digest: amd64.digest },
      { repository, commit: otherCommit, digest: arm64.digest },
    ]
    expect(world.deployed).toEqual([older, newer, older].map((artifact) => ['production', artifact]))
  })

  test('nothing that failed, was refused or only tried out', async () => {
    const world = await started()
    await expectCode(world.deploy('production', commit, { run: 'false' }), 'RUN_FAILED')
    await expectCode(world.deploy('production', commit, { after: 'staging' }), 'OUT_OF_ORDER')
    await world.deploy('production', commit, { 'dry-run': 'true' })
    expect(world.deployed).toEqual([])
  })

  test('the platform of an index, where that is what was deployed', async () => {
    const world = await started([index, amd64])
    await world.deploy('production', commit, { digest: arm64.digest })
    expect(world.deployed).toMatchObject([['production', { commit, digest: arm64.digest }]])
  })
})
