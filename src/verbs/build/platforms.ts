import { z } from 'zod'
import { messageOf, RegistryError } from '../../domain/error.ts'
import { parseStrictJson } from '../../domain/json.ts'
import { type Manifest, MEDIA_TYPES, platformChildren, platformOf } from '../../domain/manifest.ts'
import type { Registry } from '../../domain/registry.ts'
import type { Repository } from '../../domain/reference.ts'

const MAX_CONFIG_BYTES = 4 * 1024 * 1024
const imageConfig = z.looseObject({
  os: z.string(),
  architecture: z.string(),
  variant: z.string().optional(),
})

/**
 * The platforms an artifact runs on, for the record: the runnable children of an index, or what the
 * configuration of a single image says. An OCI artifact has none.
 */
export async function readPlatforms(
  registry: Registry,
  repository: Repository,
  manifest: Manifest,
): Promise<readonly string[]> {
  if (manifest.kind === 'index') return [...new Set(platformChildren(manifest).map(platformOf))].slice(0, 200)
  const { config } = manifest.document
  const isImage =
    config.mediaType === MEDIA_TYPES.ociConfig ||
    config.mediaType === 'application/vnd.docker.container.image.v1+json'
  if (!isImage || config.size > MAX_CONFIG_BYTES) return []
  const chunks: Uint8Array[] = []
  for await (const chunk of registry.readBlob(repository, config)) chunks.push(chunk)
  const result = imageConfig.safeParse(parseConfig(Buffer.concat(chunks), config.digest))
  return result.success ? [platformOf({ ...config, platform: result.data })] : []
}

function parseConfig(bytes: Uint8Array, digest: string): unknown {
  try {
    return parseStrictJson(bytes, { maxBytes: MAX_CONFIG_BYTES })
  } catch (cause) {
    const why = `the image configuration ${digest} cannot be read: ${messageOf(cause)}`
    throw new RegistryError('REGISTRY_UNEXPECTED', `Not a usable image: ${why}`, { cause })
  }
}
