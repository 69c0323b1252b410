import { type Digest, isDigest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import { assertSize, type Descriptor, MANIFEST_MEDIA_TYPES, type Manifest } from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Registry } from '../domain/registry.ts'
import { mapLimited } from './concurrency.ts'
import { attachedTags, type AttachedTags, type Attached, findAttached } from './copy-attachments.ts'
import type { Session } from './session.ts'

/** Manifests read at the same time. */
export const MANIFESTS_AT_ONCE = 8
/** All manifests of a copy together, which are held until it is done. */
const MAX_BYTES = 32 * 1024 * 1024

/** Where the graph is read. */
export interface Source {
  readonly session: Session
  readonly registry: Registry
  readonly repository: Repository
}

/** What bounds a graph. */
export interface Bounds {
  readonly referrers: boolean
  readonly maxDepth: number
  readonly maxCount: number
}

/** A graph as read: every manifest hashed and parsed, in no particular order. */
export interface Graph {
  readonly manifests: ReadonlyMap<Digest, Manifest>
  /** By what they are attached to: digests of manifests that name it as their subject. */
  readonly referrers: ReadonlyMap<Digest, ReadonlySet<Digest>>
  /** Tags whose names attach what they point at. */
  readonly tags: ReadonlyMap<string, Digest>
  /** Digests and tags that are listed as attached, but are not in the repository. */
  readonly missing: ReadonlySet<string>
}

interface Child {
  readonly name: Digest
  readonly parent: Digest
  readonly descriptor: Descriptor
}

type Wanted = Child | Attached | { readonly name: Digest }

/** True for a descriptor in an index that points at a manifest; an index may list blobs as well. */
export function isManifest({ mediaType }: Descriptor): boolean {
  return (MANIFEST_MEDIA_TYPES as readonly string[]).includes(mediaType)
}

/**
 * Reads a whole graph, level by level: what an index lists, and what is attached to any of it. Content addressing
 * leaves no room for cycles; what is met again is not read again.
 * @throws {RegistryError} COPY_REFUSED when it is larger than its bounds, before the level that is too much is read.
 */
export async function readGraph(source: Source, root: Digest, bounds: Bounds): Promise<Graph> {
  const walk = new Walk(source, root, bounds)
  let wanted: readonly Wanted[] = [{ name: root }]
  for (let depth = 0; wanted.length > 0; depth += 1) {
    wanted = await walk.read(wanted, depth)
  }
  return walk
}

class Walk implements Graph {
  readonly manifests = new Map<Digest, Manifest>()
  readonly referrers = new Map<Digest, Set<Digest>>()
  readonly tags = new Map<string, Digest>()
  readonly missing = new Set<string>()
  readonly #source: Source
  readonly #root: Digest
  readonly #bounds: Bounds
  #bytes = 0
  #attached: Promise<AttachedTags> | undefined

  constructor(source: Source, root: Digest, bounds: Bounds) {
    this.#source = source
    this.#root = root
    this.#bounds = bounds
  }

  /** Reads one level and returns what the next one has to read. */
  async read(wanted: readonly Wanted[], depth: number): Promise<readonly Wanted[]> {
    const { maxCount, maxDepth } = this.#bounds
    const names = [...new Set(wanted.map(({ name }) => name))].filter((name) => !this.#knows(name))
    if (depth > maxDepth && names.length > 0) {
      throw refused(this.#source, this.#root, `it is nested deeper than ${maxDepth} levels`)
    }
    if (this.manifests.size + names.length > maxCount) {
      throw refused(this.#source, this.#root, `it has more than ${maxCount} manifests`)
    }
    const level = new Map<string, Manifest>()
    await mapLimited(names, MANIFESTS_AT_ONCE, async (name) => {
      const manifest = await this.#fetch(name)
      if (manifest !== undefined) level.set(name, manifest)
    })
    const known = new Set(this.manifests.keys())
    for (const entry of wanted)
      this.#take(entry, level.get(entry.name) ?? this.manifests.get(entry.name as Digest))
    const fresh = [...this.manifests.values()].filter(({ digest }) => !known.has(digest))
    const attached = this.#bounds.referrers ? await mapLimited(fresh, MANIFESTS_AT_ONCE, this.#find) : []
    return [...fresh.flatMap(childrenOf), ...attached.flat()]
  }

  #knows(name: string): boolean {
    return isDigest(name) && this.manifests.has(name)
  }

  async #fetch(name: string): Promise<Manifest | undefined> {
    const { registry, repository } = this.#source
    const manifest = isDigest(name)
      ? await registry.readManifest(repository, name)
      : await registry.readTag(repository, name)
    this.#bytes += manifest?.bytes.byteLength ?? 0
    if (this.#bytes > MAX_BYTES) {
      throw refused(this.#source, this.#root, `its manifests are larger than ${MAX_BYTES} bytes together`)
    }
    return manifest
  }

  #take(wanted: Wanted, manifest: Manifest | undefined): void {
    if ('subject' in wanted) {
      if (manifest === undefined) this.missing.add(wanted.name)
      else this.#attach(wanted, manifest)
      return
    }
    const what = `${formatRepository(this.#source.repository)}@${wanted.name}`
    const where = 'parent' in wanted ? `, which ${wanted.parent} lists,` : ''
    if (manifest === undefined) {
      throw new RegistryError('REGISTRY_NOT_FOUND', `${what}${where} is not in the repository`, {
        hint: 'Nothing was written. An index whose children are missing cannot be copied; push it again.',
      })
    }
    if ('parent' in wanted) assertSize(manifest, wanted.descriptor, what)
    this.manifests.set(manifest.digest, manifest)
  }

  /** Lists are hints: what is attached says so itself, or has a tag that does. What is about others stays behind. */
  #attach({ name, subject, isByTag }: Attached, manifest: Manifest): void {
    if (isByTag) this.tags.set(name, manifest.digest)
    else if (manifest.document.subject?.digest === subject) {
      const attached = this.referrers.get(subject) ?? new Set()
      this.referrers.set(subject, attached.add(manifest.digest))
    } else return
    this.manifests.set(manifest.digest, manifest)
  }

  readonly #find = async ({ digest }: Manifest): Promise<readonly Attached[]> => {
    const { registry, repository, session } = this.#source
    this.#attached ??= registry.listTags(repository).then(attachedTags)
    return await findAttached(session, repository, digest, await this.#attached)
  }
}

function childrenOf(manifest: Manifest): readonly Child[] {
  if (manifest.kind !== 'index') return []
  return manifest.document.manifests
    .filter(isManifest)
    .map((descriptor) => ({ name: descriptor.digest, parent: manifest.digest, descriptor }))
}

/** The refusal to copy an artifact, made before anything is written. */
export function refused(
  { repository }: Pick<Source, 'repository'>,
  root: Digest,
  why: string,
): RegistryError {
  return new RegistryError(
    'COPY_REFUSED',
    `${formatRepository(repository)}@${root} cannot be copied whole · ${why}`,
    {
      hint: 'Nothing was written.',
    },
  )
}
