import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { EngineError } from '../domain/error.ts'
import type { BlobSource } from '../domain/registry.ts'
import { type CompressedTree, compressTree, digestTree } from './archive.ts'
import type { BuildRequest, EngineTools } from './engine.ts'
import { type LayerMemory, openLayerMemory } from './layer-memory.ts'
import type { Tree } from './tree.ts'

/** The layer of a tree; without a blob when the repository has it already. */
export interface Layer extends CompressedTree {
  readonly blob?: BlobSource
}

/** Makes the layer of a tree, or remembers it when its tar is one that was compressed before. */
export async function makeLayer(
  tree: Tree,
  prefix: string,
  request: BuildRequest,
  tools: EngineTools,
): Promise<Layer> {
  const memory = tools.memory === undefined ? undefined : await openLayerMemory(tools.memory, tools.log)
  if (memory === undefined || memory.isEmpty) return await compress(tree, prefix, request, memory)
  const diffId = await digestTree(tree, prefix)
  const known = memory.find(diffId)
  if (
    known !== undefined &&
    (!request.push || (await tools.registry.hasBlob(request.repository, known.digest)))
  )
    return known
  const layer = await compress(tree, prefix, request, memory)
  if (layer.diffId !== diffId) {
    throw new EngineError('SOURCE_INVALID', 'path: the files changed while they were being read', {
      hint: 'Let whatever writes the files finish before this step.',
    })
  }
  return layer
}

async function compress(
  tree: Tree,
  prefix: string,
  request: BuildRequest,
  memory: LayerMemory | undefined,
): Promise<Layer> {
  const file = join(request.temporary, `layer-${randomUUID()}.tar.gz`)
  const { diffId, digest, size } = await compressTree(tree, prefix, file)
  await memory?.remember({ diffId, digest, size })
  return { diffId, digest, size, blob: { digest, size, open: () => createReadStream(file) } }
}
