import { corrupt, type Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import { type Descriptor, type Manifest, MEDIA_TYPES } from '../domain/manifest.ts'
import type { RecordType } from '../domain/record.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { NewRecord, RecordStore, StoredRecord } from '../domain/registry.ts'
import { type AttachmentOptions, listAttachments } from './attachments.ts'
import { fetchBlob } from './blobs.ts'
import { type Candidate, type Candidates, findCandidates, type Memory } from './candidates.ts'
import { mapLimited } from './concurrency.ts'
import { prefixOf } from './fallback.ts'
import { fetchRawManifest } from './manifests.ts'
import {
  isRecordOf,
  type RecordArtifact,
  recordArtifact,
  recordLayer,
  recordManifest,
} from './record-manifest.ts'

/** More records of one type than this at one artifact are no records of ours. */
const MAX_RECORDS = 1000
/** How many artifacts that nobody calls a record are read to see whether they are one. */
const MAX_OTHERS = 500
const CONCURRENCY = 8
/** Reads of a record that a list names: registries that keep files list a tag before it can be read. */
const LISTED_READS = 4
const LISTED_PAUSE_MS = 150

/** What is asked for, and where it may be. */
interface Question {
  readonly repository: Repository
  readonly subject: Digest
  readonly type: RecordType
  readonly candidates: Candidates
}

interface FoundRecord extends StoredRecord {
  readonly created: string
}

/** Records as referrers, found through the API, the fallback index or their write-once tags. */
export class Records implements RecordStore {
  readonly #options: AttachmentOptions
  readonly #memory: Memory = { withoutApi: new Set() }

  constructor(options: AttachmentOptions) {
    this.#options = options
  }

  async attach(repository: Repository, subject: Descriptor, record: NewRecord): Promise<Digest> {
    const { registry } = this.#options
    const artifact = recordArtifact(record, subject)
    await this.#putBlobs(repository, artifact)
    await registry.putManifest(repository, artifact.bytes, MEDIA_TYPES.ociManifest)
    const how = await listAttachments(this.#options, repository, subject.digest, [artifact], record.type)
    if (how === 'tags-without-api') this.#memory.withoutApi.add(repository.registry)
    return artifact.digest
  }

  async list(repository: Repository, subject: Digest, type: RecordType): Promise<readonly StoredRecord[]> {
    const candidates = await findCandidates(this.#options, this.#memory, repository, subject, type)
    const question: Question = { repository, subject, type, candidates }
    const found = new Map<Digest, FoundRecord>()
    const load = async (chosen: readonly Candidate[]): Promise<void> => {
      await mapLimited(chosen, CONCURRENCY, async (candidate) => {
        const record = await this.#load(question, candidate)
        if (record !== undefined) found.set(record.manifestDigest, record)
      })
    }
    const loadListed = async (): Promise<void> => {
      await load(this.#bounded(question, candidates.listed))
    }
    const loadTagged = async (): Promise<void> => {
      const tagged = await candidates.tagged()
      this.#bounded(question, [...candidates.listed, ...tagged])
      await load(tagged)
    }
    // The tags are still being listed while what the indexes name is read.
    await Promise.all([loadListed(), loadTagged()])
    if (found.size === 0) await load(this.#bounded(question, await candidates.disguised()))
    return [...found.values()]
      .toSorted(byTime)
      .map(({ manifestDigest, bytes }) => ({ manifestDigest, bytes }))
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
    const raw = await fetchRawManifest(this.#options.sessions.of(repository), repository, tag)
    if (raw === undefined) return undefined
    const what = `${formatRepository(repository)}:${tag}`
    return await this.#open(repository, recordManifest(raw.bytes, raw.contentType, what), type)
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

  /** All that claim to be records, and as many others as are worth a look. */
  #bounded({ repository, subject, type }: Question, candidates: readonly Candidate[]): readonly Candidate[] {
    const claimed = candidates.filter(({ claim }) => claim !== 'none')
    if (claimed.length > MAX_RECORDS) throw tooMany(repository, subject, type, claimed.length)
    const others = candidates.filter(({ claim }) => claim === 'none')
    if (others.length > MAX_OTHERS)
      this.#options.log.debug(
        `${others.length} artifacts without a type are at ${subject}; ${MAX_OTHERS} are read.`,
      )
    return [...claimed, ...others.slice(0, MAX_OTHERS)]
  }

  async #load(question: Question, candidate: Candidate): Promise<FoundRecord | undefined> {
    const { repository, subject, type } = question
    const manifest = await this.#readCandidate(question, candidate)
    if (manifest === undefined || !isRecordOf(manifest, type, subject)) return undefined
    const created = manifest.document.annotations?.['org.opencontainers.image.created'] ?? ''
    return { ...(await this.#open(repository, manifest, type)), created }
  }

  /** Reads until it is there; undefined when nobody but an index that anyone can write says that it is a record. */
  async #readCandidate(question: Question, candidate: Candidate): Promise<Manifest | undefined> {
    for (let read = 1; ; read += 1) {
      const outcome = await this.#attempt(question.repository, candidate.name)
      if (outcome !== undefined && !(outcome instanceof RegistryError)) return outcome
      if (!(await isPromised(question, candidate))) {
        if (candidate.claim === 'index') this.#passOver(question, candidate, outcome)
        return undefined
      }
      if (outcome !== undefined) throw outcome
      if (read >= LISTED_READS) throw notThere(question, candidate)
      await this.#options.clock.sleep(LISTED_PAUSE_MS * read)
    }
  }

  #passOver({ subject }: Question, candidate: Candidate, fault: RegistryError | undefined): void {
    const why = fault?.message ?? 'it is not in the repository'
    this.#options.log.warning(
      `Passed over ${describe(candidate)}, which the fallback index of ${subject} calls a record: ${why}`,
    )
  }

  /** What is there, nothing, or why what is there cannot be read. Other failures say nothing about the candidate. */
  async #attempt(
    repository: Repository,
    name: Candidate['name'],
  ): Promise<Manifest | RegistryError | undefined> {
    try {
      return await this.#read(repository, name)
    } catch (error) {
      const isUnreadable =
        error instanceof RegistryError &&
        (error.code === 'REGISTRY_UNEXPECTED' || error.code === 'CONTENT_CORRUPT')
      if (!isUnreadable) throw error
      return error
    }
  }

  async #read(repository: Repository, name: Candidate['name']): Promise<Manifest | undefined> {
    const { registry } = this.#options
    if (typeof name === 'string') return await registry.readManifest(repository, name)
    const manifest = await registry.readTag(repository, name.tag)
    if (manifest === undefined || prefixOf(manifest.digest) === name.prefix) return manifest
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
    `${formatRepository(repository)}@${subject} has ${count} records of type ${type} · expected at most ${MAX_RECORDS}`,
  )
}

/** True when the registry itself, or a tag that only records have, says that a record is there. */
async function isPromised({ candidates }: Question, { name, claim }: Candidate): Promise<boolean> {
  if (claim === 'api' || claim === 'tag') return true
  return claim === 'index' && typeof name === 'string' && (await candidates.isTagged(name))
}

function describe({ name }: Candidate): string {
  return typeof name === 'string' ? `@${name}` : `:${name.tag}`
}

function notThere({ repository, subject }: Question, candidate: Candidate): RegistryError {
  return new RegistryError(
    'REGISTRY_NOT_FOUND',
    `The record ${formatRepository(repository)}${describe(candidate)} is listed at ${subject}, but is not in the repository`,
  )
}

/** The time is what the record says of itself, so that it decides the order only. */
function byTime(a: FoundRecord, b: FoundRecord): number {
  if (a.created !== b.created) return a.created < b.created ? -1 : 1
  return a.manifestDigest < b.manifestDigest ? -1 : 1
}
