import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import type { DigestAlgorithm } from './grammar.ts'
import { ContentHash, hashName } from './hashing.ts'
import type { BlobWriter, ReferrerDescriptor, Storage, StoredManifest } from './storage.ts'

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

async function remove(file: string): Promise<boolean> {
  const removed = await unlessMissing(rm(file).then(() => true))
  return removed ?? false
}

/** A digest as a file name; the grammar leaves only hexadecimal digits behind the algorithm. */
function digestName(digest: string): string {
  return digest.replace(':', '-')
}

class DiskWriter implements BlobWriter {
  readonly #file: string
  readonly #handle: FileHandle
  readonly #place: (temporary: string, repository: string, digest: string) => Promise<void>
  readonly #hash = new ContentHash()
  size = 0

  constructor(
    file: string,
    handle: FileHandle,
    place: (temporary: string, repository: string, digest: string) => Promise<void>,
  ) {
    this.#file = file
    this.#handle = handle
    this.#place = place
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#handle.writeFile(chunk)
    this.#hash.update(chunk)
    this.size += chunk.length
  }

  digest(algorithm: DigestAlgorithm): string {
    return this.#hash.digest(algorithm)
  }

  async commit(repository: string, digest: string): Promise<void> {
    await this.#handle.close()
    await this.#place(this.#file, repository, digest)
  }

  async discard(): Promise<void> {
    await this.#handle.close()
    await rm(this.#file, { force: true })
  }
}

/**
 * Storage in a directory of one process at a time. Repository names, tags and subjects only ever become
 * hashed file names, so no request can name a path. A mounted blob is a hard link: content is kept once,
 * yet replacing or deleting it in one repository leaves the other alone.
 */
export class DiskStorage implements Storage {
  readonly #root: string
  readonly #known = new Set<string>()

  constructor(directory: string) {
    this.#root = resolve(directory)
  }

  /** Creates the folders when needed; uploads that a former process left behind are dropped. */
  async open(): Promise<void> {
    await rm(this.#temporaryFolder(), { recursive: true, force: true })
    await mkdir(this.#temporaryFolder(), { recursive: true })
    await mkdir(join(this.#root, 'repositories'), { recursive: true })
  }

  #temporaryFolder(): string {
    return join(this.#root, 'temporary')
  }

  #path(repository: string, ...parts: string[]): string {
    return join(this.#root, 'repositories', hashName(repository), ...parts)
  }

  async #place(temporary: string, repository: string, ...parts: string[]): Promise<void> {
    const file = this.#path(repository, ...parts)
    await mkdir(dirname(file), { recursive: true })
    await rename(temporary, file)
    await this.#register(repository)
  }

  /** A hashed folder does not tell its repository's name, so the name is written beside the content. */
  async #register(repository: string): Promise<void> {
    if (this.#known.has(repository)) return
    this.#known.add(repository)
    const temporary = join(this.#temporaryFolder(), randomUUID())
    await writeFile(temporary, repository)
    await rename(temporary, this.#path(repository, 'name'))
  }

  async #write(content: string | Uint8Array, repository: string, ...parts: string[]): Promise<void> {
    const temporary = join(this.#temporaryFolder(), randomUUID())
    await writeFile(temporary, content)
    await this.#place(temporary, repository, ...parts)
  }

  async #readAll(folder: string): Promise<string[]> {
    const names = (await unlessMissing(readdir(folder))) ?? []
    const contents = await Promise.all(
      names.map((name) => unlessMissing(readFile(join(folder, name), 'utf8'))),
    )
    return contents.filter((content) => content !== undefined)
  }

  async repositories(): Promise<string[]> {
    const folder = join(this.#root, 'repositories')
    const names = await readdir(folder)
    const contents = await Promise.all(
      names.map((name) => unlessMissing(readFile(join(folder, name, 'name'), 'utf8'))),
    )
    return contents.filter((content) => content !== undefined)
  }

  async hasRepository(repository: string): Promise<boolean> {
    return (await unlessMissing(stat(this.#path(repository, 'name')))) !== undefined
  }

  async createWriter(): Promise<BlobWriter> {
    const file = join(this.#temporaryFolder(), randomUUID())
    return new DiskWriter(file, await open(file, 'wx'), (temporary, repository, digest) =>
      this.#place(temporary, repository, 'blobs', digestName(digest)),
    )
  }

  async blobSize(repository: string, digest: string): Promise<number | undefined> {
    return (await unlessMissing(stat(this.#path(repository, 'blobs', digestName(digest)))))?.size
  }

  readBlob(repository: string, digest: string, start: number, end: number): Readable {
    return createReadStream(this.#path(repository, 'blobs', digestName(digest)), { start, end })
  }

  async mountBlob(from: string, repository: string, digest: string): Promise<boolean> {
    const temporary = join(this.#temporaryFolder(), randomUUID())
    const linked = await unlessMissing(
      link(this.#path(from, 'blobs', digestName(digest)), temporary).then(() => true),
    )
    if (linked === undefined) return false
    await this.#place(temporary, repository, 'blobs', digestName(digest))
    // Renaming a link onto another link of the same file does nothing and leaves the source in place.
    await rm(temporary, { force: true })
    return true
  }

  async deleteBlob(repository: string, digest: string): Promise<boolean> {
    return await remove(this.#path(repository, 'blobs', digestName(digest)))
  }

  async replaceBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, repository, 'blobs', digestName(digest))
  }

  async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    const file = await unlessMissing(readFile(this.#path(repository, 'manifests', digestName(digest))))
    if (file === undefined) return undefined
    const end = file.indexOf('\n')
    const header = JSON.parse(file.toString('utf8', 0, end)) as Omit<StoredManifest, 'bytes'>
    return { ...header, bytes: file.subarray(end + 1) }
  }

  /** One file with a header line, so that the bytes and their media type can never disagree. */
  async writeManifest(repository: string, digest: string, manifest: StoredManifest): Promise<void> {
    const { bytes, ...header } = manifest
    const file = Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes])
    await this.#write(file, repository, 'manifests', digestName(digest))
  }

  async deleteManifest(repository: string, digest: string): Promise<boolean> {
    return await remove(this.#path(repository, 'manifests', digestName(digest)))
  }

  async readTag(repository: string, tag: string): Promise<string | undefined> {
    const content = await unlessMissing(readFile(this.#path(repository, 'tags', hashName(tag)), 'utf8'))
    return content?.split('\n')[1]
  }

  async writeTag(repository: string, tag: string, digest: string): Promise<void> {
    await this.#write(`${tag}\n${digest}`, repository, 'tags', hashName(tag))
  }

  async deleteTag(repository: string, tag: string): Promise<boolean> {
    return await remove(this.#path(repository, 'tags', hashName(tag)))
  }

  async tags(repository: string): Promise<ReadonlyMap<string, string>> {
    const contents = await this.#readAll(this.#path(repository, 'tags'))
    return new Map(contents.map((content) => content.split('\n') as [string, string]))
  }

  async referrers(repository: string, subject: string): Promise<ReferrerDescriptor[]> {
    const contents = await this.#readAll(this.#path(repository, 'referrers', hashName(subject)))
    return contents.map((content) => JSON.parse(content) as ReferrerDescriptor)
  }

  async writeReferrer(repository: string, subject: string, descriptor: ReferrerDescriptor): Promise<void> {
    const name = digestName(descriptor.digest)
    await this.#write(JSON.stringify(descriptor), repository, 'referrers', hashName(subject), name)
  }

  async deleteReferrer(repository: string, subject: string, digest: string): Promise<void> {
    await remove(this.#path(repository, 'referrers', hashName(subject), digestName(digest)))
  }

  async close(): Promise<void> {
    await rm(this.#temporaryFolder(), { recursive: true, force: true })
  }
}
