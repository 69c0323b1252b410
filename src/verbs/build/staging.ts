import { isRefusal, RegistryError } from '../../domain/error.ts'
import { canonicalJson } from '../../domain/json.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../domain/manifest.ts'
import type { Registry } from '../../domain/registry.ts'
import type { Repository } from '../../domain/reference.ts'

/** The one tag that builds push under where an engine cannot push by digest, so that tags do not pile up. */
export const STAGING_TAG = 'build-once-staging'

/** What stands under the staging tag between builds: always the same bytes, so that it leaves nothing behind. */
const PLACEHOLDER = new TextEncoder().encode(
  canonicalJson({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: 'application/vnd.build-once.staging.v1',
    config: EMPTY_CONFIG.descriptor,
    layers: [EMPTY_CONFIG.descriptor],
  }),
)

/**
 * The tag an engine pushes under. `shared` is reused by all builds, whose engines report the digest they
 * pushed; where the registry keeps tags immutable it could be written only once, so there, and for engines
 * whose tag must be read back, the tag is unique.
 */
export async function stagingTag(
  registry: Registry,
  repository: Repository,
  use: 'shared' | 'exclusive',
  nonce: string,
): Promise<string> {
  const unique = `${STAGING_TAG}-${nonce.slice(0, 16)}`
  if (use === 'exclusive') return unique
  return (await isWritable(registry, repository)) ? STAGING_TAG : unique
}

/** Tries to move the staging tag: the only way to learn whether tags are immutable that works on every registry. */
async function isWritable(registry: Registry, repository: Repository): Promise<boolean> {
  const current = await registry.readTag(repository, STAGING_TAG)
  if (current === undefined) return true
  try {
    await registry.putBlob(repository, {
      digest: EMPTY_CONFIG.descriptor.digest,
      size: EMPTY_CONFIG.descriptor.size,
      open: async function* () {
        yield EMPTY_CONFIG.bytes
      },
    })
    await registry.putManifest(repository, PLACEHOLDER, MEDIA_TYPES.ociManifest, STAGING_TAG)
    return true
  } catch (error) {
    if (error instanceof RegistryError && isRefusal(error)) return false
    throw error
  }
}
