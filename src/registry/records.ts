import { corrupt, type Digest, encodedOf } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import { type Descriptor, type Manifest, MEDIA_TYPES } from '../domain/manifest.ts'
import type { RecordType } from '../domain/record.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { NewRecord, RecordStore, StoredRecord } from '../domain/registry.ts'
import { type AttachmentOptions, listAttachments } from './attachments.ts'
import { fetchBlob } from './blobs.ts'
import { mapLimited } from './concurrency.ts'
import { readFallback, recordPrefix } from './fallback.ts'
import { isRecordOf, type RecordArtifact, recordArtifact, recordLayer } from './record-manifest.ts'
import { fetchReferrers } from './referrers.ts'

/** More candidates than this at one artifact are no records of ours. */
const MAX_CANDIDATES = 1000
const CONCURRENCY = 8
/** Reads of a record that a list names: registries that keep files list a tag before it can be read. */
const LISTED_READS = 4
const LISTED_PAUSE_MS = 150

/** A place that may hold a record: a digest an index names, or a write-once tag. */
interface Candidate {
  readonly name: Digest | { readonly tag: string; readonly prefix: string }
  /** True when the list says it is a record of ours; then it must be readable. */
  readonly isDeclared: boolean
}

/** What the indexes name, and what only tags tell. */
interface Candidates {
  readonly listed: readonly Candidate[]
  readonly tagged: Promise<readonly Candidate[]>
}

/** Records as referrers, found through the API, the fallback index or their write-once tags. */
export class Records implements RecordStore {
  readonly #options: AttachmentOptions
  /** Registries that were seen to have no referrers API. */
  readonly #withoutApi = new Set<string>()

  constructor(options: AttachmentOptions) {
    this.#options = options
  }

  async attach(repository: Repository, subject: Descriptor, record: NewRecord): Promise<Digest> {
    const { registry } = this.#options
    const artifact = recordArtifact(record, subject)
    await this.#putBlobs(repository, artifact)
    await registry.putManifest(repository, artifact.bytes, MEDIA_TYPES.ociManifest)
    const how = await listAttachments(this.#options, repository, subject.digest, [artifact], record.type)
    if (how === 'tags-without-api') this.#withoutApi.add(repository.registry)
    return artifact.digest
  }

  async list(repository: Repository, subject: Digest, type: RecordType): Promise<readonly StoredRecord[]> {
    const { listed, tagged } = await this.#candidates(repository, subject, type)
    const found = new Map<Digest, StoredRecord>()
    const load = async (candidates: readonly Candidate[], before: number): Promise<void> => {
      if (before + candidates.length > MAX_CANDIDATES)
        throw tooMany(repository, subject, type, before + candidates.length)
      await mapLimited(candidates, CONCURRENCY, async (candidate) => {
        const record = await this.#load(repository, subject, type, candidate)
        if (record !== undefined) found.set(record.manifestDigest, record)
      })
    }
    // The tags are still being listed while what the indexes name is read.
    await Promise.all([
      load(listed, 0),
      tagged.then(async (candidates) => await load(candidates, listed.length)),
    ])
    return [...found.values()].toSorted((a, b) => (a.manifestDigest < b.manifestDigest ? -1 : 1))
  }

  async attachNamed(
    repository: Repository,
    subject: Descriptor | undefined,
    record: NewRecord,
    tag: string,
  ): Promise<Digest> {
    const { registry } = this.#options
    const artifact = recordArtifact(record, subject)
    await this.#assertFree(repository, tag, artifact.digest)
    if (subject === undefined) await this.#putBlobs(repository, artifact)
    else await this.attach(repository, subject, record)
    await registry.putManifest(repository, artifact.bytes, MEDIA_TYPES.ociManifest, tag)
    await this.#assertFree(repository, tag, artifact.digest)
    return artifact.digest
  }

  async readNamed(repository: Repository, tag: string, type: RecordType): Promise<StoredRecord | undefined> {
    const manifest = await this.#options.registry.readTag(repository, tag)
    return manifest === undefined ? undefined : await this.#open(repository, manifest, type)
  }

  async #putBlobs(repository: Repository, artifact: RecordArtifact): Promise<void> {
    await Promise.all(
      artifact.blobs.map(async (blob) => await this.#options.registry.putBlob(repository, blob)),
    )
  }

  /** A write-once tag is free, or already holds exactly this record. */
  async #assertFree(repository: Repository, tag: string, ours: Digest): Promise<void> {
    const there = await this.#options.registry.readTag(repository, tag)
    if (there === undefined || there.digest === ours) return
    throw new RegistryError(
      'REGISTRY_REFUSED',
      `The tag ${formatRepository(repository)}:${tag} is written once, and taken · expected ${ours}, got ${there.digest}`,
    )
  }

  async #referrers(repository: Repository, subject: Digest, type: RecordType) {
    const session = this.#options.sessions.of(repository)
    const entries = await fetchReferrers(session, repository, subject, type)
    if (entries === undefined) this.#withoutApi.add(repository.registry)
    return entries
  }

  async #candidates(repository: Repository, subject: Digest, type: RecordType): Promise<Candidates> {
    const { registry } = this.#options
    // Where the API is known to be missing the tags are needed anyway: ask for them at once.
    const early = this.#withoutApi.has(repository.registry) ? registry.listTags(repository) : undefined
    const [api, fallback, tagsRead] = await Promise.all([
      this.#referrers(repository, subject, type),
      readFallback(registry, repository, subject),
      early,
    ])
    const byDigest = new Map<Digest, Candidate>()
    for (const entry of [...(api ?? []), ...fallback]) {
      if (!mayBeRecord(entry, type)) continue
      const isDeclared = entry.artifactType === type || byDigest.get(entry.digest)?.isDeclared === true
      byDigest.set(entry.digest, { name: entry.digest, isDeclared })
    }
    // An API that lists a record of ours is proven; one that lists none may have lost what was written by tag.
    const listed = [...byDigest.values()]
    if (api?.some(({ artifactType }) => artifactType === type) === true)
      return { listed, tagged: Promise.resolve([]) }
    const tags = tagsRead === undefined ? registry.listTags(repository) : Promise.resolve(tagsRead)
    return { listed, tagged: tags.then((all) => tagCandidates(all, subject, [...byDigest.keys()])) }
  }

  async #load(
    repository: Repository,
    subject: Digest,
    type: RecordType,
    { name, isDeclared }: Candidate,
  ): Promise<StoredRecord | undefined> {
    const manifest = await this.#readListed(repository, name, isDeclared ? LISTED_READS : 1)
    if (manifest === undefined) {
      if (!isDeclared) return undefined
      const what = typeof name === 'string' ? `@${name}` : `:${name.tag}`
      throw new RegistryError(
        'REGISTRY_NOT_FOUND',
        `The record ${formatRepository(repository)}${what} is listed at ${subject}, but is not in the repository`,
      )
    }
    return isRecordOf(manifest, type, subject) ? await this.#open(repository, manifest, type) : undefined
  }

  async #readListed(
    repository: Repository,
    name: Candidate['name'],
    reads: number,
  ): Promise<Manifest | undefined> {
    for (let read = 1; ; read += 1) {
      const manifest = await this.#read(repository, name)
      if (manifest !== undefined || read >= reads) return manifest
      await this.#options.clock.sleep(LISTED_PAUSE_MS * read)
    }
  }

  async #read(repository: Repository, name: Candidate['name']): Promise<Manifest | undefined> {
    const { registry } = this.#options
    if (typeof name === 'string') return await registry.readManifest(repository, name)
    const manifest = await registry.readTag(repository, name.tag)
    if (manifest === undefined || encodedOf(manifest.digest).startsWith(name.prefix)) return manifest
    const expected = `sha256:${name.prefix}…` as Digest
    throw corrupt(`The record tag ${formatRepository(repository)}:${name.tag}`, expected, manifest.digest)
  }

  async #open(repository: Repository, manifest: Manifest, type: RecordType): Promise<StoredRecord> {
    const what = `${formatRepository(repository)}@${manifest.digest}`
    const layer = recordLayer(manifest, type, what)
    const bytes = await fetchBlob(this.#options.sessions.of(repository), repository, layer)
    return { manifestDigest: manifest.digest, bytes }
  }
}

function tooMany(repository: Repository, subject: Digest, type: RecordType, count: number): RegistryError {
  return new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${formatRepository(repository)}@${subject} has ${count} records of type ${type} · expected at most ${MAX_CANDIDATES}`,
  )
}

/**
 * What must be fetched to know. The type in a list is not evidence: some writers list every artifact with the
 * type of its empty config, and some with none.
 */
function mayBeRecord(
  entry: { mediaType: string; artifactType?: string | undefined },
  type: RecordType,
): boolean {
  if (entry.mediaType !== MEDIA_TYPES.ociManifest) return false
  return [type, MEDIA_TYPES.ociEmpty, undefined, ''].includes(entry.artifactType)
}

function tagCandidates(tags: readonly string[], subject: Digest, known: readonly Digest[]): Candidate[] {
  return tags.flatMap((tag) => {
    const prefix = recordPrefix(tag, subject)
    const isKnown = prefix === undefined || known.some((digest) => encodedOf(digest).startsWith(prefix))
    return isKnown ? [] : [{ name: { tag, prefix }, isDeclared: true }]
  })
}
