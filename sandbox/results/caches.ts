import { z } from 'zod'
import type { Archive } from './archive.ts'
import type { Blob, BlobStore } from './blobs.ts'
import type { CacheEntry } from './model.ts'
import type { Caller } from './tokens.ts'
import type { TwirpMethods } from './twirp.ts'
import { decodeMessage, Int64, TwirpError } from './twirp.ts'

interface CacheState {
  readonly id: number
  readonly key: string
  readonly version: string
  readonly blob: Blob
  readonly createdAt: Date
  finalized: boolean
}

/** The caches of one repository and one scope: every ref reads and writes the same entries. */
export interface CacheShelf {
  readonly methods: TwirpMethods<Caller>
  list(): CacheEntry[]
}

// The service reads the scope from the token; clients send an empty or no `metadata`.
const identity = {
  metadata: z.unknown().optional(),
  key: z.string().min(1).max(512),
  version: z.string().min(1),
}
const CreateCacheEntryRequest = z.strictObject(identity)
const FinalizeCacheEntryUploadRequest = z.strictObject({ ...identity, size_bytes: Int64 })
const GetCacheEntryDownloadUrlRequest = z.strictObject({
  ...identity,
  restore_keys: z.array(z.string()).max(9).default([]),
})

/** Makes an empty shelf. */
export function createCacheShelf(store: BlobStore, origin: () => string, archive: Archive): CacheShelf {
  const entries: CacheState[] = []
  return {
    methods: new Map([
      ['CreateCacheEntry', (_, message) => createEntry(entries, store, origin, message)],
      ['FinalizeCacheEntryUpload', (_, message) => finalizeEntry(entries, archive, message)],
      ['GetCacheEntryDownloadURL', (_, message) => getDownloadUrl(entries, store, origin, message)],
    ]),
    list: () => entries.filter((one) => one.finalized).map(describe),
  }
}

function createEntry(
  entries: CacheState[],
  store: BlobStore,
  origin: () => string,
  message: unknown,
): object {
  const { key, version } = decodeMessage(CreateCacheEntryRequest, message)
  if (entries.some((one) => one.key === key && one.version === version)) {
    throw new TwirpError('already_exists', 'cache entry with the same key, version, and scope already exists')
  }
  const blob = store.create()
  entries.push({ id: entries.length + 1, key, version, blob, createdAt: new Date(), finalized: false })
  return { ok: true, signed_upload_url: origin() + store.sign({ blob, permission: 'write' }), message: '' }
}

async function finalizeEntry(entries: CacheState[], archive: Archive, message: unknown): Promise<object> {
  const { key, version, size_bytes } = decodeMessage(FinalizeCacheEntryUploadRequest, message)
  const entry = entries.find((one) => one.key === key && one.version === version && !one.finalized)
  if (entry === undefined)
    throw new TwirpError('not_found', 'no unfinished cache entry of this key and version')
  const { content } = entry.blob
  if (content === undefined) throw new TwirpError('failed_precondition', 'nothing was uploaded')
  if (Number(size_bytes) !== content.bytes.length) {
    throw new TwirpError(
      'invalid_argument',
      `size_bytes: expected ${content.bytes.length}, got ${size_bytes}`,
    )
  }
  entry.blob.closed = true
  entry.finalized = true
  await archive.saveCache(describe(entry), content.bytes)
  return { ok: true, entry_id: String(entry.id), message: '' }
}

function getDownloadUrl(
  entries: CacheState[],
  store: BlobStore,
  origin: () => string,
  message: unknown,
): object {
  const { key, restore_keys, version } = decodeMessage(GetCacheEntryDownloadUrlRequest, message)
  const newestFirst = entries.filter((one) => one.finalized && one.version === version).toReversed()
  for (const wanted of [key, ...restore_keys]) {
    const hit =
      newestFirst.find((one) => one.key === wanted) ?? newestFirst.find((one) => one.key.startsWith(wanted))
    if (hit === undefined) continue
    const url = origin() + store.sign({ blob: hit.blob, permission: 'read' })
    return { ok: true, signed_download_url: url, matched_key: hit.key }
  }
  return { ok: false, signed_download_url: '', matched_key: '' }
}

function describe({ id, key, version, blob, createdAt }: CacheState): CacheEntry {
  return { id, key, version, size: blob.content?.bytes.length ?? 0, createdAt }
}
