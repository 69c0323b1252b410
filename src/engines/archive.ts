import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { closeSync, constants, createWriteStream, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { TarHeader, TarPackController } from 'modern-tar'
import { type Digest, finishDigest } from '../domain/digest.ts'
import { EngineError, messageOf } from '../domain/error.ts'
import { quoted, type Tree, type TreeEntry } from './tree.ts'

/** A gzipped tar in a file, with the digests of both. */
export interface CompressedTree {
  /** Digest of the uncompressed tar. */
  readonly diffId: Digest
  readonly digest: Digest
  readonly size: number
}

const CHUNK = 256 * 1024
const EPOCH = new Date(0)
const GZIP_LEVEL = 6
/** Position of the gzip header byte that names the operating system, and the value for Unix (RFC 1952). */
const GZIP_OS = { position: 9, unix: 3 } as const

/**
 * The tar of a tree: everything that differs between two checkouts of the same commit (times, owners, umask,
 * order) is fixed, so that the same files are the same bytes on every machine.
 * @param prefix folder all entries are placed in, without slashes at its ends; empty for none.
 */
export async function* tarOf(tree: Tree, prefix: string): AsyncGenerator<Buffer> {
  const { createTarPacker } = await import('modern-tar')
  const { readable, controller } = createTarPacker()
  const writing = writeEntries(controller, tree, prefix).catch((error: unknown) => controller.error(error))
  let pending: Uint8Array[] = []
  let size = 0
  // Headers and padding are small; hashing and compressing them one by one would cost more than the copy.
  for await (const chunk of readable) {
    pending.push(chunk)
    size += chunk.byteLength
    if (size < CHUNK) continue
    yield Buffer.concat(pending, size)
    pending = []
    size = 0
  }
  await writing
  if (size > 0) yield Buffer.concat(pending, size)
}

async function writeEntries(controller: TarPackController, tree: Tree, prefix: string): Promise<void> {
  const parts = prefix === '' ? [] : prefix.split('/')
  for (let depth = 1; depth <= parts.length; depth += 1) {
    await controller.add(headerOf(`${parts.slice(0, depth).join('/')}/`, 'folder')).close()
  }
  for (const entry of tree.entries) {
    const name = `${prefix === '' ? '' : `${prefix}/`}${entry.name}${entry.kind === 'folder' ? '/' : ''}`
    const body = controller.add(headerOf(name, entry.kind, entry)).getWriter()
    if (entry.kind === 'file') for (const chunk of fileChunks(tree.root, entry)) await body.write(chunk)
    // Every entry has to be closed, those without a body too, or the packer refuses the next one.
    await body.close()
  }
  controller.finalize()
}

function headerOf(name: string, kind: TreeEntry['kind'], entry?: TreeEntry): TarHeader {
  const isRunnable = kind === 'folder' || entry?.executable === true
  return {
    name,
    type: kind === 'folder' ? 'directory' : kind === 'link' ? 'symlink' : 'file',
    size: entry?.size ?? 0,
    mode: kind === 'link' ? 0o777 : isRunnable ? 0o755 : 0o644,
    mtime: EPOCH,
    uid: 0,
    gid: 0,
    ...(kind === 'link' ? { linkname: entry?.target ?? '' } : {}),
    // One way to write long names: the split into prefix and name that ustar has would leave the name of a
    // folder empty, which not every reader takes.
    ...(Buffer.byteLength(name) > 100 ? { pax: { path: name } } : {}),
  }
}

function* fileChunks(root: string, entry: TreeEntry): Generator<Buffer> {
  const file = openFile(root, entry)
  try {
    const before = fstatSync(file)
    if (!before.isFile() || before.size !== entry.size) throw changed(entry)
    for (let remaining = entry.size; remaining > 0; ) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK, remaining))
      const count = readSync(file, chunk, 0, chunk.byteLength, null)
      if (count === 0) throw changed(entry)
      remaining -= count
      yield chunk.subarray(0, count)
    }
    const after = fstatSync(file)
    if (after.size !== entry.size || after.mtimeMs !== before.mtimeMs) throw changed(entry)
  } finally {
    closeSync(file)
  }
}

function openFile(root: string, entry: TreeEntry): number {
  // Not following a link and not waiting for a pipe that took the file's place since the folder was listed;
  // Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  try {
    return openSync(join(root, entry.name), flags)
  } catch (cause) {
    throw new EngineError(
      'SOURCE_INVALID',
      `path: ${quoted(entry.name)} cannot be read: ${messageOf(cause)}`,
      { cause },
    )
  }
}

function changed(entry: TreeEntry): EngineError {
  return new EngineError('SOURCE_INVALID', `path: ${quoted(entry.name)} changed while it was being read`, {
    hint: 'Let whatever writes the files finish before this step.',
  })
}

/** Digest of the tar alone: a tenth of the work of compressing it. */
export async function digestTree(tree: Tree, prefix: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of tarOf(tree, prefix)) hash.update(chunk)
  return finishDigest(hash)
}

/** Writes the gzipped tar into a new file, hashing the tar and the gzip on the way; memory use is constant. */
export async function compressTree(tree: Tree, prefix: string, file: string): Promise<CompressedTree> {
  const tarHash = createHash('sha256')
  const gzipHash = createHash('sha256')
  let size = 0
  await pipeline(
    tarOf(tree, prefix),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        tarHash.update(chunk)
        yield chunk
      }
    },
    createGzip({ level: GZIP_LEVEL, chunkSize: CHUNK }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        fixOperatingSystem(chunk, size)
        gzipHash.update(chunk)
        size += chunk.byteLength
        yield chunk
      }
    },
    createWriteStream(file, { flags: 'wx', mode: 0o600 }),
  )
  return { diffId: finishDigest(tarHash), digest: finishDigest(gzipHash), size }
}

/** zlib writes the system it was built for; the same files must give the same bytes on all of them. */
function fixOperatingSystem(chunk: Buffer, offset: number): void {
  const index = GZIP_OS.position - offset
  if (index >= 0 && index < chunk.byteLength) chunk[index] = GZIP_OS.unix
}
