import { isRefusal, listed, messageOf, RegistryError, VerificationError } from '../../domain/error.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { Registry } from '../../domain/registry.ts'
import { formatReference, type Repository } from '../../domain/reference.ts'

/**
 * Step 6: every tag ends on the one digest. Each is read first (an immutable tag that is right already is
 * right), written with the exact bytes, and read again.
 * @throws {VerificationError} TAG_CONFLICT naming every tag that does not resolve to the digest.
 */
export async function putTags(
  registry: Registry,
  repository: Repository,
  manifest: Manifest,
  tags: readonly string[],
): Promise<void> {
  const conflicts: string[] = []
  for (const tag of tags) {
    const { found, refusal } = await putTag(registry, repository, manifest, tag)
    if (found !== manifest.digest) {
      const why = refusal === undefined ? '' : ` (${refusal})`
      conflicts.push(
        `${formatReference({ kind: 'tag', repository, tag })} · expected ${manifest.digest}, got ${found ?? 'nothing'}${why}`,
      )
    }
  }
  if (conflicts.length === 0) return
  throw new VerificationError(
    'TAG_CONFLICT',
    listed('Tags that do not resolve to the built digest', conflicts),
    {
      hint: 'The registry keeps these tags as they are (immutable), or something else writes them. The build itself is sealed.',
    },
  )
}

async function putTag(
  registry: Registry,
  repository: Repository,
  manifest: Manifest,
  tag: string,
): Promise<{ readonly found: string | undefined; readonly refusal?: string }> {
  const before = await registry.readTag(repository, tag)
  if (before?.digest === manifest.digest) return { found: before.digest }
  let refusal: string | undefined
  try {
    await registry.putManifest(repository, manifest.bytes, manifest.mediaType, tag)
  } catch (error) {
    // A refusal is judged by what the tag shows afterwards, together with the other tags.
    if (!(error instanceof RegistryError) || !isRefusal(error)) throw error
    refusal = messageOf(error)
  }
  const found = (await registry.readTag(repository, tag))?.digest
  return refusal === undefined ? { found } : { found, refusal }
}
