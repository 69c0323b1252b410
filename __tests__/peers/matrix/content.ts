import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { type Digest, digestOf } from '../../../src/domain/digest.ts'
import { type Descriptor, EMPTY_CONFIG, type Manifest, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import type { Registry } from '../../../src/domain/registry.ts'
import type { Repository } from '../../../src/domain/reference.ts'
import { bytesOf, readAll } from '../../registry/support/access.ts'

/** Something to publish: a manifest, the blobs it names, and the manifests an index names. */
export interface Content {
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
  readonly blobs: readonly Uint8Array[]
  readonly children: readonly Content[]
}

export const ARTIFACT_TYPE = 'application/vnd.example.report'

function describeBytes(bytes: Uint8Array, mediaType: string): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.byteLength }
}

function contentOf(
  document: { readonly mediaType: string; readonly [field: string]: unknown },
  parts: Pick<Content, 'blobs' | 'children'>,
): Content {
  // Indented: no tool may get away with writing it anew.
  const bytes = bytesOf(JSON.stringify({ schemaVersion: 2, ...document }, undefined, 3))
  return { bytes, descriptor: describeBytes(bytes, document.mediaType), ...parts }
}

/** An image of one layer, which is a tar file. */
export function makeImage(tar: Uint8Array, architecture: string): Content {
  const layer = gzipSync(tar)
  const rootfs = { type: 'layers', diff_ids: [digestOf(tar)] }
  const config = bytesOf(JSON.stringify({ architecture, os: 'linux', config: {}, rootfs }))
  return contentOf(
    {
      mediaType: MEDIA_TYPES.ociManifest,
      config: describeBytes(config, MEDIA_TYPES.ociConfig),
      layers: [describeBytes(layer, MEDIA_TYPES.ociTarGzip)],
    },
    { blobs: [config, layer], children: [] },
  )
}

export function makeIndex(images: Readonly<Record<string, Content>>): Content {
  const manifests = Object.entries(images).map(([architecture, { descriptor }]) => ({
    ...descriptor,
    platform: { os: 'linux', architecture },
  }))
  const children = Object.values(images)
  return contentOf({ mediaType: MEDIA_TYPES.ociIndex, manifests }, { blobs: [], children })
}

/** An artifact as OCI 1.1 describes it: a type, a file, no configuration. */
export function makeArtifact(text: string): Content {
  const file = bytesOf(text)
  const title = { 'org.opencontainers.image.title': 'report.txt' }
  return contentOf(
    {
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: ARTIFACT_TYPE,
      config: EMPTY_CONFIG.descriptor,
      layers: [{ ...describeBytes(file, 'text/plain'), annotations: title }],
    },
    { blobs: [EMPTY_CONFIG.bytes, file], children: [] },
  )
}

/** Publishes with our client: blobs, children, and the manifest, under a tag or by its digest alone. */
export async function publish(
  registry: Registry,
  repository: Repository,
  content: Content,
  tag?: string,
): Promise<Digest> {
  for (const bytes of content.blobs) {
    const source = { digest: digestOf(bytes), size: bytes.byteLength, open: () => once(bytes) }
    await registry.putBlob(repository, source)
  }
  for (const child of content.children) await publish(registry, repository, child)
  const mediaType =
    content.descriptor.mediaType === MEDIA_TYPES.ociIndex ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest
  return await registry.putManifest(repository, content.bytes, mediaType, tag)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Reads with our client everything a tag leads to; each byte of it is hashed on the way. */
export async function readWhole(registry: Registry, repository: Repository, tag: string): Promise<Manifest> {
  const manifest = await registry.readTag(repository, tag)
  if (manifest === undefined) throw new Error(`our client finds no ${tag}`)
  expect(manifest.digest).toBe(digestOf(manifest.bytes))
  await readParts(registry, repository, manifest)
  return manifest
}

async function readParts(registry: Registry, repository: Repository, manifest: Manifest): Promise<void> {
  if (manifest.kind === 'image') {
    for (const descriptor of [manifest.document.config, ...manifest.document.layers])
      await readAll(registry.readBlob(repository, descriptor))
    return
  }
  expect(manifest.document.manifests).not.toEqual([])
  for (const { digest } of manifest.document.manifests) {
    const child = await registry.readManifest(repository, digest)
    if (child === undefined) throw new Error(`our client finds no child ${digest}`)
    await readParts(registry, repository, child)
  }
}
