import type { Random } from '../../../sandbox/faults/random.ts'
import { type Descriptor, MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { RECORD_TYPES } from '../../../src/domain/record.ts'
import type { BlobSource, NewRecord } from '../../../src/domain/registry.ts'
import { type Content, NAMED, type Place, TAGS, type World } from './world.ts'

interface Operations {
  readonly readTag: { readonly place: Place; readonly tag: string }
  readonly readManifest: { readonly place: Place; readonly manifest: Content }
  readonly putManifest: { readonly place: Place; readonly manifest: Content; readonly tag?: string }
  readonly listTags: { readonly place: Place }
  readonly hasBlob: { readonly place: Place; readonly blob: Content }
  readonly readBlob: { readonly place: Place; readonly blob: Content }
  /** `isBad`: the source gives other bytes than it promises. */
  readonly putBlob: { readonly place: Place; readonly blob: Content; readonly isBad: boolean }
  readonly copyBlob: { readonly place: Place; readonly from: Place; readonly blob: Content }
  /** The subject with all that is attached to it. */
  readonly copy: { readonly place: Place; readonly from: Place }
  readonly attach: { readonly place: Place; readonly record: NewRecord }
  readonly list: { readonly place: Place }
  readonly attachNamed: { readonly place: Place; readonly record: NewRecord; readonly tag: string }
  readonly readNamed: { readonly place: Place; readonly tag: string }
}

type Kind = keyof Operations

/** Something a client does. */
export type Operation = { [K in Kind]: { readonly kind: K } & Operations[K] }[Kind]

/** One kind of operation. */
export type OperationOf<K extends Kind> = Extract<Operation, { kind: K }>

/** How an operation ended. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** The bytes of a blob that were given out, whole or not; the error, where there was one. */
export interface ReadBytes {
  readonly bytes: Uint8Array
  readonly error?: unknown
}

const DRAWS: { readonly [K in Kind]: (random: Random, world: World) => Operations[K] } = {
  readTag: (random, world) => ({ place: random.pick(world.places), tag: random.pick(TAGS) }),
  readManifest: (random, world) => ({
    place: random.pick(world.places),
    manifest: random.pick(world.manifests),
  }),
  putManifest: (random, world) => ({
    place: random.pick(world.places),
    manifest: random.pick(world.manifests),
    ...(random.chance(0.75) ? { tag: random.pick(TAGS) } : {}),
  }),
  listTags: (random, world) => ({ place: random.pick(world.places) }),
  hasBlob: (random, world) => ({ place: random.pick(world.places), blob: random.pick(world.blobs) }),
  readBlob: (random, world) => ({ place: random.pick(world.places), blob: random.pick(world.blobs) }),
  putBlob: (random, world) => ({
    place: random.pick(world.places),
    blob: random.pick(world.blobs),
    isBad: random.chance(0.15),
  }),
  copyBlob: (random, world) => ({
    from: random.pick(world.places),
    place: random.pick(world.places),
    blob: random.pick(world.blobs),
  }),
  copy: (random, world) => {
    const from = random.chance(0.7) ? (world.places[0] as Place) : random.pick(world.places)
    return { from, place: random.pick(world.places.filter((place) => place !== from)) }
  },
  attach: (random, world) => ({
    place: random.pick(world.places),
    record: random.pick(world.recordsToWrite),
  }),
  list: (random, world) => ({ place: random.pick(world.places) }),
  attachNamed: (random, world) => ({
    place: random.pick(world.places),
    record: random.pick(world.recordsToWrite),
    tag: random.pick(NAMED),
  }),
  readNamed: (random, world) => ({ place: random.pick(world.places), tag: random.pick(NAMED) }),
}

// Everything is decided by what a tag is read as, so that is tried most.
const KINDS: readonly Kind[] = [...(Object.keys(DRAWS) as Kind[]), 'readTag', 'readTag', 'readManifest']

/** Draws an operation. */
export function drawOperation(random: Random, world: World): Operation {
  const kind = random.pick(KINDS)
  return { kind, ...DRAWS[kind](random, world) } as Operation
}

/** A line for reports. */
export function describeOperation(operation: Operation): string {
  const parts: string[] = [operation.kind, operation.place.repository.path]
  if ('tag' in operation) parts.push(`:${operation.tag ?? ''}`)
  if ('manifest' in operation) parts.push(operation.manifest.digest.slice(0, 15))
  if ('blob' in operation) parts.push(operation.blob.digest.slice(0, 15), `${operation.blob.bytes.length} B`)
  if ('from' in operation) parts.push(`from ${operation.from.repository.path}`)
  if ('isBad' in operation && operation.isBad) parts.push('bad source')
  if ('record' in operation) parts.push(Buffer.from(operation.record.bytes).toString())
  return parts.join(' ')
}

function descriptorOf({ digest, bytes }: Content, mediaType: string): Descriptor {
  return { mediaType, digest, size: bytes.byteLength }
}

function sourceOf({ digest, bytes }: Content, isBad: boolean): BlobSource {
  const given = isBad ? Uint8Array.from(bytes, (byte, index) => (index === 0 ? byte ^ 1 : byte)) : bytes
  const step = Math.max(1, Math.ceil(bytes.byteLength / 3))
  return {
    digest,
    size: bytes.byteLength,
    async *open() {
      for (let at = 0; at < given.byteLength; at += step) yield given.subarray(at, at + step)
    },
  }
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<ReadBytes> {
  const parts: Uint8Array[] = []
  try {
    for await (const chunk of chunks) parts.push(chunk)
    return { bytes: Buffer.concat(parts) }
  } catch (error) {
    return { bytes: Buffer.concat(parts), error }
  }
}

const RUNS: {
  readonly [K in Kind]: (world: World, operation: OperationOf<K>) => Promise<unknown>
} = {
  readTag: ({ registry }, { place, tag }) => registry.readTag(place.repository, tag),
  readManifest: ({ registry }, { place, manifest }) =>
    registry.readManifest(place.repository, manifest.digest),
  putManifest: ({ registry }, { place, manifest, tag }) =>
    registry.putManifest(place.repository, manifest.bytes, MEDIA_TYPES.ociManifest, tag),
  listTags: ({ registry }, { place }) => registry.listTags(place.repository),
  hasBlob: ({ registry }, { place, blob }) => registry.hasBlob(place.repository, blob.digest),
  readBlob: ({ registry }, { place, blob }) =>
    readAll(registry.readBlob(place.repository, descriptorOf(blob, 'application/octet-stream'))),
  putBlob: ({ registry }, { place, blob, isBad }) =>
    registry.putBlob(place.repository, sourceOf(blob, isBad && blob.bytes.byteLength > 0)),
  copyBlob: ({ registry }, { from, place, blob }) =>
    registry.copyBlob(from.repository, place.repository, descriptorOf(blob, 'application/octet-stream')),
  copy: ({ copier, subject }, { from, place }) =>
    copier.copy(from.repository, subject.digest, place.repository),
  attach: ({ records, subject }, { place, record }) =>
    records.attach(place.repository, descriptorOf(subject, MEDIA_TYPES.ociManifest), record),
  list: ({ records, subject }, { place }) =>
    records.list(place.repository, subject.digest, RECORD_TYPES.deployment),
  attachNamed: ({ records }, { place, record, tag }) =>
    records.attachNamed(place.repository, undefined, record, tag),
  readNamed: ({ records }, { place, tag }) =>
    records.readNamed(place.repository, tag, RECORD_TYPES.deployment),
}

// Far beyond what every request with all its tries may take: only an operation that hangs needs longer.
const HANGS_MS = 40_000

/** Runs an operation to its end, whatever that is. */
export async function runOperation(world: World, operation: Operation): Promise<Outcome> {
  const run = RUNS[operation.kind] as (world: World, operation: Operation) => Promise<unknown>
  let timer: NodeJS.Timeout | undefined
  const hung = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the operation hangs')), HANGS_MS)
  })
  try {
    return { value: await Promise.race([run(world, operation), hung]) }
  } catch (error) {
    return { error }
  } finally {
    clearTimeout(timer)
  }
}
