import { isRefusal, RegistryError, saysBlobIsMissing, VerificationError } from '../../domain/error.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { BuildRecord } from '../../domain/record.ts'
import type { SealPorts, SealTarget } from './ports.ts'
import {
  attachRecord,
  describeTag,
  findRecord,
  type Look,
  readRecord,
  type SealResult,
  unsealedTag,
} from './sealed.ts'

/** Attempts to write the SHA tag of a registry that is not available for a while. */
const MAX_WRITES = 5

/** How often a tag may change under a settling reader before it gives up. */
const MAX_CHANGES = 20

/** A seal younger than this, beside twice the settle time, may still be in a race; clocks differ between machines. */
const FRESH_MARGIN = 5_000

/**
 * Step 1: what stands under the SHA tag? Any doubt is an error, never "not built".
 * A tag without a record is looked at once more after the settle time, because listings of referrers may lag
 * behind tags. A young seal is waited for until it has settled, because a racing build may still replace it.
 */
export async function look(ports: SealPorts, target: SealTarget): Promise<Look> {
  const manifest = await ports.registry.readTag(target.repository, target.commit)
  if (manifest === undefined) return { state: 'absent' }
  const record = await readRecord(ports, target, manifest)
  if (record !== undefined && !isFresh(ports, target, record))
    return { state: 'sealed', sealed: { manifest, record } }
  const settled = await settle(ports, target, manifest)
  const settledRecord = await readRecord(ports, target, settled)
  if (settledRecord === undefined) return { state: 'unsealed', manifest: settled }
  return { state: 'sealed', sealed: { manifest: settled, record: settledRecord } }
}

/** True for a seal so young that a race for it may still be going on. */
export function isFresh(ports: SealPorts, target: SealTarget, record: BuildRecord): boolean {
  const age = ports.clock.now().getTime() - Date.parse(record.createdAt)
  return age < 2 * target.settle + FRESH_MARGIN
}

/**
 * Waits until the tag shows the same digest for a whole settle time and returns what it shows. A tag that
 * changes meanwhile is waited for again: whoever leaves early could report a digest that does not stand.
 * @throws {VerificationError} SEAL_UNSTABLE.
 */
async function settle(ports: SealPorts, target: SealTarget, shown: Manifest): Promise<Manifest> {
  let last = shown
  for (let change = 0; change < MAX_CHANGES; change += 1) {
    await ports.clock.sleep(target.settle)
    const now = await ports.registry.readTag(target.repository, target.commit)
    if (now === undefined) throw unstable(target, last.digest, 'nothing')
    if (now.digest === last.digest) return now
    last = now
  }
  throw unstable(target, 'one digest', `${MAX_CHANGES} changes`)
}

function unstable(target: SealTarget, expected: string, got: string): VerificationError {
  return new VerificationError(
    'SEAL_UNSTABLE',
    `${describeTag(target)} does not settle · expected ${expected}, got ${got}`,
    {
      hint: 'Something else writes this tag. Stop it and run the job again.',
    },
  )
}

/**
 * Steps 4 and 5: record, then seal, then settle. Another build that sealed first, or last within the settle
 * time, wins; its digest is adopted. Where both built the same bytes, the earliest record stands.
 */
export async function seal(
  ports: SealPorts,
  target: SealTarget,
  manifest: Manifest,
  record: BuildRecord,
): Promise<SealResult> {
  const before = await look(ports, target)
  if (before.state === 'sealed') return { ...before.sealed, ours: false }
  if (before.state === 'unsealed') throw unsealedTag(target, before.manifest)
  // A build that was killed after this point left its record; a second one for the same bytes adds nothing.
  const { record: orphan } = await findRecord(ports, target, manifest)
  if (orphan === undefined) await attachRecord(ports, target, manifest, record)
  const shown = await write(ports, target, manifest)
  const settled = await settle(ports, target, shown)
  const standing = await readRecord(ports, target, settled)
  if (standing === undefined) throw unsealedTag(target, settled)
  return { manifest: settled, record: standing, ours: standing.nonce === record.nonce }
}

/**
 * Milliseconds from asking for the tag to the end of the write that relies on the answer. What takes longer
 * could undo a seal that settled meanwhile.
 */
function patience({ settle }: SealTarget): number {
  return Math.max(settle, 3_000)
}

/**
 * Puts the SHA tag where there is none, and returns what the tag shows. Every attempt looks right before it, and
 * look and write share one budget: an attempt that is repeated blindly, or comes late, would overwrite the seal
 * of a build that has finished meanwhile.
 */
async function write(ports: SealPorts, target: SealTarget, manifest: Manifest): Promise<Manifest> {
  const { repository, commit } = target
  for (let attempt = 1; ; attempt += 1) {
    const { shown, left } = await lookNow(ports, target)
    if (shown !== undefined) return shown
    try {
      await ports.registry.putManifest(repository, manifest.bytes, manifest.mediaType, commit, left)
      return manifest
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      // A registry that refuses because somebody else sealed first has decided the race.
      const winner = isRefusal(error) ? await ports.registry.readTag(repository, commit) : undefined
      if (winner !== undefined) return winner
      const mayPass = error.code === 'REGISTRY_UNAVAILABLE' || saysBlobIsMissing(error.ociCodes)
      if (!mayPass || attempt === MAX_WRITES) throw error
      ports.log.info(`${error.message}; looking again`)
      await ports.clock.sleep(1000 * 2 ** (attempt - 1))
    }
  }
}

/** What the tag shows, as an answer young enough to act on, and the milliseconds left to do so. */
async function lookNow(
  ports: SealPorts,
  target: SealTarget,
): Promise<{ readonly shown: Manifest | undefined; readonly left: number }> {
  for (let look = 1; ; look += 1) {
    const asked = ports.clock.now().getTime()
    const shown = await ports.registry.readTag(target.repository, target.commit)
    const age = ports.clock.now().getTime() - asked
    const left = patience(target) - age
    if (shown !== undefined || left > 0) return { shown, left }
    if (look === MAX_WRITES)
      throw unstable(target, 'an answer in time', `none in ${Math.round(age / 1000)} s`)
  }
}
