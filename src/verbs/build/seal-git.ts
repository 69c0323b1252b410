import { isRefusal, RegistryError, saysBlobIsMissing, VerificationError } from '../../domain/error.ts'
import { type GitSeals, invalidSeal, sealRef, WHICH_WAS_MOVED } from '../../domain/git-seal.ts'
import { bySha256, type Manifest } from '../../domain/manifest.ts'
import type { BuildRecord } from '../../domain/record.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import type { SealPorts, SealTarget } from './ports.ts'
import {
  attachRecord,
  describeTag,
  type Look,
  readRecord,
  refusalOf,
  type Sealed,
  type SealResult,
} from './sealed.ts'

/** How often, a second apart, the SHA tag is looked for before the winner of a race counts as gone. */
const MAX_WAITS = 10

/** Attempts to write the SHA tag. */
const MAX_WRITES = 5

/** The git ref of a target, for messages. */
function refOf({ repository, commit }: SealTarget): string {
  return sealRef(formatRepository(repository), commit)
}

async function readSeal(git: GitSeals, { repository, commit }: SealTarget): Promise<BuildRecord | undefined> {
  return await git.read(formatRepository(repository), commit)
}

/**
 * Step 1 with seals in git. The tag is read before the ref: whoever seals makes the ref first, so a tag that is seen
 * has its ref by the time that is read. A ref whose tag is missing is a seal whose maker did not get to the tag, and
 * is completed. A tag without a ref proves nothing here.
 */
export async function lookInGit(ports: SealPorts, git: GitSeals, target: SealTarget): Promise<Look> {
  const tagged = await ports.registry.readTag(target.repository, target.commit)
  const record = await readSeal(git, target)
  if (record !== undefined) return { state: 'sealed', sealed: await complete(ports, target, record, tagged) }
  if (tagged === undefined) return { state: 'absent' }
  // One of GitHub's replicas may lag behind.
  await ports.clock.sleep(target.settle)
  const late = await readSeal(git, target)
  if (late !== undefined) return { state: 'sealed', sealed: await complete(ports, target, late, tagged) }
  const recorded = await readRecord(ports, target, tagged)
  return { state: 'unsealed', manifest: tagged, ...(recorded === undefined ? {} : { record: recorded }) }
}

/**
 * Steps 4 and 5 with seals in git: record, claim, and the winner alone moves the SHA tag. No time has to pass
 * until a seal counts as settled: git has decided. Every build attaches a record of its own, because the record that
 * wins has to be there for everybody else.
 */
export async function sealInGit(
  ports: SealPorts,
  git: GitSeals,
  target: SealTarget,
  { manifest, record }: Sealed,
): Promise<SealResult> {
  const before = await lookInGit(ports, git, target)
  if (before.state === 'sealed') return { ...before.sealed, ours: false }
  if (before.state === 'unsealed') throw refusalOf(target, before)
  return await claim(ports, git, target, { manifest, record })
}

/** Seals in git what is under the SHA tag already. */
export async function adoptInGit(
  ports: SealPorts,
  git: GitSeals,
  target: SealTarget,
  adopted: Sealed,
): Promise<SealResult> {
  return await claim(ports, git, target, adopted)
}

async function claim(
  ports: SealPorts,
  git: GitSeals,
  target: SealTarget,
  { manifest, record }: Sealed,
): Promise<SealResult> {
  await attachRecord(ports, target, manifest, record)
  const { won, record: standing } = await git.claim(record)
  if (!won) return { ...(await follow(ports, target, standing)), ours: false }
  ports.log.info(`Sealed ${manifest.digest} in git by ${refOf(target)}`)
  await putShaTag(ports, target, manifest)
  return { manifest, record, ours: true }
}

/** Waits for the winner to move the SHA tag, and does it in its place when it is gone: the bytes are the same. */
async function follow(ports: SealPorts, target: SealTarget, record: BuildRecord): Promise<Sealed> {
  for (let wait = 0; ; wait += 1) {
    const tagged = await ports.registry.readTag(target.repository, target.commit)
    if (tagged !== undefined || wait === MAX_WAITS) return await complete(ports, target, record, tagged)
    await ports.clock.sleep(1000)
  }
}

/** A git seal with everything that belongs to it: the artifact, its record in the registry, and the SHA tag. */
async function complete(
  ports: SealPorts,
  target: SealTarget,
  record: BuildRecord,
  tagged: Manifest | undefined,
): Promise<Sealed> {
  if (tagged !== undefined && tagged.digest !== record.digest) throw tagMoved(target, record.digest, tagged)
  const manifest = tagged ?? (await readSealed(ports, target, record))
  await requireRecord(ports, target, manifest)
  if (tagged === undefined) {
    await putShaTag(ports, target, manifest)
    ports.log.info(`Completed the seal of ${manifest.digest}: its build ended before it set the SHA tag.`)
  }
  return { manifest, record }
}

async function readSealed(ports: SealPorts, target: SealTarget, record: BuildRecord): Promise<Manifest> {
  const { repository } = target
  const found = await ports.registry.readManifest(repository, record.digest)
  if (found === undefined) {
    const reference = formatReference(digestReference(repository, record.digest))
    throw new RegistryError(
      'REGISTRY_NOT_FOUND',
      `${refOf(target)} seals an artifact that is not there · expected ${reference}, got nothing`,
      {
        hint: 'Restore it, for example from another registry. If it is lost, delete the git ref to build the commit again.',
      },
    )
  }
  const manifest = bySha256(found)
  if (manifest.digest === record.digest) return manifest
  throw invalidSeal(refOf(target), `it names the artifact by ${record.digest} · expected ${manifest.digest}`)
}

/** The record in git is no proof that the artifact was built: whoever may write refs could have named any. */
async function requireRecord(ports: SealPorts, target: SealTarget, manifest: Manifest): Promise<void> {
  if ((await readRecord(ports, target, manifest)) !== undefined) return
  // Listings of referrers may lag behind.
  await ports.clock.sleep(target.settle)
  if ((await readRecord(ports, target, manifest)) !== undefined) return
  throw invalidSeal(refOf(target), `${manifest.digest}, which it names, has no build record for this commit`)
}

function tagMoved(target: SealTarget, sealed: string, tagged: Manifest): VerificationError {
  return new VerificationError(
    'TAG_MOVED',
    `${describeTag(target)} is not what was sealed · expected ${sealed} (${refOf(target)}), got ${tagged.digest}`,
    { hint: WHICH_WAS_MOVED },
  )
}

/**
 * Puts the sealed bytes under the SHA tag and reads it again. Whoever else does this writes the same bytes, so it can
 * be repeated, and come late. A tag that shows something else is never overwritten.
 */
async function putShaTag(ports: SealPorts, target: SealTarget, manifest: Manifest): Promise<void> {
  const { repository, commit } = target
  let failure: RegistryError | undefined
  for (let write = 0; ; write += 1) {
    const shown = await ports.registry.readTag(repository, commit)
    if (shown?.digest === manifest.digest) return
    if (shown !== undefined) throw tagMoved(target, manifest.digest, shown)
    if (failure !== undefined && !mayPass(failure)) throw failure
    if (write === MAX_WRITES) throw failure ?? notShown(target, manifest)
    if (write > 0) await ports.clock.sleep(1000 * 2 ** (write - 1))
    failure = await failureOf(
      ports.registry.putManifest(repository, manifest.bytes, manifest.mediaType, commit),
    )
  }
}

async function failureOf(work: Promise<unknown>): Promise<RegistryError | undefined> {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof RegistryError) return error
    throw error
  }
}

function mayPass(failure: RegistryError): boolean {
  return (
    failure.code === 'REGISTRY_UNAVAILABLE' || (isRefusal(failure) && saysBlobIsMissing(failure.ociCodes))
  )
}

function notShown(target: SealTarget, manifest: Manifest): VerificationError {
  return new VerificationError(
    'SEAL_UNSTABLE',
    `${describeTag(target)} does not show what was written · expected ${manifest.digest}, got nothing`,
    { hint: 'The commit is sealed in git. Run the job again to set the tag.' },
  )
}
