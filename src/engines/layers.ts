import { MEDIA_TYPES } from '../domain/manifest.ts'
import type { Reference } from '../domain/reference.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'
import { type Base, resolveBase } from './base.ts'
import {
  type BaseImage,
  emptyBase,
  type Encoded,
  encodeConfig,
  encodeIndex,
  encodeManifest,
  layerDescriptor,
} from './image.ts'
import { type Layer, makeLayer } from './layer.ts'
import { DEFAULT_PLATFORM, parsePlatform, platformFaults } from '../domain/platform.ts'
import { annotationFaults, type Pair, parseAnnotations } from '../domain/annotations.ts'
import { provenancePairs, withDefaults } from './provenance.ts'
import { blobOf, copyLayers } from './publish.ts'
import { openSource, sourceFaults } from './source-folder.ts'
import { quoted, type Tree } from './tree.ts'

/** Inputs of the engine `layers`, named as in the action. */
export interface LayersInputs {
  /** Folder whose content becomes the layer. */
  readonly path?: string | undefined
  /** Image to build on; without it the image holds nothing but the files. */
  readonly base?: Reference | undefined
  /** One: an image. Several: an index with an image each, all with the same layer. */
  readonly platforms?: readonly string[] | undefined
  readonly entrypoint?: readonly string[] | undefined
  readonly cmd?: readonly string[] | undefined
  /** Working directory of the container, and the folder the files are placed in; without it that is `/`. */
  readonly workdir?: string | undefined
  readonly env?: readonly Pair[] | undefined
  readonly labels?: readonly Pair[] | undefined
  readonly annotations?: readonly string[] | undefined
}

interface Image {
  readonly config: Encoded
  readonly manifest: Encoded
}

/** The version of what the layer and the documents look like; part of the record. */
const FORMAT = '1'

/** The engine `layers`: files as one reproducible layer on a base, straight to the registry, without a daemon. */
export function createLayersEngine(inputs: LayersInputs, tools: EngineTools): Engine {
  return {
    name: 'layers',
    // The compressed bytes depend on zlib, so a record of two digests for the same files can be explained.
    version: async () => `${FORMAT} (zlib ${process.versions.zlib})`,
    check: async ({ workspace }) => check(inputs, workspace),
    build: async (request) => await build(inputs, request, tools),
  }
}

function check(inputs: LayersInputs, workspace: string): readonly string[] {
  const { platforms = [], annotations = [] } = inputs
  return [
    ...platformFaults(platforms),
    ...annotationFaults(annotations, platforms.length > 1),
    ...workdirFaults(inputs.workdir),
    ...sourceFaults(inputs.path ?? '', workspace, judge),
  ]
}

function workdirFaults(workdir: string | undefined): readonly string[] {
  if (workdir === undefined) return []
  const isAbsolute = workdir.startsWith('/') && !workdir.split('/').some((part) => /^\.\.?$/.test(part))
  return isAbsolute ? [] : [`workdir: ${quoted(workdir)} · expected an absolute path without "." and ".."`]
}

function folderOf(workdir: string | undefined): string {
  return (workdir ?? '').split('/').filter(Boolean).join('/')
}

/** Runtimes read a name with this start as "remove the file from the layers below". */
function judge(tree: Tree): readonly string[] {
  return tree.entries
    .filter((entry) => (entry.name.split('/').at(-1) ?? '').startsWith('.wh.'))
    .map((entry) => `${quoted(entry.name)} starts with ".wh.", which in a layer means a deletion`)
}

async function build(inputs: LayersInputs, request: BuildRequest, tools: EngineTools): Promise<Built> {
  const { registry, log } = tools
  const tree = openSource(inputs.path ?? '', request.workspace, judge)
  const base =
    inputs.base === undefined ? undefined : await resolveBase(registry, inputs.base, inputs.platforms ?? [])
  const layer = await makeLayer(tree, folderOf(inputs.workdir), request, tools)
  log.info(
    `${tree.entries.length} entries, ${tree.bytes} bytes, layer ${layer.digest}${layer.blob === undefined ? ' (unchanged)' : ''}`,
  )
  const images = describe(inputs, request, base, layer)
  const index = images.length > 1 ? indexOf(inputs, request, base, images) : undefined
  if (request.push) await publish(inputs, request, tools, { base, layer, images, index })
  const digest = (index ?? images[0]?.manifest)?.descriptor.digest
  return digest === undefined ? {} : { digest }
}

function basesOf(inputs: LayersInputs, base: Base | undefined): readonly BaseImage[] {
  if (base !== undefined) return base.images
  const platforms = inputs.platforms?.length ? inputs.platforms : [DEFAULT_PLATFORM]
  return platforms.map((platform) => emptyBase(parsePlatform(platform)))
}

function defaultsOf(request: BuildRequest, base: Base | undefined): readonly Pair[] {
  const provenance = provenancePairs(request.provenance)
  if (base === undefined) return provenance
  return [
    ...provenance,
    ['org.opencontainers.image.base.name', base.name],
    ['org.opencontainers.image.base.digest', base.digest],
  ]
}

function describe(
  inputs: LayersInputs,
  request: BuildRequest,
  base: Base | undefined,
  layer: Layer,
): readonly Image[] {
  const defaults = defaultsOf(request, base)
  const annotations = parseAnnotations(inputs.annotations ?? []).manifest
  const folder = folderOf(inputs.workdir)
  const settings = {
    entrypoint: inputs.entrypoint ?? [],
    cmd: inputs.cmd ?? [],
    workdir: inputs.workdir === undefined ? undefined : `/${folder}`,
    environment: inputs.env ?? [],
    labels: withDefaults(defaults, inputs.labels ?? []),
  }
  return basesOf(inputs, base).map((image) => {
    const config = encodeConfig(image, settings, {
      diffId: layer.diffId,
      created: request.provenance.created,
    })
    const layers = [...image.layers, layerDescriptor(layer)]
    const manifest = encodeManifest(
      config.descriptor,
      layers,
      withDefaults(defaults, annotations),
      image.platform,
    )
    return { config, manifest }
  })
}

function indexOf(
  inputs: LayersInputs,
  request: BuildRequest,
  base: Base | undefined,
  images: readonly Image[],
): Encoded {
  const annotations = parseAnnotations(inputs.annotations ?? []).index
  return encodeIndex(
    images.map((image) => image.manifest.descriptor),
    withDefaults(defaultsOf(request, base), annotations),
  )
}

/** Blobs before the manifests that name them, manifests before the index: registries refuse anything else. */
async function publish(
  inputs: LayersInputs,
  request: BuildRequest,
  { registry }: EngineTools,
  parts: {
    readonly base: Base | undefined
    readonly layer: Layer
    readonly images: readonly Image[]
    readonly index: Encoded | undefined
  },
): Promise<void> {
  const { repository } = request
  const { base, layer, images, index } = parts
  if (layer.blob !== undefined) await registry.putBlob(repository, layer.blob)
  if (inputs.base !== undefined && base !== undefined) {
    const layers = base.images.flatMap((image) => image.layers)
    await copyLayers(registry, inputs.base.repository, repository, layers)
  }
  for (const { config, manifest } of images) {
    await registry.putBlob(repository, blobOf(config))
    await registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest)
  }
  if (index !== undefined) await registry.putManifest(repository, index.bytes, MEDIA_TYPES.ociIndex)
}
