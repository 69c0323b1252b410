import { basename, resolve } from 'node:path'
import { FILES_ARTIFACT, FILES_LIMITS, linkFault, titleFault } from '../domain/files-artifact.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../domain/manifest.ts'
import type { BuildRequest, Built, Engine, EngineTools } from './engine.ts'
import { encodeFilesManifest, layerDescriptor } from './image.ts'
import { makeLayer } from './layer.ts'
import { annotationFaults, parseAnnotations } from '../domain/annotations.ts'
import { provenancePairs, withDefaults } from './provenance.ts'
import { blobOf } from './publish.ts'
import { openSource, sourceFaults } from './source-folder.ts'
import { quoted, type Tree } from './tree.ts'

/** Inputs of the engine `files`, named as in the action. */
export interface FilesInputs {
  /** Folder to publish; its name becomes the title of the artifact. */
  readonly path?: string | undefined
  readonly annotations?: readonly string[] | undefined
}

/** The version of what the artifact looks like; part of the record. */
const FORMAT = '1'

/** The engine `files`: a folder as an OCI artifact that `unpack` and `oras pull` restore. */
export function createFilesEngine(inputs: FilesInputs, tools: EngineTools): Engine {
  return {
    name: 'files',
    version: async () => `${FORMAT} (zlib ${process.versions.zlib})`,
    check: async ({ workspace }) => check(inputs, workspace),
    build: async (request) => await build(inputs, request, tools),
  }
}

function titleOf(inputs: FilesInputs, workspace: string): string {
  return basename(resolve(workspace, inputs.path ?? ''))
}

function check(inputs: FilesInputs, workspace: string): readonly string[] {
  const { path = '', annotations = [] } = inputs
  const title = titleOf(inputs, workspace)
  const fault = titleFault(title)
  return [
    ...annotationFaults(annotations, false),
    ...(fault === undefined
      ? sourceFaults(path, workspace, judge)
      : [`path: ${quoted(title)} cannot be the title of the artifact: ${fault}`]),
  ]
}

/** What could be packed but not unpacked again is refused here, where it can be corrected. */
function judge(tree: Tree): readonly string[] {
  const faults = tree.entries.flatMap(({ kind, name, target }) => {
    const fault = kind === 'link' ? linkFault(name, target) : undefined
    return fault === undefined ? [] : [`${quoted(name)} is a link to ${quoted(target)}: ${fault}`]
  })
  // One entry more is written for the folder itself.
  if (tree.entries.length >= FILES_LIMITS.entries)
    faults.push(`holds ${tree.entries.length} entries · expected less than ${FILES_LIMITS.entries}`)
  if (tree.bytes > FILES_LIMITS.bytes)
    faults.push(`holds ${tree.bytes} bytes · expected at most ${FILES_LIMITS.bytes}`)
  return faults
}

async function build(inputs: FilesInputs, request: BuildRequest, tools: EngineTools): Promise<Built> {
  const { registry, log } = tools
  const { repository } = request
  const tree = openSource(inputs.path ?? '', request.workspace, judge)
  const title = titleOf(inputs, request.workspace)
  const layer = await makeLayer(tree, title, request, tools)
  log.info(
    `${tree.entries.length} entries, ${tree.bytes} bytes, layer ${layer.digest}${layer.blob === undefined ? ' (unchanged)' : ''}`,
  )
  const descriptor = layerDescriptor(layer, [
    [FILES_ARTIFACT.title, title],
    [FILES_ARTIFACT.unpack, 'true'],
    [FILES_ARTIFACT.contentDigest, layer.diffId],
  ])
  const given = parseAnnotations(inputs.annotations ?? []).manifest
  const manifest = encodeFilesManifest(descriptor, withDefaults(provenancePairs(request.provenance), given))
  if (request.push) {
    if (layer.blob !== undefined) await registry.putBlob(repository, layer.blob)
    await registry.putBlob(repository, blobOf(EMPTY_CONFIG))
    await registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest)
  }
  return { digest: manifest.descriptor.digest }
}
