import { type Digest, digestOf } from '../domain/digest.ts'
import { canonicalJson, type Json } from '../domain/json.ts'
import { type Descriptor, EMPTY_CONFIG, MEDIA_TYPES } from '../domain/manifest.ts'
import { FILES_ARTIFACT } from '../domain/files-artifact.ts'
import type { Platform } from '../domain/platform.ts'
import type { Pair } from '../domain/annotations.ts'

type JsonObject = { readonly [key: string]: Json }

/** A document of the image as it is stored: its bytes and what they are called by. */
export interface Encoded {
  readonly bytes: Uint8Array
  readonly descriptor: Descriptor
}

/** What a container started from the image does, where it differs from the base. */
export interface ImageSettings {
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly workdir: string | undefined
  readonly environment: readonly Pair[]
  readonly labels: readonly Pair[]
}

/** The image that is built on: its configuration as found, and its layers. */
export interface BaseImage {
  readonly platform: Platform
  readonly configuration: JsonObject
  readonly diffIds: readonly Digest[]
  readonly layers: readonly Descriptor[]
}

/** The base of an image from scratch. */
export function emptyBase(platform: Platform): BaseImage {
  return { platform, configuration: {}, diffIds: [], layers: [] }
}

function encode(document: JsonObject, mediaType: string): Encoded {
  const bytes = new TextEncoder().encode(canonicalJson(document))
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } }
}

/** The configuration of an image with one layer more than its base (image-spec config.md). */
export function encodeConfig(
  base: BaseImage,
  settings: ImageSettings,
  layer: { readonly diffId: Digest; readonly created: string },
): Encoded {
  const { created, diffId } = layer
  const { history: _, ...inherited } = base.configuration
  const history = historyOf(base)
  return encode(
    {
      ...inherited,
      ...base.platform,
      created,
      config: containerConfig(objectOf(base.configuration['config']), settings),
      rootfs: { type: 'layers', diff_ids: [...base.diffIds, diffId] },
      ...(history === undefined
        ? {}
        : { history: [...history, { created, created_by: 'build-once layers' }] }),
    },
    MEDIA_TYPES.ociConfig,
  )
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** As a Dockerfile would: an ENTRYPOINT resets the CMD of the base, variables and labels are added to its own. */
function containerConfig(base: JsonObject, settings: ImageSettings): JsonObject {
  const { Cmd: baseCmd, ...rest } = base
  const { entrypoint, cmd, workdir } = settings
  const inherited = entrypoint.length === 0 ? baseCmd : undefined
  const finalCmd = cmd.length > 0 ? cmd : inherited
  const environment = mergedEnvironment(base['Env'], settings.environment)
  return {
    ...rest,
    ...(entrypoint.length > 0 ? { Entrypoint: entrypoint } : {}),
    ...(finalCmd === undefined ? {} : { Cmd: finalCmd }),
    ...(workdir === undefined ? {} : { WorkingDir: workdir }),
    ...(environment.length > 0 ? { Env: environment } : {}),
    Labels: { ...objectOf(base['Labels']), ...Object.fromEntries(settings.labels) },
  }
}

function mergedEnvironment(base: Json | undefined, added: readonly Pair[]): readonly string[] {
  const inherited = (Array.isArray(base) ? (base as readonly Json[]) : []).filter(
    (entry) => typeof entry === 'string',
  )
  const names = new Set(added.map(([name]) => name))
  return [
    ...inherited.filter((entry) => !names.has(entry.split('=', 1)[0] ?? '')),
    ...added.map(([name, value]) => `${name}=${value}`),
  ]
}

/** The history of the base; undefined where it does not tell of every layer, since then it must be left out. */
function historyOf(base: BaseImage): readonly Json[] | undefined {
  const found = base.configuration['history']
  const history = Array.isArray(found) ? (found as readonly Json[]) : []
  const layers = history.filter((entry) => objectOf(entry)['empty_layer'] !== true)
  return layers.length === base.layers.length ? history : undefined
}

function annotationsOf(pairs: readonly Pair[]): JsonObject {
  return pairs.length === 0 ? {} : { annotations: Object.fromEntries(pairs) }
}

/** The layer's descriptor. */
export function layerDescriptor(
  layer: { readonly digest: Digest; readonly size: number },
  annotations: readonly Pair[] = [],
): Descriptor {
  const { digest, size } = layer
  return {
    mediaType: MEDIA_TYPES.ociTarGzip,
    digest,
    size,
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
  }
}

/** An image manifest; its descriptor names the platform, as an index wants it. */
export function encodeManifest(
  config: Descriptor,
  layers: readonly Descriptor[],
  annotations: readonly Pair[],
  platform?: Platform,
): Encoded {
  const manifest = encode(
    {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      config: config as JsonObject,
      layers: layers as readonly JsonObject[],
      ...annotationsOf(annotations),
    },
    MEDIA_TYPES.ociManifest,
  )
  return platform === undefined
    ? manifest
    : { ...manifest, descriptor: { ...manifest.descriptor, platform: { ...platform } } }
}

/** An index over the manifests of several platforms. */
export function encodeIndex(manifests: readonly Descriptor[], annotations: readonly Pair[]): Encoded {
  return encode(
    {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: manifests as readonly JsonObject[],
      ...annotationsOf(annotations),
    },
    MEDIA_TYPES.ociIndex,
  )
}

/** The manifest of a folder of files (image-spec manifest.md §Guidelines for Artifact Usage). */
export function encodeFilesManifest(layer: Descriptor, annotations: readonly Pair[]): Encoded {
  return encode(
    {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociManifest,
      artifactType: FILES_ARTIFACT.artifactType,
      config: EMPTY_CONFIG.descriptor,
      layers: [layer as JsonObject],
      ...annotationsOf(annotations),
    },
    MEDIA_TYPES.ociManifest,
  )
}
