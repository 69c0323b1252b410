import type { Digest } from '../domain/digest.ts'
import { listed, RegistryError } from '../domain/error.ts'
import { type Descriptor, descriptorOf, type Manifest } from '../domain/manifest.ts'
import { quoted } from '../domain/quoted.ts'
import { formatRepository } from '../domain/reference.ts'
import type { Attachment } from './attachments.ts'
import { type Named, pullGrant } from './blobs.ts'
import { headBlob } from './blobs.ts'
import { mapLimited } from './concurrency.ts'
import {
  type Bounds,
  type Graph,
  isManifest,
  MANIFESTS_AT_ONCE,
  readGraph,
  type Source,
} from './copy-graph.ts'

/** Everything a copy has to do, known before anything is written. */
export interface CopyPlan {
  readonly root: Digest
  /** What is written one after the other; within a stage nothing needs anything else of it. */
  readonly stages: readonly (readonly Manifest[])[]
  /** Each blob once, the largest first, so that no large one is left for the end. */
  readonly blobs: readonly Named[]
  /** What has to be listed at a subject. */
  readonly attachments: ReadonlyMap<Digest, readonly Attachment[]>
  readonly tags: ReadonlyMap<string, Manifest>
  readonly missing: readonly string[]
}

/**
 * Reads the whole graph and judges it.
 * @throws {RegistryError} COPY_REFUSED for what cannot be copied whole.
 */
export async function planCopy(source: Source, root: Digest, bounds: Bounds): Promise<CopyPlan> {
  const graph = await readGraph(source, root, bounds)
  const manifests = [...graph.manifests.values()]
  const parts = manifests.flatMap(partsOf)
  await assertDistributable(source, root, parts)
  const blobs = new Map(parts.map(({ descriptor: { digest, size } }) => [digest, { digest, size }]))
  return {
    root,
    stages: stagesOf(graph),
    blobs: [...blobs.values()].toSorted((a, b) => b.size - a.size),
    attachments: attachmentsOf(graph),
    tags: new Map([...graph.tags].map(([tag, digest]) => [tag, get(graph, digest)])),
    missing: [...graph.missing],
  }
}

function get(graph: Graph, digest: Digest): Manifest {
  const manifest = graph.manifests.get(digest)
  if (manifest === undefined) throw new TypeError(`${digest} is not in the graph`)
  return manifest
}

interface Part {
  readonly descriptor: Descriptor
  readonly parent: Digest
}

/** The blobs of a manifest: configuration and layers, or what an index lists beside manifests. */
function partsOf(manifest: Manifest): readonly Part[] {
  const descriptors =
    manifest.kind === 'image'
      ? [manifest.document.config, ...manifest.document.layers]
      : manifest.document.manifests.filter((entry) => !isManifest(entry))
  return descriptors.map((descriptor) => ({ descriptor, parent: manifest.digest }))
}

/** Layers that must not be passed on by their very type (image-spec layer.md §Non-Distributable Layers). */
function isForeign({ mediaType }: Descriptor): boolean {
  return /^application\/vnd\.(?:oci\.image\.layer\.nondistributable|docker\.image\.rootfs\.foreign)\b/i.test(
    mediaType,
  )
}

/** The addresses in `urls` are never fetched: an artifact from a stranger would decide what this machine contacts. */
async function assertDistributable(source: Source, root: Digest, parts: readonly Part[]): Promise<void> {
  const elsewhere = parts.filter(
    ({ descriptor }) => (descriptor.urls ?? []).length > 0 && !isForeign(descriptor),
  )
  const absent = await mapLimited(elsewhere, MANIFESTS_AT_ONCE, async (part) => {
    const { session, repository } = source
    const answer = await headBlob(session, repository, part.descriptor.digest, pullGrant(repository))
    return answer.status === 200 ? [] : [part]
  })
  const foreign = [...parts.filter(({ descriptor }) => isForeign(descriptor)), ...absent.flat()]
  if (foreign.length === 0) return
  const lines = foreign.slice(0, 20).map(({ descriptor, parent }) => {
    return `layer ${descriptor.digest} (${quoted(descriptor.mediaType, 100)}) of ${parent} is kept outside of the registry`
  })
  const more = foreign.length > 20 ? [`and ${foreign.length - 20} more`] : []
  const what = `${formatRepository(source.repository)}@${root} cannot be copied whole`
  throw new RegistryError('COPY_REFUSED', listed(what, [...lines, ...more]), {
    hint: 'Nothing was written. Build on a base whose layers are all in the registry; addresses in `urls` are never fetched.',
  })
}

/** Orders manifests so that what one refers to, as a child or as its subject, is written before it. */
function stagesOf(graph: Graph): readonly (readonly Manifest[])[] {
  const stageOf = new Map<Digest, number>()
  const stages: Manifest[][] = []
  const place = (manifest: Manifest): number => {
    const known = stageOf.get(manifest.digest)
    if (known !== undefined) return known
    const needed = needsOf(manifest).flatMap((digest) => graph.manifests.get(digest) ?? [])
    const stage = needed.reduce((highest, other) => Math.max(highest, place(other) + 1), 0)
    stageOf.set(manifest.digest, stage)
    stages[stage] = [...(stages[stage] ?? []), manifest]
    return stage
  }
  for (const manifest of graph.manifests.values()) place(manifest)
  return stages
}

function needsOf(manifest: Manifest): readonly Digest[] {
  const children = manifest.kind === 'index' ? manifest.document.manifests.filter(isManifest) : []
  const { subject } = manifest.document
  return [...children, ...(subject === undefined ? [] : [subject])].map(({ digest }) => digest)
}

function attachmentsOf(graph: Graph): ReadonlyMap<Digest, readonly Attachment[]> {
  return new Map(
    [...graph.referrers].map(([subject, digests]) => [
      subject,
      [...digests].map((digest) => {
        const manifest = get(graph, digest)
        return { bytes: manifest.bytes, descriptor: listedAs(manifest) }
      }),
    ]),
  )
}

/** How an index lists a referrer (distribution-spec §Referrers Tag Schema). */
function listedAs(manifest: Manifest): Descriptor {
  const { annotations, artifactType } = manifest.document
  const config = manifest.kind === 'image' ? manifest.document.config.mediaType : undefined
  // An empty type is none, and then the one of the configuration counts.
  const type = artifactType === '' ? config : (artifactType ?? config)
  return {
    ...descriptorOf(manifest),
    ...(type === undefined ? {} : { artifactType: type }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}
