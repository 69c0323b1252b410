import { createHash } from 'node:crypto'

/** A manifest as it was stored. */
export interface StoredManifest {
  readonly bytes: Buffer
  readonly type: string
  readonly digest: string
}

/** One repository in memory. */
export class ShelfRepository {
  readonly manifests = new Map<string, StoredManifest>()
  readonly blobs = new Map<string, Buffer>()
  readonly tags = new Map<string, string>()

  /** What a tag or a digest names. */
  find(name: string): StoredManifest | undefined {
    return this.manifests.get(name.includes(':') ? name : (this.tags.get(name) ?? ''))
  }

  put(bytes: Buffer, type: string, tag?: string): StoredManifest {
    const digest = digestOf(bytes)
    const stored = { bytes, type, digest }
    this.manifests.set(digest, stored)
    if (tag !== undefined) this.tags.set(tag, digest)
    return stored
  }

  referrers(subject: string): readonly unknown[] {
    return [...this.manifests.values()].flatMap(({ bytes, type, digest }) => {
      const json = JSON.parse(bytes.toString()) as { subject?: { digest: string }; artifactType?: string }
      const { artifactType } = json
      return json.subject?.digest === subject
        ? [{ mediaType: type, digest, size: bytes.length, artifactType }]
        : []
    })
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** The repositories of one registry; there is none until something makes it. */
export class Shelf {
  readonly repositories = new Map<string, ShelfRepository>()

  get(path: string): ShelfRepository | undefined {
    return this.repositories.get(path)
  }

  make(path: string): ShelfRepository {
    const made = this.repositories.get(path) ?? new ShelfRepository()
    this.repositories.set(path, made)
    return made
  }
}
