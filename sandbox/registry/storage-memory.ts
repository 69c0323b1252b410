import { Readable } from 'node:stream'
import type { DigestAlgorithm } from './grammar.ts'
import { ContentHash } from './hashing.ts'
import type { BlobWriter, ReferrerDescriptor, Storage, StoredManifest } from './storage.ts'

interface MemoryRepository {
  readonly blobs: Map<string, Uint8Array>
  readonly manifests: Map<string, StoredManifest>
  readonly tags: Map<string, string>
  readonly referrers: Map<string, Map<string, ReferrerDescriptor>>
}

class MemoryWriter implements BlobWriter {
  readonly #keep: (repository: string, digest: string, bytes: Uint8Array) => void
  readonly #hash = new ContentHash()
  #chunks: Uint8Array[] = []
  size = 0

  constructor(keep: (repository: string, digest: string, bytes: Uint8Array) => void) {
    this.#keep = keep
  }

  append(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk)
    this.#chunks.push(chunk)
    this.size += chunk.length
    return Promise.resolve()
  }

  digest(algorithm: DigestAlgorithm): string {
    return this.#hash.digest(algorithm)
  }

  commit(repository: string, digest: string): Promise<void> {
    this.#keep(repository, digest, Buffer.concat(this.#chunks))
    return this.discard()
  }

  discard(): Promise<void> {
    this.#chunks = []
    return Promise.resolve()
  }
}

/** Storage that lives and dies with the process. */
export class MemoryStorage implements Storage {
  readonly #repositories = new Map<string, MemoryRepository>()

  #open(repository: string): MemoryRepository {
    let found = this.#repositories.get(repository)
    if (found === undefined) {
      found = { blobs: new Map(), manifests: new Map(), tags: new Map(), referrers: new Map() }
      this.#repositories.set(repository, found)
    }
    return found
  }

  async repositories(): Promise<string[]> {
    return [...this.#repositories.keys()]
  }

  async hasRepository(repository: string): Promise<boolean> {
    return this.#repositories.has(repository)
  }

  async createWriter(): Promise<BlobWriter> {
    return new MemoryWriter((repository, digest, bytes) => this.#open(repository).blobs.set(digest, bytes))
  }

  async blobSize(repository: string, digest: string): Promise<number | undefined> {
    return this.#repositories.get(repository)?.blobs.get(digest)?.length
  }

  readBlob(repository: string, digest: string, start: number, end: number): Readable {
    const bytes = this.#repositories.get(repository)?.blobs.get(digest)
    if (bytes === undefined) throw new Error(`blob ${digest} was deleted while it was read`)
    return Readable.from([bytes.subarray(start, end + 1)], { objectMode: false })
  }

  async mountBlob(from: string, repository: string, digest: string): Promise<boolean> {
    const bytes = this.#repositories.get(from)?.blobs.get(digest)
    if (bytes === undefined) return false
    this.#open(repository).blobs.set(digest, bytes)
    return true
  }

  async deleteBlob(repository: string, digest: string): Promise<boolean> {
    return this.#repositories.get(repository)?.blobs.delete(digest) ?? false
  }

  async replaceBlob(repository: string, digest: string, bytes: Uint8Array): Promise<void> {
    this.#open(repository).blobs.set(digest, bytes)
  }

  async readManifest(repository: string, digest: string): Promise<StoredManifest | undefined> {
    return this.#repositories.get(repository)?.manifests.get(digest)
  }

  async writeManifest(repository: string, digest: string, manifest: StoredManifest): Promise<void> {
    this.#open(repository).manifests.set(digest, manifest)
  }

  async deleteManifest(repository: string, digest: string): Promise<boolean> {
    return this.#repositories.get(repository)?.manifests.delete(digest) ?? false
  }

  async readTag(repository: string, tag: string): Promise<string | undefined> {
    return this.#repositories.get(repository)?.tags.get(tag)
  }

  async writeTag(repository: string, tag: string, digest: string): Promise<void> {
    this.#open(repository).tags.set(tag, digest)
  }

  async deleteTag(repository: string, tag: string): Promise<boolean> {
    return this.#repositories.get(repository)?.tags.delete(tag) ?? false
  }

  async tags(repository: string): Promise<ReadonlyMap<string, string>> {
    return new Map(this.#repositories.get(repository)?.tags)
  }

  async referrers(repository: string, subject: string): Promise<ReferrerDescriptor[]> {
    return [...(this.#repositories.get(repository)?.referrers.get(subject)?.values() ?? [])]
  }

  async writeReferrer(repository: string, subject: string, descriptor: ReferrerDescriptor): Promise<void> {
    const { referrers } = this.#open(repository)
    const list = referrers.get(subject) ?? new Map<string, ReferrerDescriptor>()
    referrers.set(subject, list.set(descriptor.digest, descriptor))
  }

  async deleteReferrer(repository: string, subject: string, digest: string): Promise<void> {
    this.#repositories.get(repository)?.referrers.get(subject)?.delete(digest)
  }

  async close(): Promise<void> {
    this.#repositories.clear()
  }
}
