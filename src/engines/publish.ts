import type { Descriptor } from '../domain/manifest.ts'
import type { BlobSource, Registry } from '../domain/registry.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Encoded } from './image.ts'

/** Requests in flight at once: enough to hide the distance to the registry, few enough for its rate limits. */
const PARALLEL = 4

/** A document as a blob. */
export function blobOf({ bytes, descriptor }: Encoded): BlobSource {
  const { digest, size } = descriptor
  return {
    digest,
    size,
    open: async function* () {
      yield bytes
    },
  }
}

/** Brings the layers of a base into the repository; those that are kept elsewhere (`urls`) stay there. */
export async function copyLayers(
  registry: Registry,
  from: Repository,
  to: Repository,
  layers: readonly Descriptor[],
): Promise<void> {
  if (formatRepository(from) === formatRepository(to)) return
  const byDigest = new Map(layers.map((layer) => [layer.digest, layer]))
  const queue = [...byDigest.values()].filter((layer) => (layer.urls ?? []).length === 0)
  const worker = async (): Promise<void> => {
    for (let layer = queue.shift(); layer !== undefined; layer = queue.shift()) {
      await registry.copyBlob(from, to, layer)
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
}
