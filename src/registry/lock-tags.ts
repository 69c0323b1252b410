import { isRefusal, RegistryError } from '../domain/error.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../domain/manifest.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import type { Registry } from '../domain/registry.ts'
import { decodeLock, encodeLock, type LockDocument } from './lock-document.ts'

/** A lock as its tag shows it. */
export interface ShownLock {
  readonly generation: number
  /** Undefined where nothing was ever locked. */
  readonly lock: LockDocument | undefined
  readonly isFree: boolean
  /** The generation to write when it is free. */
  readonly next: number
  /** Changes whenever the lock does. */
  readonly version: string
}

/**
 * The tags of one lock. One tag is enough, written over and over; where tags cannot be changed, each turn has a tag of
 * its own, `….2`, `….3`, and another that says that it has ended, `….2.free`.
 */
export interface LockTags {
  /** Puts there what every lock refers to. */
  prepare(): Promise<void>
  read(): Promise<ShownLock>
  /** Whether a generation is held by the attempt with this id. */
  isHeldBy(generation: number, holder: string): Promise<boolean>
  /** Writes the lock in time or not at all; returns the refusal of a registry that does not take it. */
  write(generation: number, lock: LockDocument, withinMs: number): Promise<RegistryError | undefined>
  /** Says that a turn has ended. */
  free(generation: number, lock: LockDocument, withinMs: number): Promise<void>
}

/** Makes the tags of the lock with this name. */
export function createLockTags(registry: Registry, repository: Repository, name: string): LockTags {
  const place = { registry, repository, name }
  let current = 1
  return {
    prepare: async () => {
      const { digest, size } = EMPTY_CONFIG.descriptor
      const open = async function* () {
        yield EMPTY_CONFIG.bytes
      }
      await registry.putBlob(repository, { digest, size, open })
    },
    read: async () => {
      for (;;) {
        const shown = await show(place, current)
        if (shown !== undefined) return shown
        current = Math.max(current + 1, ...(await listGenerations(place)))
      }
    },
    isHeldBy: async (generation, holder) => {
      const tag = tagOf(place, generation)
      const manifest = await registry.readTag(repository, tag)
      if (manifest === undefined) return false
      const lock = decodeLock(manifest, `${formatRepository(repository)}:${tag}`)
      return lock.state === 'held' && lock.holder.id === holder
    },
    write: async (generation, lock, withinMs) => {
      const refusal = await put(place, tagOf(place, generation), lock, withinMs)
      if (refusal === undefined) current = Math.max(current, generation)
      return refusal
    },
    free: async (generation, lock, withinMs) => {
      const refused = await put(place, tagOf(place, generation), lock, withinMs)
      const again = refused === undefined ? undefined : await put(place, markerOf(place, generation), lock)
      if (again !== undefined) throw again
    },
  }
}

interface Place {
  readonly registry: Registry
  readonly repository: Repository
  readonly name: string
}

function tagOf({ name }: Place, generation: number): string {
  return `${name}.${generation}`
}

function markerOf(place: Place, generation: number): string {
  return `${tagOf(place, generation)}.free`
}

/** The lock in this generation; undefined where there is a later one. */
async function show(place: Place, generation: number): Promise<ShownLock | undefined> {
  const { registry, repository } = place
  const tag = tagOf(place, generation)
  const [manifest, marker, following] = await Promise.all(
    [tag, markerOf(place, generation), tagOf(place, generation + 1)].map(
      async (one) => await registry.readTag(repository, one),
    ),
  )
  if (following !== undefined) return undefined
  const version = `${generation} ${manifest?.digest} ${marker?.digest}`
  if (manifest === undefined) return { generation, lock: undefined, isFree: true, next: generation, version }
  const lock = decodeLock(manifest, `${formatRepository(repository)}:${tag}`)
  if (lock.state === 'free') return { generation, lock, isFree: true, next: generation, version }
  const isFree = marker !== undefined
  return { generation, lock, isFree, next: isFree ? generation + 1 : generation, version }
}

/** Where there are many generations, a list finds the last ones sooner; it may lag behind, so it is not the end. */
async function listGenerations({ registry, repository, name }: Place): Promise<readonly number[]> {
  return (await registry.listTags(repository)).flatMap((tag) => {
    const number = tag.startsWith(`${name}.`) ? tag.slice(name.length + 1) : ''
    return /^[1-9]\d{0,8}$/.test(number) ? [Number(number)] : []
  })
}

async function put(
  { registry, repository }: Place,
  tag: string,
  lock: LockDocument,
  withinMs?: number,
): Promise<RegistryError | undefined> {
  try {
    await registry.putManifest(repository, encodeLock(lock), MEDIA_TYPES.ociManifest, tag, withinMs)
    return undefined
  } catch (error) {
    if (error instanceof RegistryError && isRefusal(error)) return error
    throw error
  }
}
