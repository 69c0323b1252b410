import { sha256 } from './direct.ts'
import { NAMED, type Place, TAGS, type World } from './world.ts'

/** What a place holds under the names that operations use. */
export interface Snapshot {
  /** Digest and bytes by tag. */
  readonly tags: ReadonlyMap<string, { readonly digest: string; readonly bytes: Uint8Array }>
  /** Digests of manifests and blobs that are there. */
  readonly manifests: ReadonlySet<string>
  readonly blobs: ReadonlySet<string>
  /** Content that is not what its digest says. */
  readonly corrupt: readonly string[]
}

async function present(
  digests: readonly string[],
  read: (digest: string) => Promise<Uint8Array | undefined>,
  corrupt: string[],
): Promise<Set<string>> {
  const found = new Set<string>()
  for (const digest of digests) {
    const bytes = await read(digest)
    if (bytes === undefined) continue
    found.add(digest)
    if (sha256(bytes) !== digest) corrupt.push(`${digest} holds bytes of ${sha256(bytes)}`)
  }
  return found
}

/** Looks at a place directly. */
export async function lookAt({ direct, repository: { path } }: Place, world: World): Promise<Snapshot> {
  const tags = new Map<string, { digest: string; bytes: Uint8Array }>()
  for (const tag of [...TAGS, ...NAMED]) {
    const bytes = await direct.manifest(path, tag)
    if (bytes !== undefined) tags.set(tag, { digest: sha256(bytes), bytes })
  }
  const corrupt: string[] = []
  const digestsOf = (contents: World['blobs']): string[] => contents.map(({ digest }) => digest)
  return {
    tags,
    corrupt,
    manifests: await present(
      digestsOf([...world.manifests, world.subject]),
      async (digest) => await direct.manifest(path, digest),
      corrupt,
    ),
    blobs: await present(
      digestsOf([...world.blobs, world.layer]),
      async (digest) => await direct.blob(path, digest),
      corrupt,
    ),
  }
}
