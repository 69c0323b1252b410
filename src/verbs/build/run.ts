import type { Commit } from '../../domain/commit.ts'
import type { Digest } from '../../domain/digest.ts'
import { EngineError, InputError, VerificationError } from '../../domain/error.ts'
import { bySha256, identify, type Manifest } from '../../domain/manifest.ts'
import { type BuildRecord, encodeRecord, recordTime } from '../../domain/record.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import type { Built, Engine } from '../../engines/engine.ts'
import { recordedEvent } from '../../github/pull-request.ts'
import type { BuildInputs } from './inputs.ts'
import { inputsDigest } from './inputs-digest.ts'
import { readPlatforms } from './platforms.ts'
import type { BuildPorts, SealTarget } from './ports.ts'
import { backfill, type Backfilled } from './backfill.ts'
import { sealMethod } from './seal.ts'
import { refusalOf, type Sealed, type SealMethod } from './sealed.ts'
import { stagingTag } from './staging.ts'
import { bareTag } from './tag-inputs.ts'
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
  const tags = tagsOf(inputs, target)
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

/** The tags beside the SHA tag, each once; metadata-action may name the commit itself, which is set anyway. */
function tagsOf(inputs: BuildInputs, { repository, commit }: SealTarget): readonly string[] {
  const tags = (inputs.tags ?? []).flatMap((text) => bareTag(text, repository) ?? [])
  return [...new Set(tags)].filter((tag) => tag !== commit)
}

interface Ended {
  readonly outcome: Outcome
  readonly sealed: Sealed
}

/** Steps 1 and 2. Nothing is prepared, downloaded or started for a commit that is built. */
async function reuse(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  method: SealMethod,
): Promise<Ended | undefined> {
  const found = await method.look(target)
  if (found.state === 'absent') return undefined
  if (found.state === 'sealed') {
    warnOfDuplicate(inputs, found.sealed.manifest, ports)
    return { outcome: 'reused', sealed: found.sealed }
  }
  if (!inputs.adopt) throw refusalOf(target, found)
  refuseOther(inputs, found.manifest)
  const engine = { name: 'adopted', version: 'unknown' }
  const record = found.record ?? (await makeRecord(inputs, target, ports, found.manifest, engine))
  const { ours: _, ...sealed } = await method.adopt(target, found.manifest, record)
  const how = found.record === undefined ? 'pushed under the SHA tag without build-once' : 'not sealed in git'
  ports.log.notice(`Adopted ${found.manifest.digest}, which was ${how}.`)
  return { outcome: 'adopted-tag', sealed }
}

function isOther(inputs: BuildInputs, manifest: Manifest): inputs is BuildInputs & { digest: Digest } {
  return inputs.digest !== undefined && !identify(inputs.digest, manifest).same
}

/** A re-run builds again where another step does the building. The sealed artifact stays the one of this commit. */
function warnOfDuplicate(inputs: BuildInputs, sealed: Manifest, ports: BuildPorts): void {
  if (!isOther(inputs, sealed)) return
  ports.log.warning(
    `This commit is sealed as ${sealed.digest}, which is used; the duplicate ${inputs.digest} was discarded. Look before building to save the work.`,
  )
}

/** Adopting is for what nobody recorded: with a digest in hand that is another one, nobody knows which is meant. */
function refuseOther(inputs: BuildInputs, tagged: Manifest): void {
  if (!isOther(inputs, tagged)) return
  throw new VerificationError(
    'BUILT_TWICE',
    `The SHA tag of this commit holds another artifact · expected ${tagged.digest} (SHA tag), got ${inputs.digest} (input digest)`,
    { hint: 'Find out which of the two is right, and then give that digest or move the tag to it.' },
  )
}

/** Steps 3 to 5. */
async function buildAndSeal(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  method: SealMethod,
): Promise<Ended> {
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

async function prepareAndBuild(
  engine: Engine,
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  push: boolean,
): Promise<Built> {
  const { context, log } = ports
  const checkedOut = await ports.checkedOut()
  if (checkedOut !== undefined && engine.name !== 'existing') checkWorkspace(checkedOut, target)
  await prepare(inputs, ports)
  const faults = await engine.check({ workspace: context.workspace })
  if (faults.length > 0) throw new InputError(faults, { hint: 'Nothing was pushed.' })
  const nonce = ports.nonce()
  return await log.group(`Build with engine ${engine.name}`, async () =>
    engine.build({
      repository: target.repository,
      commit: target.commit,
      push,
      stagingTag: async (use) => stagingTag(ports.registry, target.repository, use, nonce),
      provenance: {
        revision: target.commit,
        ...(context.source === null
          ? {}
          : { source: `${context.source.server}/${context.source.repository}` }),
        created: checkedOut?.time ?? '1970-01-01T00:00:00Z',
      },
      workspace: context.workspace,
      temporary: ports.temporary,
      environment: await ports.engineEnvironment(),
    }),
  )
}

function checkWorkspace(
  { commit: head, folder = '' }: { readonly commit: string; readonly folder?: string },
  target: SealTarget,
): void {
  if (head === target.commit) return
  const where = folder === '' ? 'The workspace' : `The checkout in ${JSON.stringify(folder)}`
  throw new VerificationError(
    'COMMIT_NOT_CHECKED_OUT',
    `${where} holds another commit · expected ${target.commit}, got ${head}`,
    {
      hint: `Check out the commit before this step (actions/checkout with ref: ${target.commit}), or correct the commit input.`,
    },
  )
}

async function prepare(inputs: BuildInputs, ports: BuildPorts): Promise<void> {
  const { 'cache-path': paths, 'cache-key': key, 'cache-restore-keys': restoreKeys, prepare: script } = inputs
  const request =
    paths === undefined || key === undefined ? undefined : { paths, key, restoreKeys: restoreKeys ?? [] }
  const isExactHit = request === undefined || (await ports.cache.restore(request))
  if (script !== undefined) {
    const exitCode = await ports.log.group('Prepare', async () => ports.script(script))
    if (exitCode !== 0) {
      throw new EngineError(
        'PREPARE_FAILED',
        `The prepare script failed · expected exit code 0, got ${exitCode}`,
        {
          hint: 'Read its output above. Nothing was pushed.',
        },
      )
    }
  }
  if (request !== undefined && !isExactHit) await ports.cache.save(request)
}

/** Believes the registry's bytes, not what the engine says; an engine that reports another digest is broken. */
async function readBack(built: Built, target: SealTarget, ports: BuildPorts): Promise<Manifest> {
  if (built.digest === undefined)
    throw new EngineError('ENGINE_FAILED', 'The engine pushed, but reported no digest.')
  const manifest = await ports.registry.readManifest(target.repository, built.digest)
  if (manifest !== undefined) return bySha256(manifest)
  throw new EngineError(
    'ENGINE_FAILED',
    `The digest the engine reported is not in the repository · expected ${formatReference(digestReference(target.repository, built.digest))}, got nothing`,
    { hint: 'Check that the engine pushes to the same repository. Nothing was sealed.' },
  )
}

async function makeRecord(
  inputs: BuildInputs,
  target: SealTarget,
  ports: BuildPorts,
  manifest: Manifest,
  engine: BuildRecord['engine'],
): Promise<BuildRecord> {
  const { context } = ports
  return {
    schema: 'build-once/build/v1',
    repository: formatRepository(target.repository),
    commit: target.commit,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    size: manifest.bytes.byteLength,
    platforms: [...(await readPlatforms(ports.registry, target.repository, manifest))],
    event: recordedEvent(context, target.commit),
    engine: { name: engine.name, version: engine.version.replaceAll(/\p{Cc}+/gu, ' ').slice(0, 100) },
    inputsDigest: inputsDigest(inputs),
    source: context.source,
    workflowRun: context.workflowRun,
    actor: context.actor,
    createdAt: recordTime(ports.clock.now()),
    nonce: ports.nonce(),
  }
}

/** The target of a build: the repository and commit, and how long a seal settles. */
export function buildTarget(inputs: BuildInputs, commit: Commit): SealTarget {
  return { repository: inputs.image, commit, settle: inputs.settle ?? 0 }
}
