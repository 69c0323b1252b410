import { describe, expect, test } from 'vitest'
import { digestOf } from '../../../src/domain/digest.ts'
import { RegistryError } from '../../../src/domain/error.ts'
import { EMPTY_CONFIG, type Manifest, MEDIA_TYPES, parseManifest } from '../../../src/domain/manifest.ts'
import { encodeRecord, RECORD_TYPES } from '../../../src/domain/record.ts'
import { parseBuildInputs } from '../../../src/verbs/build/inputs.ts'
import { type BuildResult, build, buildTarget } from '../../../src/verbs/build/run.ts'
import { STAGING_TAG } from '../../../src/verbs/build/staging.ts'
import { buildSummary } from '../../../src/verbs/build/summary.ts'
import {
  createJob,
  createWorld,
  immutableTags,
  inputsOf,
  type Job,
  type JobOptions,
  type World,
} from '../../fixtures/build-world.ts'
import {
  amd64,
  arm64,
  buildRecord,
  commit,
  IMAGE,
  index,
  json,
  nextNonce,
  otherCommit,
  publish,
  repository,
} from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

type Given = Readonly<Record<string, string>>

interface Run {
  readonly world: World
  readonly job: Job
  readonly work: Promise<BuildResult>
}

function start(options: JobOptions, given: Given = {}, world = createWorld()): Run {
  const inputs = inputsOf(given)
  const job = createJob(world, options)
  return { world, job, work: build(inputs, buildTarget(inputs, commit), job.ports) }
}

async function sealed(manifest: Manifest, world = createWorld()): Promise<World> {
  await publish(world.registry, manifest, commit)
  const record = buildRecord({ digest: manifest.digest, createdAt: '2026-11-20T10:00:00.000Z' })
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, encodeRecord(record))
  return world
}

async function tagDigest(world: World, tag: string): Promise<string | undefined> {
  return (await world.registry.readTag(repository, tag))?.digest
}

/** The events that cost: everything but reading. */
function work(job: Job): readonly string[] {
  return job.events.filter((event) => !/^(?:readTag|readManifest|list)\b/.test(event))
}

describe('a commit that was never built', () => {
  test('is prepared, built, recorded, sealed, tagged and reported, in this order', async () => {
    const {
      world,
      job,
      work: working,
    } = start(
      { makes: index },
      { prepare: 'npm ci', tags: `v1,${IMAGE}:latest`, 'cache-path': 'x', 'cache-key': 'k' },
    )
    const result = await working
    expect(work(job)).toEqual([
      'engine',
      'requirePush',
      'cache restore k',
      'prepare npm ci',
      'cache save k',
      'build',
      'attach',
      `putManifest ${commit}`,
      'putManifest v1',
      'putManifest latest',
    ])
    expect(result).toMatchObject({ outcome: 'built', tags: ['v1', 'latest'], recordArtifactId: 1 })
    for (const tag of [commit, 'v1', 'latest']) expect(await tagDigest(world, tag)).toBe(index.digest)
    expect(result.sealed?.record).toMatchObject({
      repository: IMAGE,
      commit,
      digest: index.digest,
      mediaType: MEDIA_TYPES.ociIndex,
      size: index.bytes.byteLength,
      platforms: ['linux/amd64', 'linux/arm64/v8'],
      event: 'push',
      engine: { name: 'docker', version: '29.1.0' },
      actor: 'octocat',
      createdAt: '2026-11-23T12:00:00.000Z',
    })
    expect(job.uploaded).toEqual([result.sealed?.record])
    expect(result.milliseconds).toBe(3000)
  })

  test('tells the engine what it needs and no more', async () => {
    const { job, work: working } = start({ makes: amd64 })
    await working
    expect(job.requests[0]).toMatchObject({
      repository,
      commit,
      push: true,
      provenance: {
        revision: commit,
        source: 'https://github.com/owner/app',
        created: '2026-11-22T08:00:00Z',
      },
      workspace: '/workspace',
      environment: { PATH: '/bin' },
    })
  })

  test('has the time of the epoch where there is no git work tree', async () => {
    const { job, work: working } = start({ makes: amd64, checkedOut: undefined, context: { source: null } })
    await working
    expect(job.requests[0]?.provenance).toEqual({ revision: commit, created: '1970-01-01T00:00:00Z' })
  })

  test('reads the platform of a single image from its configuration', async () => {
    const result = await start({ makes: amd64 }).work
    expect(result.sealed?.record.platforms).toEqual(['linux/amd64'])
  })

  test.each([
    {
      description: 'with line feeds',
      engineVersion: 'docker 29\nbuildx 0.31',
      version: 'docker 29 buildx 0.31',
    },
    { description: 'that is long', engineVersion: 'x'.repeat(300), version: 'x'.repeat(100) },
  ])('keeps a version $description within the bounds of a record', async ({ engineVersion, version }) => {
    const result = await start({ makes: amd64, engineVersion }).work
    expect(result.sealed?.record.engine.version).toBe(version)
  })

  test('saves no cache that was found under its exact key', async () => {
    const { job, work: working } = start(
      { makes: amd64, cacheHit: true },
      { 'cache-path': 'x', 'cache-key': 'k' },
    )
    await working
    expect(work(job)).toContain('cache restore k')
    expect(work(job)).not.toContain('cache save k')
  })
})

describe('a commit that was built', () => {
  test('is reused: no engine, no prepare, no cache, nothing written', async () => {
    const world = await sealed(amd64)
    const given = { prepare: 'npm ci', 'cache-path': 'x', 'cache-key': 'k' }
    const { job, work: working } = start({}, given, world)
    const result = await working
    expect(result).toMatchObject({ outcome: 'reused', sealed: { manifest: amd64 }, recordArtifactId: 1 })
    expect(work(job)).toEqual([])
    expect(world.clock.elapsed()).toBe(0)
  })

  test('gets tags that it does not have, and no second write for those it has', async () => {
    const world = await sealed(amd64)
    await publish(world.registry, amd64, 'v1')
    const { job, work: working } = start({}, { tags: 'v1,latest' }, world)
    await working
    expect(work(job)).toEqual(['putManifest latest'])
  })

  test('is reused also when another commit is checked out', async () => {
    const world = await sealed(amd64)
    expect(await start({ checkedOut: otherCommit }, {}, world).work).toMatchObject({ outcome: 'reused' })
  })

  test.each([
    { description: 'the sealed digest', sealedAs: index, digest: index.digest, warns: false },
    { description: 'a platform of the sealed index', sealedAs: index, digest: arm64.digest, warns: false },
    { description: 'another digest, which is discarded', sealedAs: amd64, digest: arm64.digest, warns: true },
  ])('is handed $description by another step', async ({ sealedAs, digest, warns }) => {
    const world = await sealed(sealedAs)
    const { job, work: working } = start({ engineName: 'existing' }, { engine: 'existing', digest }, world)
    expect(await working).toMatchObject({ outcome: 'reused', sealed: { manifest: sealedAs } })
    const warnings = job.log.lines.filter((line) => line.startsWith('warning: '))
    expect(warnings).toEqual(
      warns
        ? [expect.stringContaining(`sealed as ${sealedAs.digest}, which is used; the duplicate ${digest}`)]
        : [],
    )
  })
})

describe('a tag that was pushed without build-once', () => {
  async function pushed(): Promise<World> {
    const world = createWorld()
    await publish(world.registry, amd64, commit)
    return world
  }

  test('is refused', async () => {
    const { job, work: working } = start({}, {}, await pushed())
    const error = await expectCode(working, 'UNSEALED_TAG')
    expect(error.message).toContain(`${IMAGE}:${commit} exists (${amd64.digest})`)
    expect(work(job)).toEqual([])
  })

  test('is sealed as it is with adopt', async () => {
    const world = await pushed()
    const { job, work: working } = start({}, { adopt: 'true', tags: 'v1' }, world)
    const result = await working
    expect(result).toMatchObject({
      outcome: 'adopted-tag',
      sealed: { manifest: amd64, record: { engine: { name: 'adopted' } } },
    })
    expect(work(job)).toEqual(['attach', 'putManifest v1'])
    await world.clock.sleep(60_000)
    expect(await start({}, {}, world).work).toMatchObject({ outcome: 'reused', sealed: result.sealed })
  })

  test('is not adopted in place of the digest another step handed over', async () => {
    const given = { adopt: 'true', engine: 'existing', digest: arm64.digest }
    const { job, work: working } = start({ engineName: 'existing' }, given, await pushed())
    const error = await expectCode(working, 'BUILT_TWICE')
    expect(error.message).toContain(`expected ${amd64.digest} (SHA tag), got ${arm64.digest} (input digest)`)
    expect(work(job)).toEqual([])
  })
})

describe('a race', () => {
  test('that is lost: the digest of the winner, its record, and its tags', async () => {
    const world = createWorld()
    const options: JobOptions = {
      build: async () => {
        await publish(world.registry, amd64)
        await sealed(arm64, world)
        return { digest: amd64.digest }
      },
    }
    const { job, work: working } = start(options, { tags: 'v1' }, world)
    const result = await working
    expect(result).toMatchObject({ outcome: 'adopted-winner', sealed: { manifest: arm64 } })
    expect(await tagDigest(world, 'v1')).toBe(arm64.digest)
    expect(job.uploaded).toEqual([result.sealed?.record])
    expect(job.log.lines.find((line) => line.startsWith('notice: '))).toContain(
      `Its digest ${arm64.digest} is used; the duplicate ${amd64.digest} was discarded.`,
    )
  })

  test('that is lost with the same bytes', async () => {
    const world = createWorld()
    const options: JobOptions = {
      build: async () => {
        await sealed(amd64, world)
        return { digest: amd64.digest }
      },
    }
    const { job, work: working } = start(options, {}, world)
    expect(await working).toMatchObject({ outcome: 'adopted-winner', sealed: { manifest: amd64 } })
    expect(job.log.lines.join('\n')).toContain('recorded the same digest')
  })

  test('that is lost with a digest another step handed over', async () => {
    const world = createWorld()
    const options: JobOptions = {
      engineName: 'existing',
      build: async () => {
        await publish(world.registry, amd64)
        await sealed(arm64, world)
        return { digest: amd64.digest }
      },
    }
    const { work: working } = start(options, { engine: 'existing', digest: amd64.digest }, world)
    expect(await working).toMatchObject({ outcome: 'adopted-winner', sealed: { manifest: arm64 } })
  })

  test('of two jobs of one commit: both end with the same digest and one built it', async () => {
    const world = createWorld()
    const results = await Promise.all([
      start({ makes: amd64 }, {}, world).work,
      start({ makes: arm64 }, {}, world).work,
    ])
    expect(new Set(results.map((result) => result.sealed?.manifest.digest)).size).toBe(1)
    const outcomes = results.map(({ outcome }) => outcome)
    expect(outcomes).toContain('built')
    expect(outcomes).toContain('adopted-winner')
  })

  test('of jobs of different commits with the same bytes: each has its own seal', async () => {
    const world = createWorld()
    await start({ makes: amd64 }, {}, world).work
    const inputs = inputsOf()
    const job = createJob(world, { makes: amd64, checkedOut: otherCommit })
    const result = await build(inputs, buildTarget(inputs, otherCommit), job.ports)
    expect(result).toMatchObject({ outcome: 'built', sealed: { record: { commit: otherCommit } } })
    expect(await world.records.list(repository, amd64.digest, RECORD_TYPES.build)).toHaveLength(2)
  })
})

describe('a job that was killed', () => {
  test.each(['attach', `putManifest ${commit}`])(
    'before %s is run again and ends with one seal',
    async (at) => {
      const world = createWorld()
      const killed = start(
        {
          makes: amd64,
          around: async (call, proceed) => {
            if (call === at) throw new Error('killed')
            return await proceed()
          },
        },
        {},
        world,
      )
      await expect(killed.work).rejects.toThrow('killed')
      const again = await start({ makes: amd64 }, {}, world).work
      expect(again.sealed?.manifest).toEqual(amd64)
      expect(await world.records.list(repository, amd64.digest, RECORD_TYPES.build)).toHaveLength(1)
      expect(await start({}, {}, world).work).toMatchObject({ outcome: 'reused', sealed: again.sealed })
    },
  )

  test('between the seal and the tags is run again and gets its tags', async () => {
    const world = createWorld()
    const killed = start(
      {
        makes: amd64,
        around: async (call, proceed) => {
          if (call === 'putManifest v1') throw new Error('killed')
          return await proceed()
        },
      },
      { tags: 'v1' },
      world,
    )
    await expect(killed.work).rejects.toThrow('killed')
    expect(await start({}, { tags: 'v1' }, world).work).toMatchObject({ outcome: 'reused' })
    expect(await tagDigest(world, 'v1')).toBe(amd64.digest)
  })
})

describe('builds that are not pushed', () => {
  const fork = { headRepository: 'someone/app', baseRepository: 'owner/app' }
  test.each([
    { description: 'push: false', given: { push: 'false' }, context: {}, says: 'push is false' },
    {
      description: 'a pull request from a fork',
      given: {},
      context: { event: 'pull_request', payload: fork },
      says: 'comes from a fork, whose token cannot push',
    },
    {
      description: 'a pull request of Dependabot, run again by somebody else',
      given: {},
      context: { event: 'pull_request', actor: 'dependabot[bot]' },
      says: 'Dependabot started this, and its token cannot push',
    },
    {
      description: 'a pull request from a fork, though push is true',
      given: { push: 'true' },
      context: { event: 'pull_request', payload: fork },
      says: 'but not published and not sealed',
    },
  ])('$description: built, nothing written, nothing sealed, green', async ({ given, context, says }) => {
    const {
      world,
      job,
      work: working,
    } = start({ makes: amd64, context }, { ...given, tags: 'v1', prepare: 'x' })
    const result = await working
    expect(result).toMatchObject({
      outcome: 'not-pushed',
      sealed: undefined,
      tags: [],
      localDigest: amd64.digest,
    })
    expect(work(job)).toEqual(['engine', 'prepare x', 'build'])
    expect(job.requests[0]?.push).toBe(false)
    expect(job.uploaded).toEqual([])
    expect(await tagDigest(world, 'v1')).toBeUndefined()
    expect(job.log.lines.join('\n')).toContain(says)
  })

  test('a fork has nothing to adopt from another step either, and stays green', async () => {
    const context = { event: 'pull_request', payload: fork }
    const world = createWorld()
    const job = createJob(world, { context, engineName: 'existing' })
    const known = { isReadOnly: true }
    const inputs = parseBuildInputs(new Map(Object.entries({ image: IMAGE, engine: 'existing' })), known)
    const result = await build(inputs, buildTarget(inputs, commit), job.ports)
    expect(result).toMatchObject({ outcome: 'not-pushed', localDigest: undefined, withheld: 'fork' })
    expect(job.events).toEqual([])
    expect(job.log.lines.join('\n')).toContain('built by another step, but not published')
  })

  test.each([
    {
      description: 'run was not started',
      engineName: 'command',
      given: { engine: 'command', run: 'make push' },
      says: '`run` was not started, because it does not look at `$BUILD_ONCE_PUSH`',
      notice: 'nothing was built, published or sealed',
    },
    {
      description: 'another step builds',
      engineName: 'existing',
      given: { engine: 'existing', digest: digestOf(json('another')) },
      says: 'not by this step',
      notice: 'built by another step',
    },
  ])('where $description nothing is said to be built', async ({ engineName, given, says, notice }) => {
    const context = { event: 'pull_request', payload: fork }
    const options = { context, engineName, build: async () => ({ isSkipped: true as const }) }
    const { job, work: working } = start(options, given)
    const summary = buildSummary(await working)
    expect(summary).toContain('### 🧪 Not published\n')
    expect(summary).toContain(`| **Built** | ${says.startsWith('not') ? says : `no · ${says}`}`)
    expect(summary).not.toContain('**Digest**')
    expect(job.log.lines.join('\n')).toContain(notice)
  })

  test('what was not done names the seal in git and the backfill where they were asked for', async () => {
    const context = { event: 'pull_request', payload: fork }
    const given = { seal: 'git', backfill: 'true', token: 'ghs_token' }
    const summary = buildSummary(await start({ makes: amd64, context }, given).work)
    expect(summary).toContain('workflow artifact · git seal · backfill |')
  })

  test('a pull request from this repository is pushed', async () => {
    const context = {
      event: 'pull_request',
      payload: { headRepository: 'Owner/App', baseRepository: 'owner/app' },
    }
    const result = await start({ makes: amd64, context }).work
    expect(result).toMatchObject({ outcome: 'built', sealed: { record: { event: 'pull_request' } } })
  })
})

test('a workflow run about a pull request is recorded as a build of one', async () => {
  const context = { event: 'workflow_run', payload: { workflowRunEvent: 'pull_request' } }
  const result = await start({ makes: amd64, context }).work
  expect(result.sealed?.record.event).toBe('pull_request')
})

describe('nothing is sealed when', () => {
  const published = async (world: World): Promise<void> => {
    expect(await tagDigest(world, commit)).toBeUndefined()
    expect(await world.records.list(repository, amd64.digest, RECORD_TYPES.build)).toEqual([])
  }

  test.each([
    {
      description: 'the workspace holds another commit',
      options: { makes: amd64, checkedOut: otherCommit },
      code: 'COMMIT_NOT_CHECKED_OUT',
      says: `expected ${commit}, got ${otherCommit}`,
      done: ['engine'],
    },
    {
      description: 'prepare fails',
      options: { makes: amd64, prepareExitCode: 3 },
      code: 'PREPARE_FAILED',
      says: 'expected exit code 0, got 3',
      done: ['engine', 'requirePush', 'cache restore k', 'prepare npm ci'],
    },
    {
      description: 'the sources are missing',
      options: { makes: amd64, faults: ['path: dist does not exist', 'base: not found'] },
      code: 'INPUT_INVALID',
      says: 'base: not found',
      done: ['engine', 'requirePush', 'cache restore k', 'prepare npm ci', 'cache save k'],
    },
    {
      description: 'the engine reports no digest',
      options: { build: async () => ({}) },
      code: 'ENGINE_FAILED',
      says: 'reported no digest',
      done: undefined,
    },
    {
      description: 'the digest the engine reports is not in the registry',
      options: { build: async () => ({ digest: arm64.digest }) },
      code: 'ENGINE_FAILED',
      says: `expected ${IMAGE}@${arm64.digest}, got nothing`,
      done: undefined,
    },
  ] as const)('$description', async ({ options, code, says, done }) => {
    const given = { prepare: 'npm ci', 'cache-path': 'x', 'cache-key': 'k' }
    const { world, job, work: working } = start(options, given)
    const error = await expectCode(working, code)
    expect(error.message).toContain(says)
    if (done !== undefined) expect(work(job)).toEqual(done)
    await published(world)
  })

  test('the registry denies pushing, which is known before anything is prepared', async () => {
    const { job, work: working } = start(
      {
        makes: amd64,
        around: async (call, proceed) => {
          if (call.startsWith('requirePush')) throw new RegistryError('REGISTRY_DENIED', 'answered 403')
          return await proceed()
        },
      },
      { prepare: 'npm ci' },
    )
    await expectCode(working, 'REGISTRY_DENIED')
    expect(work(job)).toEqual(['engine', 'requirePush'])
  })

  test('the registry cannot say whether the commit is built', async () => {
    const { job, work: working } = start({
      makes: amd64,
      around: async (call, proceed) => {
        if (call.startsWith('readTag')) throw new RegistryError('REGISTRY_UNAVAILABLE', 'answered 503')
        return await proceed()
      },
    })
    await expectCode(working, 'REGISTRY_UNAVAILABLE')
    expect(work(job)).toEqual([])
  })

  test.each([
    { description: 'is not JSON', config: new TextEncoder().encode('not JSON'), code: 'REGISTRY_UNEXPECTED' },
    {
      description: 'names a platform no record can hold',
      config: json({ os: 'x'.repeat(90), architecture: 'y' }),
      code: 'RECORD_INVALID',
    },
  ] as const)('the configuration of the image $description', async ({ config, code }) => {
    const world = createWorld()
    const build = async () => {
      await publish(world.registry, amd64)
      const descriptor = {
        mediaType: MEDIA_TYPES.ociConfig,
        digest: digestOf(config),
        size: config.byteLength,
      }
      const open = async function* () {
        yield config
      }
      await world.registry.putBlob(repository, { ...descriptor, open })
      const bytes = json({ schemaVersion: 2, config: descriptor, layers: [EMPTY_CONFIG.descriptor] })
      const { digest } = parseManifest(bytes, MEDIA_TYPES.ociManifest, 'x')
      await world.registry.putManifest(repository, bytes, MEDIA_TYPES.ociManifest)
      return { digest }
    }
    await expectCode(start({ build }, {}, world).work, code)
    await published(world)
  })

  test('what was reported by its sha512 is sealed and recorded by its sha256, and found again by either', async () => {
    const sha512 = digestOf(amd64.bytes, 'sha512')
    const given = { engine: 'existing', digest: sha512 }
    const push = async (): Promise<{ digest: typeof sha512 }> => {
      await publish(world.registry, amd64)
      return { digest: sha512 }
    }
    const world = createWorld()
    const result = await start({ build: push, engineName: 'existing' }, given, world).work
    expect(result.sealed?.manifest.digest).toBe(amd64.digest)
    expect(result.sealed?.record.digest).toBe(amd64.digest)
    const again = start({ engineName: 'existing' }, given, world)
    expect(await again.work).toMatchObject({
      outcome: 'reused',
      sealed: { manifest: { digest: amd64.digest } },
    })
    expect(again.job.log.lines.join('\n')).not.toContain('discarded')
  })

  test('an existing digest needs no checkout of its commit', async () => {
    const given = { engine: 'existing', digest: amd64.digest }
    const result = await start({ makes: amd64, engineName: 'existing', checkedOut: otherCommit }, given).work
    expect(result.outcome).toBe('built')
  })
})

describe('tags', () => {
  test('that are immutable and right already are right', async () => {
    const world = await sealed(amd64)
    await publish(world.registry, amd64, 'v1')
    const result = await start({ around: immutableTags(world) }, { tags: 'v1' }, world).work
    expect(result.tags).toEqual(['v1'])
  })

  test.each(['REGISTRY_REFUSED', 'REGISTRY_DENIED'] as const)(
    'that are immutable and show something else (%s): every one is named, the build stays sealed',
    async (code) => {
      const world = createWorld()
      await publish(world.registry, arm64, 'v1')
      await publish(world.registry, arm64, 'v2')
      const given = { tags: 'v1,v2,v3' }
      const error = await expectCode(
        start({ makes: amd64, around: immutableTags(world, code) }, given, world).work,
        'TAG_CONFLICT',
      )
      for (const tag of ['v1', 'v2'])
        expect(error.message).toContain(
          `${IMAGE}:${tag} · expected ${amd64.digest}, got ${arm64.digest} (the tag is immutable)`,
        )
      expect(error.message).not.toContain(`${IMAGE}:v3`)
      expect(await tagDigest(world, commit)).toBe(amd64.digest)
      expect(await tagDigest(world, 'v3')).toBe(amd64.digest)
    },
  )

  test('that something else moves at once', async () => {
    const world = createWorld()
    const around: JobOptions['around'] = async (call, proceed) => {
      const result = await proceed()
      if (call === 'putManifest v1') await publish(world.registry, arm64, 'v1')
      return result
    }
    const error = await expectCode(
      start({ makes: amd64, around }, { tags: 'v1' }, world).work,
      'TAG_CONFLICT',
    )
    expect(error.message).toContain(`got ${arm64.digest}`)
  })

  test('whose put fails for another reason keep that reason', async () => {
    const around: JobOptions['around'] = async (call, proceed) => {
      if (call === 'putManifest v1') throw new RegistryError('REGISTRY_UNAVAILABLE', 'answered 503')
      return await proceed()
    }
    await expectCode(start({ makes: amd64, around }, { tags: 'v1' }).work, 'REGISTRY_UNAVAILABLE')
  })
})

describe('the staging tag', () => {
  async function stagingTagOf(
    world: World,
    use: 'shared' | 'exclusive',
    options: JobOptions = {},
  ): Promise<string> {
    let tag = ''
    const job = start(
      {
        ...options,
        build: async (request) => {
          tag = await request.stagingTag(use)
          await publish(world.registry, amd64)
          return { digest: amd64.digest }
        },
      },
      {},
      world,
    )
    await job.work
    return tag
  }

  test('is one for all builds', async () => {
    const world = createWorld()
    expect(await stagingTagOf(world, 'shared')).toBe(STAGING_TAG)
  })

  test('is moved back to a placeholder that holds nothing', async () => {
    const world = createWorld()
    await publish(world.registry, arm64, STAGING_TAG)
    expect(await stagingTagOf(world, 'shared')).toBe(STAGING_TAG)
    const manifest = await world.registry.readTag(repository, STAGING_TAG)
    expect(manifest?.document.artifactType).toBe('application/vnd.build-once.staging.v1')
  })

  test.each(['REGISTRY_REFUSED', 'REGISTRY_DENIED'] as const)(
    'is unique where tags are immutable (%s)',
    async (code) => {
      const world = createWorld()
      await publish(world.registry, arm64, STAGING_TAG)
      const nonce = nextNonce()
      const tag = await stagingTagOf(world, 'shared', {
        around: immutableTags(world, code),
        nonce: () => nonce,
      })
      expect(tag).toBe(`${STAGING_TAG}-${nonce.slice(0, 16)}`)
    },
  )

  test('is unique for engines whose tag is read back', async () => {
    expect(await stagingTagOf(createWorld(), 'exclusive')).toMatch(/^build-once-staging-[0-9a-f]{16}$/)
  })
})

describe('the summary', () => {
  test('of a build', async () => {
    const summary = buildSummary(await start({ makes: index }, { tags: 'v1' }).work)
    expect(summary).toContain('### 📦 Built once')
    expect(summary).toContain(index.digest)
    expect(summary).toContain('`linux/amd64` `linux/arm64/v8`')
    expect(summary).toContain('[workflow run 123, attempt 1](https://github.com/owner/app/actions/runs/123)')
    expect(summary).toContain(`Deploy exactly this: \`${IMAGE}@${index.digest}\``)
  })

  test('of a build that was not pushed says that nothing can be deployed', async () => {
    const summary = buildSummary(await start({ makes: amd64 }, { push: 'false' }).work)
    expect(summary).toContain('### 🧪 Built, not published')
    expect(summary).toContain('nothing can be deployed')
    expect(summary).not.toContain('Deploy exactly this')
  })

  test.each([
    { why: 'push: false', given: { push: 'false' }, context: {}, says: ['`push` is `false`'] },
    {
      why: 'a fork',
      given: {},
      context: {
        event: 'pull_request',
        payload: { headRepository: 'someone/app', baseRepository: 'owner/app' },
      },
      says: ['comes from a fork', 'its token only reads', "if: needs.build.outputs.digest != ''"],
    },
    {
      why: 'Dependabot',
      given: {},
      context: { event: 'pull_request', actor: 'dependabot[bot]' },
      says: ['Dependabot started this', 'without secrets', 'Once it is merged'],
    },
  ])('of a build that was not pushed because of $why says what was not done, and why', async (row) => {
    const { given, context, says } = row
    const summary = buildSummary(await start({ makes: amd64, context }, given).work)
    expect(summary).toContain('| **Not done** | push · build record · SHA tag and other tags')
    for (const text of says) expect(summary).toContain(text)
    expect(summary.split('\n').filter((line) => line.startsWith('| **Why**'))).toHaveLength(1)
  })

  test('of a record with text that is markup', async () => {
    const result = await start({
      makes: amd64,
      engineName: '<img>|x',
      context: { workflowRun: { id: '1', attempt: 1, url: 'javascript:alert(1)', workflow: 'CI', job: 'b' } },
    }).work
    const summary = buildSummary(result)
    expect(summary).not.toContain('<img>')
    expect(summary).not.toContain('javascript:')
    expect(summary).toContain(String.raw`&lt;img&gt;\|x`)
  })
})
