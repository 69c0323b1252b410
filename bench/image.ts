import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { digestOf, parseDigest } from '../src/domain/digest.ts'
import { MEDIA_TYPES } from '../src/domain/manifest.ts'
import { parseRepository } from '../src/domain/reference.ts'
import { connectRegistry } from './inside/connection.ts'
import { type PackedLayer, writeLayer } from './layer.ts'
import { expectDigest, readManifest } from './registry.ts'

/** An image in a registry. */
export interface TestImage {
  /** The repository, as written in a reference. */
  readonly image: string
  readonly tag: string
  readonly digest: string
}

/** What an image is made of; the same seed makes the same image. */
export interface ImageContent {
  /** The bytes in each layer. */
  readonly layers: readonly number[]
  readonly seed: number
}

/** Puts an image of one platform (OCI, layers that cannot be compressed) into a registry. */
export async function pushTestImage(
  image: string,
  tag: string,
  content: ImageContent,
  temporary: string,
): Promise<TestImage> {
  const connection = connectRegistry()
  const { registry } = connection
  const repository = parseRepository(image)
  const layers: PackedLayer[] = []
  for (const [index, bytes] of content.layers.entries()) {
    const path = join(temporary, 'layer.tar.gz')
    const layer = await writeLayer(path, bytes, content.seed * 1000 + index)
    const { digest, size } = layer
    await registry.putBlob(repository, {
      digest: parseDigest(digest),
      size,
      open: () => createReadStream(path),
    })
    await rm(path)
    layers.push(layer)
  }
  const config = configOf(layers)
  const described = { digest: digestOf(config), size: config.byteLength }
  await registry.putBlob(repository, { ...described, open: () => Readable.from([config]) })
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config: { mediaType: MEDIA_TYPES.ociConfig, ...described },
    layers: layers.map(({ digest, size }) => ({ mediaType: MEDIA_TYPES.ociTarGzip, digest, size })),
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  await registry.putManifest(repository, bytes, MEDIA_TYPES.ociManifest, tag)
  connection.close()
  const { digest } = await readManifest(image, tag)
  expectDigest('the pushed image', digest, digestOf(bytes))
  return { image, tag, digest }
}

function configOf(layers: readonly PackedLayer[]): Buffer {
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) }
  return Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs }))
}
