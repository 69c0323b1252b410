import type { Commit } from '../../domain/commit.ts'
import type { Digest } from '../../domain/digest.ts'
import { encodeRecord } from '../../domain/record.ts'
import type { Built } from '../../engines/engine.ts'
import { backfill, type Backfilled } from './backfill.ts'
import { prepareAndBuild, readBack } from './engine-build.ts'
import type { BuildInputs } from './inputs.ts'
import { makeRecord } from './new-record.ts'
import type { BuildPorts, SealTarget } from './ports.ts'
import { reuse } from './reuse.ts'
import { sealMethod } from './seal.ts'
import type { Sealed, SealMethod } from './sealed.ts'
import { tagsOf } from './tag-inputs.ts'
import { putTags } from './tags.ts'
import { leftOut, noticeOf, type Unbuilt, type Withheld, withheld } from './withheld.ts'

/** How the digest came about. */
export type Outcome = 'built' | 'reused' | 'adopted-winner' | 'adopted-tag' | 'not-pushed'

/** What a build ends with. Everything but `outcome` is undefined or empty when nothing was pushed. */
export interface BuildResult {
  readonly outcome: Outcome
  readonly target: SealTarget
  readonly sealed: Sealed | undefined
  readonly tags: readonly string[]
  /** Digest of a build that was not pushed, where the engine knows it. */
  readonly localDigest: Digest | undefined
  readonly recordArtifactId: number | undefined
  /** Why nothing was published; undefined where it was. */
  readonly withheld: Withheld | undefined
  /** Why this step built nothing either, where nothing was published. */
  readonly unbuilt: Unbuilt | undefined
  readonly leftOut: readonly string[]
  /** What `backfill` did; undefined where it was not asked for. */
  readonly backfilled: Backfilled | undefined
  readonly milliseconds: number
}

/** Builds a commit once: look, reuse or build, record, seal, tag, report (design: the build verb). */
export async function build(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
): Promise<BuildResult> {
  const started = ports.clock.now().getTime()
  const why = withheld(inputs, ports.context)
  if (why !== undefined) return await buildOnly(inputs, target, ports, started, why)
  const { gitSeals } = ports
  const backfilled =
    gitSeals !== undefined && inputs.backfill ? await backfill(ports, gitSeals, target) : undefined
  const method = sealMethod(ports, gitSeals)
  const { outcome, sealed } =
    (await reuse(inputs, target, ports, method)) ?? (await buildAndSeal(inputs, target, ports, method))
  const tags = tagsOf(inputs.tags ?? [], target)
  await putTags(ports.registry, target.repository, sealed.manifest, tags)
  const recordArtifactId = await ports.artifacts.upload(sealed.record, encodeRecord(sealed.record))
  await inventory(ports, target, outcome, sealed)
  const milliseconds = ports.clock.now().getTime() - started
  const nothing = { localDigest: undefined, withheld: undefined, unbuilt: undefined, leftOut: [] }
  return { outcome, target, sealed, tags, recordArtifactId, backfilled, milliseconds, ...nothing }
}

/** Once for each seal: whoever only found it made costs no time with it, and whoever lost the race has none. */
async function inventory(
  { metadata }: BuildPorts,
  { repository, commit }: SealTarget,
  outcome: Outcome,
  { manifest }: Sealed,
): Promise<void> {
  if (outcome === 'built' || outcome === 'adopted-tag')
    await metadata?.stored({ repository, commit, digest: manifest.digest })
}

/** Steps 3 to 5. */
async function buildAndSeal(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  method: SealMethod,
): Promise<{ readonly outcome: Outcome; readonly sealed: Sealed }> {
  const engine = await ports.engine()
  const built = await prepareAndBuild(engine, inputs, target, ports, true)
  const manifest = await readBack(built, target, ports)
  const record = await makeRecord(inputs, target, ports, manifest, {
    name: engine.name,
    version: await engine.version(),
  })
  const { ours, ...sealed } = await method.seal(target, manifest, record)
  if (ours) return { outcome: 'built', sealed }
  ports.log.notice(
    sealed.manifest.digest === manifest.digest
      ? `Another attempt at this commit recorded the same digest ${manifest.digest} before; its record stands.`
      : `Another build of this commit was sealed first. Its digest ${sealed.manifest.digest} is used; the duplicate ${manifest.digest} was discarded.`,
  )
  return { outcome: 'adopted-winner', sealed }
}

/** For pull requests from forks or of Dependabot, and for `push: false`: build, publish nothing, stay green. */
async function buildOnly(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  started: number,
  why: Withheld,
): Promise<BuildResult> {
  // What another step of this job built could not be pushed either, so there is nothing to look at.
  const built: Built =
    inputs.engine === 'existing'
      ? {}
      : await prepareAndBuild(await ports.engine(), inputs, target, ports, false)
  const unbuilt = inputs.engine === 'existing' ? 'elsewhere' : built.isSkipped ? 'skipped' : undefined
  ports.log.notice(noticeOf(why, unbuilt))
  const milliseconds = ports.clock.now().getTime() - started
  return {
    outcome: 'not-pushed',
    target,
    sealed: undefined,
    tags: [],
    localDigest: built.digest,
    recordArtifactId: undefined,
    withheld: why,
    unbuilt,
    leftOut: leftOut(inputs),
    backfilled: undefined,
    milliseconds,
  }
}

/** The target of a build: the repository and commit, and how long a seal settles. */
export function buildTarget(inputs: BuildInputs, commit: Commit): SealTarget {
  return { repository: inputs.image, commit, settle: inputs.settle ?? 0 }
}
