import { describe, expect, test } from 'vitest'
import { GitHubError, RegistryError } from '../../../src/domain/error.ts'
import { invalidSeal, sealRef } from '../../../src/domain/git-seal.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import { type BuildRecord, encodeRecord, RECORD_TYPES } from '../../../src/domain/record.ts'
import { build } from '../../../src/verbs/build/run.ts'
import { lookInGit, sealInGit } from '../../../src/verbs/build/seal-git.ts'
import { sealMethod } from '../../../src/verbs/build/seal.ts'
import {
  createJob,
  createWorld,
  immutableTags,
  inputsOf,
  type Job,
  type JobOptions,
  type World,
} from '../../fixtures/build-world.ts'
import type { Around } from '../../fixtures/decorated-registry.ts'
import {
  createMemoryGitSeals,
  decorateGitSeals,
  type MemoryGitSeals,
} from '../../fixtures/memory-git-seals.ts'
import {
  amd64,
  arm64,
  buildRecord,
  commit,
  IMAGE,
  imageManifest,
  json,
  otherCommit,
  publish,
  repository,
} from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

const SETTLE = 3000
const target = { repository, commit, settle: SETTLE }
const REF = sealRef(IMAGE, commit)

interface GitWorld extends World {
  readonly git: MemoryGitSeals
}

function createGitWorld(): GitWorld {
  return { ...createWorld(), git: createMemoryGitSeals() }
}

function job(world: GitWorld, around?: Around, options: JobOptions = {}): Job {
  return createJob(world, { gitSeals: world.git, ...options, ...(around === undefined ? {} : { around }) })
}

function record(world: World, manifest: Manifest): BuildRecord {
  const made = buildRecord({ digest: manifest.digest, mediaType: manifest.mediaType })
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, encodeRecord(made))
  return made
}

/** An artifact with its record, without a tag. */
async function published(world: World, manifest: Manifest): Promise<BuildRecord> {
  await publish(world.registry, manifest)
  return record(world, manifest)
}

function gitOf({ ports }: Job) {
  if (ports.gitSeals === undefined) throw new Error('this job has no git seals')
  return ports.gitSeals
}

async function look(world: GitWorld, one = job(world)) {
  return await lookInGit(one.ports, gitOf(one), target)
}

/** Publishes without a tag and seals, as a build does. */
async function seal(world: GitWorld, manifest: Manifest, around?: Around) {
  const one = job(world, around)
  await publish(world.registry, manifest)
  const made = buildRecord({ digest: manifest.digest, mediaType: manifest.mediaType })
  const result = await sealInGit(one.ports, gitOf(one), target, { manifest, record: made })
  return { ...result, job: one, made }
}

async function tagged(world: World): Promise<string | undefined> {
  return (await world.registry.readTag(repository, commit))?.digest
}

describe('look', () => {
  test('neither tag nor ref: not built; the tag is read before the ref', async () => {
    const world = createGitWorld()
    const one = job(world)
    expect(await look(world, one)).toEqual({ state: 'absent' })
    expect(one.events).toEqual([`readTag ${commit}`, 'git read'])
    expect(world.clock.elapsed()).toBe(0)
  })

  test('tag and ref agree: sealed, by the record in git, without any wait however young it is', async () => {
    const world = createGitWorld()
    await published(world, amd64)
    const standing = buildRecord({ digest: amd64.digest, createdAt: '2026-11-23T12:00:00.000Z' })
    await world.git.claim(standing)
    await publish(world.registry, amd64, commit)
    expect(await look(world)).toEqual({ state: 'sealed', sealed: { manifest: amd64, record: standing } })
    expect(world.clock.elapsed()).toBe(0)
  })

  test('a ref without a tag is completed with the very bytes', async () => {
    const world = createGitWorld()
    const standing = await published(world, amd64)
    await world.git.claim(standing)
    const one = job(world)
    expect(await look(world, one)).toEqual({ state: 'sealed', sealed: { manifest: amd64, record: standing } })
    expect((await world.registry.readTag(repository, commit))?.bytes).toEqual(amd64.bytes)
    expect(one.log.lines).toContainEqual(expect.stringContaining('Completed the seal'))
  })

  test('a tag that is sealed in the registry only proves nothing', async () => {
    const world = createGitWorld()
    const made = record(world, await publish(world.registry, amd64, commit))
    expect(await look(world)).toEqual({ state: 'unsealed', manifest: amd64, record: made })
    const error = await expectCode(seal(world, arm64), 'NOT_SEALED_IN_GIT')
    expect(error.message).toContain(REF)
    expect(error.hint).toContain('backfill: true')
    expect(new Set((await world.git.list(IMAGE)).keys())).toEqual(new Set())
  })

  test('a ref that is shown late', async () => {
    const world = createGitWorld()
    const standing = record(world, await publish(world.registry, amd64, commit))
    world.clock.after(1000, async () => await world.git.claim(standing))
    expect(await look(world)).toMatchObject({ state: 'sealed', sealed: { record: standing } })
  })

  test('a tag without record and ref is unsealed', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64, commit)
    expect(await look(world)).toEqual({ state: 'unsealed', manifest: amd64 })
  })

  test('a tag that shows something else than was sealed', async () => {
    const world = createGitWorld()
    await world.git.claim(await published(world, amd64))
    record(world, await publish(world.registry, arm64, commit))
    const { message, hint } = await expectCode(look(world), 'TAG_MOVED')
    expect(message).toContain(`expected ${amd64.digest} (${REF}), got ${arm64.digest}`)
    // It may be the ref that was moved, to a digest of somebody's choice.
    expect(hint).toContain('the SHA tag or the git ref')
    expect(await tagged(world)).toBe(arm64.digest)
  })

  test('a ref to an artifact that is not there', async () => {
    const world = createGitWorld()
    await world.git.claim(record(world, amd64))
    const { message } = await expectCode(look(world), 'REGISTRY_NOT_FOUND')
    expect(message).toContain(amd64.digest)
  })

  test('a ref to an artifact without a record of this commit gets no tag', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64)
    const other = buildRecord({ digest: amd64.digest, commit: otherCommit })
    world.records.plant(repository, amd64.digest, RECORD_TYPES.build, encodeRecord(other))
    await world.git.claim(buildRecord({ digest: amd64.digest }))
    const { message } = await expectCode(look(world), 'GIT_SEAL_INVALID')
    expect(message).toContain('no build record')
    expect(await tagged(world)).toBeUndefined()
  })

  test('a record that the listing shows late', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64)
    await world.git.claim(buildRecord({ digest: amd64.digest }))
    world.clock.after(1000, () => record(world, amd64))
    expect(await look(world)).toMatchObject({ state: 'sealed' })
  })

  test('a record in the registry that cannot be read', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64)
    world.records.plant(repository, amd64.digest, RECORD_TYPES.build, json({ schema: 'build-once/build/v2' }))
    await world.git.claim(buildRecord({ digest: amd64.digest }))
    await expectCode(look(world), 'RECORD_INVALID')
  })

  test.each([
    ['GITHUB_UNAVAILABLE', new GitHubError('GITHUB_UNAVAILABLE', 'down')],
    ['GITHUB_DENIED', new GitHubError('GITHUB_DENIED', 'no', { permission: 'contents: write' })],
    ['GIT_SEAL_INVALID', invalidSeal(REF, 'it points at a commit')],
  ] as const)('a ref that cannot be read is an error, never "not built": %s', async (code, error) => {
    const world = createGitWorld()
    const failing: Around = async (call, proceed) => {
      if (call === 'git read') throw error
      return await proceed()
    }
    await expectCode(look(world, job(world, failing)), code)
  })
})

describe('seal', () => {
  test('attaches the record, then claims, then moves the tag, and waits for nothing', async () => {
    const world = createGitWorld()
    const { ours, manifest, record: standing, made, job: one } = await seal(world, amd64)
    expect({ ours, manifest, standing }).toEqual({ ours: true, manifest: amd64, standing: made })
    const writes = one.events.filter((event) => /^(?:attach|git claim|putManifest)/.test(event))
    expect(writes).toEqual(['attach', 'git claim', `putManifest ${commit}`])
    expect(world.clock.elapsed()).toBe(0)
    expect(await world.git.read(IMAGE, commit)).toEqual(made)
    expect(await tagged(world)).toBe(amd64.digest)
  })

  test('of a commit that was sealed meanwhile leaves nothing behind', async () => {
    const world = createGitWorld()
    const { made } = await seal(world, amd64)
    const second = await seal(world, arm64)
    expect(second).toMatchObject({ ours: false, manifest: amd64, record: made })
    expect(second.job.events).not.toContain('attach')
  })

  /** A winner that claims just before we do, and moves the tag after some time, or never. */
  function winner(
    world: GitWorld,
    tagsAfter: number | undefined,
  ): { around: Around; standing: () => unknown } {
    let standing: BuildRecord | undefined
    const around: Around = async (call, proceed) => {
      if (call === 'git claim' && standing === undefined) {
        standing = await published(world, arm64)
        await world.git.claim(standing)
        if (tagsAfter !== undefined)
          world.clock.after(tagsAfter, async () => await publish(world.registry, arm64, commit))
      }
      return await proceed()
    }
    return { around, standing: () => standing }
  }

  test('that loses discards its digest and waits for the tag of the winner', async () => {
    const world = createGitWorld()
    const { around, standing } = winner(world, 4500)
    const { ours, manifest, record: adopted, job: one } = await seal(world, amd64, around)
    expect({ ours, manifest, adopted }).toEqual({ ours: false, manifest: arm64, adopted: standing() })
    expect(world.clock.elapsed()).toBe(5000)
    expect(one.events).not.toContain(`putManifest ${commit}`)
  })

  test('that loses to a build that is gone sets the tag in its place, to the same bytes', async () => {
    const world = createGitWorld()
    const { around, standing } = winner(world, undefined)
    const { ours, manifest, record: adopted } = await seal(world, amd64, around)
    expect({ ours, manifest, adopted }).toEqual({ ours: false, manifest: arm64, adopted: standing() })
    expect((await world.registry.readTag(repository, commit))?.bytes).toEqual(arm64.bytes)
    expect(world.clock.elapsed()).toBe(10_000)
  })

  test('of the same bytes by two builds is won by one of them', async () => {
    const world = createGitWorld()
    const both = await Promise.all([seal(world, amd64), seal(world, amd64)])
    expect(both.filter(({ ours }) => ours)).toHaveLength(1)
    expect(new Set(both.map(({ record: standing }) => standing.nonce)).size).toBe(1)
  })

  test.each([2, 3, 8])('of %d racing builds is won by one, and all report its digest', async (racers) => {
    const world = createGitWorld()
    const images = Array.from({ length: racers }, (_, racer) => imageManifest(`racer ${racer}`))
    const results = await Promise.all(images.map(async (image) => await seal(world, image)))
    expect(results.filter(({ ours }) => ours)).toHaveLength(1)
    const digests = new Set(results.map(({ manifest }) => manifest.digest))
    expect([...digests]).toEqual([await tagged(world)])
  })

  test('never overwrites a tag that somebody wrote after the claim', async () => {
    const world = createGitWorld()
    const around: Around = async (call, proceed) => {
      const result = await proceed()
      if (call === 'git claim') await publish(world.registry, arm64, commit)
      return result
    }
    await expectCode(seal(world, amd64, around), 'TAG_MOVED')
    expect(await tagged(world)).toBe(arm64.digest)
  })

  test('takes a tag that is immutable and right already', async () => {
    const world = createGitWorld()
    const refuse = immutableTags(world)
    const around: Around = async (call, proceed) => {
      // Somebody who found the ref completed the seal just before us.
      if (call === `putManifest ${commit}`) await publish(world.registry, amd64, commit)
      return await refuse(call, proceed)
    }
    expect(await seal(world, amd64, around)).toMatchObject({ ours: true, manifest: amd64 })
  })

  test('repeats the write of the tag while the registry is not available', async () => {
    const world = createGitWorld()
    let failures = 0
    const around: Around = async (call, proceed) => {
      if (call === `putManifest ${commit}` && failures < 3) {
        failures += 1
        throw new RegistryError('REGISTRY_UNAVAILABLE', 'down')
      }
      return await proceed()
    }
    expect(await seal(world, amd64, around)).toMatchObject({ ours: true })
    expect(failures).toBe(3)
  })

  test('that may not write the tag fails, and is completed by the next build', async () => {
    const world = createGitWorld()
    const around: Around = async (call, proceed) => {
      if (call === `putManifest ${commit}`) throw new RegistryError('REGISTRY_DENIED', 'no', { status: 403 })
      return await proceed()
    }
    await expectCode(seal(world, amd64, around), 'REGISTRY_DENIED')
    expect(await seal(world, arm64)).toMatchObject({ ours: false, manifest: amd64 })
  })

  test('whose tag is never shown does not count as done', async () => {
    const world = createGitWorld()
    const around: Around = async (call, proceed) =>
      call === `readTag ${commit}` ? (undefined as Awaited<ReturnType<typeof proceed>>) : await proceed()
    await expectCode(seal(world, amd64, around), 'SEAL_UNSTABLE')
  })

  const CALLS = ['attach', 'git claim', `putManifest ${commit}`]
  const POINTS = CALLS.flatMap((call) => (['before', 'after'] as const).map((when) => ({ call, when })))
  test.each(POINTS)(
    'that ends $when $call is completed or begun again by the next build',
    async ({ call, when }) => {
      const world = createGitWorld()
      const crash: Around = async (name, proceed) => {
        if (name === call && when === 'before') throw new Error('killed')
        const result = await proceed()
        if (name === call) throw new Error('killed')
        return result
      }
      await expect(seal(world, amd64, crash)).rejects.toThrow('killed')
      const hadWon = (await world.git.read(IMAGE, commit)) !== undefined
      const again = await seal(world, arm64)
      expect(again.ours).toBe(!hadWon)
      expect(again.manifest).toEqual(hadWon ? amd64 : arm64)
      expect(await tagged(world)).toBe(again.manifest.digest)
      expect(await look(world)).toMatchObject({ state: 'sealed', sealed: { record: again.record } })
    },
  )
})

describe('a build whose token may not write', () => {
  const denied = new GitHubError('GITHUB_DENIED', 'no', { permission: 'contents: write' })
  const deny: Around = async (call, proceed) => {
    if (call === 'git rights' || call === 'git claim') throw denied
    return await proceed()
  }
  const inputs = inputsOf({ seal: 'git', token: 'x', prepare: 'make' })

  test('fails before anything is prepared, built or pushed', async () => {
    const world = createGitWorld()
    const one = job(world, deny, { makes: amd64 })
    await expect(build(inputs, target, one.ports)).rejects.toBe(denied)
    expect(one.events).toEqual([`readTag ${commit}`, 'git read', 'git rights'])
  })

  test('fails before it records anything at what it would adopt', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64, commit)
    const one = job(world, deny)
    await expect(build({ ...inputs, adopt: true }, target, one.ports)).rejects.toBe(denied)
    expect(one.events).not.toContain('attach')
  })

  test('is not asked for it where the commit is sealed', async () => {
    const world = createGitWorld()
    await seal(world, amd64)
    const one = job(world, deny)
    expect(await build(inputs, target, one.ports)).toMatchObject({ outcome: 'reused' })
    expect(one.events).not.toContain('git rights')
  })
})

describe('adopt', () => {
  test('seals in git what somebody pushed', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64, commit)
    const { ports } = job(world)
    const method = sealMethod(
      ports,
      decorateGitSeals(world.git, async (_, proceed) => await proceed()),
    )
    const made = buildRecord({ digest: amd64.digest })
    expect(await method.adopt(target, amd64, made)).toMatchObject({ ours: true })
    expect(await method.look(target)).toMatchObject({ state: 'sealed', sealed: { record: made } })
  })

  test('of two at once stands once', async () => {
    const world = createGitWorld()
    await publish(world.registry, amd64, commit)
    const method = sealMethod(job(world).ports, world.git)
    const both = await Promise.all(
      [1, 2].map(async () => await method.adopt(target, amd64, buildRecord({ digest: amd64.digest }))),
    )
    expect(both.filter(({ ours }) => ours)).toHaveLength(1)
    expect(new Set(both.map(({ record: standing }) => standing.nonce)).size).toBe(1)
  })
})
