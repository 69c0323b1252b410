import { z } from 'zod'
import { isDigest } from '../domain/digest.ts'
import { EngineError, messageOf } from '../domain/error.ts'
import { type Json, parseStrictJson } from '../domain/json.ts'
import {
  assertSize,
  type Descriptor,
  type Manifest,
  MAX_MANIFEST_BYTES,
  MEDIA_TYPES,
  platformChildren,
  platformOf,
} from '../domain/manifest.ts'
import { formatReference, type Reference } from '../domain/reference.ts'
import type { Registry } from '../domain/registry.ts'
import type { BaseImage } from './image.ts'
import {
  DEFAULT_PLATFORM,
  formatPlatform,
  isSamePlatform,
  parsePlatform,
  type Platform,
} from '../domain/platform.ts'

/** The base of an image, resolved: what its reference stood for, and one image per platform. */
export interface Base {
  readonly name: string
  readonly digest: Manifest['digest']
  readonly images: readonly BaseImage[]
}

const configSchema = z.looseObject({
  os: z.string().min(1),
  architecture: z.string().min(1),
  variant: z.string().optional(),
  rootfs: z.looseObject({ diff_ids: z.array(z.string().refine(isDigest, 'not a digest')).max(1000) }),
})

/** Docker's layer types and the OCI types of the same bytes: the image that is published is an OCI image. */
const LAYER_TYPES: Readonly<Record<string, string>> = {
  'application/vnd.docker.image.rootfs.diff.tar.gzip': MEDIA_TYPES.ociTarGzip,
  'application/vnd.docker.image.rootfs.diff.tar': MEDIA_TYPES.ociTar,
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip':
    'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
}

function unusable(name: string, why: string, hint: string, cause?: unknown): EngineError {
  return new EngineError('ENGINE_FAILED', `base: ${name} ${why}`, { hint, cause })
}

/**
 * Reads the base and picks the image of each platform.
 * @throws {EngineError} when it does not exist or lacks a platform; registry errors as they are.
 */
export async function resolveBase(
  registry: Registry,
  reference: Reference,
  platforms: readonly string[],
): Promise<Base> {
  const name = formatReference(reference)
  const { repository } = reference
  const manifest =
    reference.kind === 'digest'
      ? await registry.readManifest(repository, reference.digest)
      : await registry.readTag(repository, reference.tag)
  if (manifest === undefined) {
    throw unusable(name, 'is not in the registry', 'Check the reference, and that its retention did not end.')
  }
  const read = async (image: Manifest) => await readImage(registry, reference, image)
  if (manifest.kind === 'image') {
    const image = await read(manifest)
    const other = platforms.find((text) => !isSamePlatform(parsePlatform(text), image.platform))
    if (other !== undefined) throw missingPlatform(name, other, [formatPlatform(image.platform)])
    return { name, digest: manifest.digest, images: [image] }
  }
  const wanted = platforms.length === 0 ? [DEFAULT_PLATFORM] : platforms
  const children = wanted.map((text) => pickChild(name, manifest, text))
  const images = await Promise.all(
    children.map(async (child) => await read(await readChild(registry, reference, child))),
  )
  return { name, digest: manifest.digest, images }
}

function pickChild(name: string, index: Manifest, wanted: string): Descriptor {
  const children = platformChildren(index)
  const found = children.find(
    ({ platform }) => platform !== undefined && isSamePlatform(platform as Platform, parsePlatform(wanted)),
  )
  if (found === undefined) throw missingPlatform(name, wanted, children.map(platformOf))
  return found
}

function missingPlatform(name: string, wanted: string, there: readonly string[]): EngineError {
  return unusable(
    name,
    `is not there for the platform · expected ${wanted}, got ${there.join(', ') || 'none'}`,
    'Choose platforms the base has, or another base.',
  )
}

async function readChild(registry: Registry, reference: Reference, child: Descriptor): Promise<Manifest> {
  const manifest = await registry.readManifest(reference.repository, child.digest)
  if (manifest !== undefined) {
    assertSize(manifest, child, `${formatReference(reference)}: ${child.digest} for ${platformOf(child)}`)
    return manifest
  }
  throw unusable(
    formatReference(reference),
    `is incomplete: ${child.digest} for ${platformOf(child)} is missing`,
    'Push the base again.',
  )
}

async function readImage(registry: Registry, reference: Reference, manifest: Manifest): Promise<BaseImage> {
  const name = formatReference(reference)
  const hint = 'The base must be an OCI or Docker image.'
  if (manifest.kind !== 'image') throw unusable(name, 'is an index inside an index', hint)
  const { config, layers } = manifest.document
  let configuration: { readonly [key: string]: Json }
  let checked: z.infer<typeof configSchema>
  const bytes = await readSmallBlob(registry, reference, config)
  try {
    configuration = parseStrictJson(bytes, { maxBytes: MAX_MANIFEST_BYTES }) as typeof configuration
    checked = configSchema.parse(configuration)
  } catch (cause) {
    throw unusable(name, `has a configuration that is not of an image: ${messageOf(cause)}`, hint, cause)
  }
  const diffIds = checked.rootfs.diff_ids.filter(isDigest)
  if (diffIds.length !== layers.length) {
    throw unusable(name, `is inconsistent · expected ${layers.length} diff ids, got ${diffIds.length}`, hint)
  }
  const { os, architecture, variant } = checked
  const osVersion = configuration['os.version']
  return {
    platform: {
      os,
      architecture,
      ...(variant === undefined || variant === '' ? {} : { variant }),
      ...(typeof osVersion === 'string' ? { 'os.version': osVersion } : {}),
    },
    configuration,
    diffIds,
    layers: layers.map((layer) => ({ ...layer, mediaType: LAYER_TYPES[layer.mediaType] ?? layer.mediaType })),
  }
}

async function readSmallBlob(
  registry: Registry,
  reference: Reference,
  descriptor: Descriptor,
): Promise<Uint8Array> {
  if (descriptor.size > MAX_MANIFEST_BYTES) {
    throw unusable(
      formatReference(reference),
      `has a configuration of ${descriptor.size} bytes`,
      'No image has a configuration that large; choose another base.',
    )
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of registry.readBlob(reference.repository, descriptor)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
