import type { Digest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import type { Manifest } from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { BlobTransfer, Copier, CopyOptions, CopyProgress, CopyReport } from '../domain/registry.ts'
import { type AttachmentOptions, listAttachments } from './attachments.ts'
import type { Named } from './blobs.ts'
import { mapLimited } from './concurrency.ts'
import {
  assertCopied,
  assertTagsFree,
  type Destination,
  hasManifest,
  putManifest,
  putTag,
} from './copy-destination.ts'
import { MANIFESTS_AT_ONCE, type Source } from './copy-graph.ts'
import { type CopyPlan, planCopy } from './copy-plan.ts'
import { copyBlob, isThere } from './uploads.ts'

const DEFAULTS = { referrers: true, maxDepth: 8, maxCount: 1000, concurrency: 4 } as const

/** One copy under way: what is known, and what happened so far. */
interface Job {
  readonly source: Source
  readonly destination: Destination
  readonly plan: CopyPlan
  readonly concurrency: number
  readonly blobs: Map<Digest, BlobTransfer>
  readonly manifests: Map<Digest, BlobTransfer>
  readonly onProgress: (progress: CopyProgress) => void
}

/** Copies of whole graphs between repositories of any registries. */
export class Copies implements Copier {
  readonly #options: AttachmentOptions

  constructor(options: AttachmentOptions) {
    this.#options = options
  }

  async copy(
    from: Repository,
    digest: Digest,
    to: Repository,
    options: CopyOptions = {},
  ): Promise<CopyReport> {
    const { sessions, registry, clock, log } = this.#options
    const { concurrency, ...bounds } = { ...DEFAULTS, ...options }
    const source = { session: sessions.of(from), registry, repository: from }
    const plan = await planCopy(source, digest, bounds)
    const destination = { session: sessions.of(to), repository: to, clock }
    await assertTagsFree(destination, plan)
    const onProgress = options.onProgress ?? (() => undefined)
    const job = { source, destination, plan, concurrency, onProgress, blobs: new Map(), manifests: new Map() }
    await copyBlobs(job)
    await putManifests(job)
    for (const [subject, attachments] of plan.attachments) {
      await listAttachments(this.#options, to, subject, attachments)
    }
    for (const [tag, manifest] of plan.tags) await putTag(destination, tag, manifest)
    await verify(job)
    for (const name of plan.missing) {
      log.warning(
        `${formatRepository(from)} lists ${name} as attached, but does not have it; it was not copied.`,
      )
    }
    return reportOf(job)
  }
}

async function copyBlobs(job: Job): Promise<void> {
  const { source, destination, plan, concurrency, blobs } = job
  await mapLimited(plan.blobs, concurrency, async (blob, signal) => {
    const { session, repository } = destination
    const outcome = await copyBlob(source.session, source.repository, session, repository, blob, signal)
    blobs.set(blob.digest, outcome)
    const progress = {
      digest: blob.digest,
      size: blob.size,
      outcome,
      done: blobs.size,
      total: plan.blobs.length,
    }
    job.onProgress({ kind: 'blob', ...progress })
  })
}

async function putManifests(job: Job): Promise<void> {
  for (const stage of job.plan.stages) {
    await mapLimited(bySubject(stage), MANIFESTS_AT_ONCE, async (group, signal) => {
      for (const manifest of group) if (!signal.aborted) await place(job, manifest)
    })
  }
}

/** What is attached to one subject goes one after the other: some registries list only one of two at a time. */
function bySubject(stage: readonly Manifest[]): readonly (readonly Manifest[])[] {
  return [...Map.groupBy(stage, ({ digest, document }) => document.subject?.digest ?? digest).values()]
}

async function place({ destination, plan, manifests, onProgress }: Job, manifest: Manifest): Promise<void> {
  const { digest, bytes } = manifest
  const outcome = (await hasManifest(destination, manifest)) ? 'present' : 'uploaded'
  if (outcome === 'uploaded') await putManifest(destination, manifest)
  manifests.set(digest, outcome)
  const total = plan.stages.reduce((sum, stage) => sum + stage.length, 0)
  const size = bytes.byteLength
  onProgress({ kind: 'manifest', digest, size, outcome, done: manifests.size, total })
}

/** A registry that says it took something may still not have it; what was there before has just been looked at. */
async function verify({ destination, plan, blobs, manifests }: Job): Promise<void> {
  const written = plan.stages.flat().filter(({ digest }) => manifests.get(digest) === 'uploaded')
  await mapLimited(written, MANIFESTS_AT_ONCE, async (manifest) => {
    await assertCopied(destination, manifest.digest, manifest)
  })
  const uploaded = plan.blobs.filter(({ digest }) => blobs.get(digest) === 'uploaded')
  await mapLimited(uploaded, MANIFESTS_AT_ONCE, async (blob) => await assertBlob(destination, blob))
}

async function assertBlob({ session, repository }: Destination, blob: Named): Promise<void> {
  if (await isThere(session, repository, blob)) return
  throw new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${formatRepository(repository)} took the blob ${blob.digest}, but does not have it`,
    { hint: 'Do not use this copy. Check the registry, its storage and any proxy in between.' },
  )
}

function reportOf({ plan, blobs, manifests }: Job): CopyReport {
  const count = (outcomes: ReadonlyMap<Digest, BlobTransfer>, wanted: BlobTransfer): number =>
    [...outcomes.values()].filter((outcome) => outcome === wanted).length
  const attached = [...plan.attachments.values()].flat().map(({ descriptor }) => descriptor.digest)
  const uploaded = plan.blobs.filter(({ digest }) => blobs.get(digest) === 'uploaded')
  return {
    digest: plan.root,
    manifests: { copied: count(manifests, 'uploaded'), present: count(manifests, 'present') },
    blobs: {
      uploaded: uploaded.length,
      mounted: count(blobs, 'mounted'),
      present: count(blobs, 'present'),
    },
    bytes: uploaded.reduce((sum, { size }) => sum + size, 0),
    referrers: [...new Set(attached)].toSorted(),
    tags: [...plan.tags.keys()].toSorted(),
    missing: plan.missing,
  }
}
