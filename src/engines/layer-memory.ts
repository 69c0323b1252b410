import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Digest, isDigest } from '../domain/digest.ts'
import { messageOf } from '../domain/error.ts'
import { parseStrictJson } from '../domain/json.ts'
import type { Log } from '../platform/log.ts'
import type { CompressedTree } from './archive.ts'

const FILE = 'layers.json'
const MAX_ENTRIES = 200
const MAX_BYTES = 64 * 1024

const digest = z.string().refine(isDigest)
const schema = z.strictObject({
  schema: z.literal('build-once/layers/v1'),
  layers: z.array(z.strictObject({ diffId: digest, digest, size: z.int().nonnegative() })).max(MAX_ENTRIES),
})

/**
 * Remembers which compressed layer a tar became, so that unchanged files need no compression.
 * It is a hint and never evidence: a forged entry could only name a blob that the repository has already, and
 * runtimes check every layer against the diff id in the image's configuration.
 */
export interface LayerMemory {
  readonly isEmpty: boolean
  find(diffId: Digest): CompressedTree | undefined
  /** Adds a layer, forgetting the oldest where there are too many. */
  remember(layer: CompressedTree): Promise<void>
}

/** Reads the memory in a folder; a missing or malformed one is empty. */
export async function openLayerMemory(folder: string, log: Log): Promise<LayerMemory> {
  const layers = await readLayers(join(folder, FILE), log)
  return {
    isEmpty: layers.length === 0,
    find: (diffId) => layers.find((layer) => layer.diffId === diffId),
    remember: async (layer) => {
      const others = layers.filter((other) => other.diffId !== layer.diffId)
      await writeLayers(folder, [layer, ...others].slice(0, MAX_ENTRIES))
    },
  }
}

async function readLayers(file: string, log: Log): Promise<readonly CompressedTree[]> {
  try {
    return schema.parse(parseStrictJson(await readFile(file), { maxBytes: MAX_BYTES })).layers
  } catch (error) {
    log.debug(`No memory of compressed layers: ${messageOf(error)}`)
    return []
  }
}

async function writeLayers(folder: string, layers: readonly CompressedTree[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  // Written beside and renamed, so that nobody reads half a file.
  const temporary = join(folder, `${FILE}.${randomUUID()}`)
  await writeFile(temporary, JSON.stringify({ schema: 'build-once/layers/v1', layers }))
  await rename(temporary, join(folder, FILE))
}
