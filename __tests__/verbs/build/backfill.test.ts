import { describe, expect, test } from 'vitest'
import { parseCommit } from '../../../src/domain/commit.ts'
import { GitHubError, RegistryError } from '../../../src/domain/error.ts'
import { invalidSeal, sealRef } from '../../../src/domain/git-seal.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import { type BuildRecord, encodeRecord, RECORD_TYPES } from '../../../src/domain/record.ts'
import { backfill, type Backfilled } from '../../../src/verbs/build/backfill.ts'
import { build } from '../../../src/verbs/build/run.ts'
import { buildSummary } from '../../../src/verbs/build/summary.ts'
import { createJob, createWorld, inputsOf, type World } from '../../fixtures/build-world.ts'
import type { Around } from '../../fixtures/decorated-registry.ts'
import { createMemoryGitSeals, decorateGitSeals } from '../../fixtures/memory-git-seals.ts'
import {
  amd64,
  arm64,
  buildRecord,
  commit,
  commitWith,
  IMAGE,
  imageManifest,
  json,
  publish,
  repository,
} from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'
import { openGitHub } from '../../sandbox/github/support.ts'
import { openApi } from '../../github/support/api.ts'

const target = { repository, commit, settle: 3000 }
const [FIRST, SECOND, THIRD, FOURTH] = ['3', '4', '5', '6'].map(commitWith)
if (FIRST === undefined || SECOND === undefined || THIRD === undefined || FOURTH === undefined)
  throw new Error('there are four commits')

/** Tag and record, as a build with `seal: registry` left them. */
async function sealed(
  world: World,
  of: typeof commit,
  manifest: Manifest,
  fields: Partial<BuildRecord> = {},
): Promise<BuildRecord> {
  const record = buildRecord({
    commit: of,
    digest: manifest.digest,
    createdAt: '2026-11-20T10:00:00.000Z',
    ...fields,
  })
  await publish(world.registry, manifest, of)
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, encodeRecord(record))
  return record
}

function run(world: World, git: ReturnType<typeof createMemoryGitSeals>, around?: Around) {
  const { ports, log } = createJob(world)
  const seals = around === undefined ? git : decorateGitSeals(git, around)
  return { log, work: backfill(ports, seals, target) }
}

const nothing: Backfilled = { tags: 0, sealed: 0, present: 0, unchecked: 0, left: [] }

/** So many commits that differ by their last digits. */
function manyCommits(count: number): readonly (typeof commit)[] {
  return Array.from({ length: count }, (_, at) => parseCommit(String(at + 1).padStart(40, 'a')))
}

describe('a backfill', () => {
  test('of a repository without builds does nothing', async () => {
    const world = createWorld()
    expect(await run(world, createMemoryGitSeals()).work).toEqual(nothing)
  })

  test('seals in git what is sealed in the registry, with the record that is there, and only once', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    const records = [await sealed(world, FIRST, amd64), await sealed(world, SECOND, arm64)]
    await publish(world.registry, amd64, 'v1')
    await publish(world.registry, amd64, 'build-once-staging')
    await publish(world.registry, amd64, FIRST.slice(0, 12))
    const first = run(world, git)
    expect(await first.work).toEqual({ ...nothing, tags: 2, sealed: 2 })
    expect(first.log.lines).toContain(
      'notice: Backfill: 2 commit tags · 2 sealed in git now · 0 were already · 0 left without a valid build record',
    )
    for (const record of records) expect(await git.read(IMAGE, record.commit)).toEqual(record)
    expect(await run(world, git).work).toEqual({ ...nothing, tags: 2, present: 2 })
  })

  test('takes tags that are commits of sha256 repositories', async () => {
    const world = createWorld()
    const long = 'ab'.repeat(32) as typeof commit
    await sealed(world, long, amd64)
    expect(await run(world, createMemoryGitSeals()).work).toMatchObject({ sealed: 1 })
  })

  test('names what has no valid record, and leaves it', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    await sealed(world, FIRST, amd64)
    await publish(world.registry, imageManifest('bare'), SECOND)
    const broken = await publish(world.registry, imageManifest('broken'), THIRD)
    world.records.plant(repository, broken.digest, RECORD_TYPES.build, json({ schema: 'x' }))
    await sealed(world, FOURTH, imageManifest('other'), { repository: 'registry.test/a/b' })
    const { log, work } = run(world, git)
    expect(await work).toEqual({ ...nothing, tags: 4, sealed: 1, left: [SECOND, THIRD, FOURTH] })
    const warning = log.lines.find((line) => line.includes('no valid build record of the commit'))
    for (const left of [SECOND, THIRD, FOURTH]) expect(warning).toContain(left)
    expect(new Set((await git.list(IMAGE)).keys())).toEqual(new Set([FIRST]))
  })

  test('reports everything that git and registry do not agree on, after all else is done', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    for (const of of [FIRST, SECOND]) {
      await sealed(world, of, amd64)
      await git.claim(buildRecord({ commit: of, digest: arm64.digest }))
    }
    await sealed(world, THIRD, amd64)
    await sealed(world, FOURTH, amd64)
    const around: Around = async (call, proceed) => {
      const result = await proceed()
      if (call === 'git read' && (result as BuildRecord | undefined)?.commit === SECOND)
        throw invalidSeal('refs/build-once/x', 'it points at a commit')
      return result
    }
    const { work, log } = run(world, git, around)
    const { message } = await expectCode(work, 'TAG_MOVED')
    expect(message).toContain(`${FIRST} · expected ${arm64.digest}`)
    expect(message).toContain('it points at a commit')
    expect(new Set((await git.list(IMAGE)).keys())).toEqual(new Set([FIRST, SECOND, THIRD, FOURTH]))
    expect(log.lines.join('\n')).toContain('2 sealed in git now')
    expect(log.lines.join('\n')).toContain('2 disagree')
  })

  test('that loses a race to another one with the same digest counts it as there', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    await sealed(world, FIRST, amd64)
    const both = await Promise.all([run(world, git).work, run(world, git).work])
    expect(both.map(({ sealed: count }) => count)).toEqual([1, 1])
    expect(git.refs.size).toBe(1)
  })

  test('waits for a seal that may still be in a race', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    await sealed(world, FIRST, amd64, { createdAt: '2026-11-23T11:59:59.000Z' })
    world.clock.after(1000, async () => {
      await sealed(world, FIRST, arm64, { createdAt: '2026-11-23T12:00:00.000Z' })
    })
    expect(await run(world, git).work).toMatchObject({ sealed: 1 })
    expect((await git.read(IMAGE, FIRST))?.digest).toBe(arm64.digest)
  })

  test('that a limit interrupts gets further each time', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    const commits = [FIRST, SECOND, THIRD, FOURTH]
    for (const of of commits) await sealed(world, of, amd64)
    for (let already = 0; already < 4; already += 2) {
      let claims = 0
      const around: Around = async (call, proceed) => {
        if (call === 'git claim' && (claims += 1) > 2)
          throw new GitHubError('GITHUB_RATE_LIMITED', 'no more', { status: 403 })
        return await proceed()
      }
      const { work, log } = run(world, git, around)
      if (already > 0) expect(await work).toMatchObject({ sealed: 2, present: 2 })
      else {
        await expectCode(work, 'GITHUB_RATE_LIMITED')
        expect(log.lines).toContain('warning: The backfill ended after 2 of 4 commit tags. Run it again.')
      }
    }
    expect(new Set((await git.list(IMAGE)).keys())).toEqual(new Set(commits))
  })

  test('asks GitHub nothing about commits whose list entry shows the record that is in the registry', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    const world = createWorld()
    for (const of of manyCommits(30)) await sealed(world, of, amd64)
    const { ports } = createJob(world)
    expect(await backfill(ports, seals, target)).toEqual({ ...nothing, tags: 30, sealed: 30 })
    // One list, and three writes for each.
    expect(github.requests).toHaveLength(1 + 30 * 3)
    expect(await backfill(ports, seals, target)).toEqual({ ...nothing, tags: 30, present: 30 })
    expect(github.requests).toHaveLength(2 + 30 * 3)
  })

  test('ends also where more seals than can be read show another record, and says that', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    for (const of of manyCommits(120)) {
      await git.claim(await sealed(world, of, amd64))
      // Somebody else's record of the same digest is the earlier one by now.
      git.refs.set(sealRef(IMAGE, of), buildRecord({ commit: of, digest: amd64.digest }))
    }
    let reads = 0
    const around: Around = async (call, proceed) => {
      if (call === 'git read') reads += 1
      return await proceed()
    }
    const { work, log } = run(world, git, around)
    expect(await work).toEqual({ ...nothing, tags: 120, present: 120, unchecked: 20 })
    expect(reads).toBe(100)
    expect(log.lines.join('\n')).toContain('120 were already, of which 20 were not compared')
  })

  test('says beforehand how long it takes, and how often it has to be run', async () => {
    const world = createWorld()
    for (const of of manyCommits(400)) await sealed(world, of, amd64)
    const { work, log } = run(world, createMemoryGitSeals())
    await work
    expect(log.lines[0]).toMatch(/^notice: Backfill: 400 of 400 commit tags have no git seal/)
    expect(log.lines[0]).toContain('3 runs, an hour apart')
  })

  const unusable: readonly [string, Error][] = [
    ['a manifest nobody can use', new RegistryError('REGISTRY_UNEXPECTED', 'not a usable manifest')],
    ['a manifest that is corrupt', new RegistryError('CONTENT_CORRUPT', 'other bytes')],
    ['a record whose blob is gone', new RegistryError('REGISTRY_NOT_FOUND', 'no such blob')],
  ]
  test.each(unusable)('is not stopped by one tag with %s, and names it at the end', async (_name, error) => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    for (const of of [FIRST, SECOND, THIRD]) await sealed(world, of, amd64)
    const around: Around = async (call, proceed) => {
      if (call === `readTag ${FIRST}`) throw error
      return await proceed()
    }
    const work = backfill(createJob(world, { around }).ports, git, target)
    const { message } = await expectCode(work, (error as RegistryError).code)
    expect(message).toContain(FIRST)
    expect(message).toContain(error.message)
    expect([...(await git.list(IMAGE)).keys()]).toEqual([SECOND, THIRD])
  })

  test('names the first of many that are left in the warning, and all in the log', async () => {
    const world = createWorld()
    const commits = manyCommits(60).toSorted()
    for (const of of commits) await publish(world.registry, amd64, of)
    const { work, log } = run(world, createMemoryGitSeals())
    expect(await work).toMatchObject({ left: commits })
    const [warning = ''] = log.lines.filter((line) => line.startsWith('warning: Not sealed in git'))
    expect(warning).toContain('and 10 more')
    expect(warning).not.toContain(commits.at(-1))
    expect(log.lines.join('\n')).toContain(commits.at(-1))
  })

  test('seals what lost its ref meanwhile', async () => {
    const world = createWorld()
    const git = createMemoryGitSeals()
    const record = await sealed(world, FIRST, amd64)
    await git.claim(buildRecord({ commit: FIRST, digest: amd64.digest }))
    const around: Around = async (call, proceed) => {
      if (call === 'git read') git.refs.clear()
      return await proceed()
    }
    expect(await run(world, git, around).work).toMatchObject({ sealed: 1 })
    expect(await git.read(IMAGE, FIRST)).toEqual(record)
  })

  test('stops where the registry is not available: what follows would fail as well', async () => {
    const world = createWorld()
    for (const of of [FIRST, SECOND]) await sealed(world, of, amd64)
    let reads = 0
    const around: Around = async (call, proceed) => {
      if (!call.startsWith('readTag')) return await proceed()
      reads += 1
      throw new RegistryError('REGISTRY_UNAVAILABLE', 'down')
    }
    const work = backfill(createJob(world, { around }).ports, createMemoryGitSeals(), target)
    await expectCode(work, 'REGISTRY_UNAVAILABLE')
    expect(reads).toBe(1)
  })

  test('makes real refs', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    const world = createWorld()
    const record = await sealed(world, FIRST, amd64)
    const { ports } = createJob(world)
    expect(await backfill(ports, seals, target)).toEqual({ ...nothing, tags: 1, sealed: 1 })
    expect(await seals.read(IMAGE, FIRST)).toEqual(record)
    expect(await backfill(ports, seals, target)).toEqual({ ...nothing, tags: 1, present: 1 })
  })
})

describe('the build action', () => {
  const given = { seal: 'git', token: 'ghs_x', backfill: 'true' }

  test('backfills before it looks, so that what was built is reused', async () => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    const record = await sealed(world, commit, amd64)
    const job = createJob(world, { gitSeals })
    const result = await build(inputsOf(given), target, job.ports)
    expect(result).toMatchObject({ outcome: 'reused', sealed: { record }, backfilled: { sealed: 1 } })
    expect(job.events).not.toContain('engine')
    expect(buildSummary(result)).toContain('1 commit tags · 1 sealed in git now')
    const again = await build(
      inputsOf({ ...given, backfill: 'false' }),
      target,
      createJob(world, { gitSeals }).ports,
    )
    expect(again).toMatchObject({ outcome: 'reused', sealed: { record }, backfilled: undefined })
    expect(buildSummary(again)).not.toContain('Backfill')
  })

  test('does not build after a backfill that found disagreements', async () => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    await sealed(world, FIRST, amd64)
    await gitSeals.claim(buildRecord({ commit: FIRST, digest: arm64.digest }))
    const job = createJob(world, { gitSeals })
    await expectCode(build(inputsOf(given), target, job.ports), 'TAG_MOVED')
    expect(job.events).not.toContain('engine')
  })

  test('without backfill refuses what is sealed in the registry only', async () => {
    const world = createWorld()
    await sealed(world, commit, amd64)
    const job = createJob(world, { gitSeals: createMemoryGitSeals() })
    await expectCode(build(inputsOf({ ...given, backfill: 'false' }), target, job.ports), 'NOT_SEALED_IN_GIT')
    expect(job.events).not.toContain('engine')
  })

  test('builds once, and reuses', async () => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    const first = await build(inputsOf(given), target, createJob(world, { gitSeals, makes: amd64 }).ports)
    expect(first).toMatchObject({ outcome: 'built', sealed: { manifest: amd64 } })
    const second = await build(inputsOf(given), target, createJob(world, { gitSeals }).ports)
    expect(second).toMatchObject({ outcome: 'reused', sealed: first.sealed })
  })

  const CALLS = ['attach', 'git claim']
  const POINTS = CALLS.flatMap((call) => (['before', 'after'] as const).map((when) => ({ call, when })))
  test.each(POINTS)('completes an adoption that ended $when $call', async ({ call, when }) => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    await publish(world.registry, amd64, commit)
    const crash: Around = async (name, proceed) => {
      if (name === call && when === 'before') throw new Error('killed')
      const result = await proceed()
      if (name === call) throw new Error('killed')
      return result
    }
    const inputs = inputsOf({ ...given, backfill: 'false', adopt: 'true' })
    await expect(build(inputs, target, createJob(world, { gitSeals, around: crash }).ports)).rejects.toThrow(
      'killed',
    )
    const again = await build(inputs, target, createJob(world, { gitSeals }).ports)
    expect(again.sealed?.manifest).toEqual(amd64)
    expect(await gitSeals.read(IMAGE, commit)).toEqual(again.sealed?.record)
    expect(await world.records.list(repository, amd64.digest, RECORD_TYPES.build)).toHaveLength(1)
  })

  test('adopts what is sealed in the registry only with the record that is there, and only if told to', async () => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    const record = await sealed(world, commit, amd64)
    const job = createJob(world, { gitSeals })
    const without = inputsOf({ ...given, backfill: 'false' })
    await expectCode(build(without, target, job.ports), 'NOT_SEALED_IN_GIT')
    const adopted = await build(
      inputsOf({ ...given, backfill: 'false', adopt: 'true' }),
      target,
      createJob(world, { gitSeals }).ports,
    )
    expect(adopted).toMatchObject({ outcome: 'adopted-tag', sealed: { manifest: amd64, record } })
  })

  test('adopts in git, too', async () => {
    const world = createWorld()
    const gitSeals = createMemoryGitSeals()
    await publish(world.registry, amd64, commit)
    const { ports } = createJob(world, { gitSeals })
    await expectCode(build(inputsOf(given), target, ports), 'UNSEALED_TAG')
    const adopted = await build(inputsOf({ ...given, adopt: 'true' }), target, ports)
    expect(adopted).toMatchObject({ outcome: 'adopted-tag', sealed: { manifest: amd64 } })
    expect(await gitSeals.read(IMAGE, commit)).toEqual(adopted.sealed?.record)
  })
})
