import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SandboxRegistry, startRegistry } from '../../../sandbox/registry/server.ts'
import { deploySummary, failureSummary } from '../../../src/verbs/deploy/summary.ts'
import {
  createDeployWorld,
  type DeployWorld,
  type DeployWorldOptions,
  line,
} from '../../fixtures/deploy-world.ts'
import { amd64, arm64, commitWith, imageManifest, index } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'
import type { DeploymentLog } from '../../../src/domain/deployment-log.ts'
import { createRegistryDeploymentLog } from '../../../src/registry/deployment-log.ts'
import { createMemoryLog } from '../../fixtures/memory-log.ts'
import { open } from '../../registry/support/access.ts'

let registry: SandboxRegistry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(async () => {
  await registry.close()
})

const [one, two, three] = ['1', '2', '3'].map(commitWith) as [
  ReturnType<typeof commitWith>,
  ReturnType<typeof commitWith>,
  ReturnType<typeof commitWith>,
]
const HOUR = 3_600_000

let worlds = 0

/** Three commits in a line, all of them built, in a repository of their own. */
async function world(options: DeployWorldOptions = {}): Promise<DeployWorld> {
  worlds += 1
  const ancestry = line(one, two, three)
  const made = createDeployWorld(open(), registry.host, { image: `team/app-${worlds}`, ancestry, ...options })
  for (const commit of [one, two, three]) await made.build(imageManifest(`of ${commit}`), commit)
  return made
}

const PRODUCTION = { after: 'staging', run: 'deploy' }

describe('after', () => {
  test('lets through what runs there, and the summary says since when', async () => {
    const made = await world()
    await made.deploy('staging', one)
    const result = await made.deploy('production', one, PRODUCTION)
    expect(result.order).toMatchObject([{ environment: 'staging', finding: undefined }])
    expect(deploySummary(result)).toMatch(/\| \*\*After\*\* \| staging runs this digest since 2026/)
    expect(made.ran).toEqual(['deploy'])
  })

  test('refuses what was never there, before anything is touched', async () => {
    const made = await world()
    const error = await expectCode(made.deploy('production', one, PRODUCTION), 'OUT_OF_ORDER')
    expect(error.message).toContain('nothing was deployed to staging with success')
    expect(made.ran).toEqual([])
    expect(await made.history('production')).toMatchObject([
      { state: 'refused', reason: { code: 'OUT_OF_ORDER' }, rollback: false, overrides: [] },
    ])
    expect(made.failures.map(failureSummary).join()).toContain('**OUT_OF_ORDER** ')
  })

  test('refuses what was there and has been replaced, failed there, or was refused there', async () => {
    const made = await world()
    await made.deploy('staging', one)
    await made.deploy('staging', two)
    const replaced = await expectCode(made.deploy('production', one, PRODUCTION), 'OUT_OF_ORDER')
    expect(replaced.message).toContain(`of commit ${two}`)
    await expectCode(made.deploy('staging', three, { run: 'false' }), 'RUN_FAILED')
    const failed = await expectCode(made.deploy('production', three, PRODUCTION), 'OUT_OF_ORDER')
    expect(failed.message).toContain('the last attempt with this digest failed')
    // What failed did not replace what was there.
    await made.deploy('production', two, PRODUCTION)
  })

  test('knows environments however their names are written', async () => {
    const made = await world()
    await made.deploy('Straße / EU', one)
    const result = await made.deploy('production', one, { after: 'straße / eu' })
    expect(result.order).toMatchObject([{ environment: 'straße / eu', finding: undefined }])
    const again = await made.deploy('PRODUCTION', one)
    expect(again).toMatchObject({ previousDigest: result.digest, releaseId: result.releaseId })
    await expectCode(made.deploy('production', one, { after: 'strasse' }), 'OUT_OF_ORDER')
  })

  test('soaks by the clock of the log, whatever the clock of the runner says', async () => {
    const made = await world()
    const real = made.deployments
    const deployments = { ...real, now: () => new Date(made.clock.now().getTime() - 2 * HOUR) }
    const skewed = await world({ deployments })
    await skewed.deploy('staging', one)
    skewed.clock.pass(HOUR)
    const given = { ...PRODUCTION, soak: '30m' }
    await expectCode(skewed.deploy('production', one, given), 'SOAKING')
  })

  test('refuses what was deployed, but could not be recorded: the last record of an attempt is its end', async () => {
    const records = open()
    const real = createRegistryDeploymentLog(records.registry, records.records, createMemoryLog())
    const append: DeploymentLog['append'] = async (repository, record, subject) => {
      const id = await real.append(repository, record, subject)
      made.clock.pass(1000)
      if (record.state === 'success' && record.environment === 'staging')
        throw new Error('the answer was lost')
      return id
    }
    const made = await world({ deployments: { ...real, append } })
    await expect(made.deploy('staging', one, { run: 'deploy' })).rejects.toThrow('the answer was lost')
    await expectCode(made.deploy('production', one, PRODUCTION), 'OUT_OF_ORDER')
    expect(await made.history('staging')).toMatchObject([{ state: 'failure' }])
  })

  test('means every environment that is named, and all that is wrong is said at once', async () => {
    const made = await world()
    await made.deploy('test', one)
    const given = { after: 'test, staging\nqa' }
    const error = await expectCode(made.deploy('production', one, given), 'OUT_OF_ORDER')
    expect(error.message.match(/OUT_OF_ORDER: (\w+)/g)).toEqual(['OUT_OF_ORDER: staging', 'OUT_OF_ORDER: qa'])
  })

  test('knows an index by its platforms', async () => {
    const made = await world()
    const four = commitWith('4')
    await made.build(index, four)
    await made.deploy('staging', four, { digest: arm64.digest })
    const result = await made.deploy('production', four, PRODUCTION)
    expect(result.digest).toBe(index.digest)
    await made.deploy('other', four, { ...PRODUCTION, digest: amd64.digest })
  })

  test('knows two images of one environment apart', async () => {
    const [app, other] = [await world(), await world()]
    await app.deploy('staging', one)
    await expectCode(other.deploy('production', one, PRODUCTION), 'OUT_OF_ORDER')
  })

  test('is checked by a dry run, which records nothing', async () => {
    const made = await world()
    await expectCode(made.deploy('production', one, { ...PRODUCTION, 'dry-run': 'true' }), 'OUT_OF_ORDER')
    expect(await made.history('production')).toEqual([])
  })
})

describe('soak', () => {
  const given = { ...PRODUCTION, soak: '1h' }

  test('makes a deployment wait for its time, to the second', async () => {
    const made = await world()
    await made.deploy('staging', one)
    const error = await expectCode(made.deploy('production', one, given), 'SOAKING')
    expect(error.message).toContain('it will do at 2026-11-23T13:00:01.000Z')
    expect(error.hint).toContain('after that time')
    made.clock.pass(HOUR - 3000)
    await expectCode(made.deploy('production', one, given), 'SOAKING')
    await made.deploy('production', one, given)
    expect(made.ran).toEqual(['deploy'])
  })
})

describe('an older commit', () => {
  test('is OUTDATED, unless it is a rollback, which the record says', async () => {
    const made = await world()
    await made.deploy('staging', two)
    const error = await expectCode(made.deploy('staging', one), 'OUTDATED')
    expect(error.message).toContain(`commit ${one} is older than what staging runs`)
    const result = await made.deploy('staging', one, { rollback: 'true' })
    expect(deploySummary(result)).toContain('| **Rollback** | yes |')
    expect((await made.history('staging'))[0]).toMatchObject({
      commit: one,
      state: 'success',
      rollback: true,
      overrides: ['rollback'],
    })
    // Forward again needs nobody's leave.
    await made.deploy('staging', three, { rollback: 'true' })
    expect((await made.history('staging'))[0]).toMatchObject({ rollback: false, overrides: [] })
  })

  test('is measured by what runs, not by what failed', async () => {
    const made = await world()
    await made.deploy('staging', one)
    await expectCode(made.deploy('staging', three, { run: 'false' }), 'RUN_FAILED')
    await made.deploy('staging', two)
  })

  test('and the same commit can be deployed as often as anyone likes', async () => {
    const made = await world()
    await made.deploy('staging', two)
    expect((await made.deploy('staging', two)).isRollback).toBe(false)
  })

  test('is reported beside what is wrong with the order', async () => {
    const made = await world()
    await made.deploy('production', two)
    const error = await expectCode(made.deploy('production', one, PRODUCTION), 'OUT_OF_ORDER')
    expect(error.message).toMatch(/OUT_OF_ORDER: [^]*OUTDATED: /)
  })

  test('on another branch is not older, and a notice says so', async () => {
    const made = await world({ ancestry: { compare: async () => 'diverged' } })
    await made.deploy('staging', two)
    await made.deploy('staging', one)
    expect(made.log.lines.join('\n')).toContain(`notice: Commit ${one} does not contain ${two}`)
  })

  test('is known by the log where nobody knows the history; else a warning says what is missing', async () => {
    const made = await world({ ancestry: { compare: async () => 'unknown' } })
    await made.deploy('staging', one)
    await made.deploy('staging', two)
    expect(made.log.lines.join('\n')).toMatch(
      /^warning: Nobody could say .* so it counts as newer\. Give this job contents: read/m,
    )
    const error = await expectCode(made.deploy('staging', one), 'OUTDATED')
    expect(error.message).toContain('staging ran it at 2026-11-23T12:00:01.000Z and moved on')
  })
})

describe('rollback-to', () => {
  const back = (to: string) => ({ 'rollback-to': to, digest: '', run: 'deploy' })

  test('previous goes back to what was there, whatever commit the job is about', async () => {
    const made = await world()
    await made.deploy('production', one)
    await made.deploy('production', two)
    const result = await made.deploy('production', three, { ...back('previous'), ...PRODUCTION })
    expect(result.target.commit).toBe(one)
    expect(result.digest).toBe(imageManifest(`of ${one}`).digest)
    expect(result.previousDigest).toBe(imageManifest(`of ${two}`).digest)
    // No job handed the digest over, and the evidence does not say so.
    expect(result.verified.agreement.evidence[0]).toEqual({
      witness: 'deployment log',
      digest: result.digest,
      where: 'for input rollback-to',
    })
    expect(deploySummary(result)).toContain('### ⏪ Rolled back production')
    expect((await made.history('production'))[0]).toMatchObject({
      commit: one,
      rollback: true,
      overrides: ['after'],
      state: 'success',
    })
    expect(made.log.lines.join('\n')).toContain('so after does not count')
  })

  test('a commit or a tag, when it was there', async () => {
    const access = open()
    worlds += 1
    const image = `team/app-${worlds}`
    const made = createDeployWorld(access, registry.host, { image, ancestry: line(one, two) })
    await made.build(imageManifest('a'), one)
    await made.build(imageManifest('b'), two)
    await access.registry.putManifest(
      made.repository,
      imageManifest('a').bytes,
      imageManifest('a').mediaType,
      'v1.0.0',
    )
    for (const commit of [one, two]) await made.deploy('production', commit)
    expect((await made.deploy('production', three, back('v1.0.0'))).target.commit).toBe(one)
    expect((await made.deploy('production', three, back(two))).target.commit).toBe(two)
    expect((await made.deploy('production', three, back(one))).digest).toBe(imageManifest('a').digest)
  })

  test.each([
    { to: three, says: `a deployment of commit ${three}` },
    { to: 'nowhere', says: 'the tag "nowhere" in the registry, got nothing there' },
    { to: 'moved', says: 'a deployment of what the tag "moved" points at' },
  ])('$to: ROLLBACK_UNKNOWN where nothing of the kind succeeded there', async ({ to, says }) => {
    const access = open()
    worlds += 1
    const image = `team/app-${worlds}`
    const made = createDeployWorld(access, registry.host, { image, ancestry: line(one, two) })
    const manifest = imageManifest('never deployed')
    await made.build(imageManifest('a'), one)
    await made.build(manifest, two)
    await access.registry.putManifest(made.repository, manifest.bytes, manifest.mediaType, 'moved')
    await made.deploy('production', one)
    await expectCode(made.deploy('production', two, { run: 'false' }), 'RUN_FAILED')
    const error = await expectCode(made.deploy('production', three, back(to)), 'ROLLBACK_UNKNOWN')
    expect(error.message).toContain(says)
    expect(made.ran).not.toContain('deploy')
  })

  test('a commit is looked for again when it is the turn of the job: who counts is known only then', async () => {
    const access = open()
    const real = createRegistryDeploymentLog(access.registry, access.records, createMemoryLog())
    let isOpen = false
    const forged: DeploymentLog = {
      ...real,
      open: async () => {
        isOpen = true
        return undefined
      },
      list: async function* (repository, environment) {
        for await (const entry of real.list(repository, environment))
          if (!isOpen || entry.record.commit !== one) yield entry
      },
    }
    const made = await world({ deployments: forged })
    await made.deploy('production', one)
    await made.deploy('production', two)
    isOpen = false
    await expectCode(made.deploy('production', three, back(one)), 'ROLLBACK_UNKNOWN')
    expect(made.ran).toEqual([])
  })

  test('previous is what is there, after something else failed, and nothing where nothing else was', async () => {
    const made = await world()
    await made.deploy('production', one)
    const error = await expectCode(made.deploy('production', two, back('previous')), 'ROLLBACK_UNKNOWN')
    expect(error.message).toContain('expected a deployment before the last one that succeeded in production')
    await expectCode(made.deploy('production', two, { run: 'false' }), 'RUN_FAILED')
    expect((await made.deploy('production', three, back('previous'))).target.commit).toBe(one)
  })

  test('is verified like every other deployment: a tag that was moved since is refused', async () => {
    const access = open()
    worlds += 1
    const image = `team/app-${worlds}`
    const made = createDeployWorld(access, registry.host, { image })
    await made.build(imageManifest('a'), one)
    await made.build(imageManifest('b'), two)
    for (const commit of [one, two]) await made.deploy('production', commit)
    await access.registry.putManifest(
      made.repository,
      imageManifest('b').bytes,
      imageManifest('b').mediaType,
      one,
    )
    await expectCode(made.deploy('production', three, back('previous')), 'TAG_MOVED')
  })

  test('does not open the way to what was never there', async () => {
    const made = await world()
    await made.deploy('production', two)
    await made.deploy('staging', two)
    // An older commit that production never had still has to go through staging.
    const error = await expectCode(
      made.deploy('production', one, { ...PRODUCTION, rollback: 'true' }),
      'OUT_OF_ORDER',
    )
    expect(error.message).not.toContain('OUTDATED')
  })
})
