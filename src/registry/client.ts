import type { Digest } from '../domain/digest.ts'
import type { Descriptor, Manifest, ManifestMediaType } from '../domain/manifest.ts'
import type { BlobSource, BlobTransfer, Registry } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import { streamBlob } from './blob-stream.ts'
import { hasBlob } from './blobs.ts'
import { Deadline } from './deadline.ts'
import { assertPushable } from './first-push.ts'
import { fetchManifest, storeManifest } from './manifests.ts'
import type { Sessions } from './sessions.ts'
import { listTags } from './tags.ts'
import { copyBlob, putBlob } from './uploads.ts'

/** The distribution API over node:http. */
export class RegistryClient implements Registry {
  readonly #sessions: Sessions

  constructor(sessions: Sessions) {
    this.#sessions = sessions
  }

  async readTag(repository: Repository, tag: string): Promise<Manifest | undefined> {
    return await fetchManifest(this.#sessions.of(repository), repository, tag)
  }

  async readManifest(repository: Repository, digest: Digest): Promise<Manifest | undefined> {
    return await fetchManifest(this.#sessions.of(repository), repository, digest)
  }

  async putManifest(
    repository: Repository,
    bytes: Uint8Array,
    mediaType: ManifestMediaType,
    tag?: string,
    withinMs?: number,
  ): Promise<Digest> {
    const deadline = withinMs === undefined ? undefined : new Deadline(withinMs)
    return await storeManifest(this.#sessions.of(repository), repository, { bytes, mediaType, tag, deadline })
  }

  async requirePush(repository: Repository): Promise<void> {
    await assertPushable(this.#sessions.of(repository), repository)
  }

  async listTags(repository: Repository): Promise<readonly string[]> {
    return await listTags(this.#sessions.of(repository), repository)
  }

  async hasBlob(repository: Repository, digest: Digest): Promise<boolean> {
    return await hasBlob(this.#sessions.of(repository), repository, digest)
  }

  readBlob(repository: Repository, descriptor: Descriptor): AsyncIterable<Uint8Array> {
    return streamBlob(this.#sessions.of(repository), repository, descriptor)
  }

  async putBlob(repository: Repository, blob: BlobSource): Promise<BlobTransfer> {
    return await putBlob(this.#sessions.of(repository), repository, blob)
  }

  async copyBlob(from: Repository, to: Repository, descriptor: Descriptor): Promise<BlobTransfer> {
    return await copyBlob(this.#sessions.of(from), from, this.#sessions.of(to), to, descriptor)
  }
}
