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
  const tagOf = (generation: number): string => `${name}.${generation}`
  const markerOf = (generation: number): string => `${tagOf(generation)}.free`
  let current = 1

  const show = async (generation: number): Promise<ShownLock | undefined> => {
    const [manifest, marker, following] = await Promise.all(
      [tagOf(generation), markerOf(generation), tagOf(generation + 1)].map(
        async (tag) => await registry.readTag(repository, tag),
      ),
    )
    if (following !== undefined) return undefined
    const version = `${generation} ${manifest?.digest} ${marker?.digest}`
    if (manifest === undefined)
      return { generation, lock: undefined, isFree: true, next: generation, version }
    const lock = decodeLock(manifest, `${formatRepository(repository)}:${tagOf(generation)}`)
    if (lock.state === 'free') return { generation, lock, isFree: true, next: generation, version }
    const isFree = marker !== undefined
    return { generation, lock, isFree, next: isFree ? generation + 1 : generation, version }
  }

  /** Where there are many generations, a list finds the last ones sooner; it may lag behind, so it is not the end. */
  const goOn = async (): Promise<void> => {
    const numbers = (await registry.listTags(repository)).flatMap((tag) => {
      const number = tag.startsWith(`${name}.`) ? tag.slice(name.length + 1) : ''
      return /^[1-9]\d{0,8}$/.test(number) ? [Number(number)] : []
    })
    current = Math.max(current + 1, ...numbers)
  }

  const put = async (
    tag: string,
    lock: LockDocument,
    withinMs?: number,
  ): Promise<RegistryError | undefined> => {
    try {
      await registry.putManifest(repository, encodeLock(lock), MEDIA_TYPES.ociManifest, tag, withinMs)
      return undefined
    } catch (error) {
      if (error instanceof RegistryError && isRefusal(error)) return error
      throw error
    }
  }

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
        const shown = await show(current)
        if (shown !== undefined) return shown
        await goOn()
      }
    },
    isHeldBy: async (generation, holder) => {
      const manifest = await registry.readTag(repository, tagOf(generation))
      if (manifest === undefined) return false
      const lock = decodeLock(manifest, `${formatRepository(repository)}:${tagOf(generation)}`)
      return lock.state === 'held' && lock.holder.id === holder
    },
    write: async (generation, lock, withinMs) => {
      const refusal = await put(tagOf(generation), lock, withinMs)
      if (refusal === undefined) current = Math.max(current, generation)
      return refusal
    },
    free: async (generation, lock, withinMs) => {
      const refused = await put(tagOf(generation), lock, withinMs)
      const again = refused === undefined ? undefined : await put(markerOf(generation), lock)
      if (again !== undefined) throw again
    },
  }
}
