import type { Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import type { Manifest } from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Clock } from '../platform/clock.ts'
import type { CopyPlan } from './copy-plan.ts'
import { fetchManifest, storeManifest } from './manifests.ts'
import type { Session } from './session.ts'

/** Reads until what was written shows up; registries with several replicas lag behind. */
const READS = 4
const PAUSE_MS = 150

/** Where a copy goes. */
export interface Destination {
  readonly session: Session
  readonly repository: Repository
  readonly clock: Clock
}

/** What a name points at, before something is written to it. A denial may mean that the repository is still to be made. */
async function lookUp({ session, repository }: Destination, name: string): Promise<Manifest | undefined> {
  try {
    return await fetchManifest(session, repository, name)
  } catch (error) {
    if (error instanceof RegistryError && error.code === 'REGISTRY_DENIED') return undefined
    throw error
  }
}

function isSame(a: Manifest | undefined, b: Manifest): boolean {
  return a !== undefined && a.mediaType === b.mediaType && Buffer.compare(a.bytes, b.bytes) === 0
}

/** True when exactly this manifest is there already. */
export async function hasManifest(destination: Destination, manifest: Manifest): Promise<boolean> {
  return isSame(await lookUp(destination, manifest.digest), manifest)
}

/** Stores a manifest by its digest, byte for byte. */
export async function putManifest(destination: Destination, manifest: Manifest): Promise<void> {
  const { session, repository } = destination
  const { bytes, mediaType, digest } = manifest
  try {
    await storeManifest(session, repository, {
      bytes,
      mediaType,
      digest,
      tag: undefined,
      deadline: undefined,
    })
  } catch (error) {
    if (!(error instanceof RegistryError && error.code === 'REGISTRY_REFUSED')) throw error
    throw new RegistryError(error.code, `${error.message} · to copy ${digest} of type ${mediaType}`, {
      ...(error.status === undefined ? {} : { status: error.status }),
      ociCodes: error.ociCodes,
      cause: error,
      hint: 'A copy is never converted, because that would change its digest. Check which types the registry takes.',
    })
  }
}

/**
 * Checks, before anything is written, that tags which attach something (cosign) can be set without losing what
 * is there: cosign adds a layer for every signature, so an older state of the same manifest may be replaced.
 * @throws {RegistryError} COPY_REFUSED.
 */
export async function assertTagsFree(destination: Destination, { tags }: CopyPlan): Promise<void> {
  for (const [tag, ours] of tags) {
    const there = await lookUp(destination, tag)
    if (there === undefined || there.digest === ours.digest) continue
    const kept = new Set(layersOf(ours))
    if (layersOf(there).every((layer) => kept.has(layer))) continue
    throw new RegistryError(
      'COPY_REFUSED',
      `The tag ${formatRepository(destination.repository)}:${tag} holds signatures or attestations that the source does not have · expected ${ours.digest}, got ${there.digest}`,
      { hint: 'Nothing was written. Add them at the source, or delete the tag at the destination.' },
    )
  }
}

function layersOf(manifest: Manifest): readonly Digest[] {
  const parts = manifest.kind === 'image' ? manifest.document.layers : manifest.document.manifests
  return parts.map(({ digest }) => digest)
}

/** Sets a tag, and reads it again. */
export async function putTag(destination: Destination, tag: string, manifest: Manifest): Promise<void> {
  const { session, repository } = destination
  const { bytes, mediaType } = manifest
  await storeManifest(session, repository, { bytes, mediaType, tag, deadline: undefined })
  await assertCopied(destination, tag, manifest)
}

/**
 * Reads back what was written and compares it byte for byte.
 * @throws {RegistryError} REGISTRY_UNEXPECTED when the registry took it and does not have it.
 */
export async function assertCopied(
  destination: Destination,
  name: string,
  manifest: Manifest,
): Promise<void> {
  const { session, repository, clock } = destination
  let there: Manifest | undefined
  for (let read = 1; read <= READS; read += 1) {
    there = await fetchManifest(session, repository, name)
    if (isSame(there, manifest)) return
    if (read < READS) await clock.sleep(PAUSE_MS * read)
  }
  const found = there === undefined ? 'nothing' : `${there.digest} of type ${there.mediaType}`
  throw new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${formatRepository(repository)} took ${name}, but does not show it · expected ${manifest.digest} of type ${manifest.mediaType}, got ${found}`,
    { hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.' },
  )
}
