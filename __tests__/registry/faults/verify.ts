import type { Fault, Injected } from '../../../sandbox/faults/proxy.ts'
import { ERROR_CODES } from '../../../src/domain/error-codes.ts'
import { BuildOnceError } from '../../../src/domain/error.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import type { StoredRecord } from '../../../src/domain/registry.ts'
import { sha256 } from './direct.ts'
import type { Operation, OperationOf, Outcome, ReadBytes } from './operations.ts'
import type { Snapshot } from './snapshot.ts'
import { NAMED, type Place, TAGS, type World } from './world.ts'

/** What is known of a place from the beginning of the round. */
export interface History {
  /** Every digest a tag had or could have had; `undefined` for none. */
  readonly tags: Map<string, Set<string | undefined>>
  /** Digests of record documents that were attached for sure, and that may have been. */
  readonly attached: Set<string>
  readonly attempted: Set<string>
}

/** Operations that ran at the same time, and the world around them. */
export interface Step {
  readonly world: World
  readonly done: readonly { readonly operation: Operation; readonly outcome: Outcome }[]
  readonly before: ReadonlyMap<Place, Snapshot>
  readonly after: ReadonlyMap<Place, Snapshot>
  readonly history: ReadonlyMap<Place, History>
  /** Faults that happened meanwhile. */
  readonly injected: readonly Injected[]
}

export function emptyHistory(): History {
  const tags = [...TAGS, ...NAMED].map((tag) => [tag, new Set([undefined])] as const)
  return { tags: new Map(tags), attached: new Set(), attempted: new Set() }
}

function at<T>(map: ReadonlyMap<Place, T>, place: Place): T {
  const found = map.get(place)
  if (found === undefined) throw new Error('the place is not part of the step')
  return found
}

/** True when such a fault hit a request whose path has this text. */
function hit(step: Step, text: string, kinds: readonly Fault['kind'][]): boolean {
  return step.injected.some(
    ({ path, fault }) => path.includes(text) && kinds.some((kind) => kind === fault.kind),
  )
}

/** Lists have no digest: a change that leaves them well-formed cannot be seen by anybody. */
const UNSEEN_IN_LISTS = ['stale', 'corrupt-body', 'repeat-chunk', 'swap-chunks'] as const

/** True when what is attached may have been hidden in a way that nobody can see. */
export function hasDoubtfulLists(step: Step, { repository }: Place): boolean {
  const lists = ['referrers/', 'tags/list', 'manifests/sha256-'].map((part) => `${repository.path}/${part}`)
  return lists.some((list) => hit(step, list, UNSEEN_IN_LISTS))
}

/** Digests that operations of this step may have put under a tag. */
function written(step: Step, place: Place, tag: string): string[] {
  return step.done.flatMap(({ operation }) => {
    const isIt = operation.kind === 'putManifest' && operation.place === place && operation.tag === tag
    return isIt ? [operation.manifest.digest] : []
  })
}

type Check<K extends Operation['kind']> = (
  step: Step,
  operation: OperationOf<K>,
  value: unknown,
) => string | undefined

function checkTag(step: Step, place: Place, tag: string, digest: string | undefined): string | undefined {
  const [before, after] = [at(step.before, place), at(step.after, place)].map(
    ({ tags }) => tags.get(tag)?.digest,
  )
  const possible = new Set([before, after, ...written(step, place, tag)])
  const isStale = hit(step, `${place.repository.path}/manifests/${tag}`, ['stale'])
  if (possible.has(digest) || (isStale && at(step.history, place).tags.get(tag)?.has(digest) === true))
    return undefined
  return `the tag never showed ${digest ?? 'nothing'}; possible: ${[...possible].map(String).join(', ')}`
}

function checkBytes(bytes: Uint8Array, digest: string): string | undefined {
  return sha256(bytes) === digest ? undefined : `the bytes are ${sha256(bytes)}, not ${digest}`
}

const CHECKS: { readonly [K in Operation['kind']]: Check<K> } = {
  readTag: (step, { place, tag }, value) => {
    const manifest = value as Manifest | undefined
    const wrong = manifest === undefined ? undefined : checkBytes(manifest.bytes, manifest.digest)
    return wrong ?? checkTag(step, place, tag, manifest?.digest)
  },
  readManifest: (step, { place, manifest }, value) => {
    const found = value as Manifest | undefined
    if (found !== undefined) return checkBytes(found.bytes, manifest.digest)
    const isStale = hit(step, manifest.digest, ['stale'])
    return isStale || !at(step.before, place).manifests.has(manifest.digest) ? undefined : 'it is there'
  },
  putManifest: (step, { place, manifest, tag }, value) => {
    if (value !== manifest.digest) return `it returned ${String(value)}`
    const { tags, manifests } = at(step.after, place)
    if (!manifests.has(manifest.digest)) return 'the manifest is not there'
    if (tag === undefined) return undefined
    const shown = tags.get(tag)?.digest ?? 'nothing'
    const isOurs = shown === manifest.digest || written(step, place, tag).includes(shown)
    return isOurs ? undefined : `the tag shows ${shown}`
  },
  listTags: (step, { place }, value) => {
    if (hit(step, `${place.repository.path}/tags/list`, UNSEEN_IN_LISTS)) return undefined
    const names = new Set(value as readonly string[])
    const missing = [...at(step.before, place).tags.keys()].filter((tag) => !names.has(tag))
    const invented = [...TAGS, ...NAMED].filter(
      (tag) => names.has(tag) && !at(step.after, place).tags.has(tag),
    )
    if (missing.length + invented.length === 0) return undefined
    return `missing ${missing.join(', ')}; invented ${invented.join(', ')}`
  },
  hasBlob: (step, { place, blob }, value) => {
    if (value === true)
      return at(step.after, place).blobs.has(blob.digest) ? undefined : 'the blob is not there'
    const isStale = hit(step, blob.digest, ['stale'])
    return isStale || !at(step.before, place).blobs.has(blob.digest) ? undefined : 'the blob is there'
  },
  readBlob: (_step, { blob }, value) => checkBytes((value as ReadBytes).bytes, blob.digest),
  putBlob: (step, { place, blob }) =>
    at(step.after, place).blobs.has(blob.digest) ? undefined : 'the blob is not there',
  copyBlob: (step, { place, blob }) =>
    at(step.after, place).blobs.has(blob.digest) ? undefined : 'the blob is not there',
  copy: (step, { place }) => {
    const { manifests, blobs } = at(step.after, place)
    const { subject, layer } = step.world
    return manifests.has(subject.digest) && blobs.has(layer.digest) ? undefined : 'not all of it is there'
  },
  attach: () => undefined,
  list: (step, { place }, value) => {
    const { attached, attempted } = at(step.history, place)
    const found = (value as readonly StoredRecord[]).map(({ bytes }) => sha256(bytes))
    const foreign = found.filter((digest) => !attempted.has(digest))
    if (foreign.length > 0) return `records nobody wrote: ${foreign.join(', ')}`
    const missing = hasDoubtfulLists(step, place)
      ? []
      : [...attached].filter((digest) => !found.includes(digest))
    return missing.length === 0 ? undefined : `records are missing: ${missing.join(', ')}`
  },
  attachNamed: (step, { place, tag }, value) => {
    const shown = at(step.after, place).tags.get(tag)?.digest
    // Registries have no compare-and-swap: of two that find the tag free at once, the later one stays.
    const rivals = step.done.filter(({ operation: rival, outcome }) => {
      const isRival = rival.kind === 'attachNamed' && rival.place === place && rival.tag === tag
      return isRival && 'value' in outcome && outcome.value === shown
    })
    return rivals.length > 0 ? undefined : `the tag shows ${shown ?? 'nothing'}, it returned ${String(value)}`
  },
  readNamed: (step, { place, tag }, value) => {
    const record = value as StoredRecord | undefined
    const isWritten = record === undefined || at(step.history, place).attempted.has(sha256(record.bytes))
    return isWritten ? checkTag(step, place, tag, record?.manifestDigest) : 'a record nobody wrote'
  },
}

/** A tag that had something before, or that another operation wanted at the same time. */
function mayBeTaken(step: Step, operation: Operation, tag: string | undefined): boolean {
  const { place } = operation
  if (tag === undefined) return false
  const rivals = step.done.filter((one) => one.operation !== operation && one.operation.place === place)
  const isWanted = rivals.some(({ operation: rival }) => 'tag' in rival && rival.tag === tag)
  return isWanted || at(step.before, place).tags.has(tag)
}

/** The code that an operation may end with although nothing went wrong on the way. */
function excuse(step: Step, operation: Operation): string | undefined {
  const lacks = (place: Place, digest: string): boolean => !at(step.before, place).blobs.has(digest)
  const { kind, place } = operation
  if (kind === 'putManifest' && place.hasImmutableTags && mayBeTaken(step, operation, operation.tag))
    return 'REGISTRY_REFUSED'
  if (kind === 'attachNamed' && mayBeTaken(step, operation, operation.tag)) return 'REGISTRY_REFUSED'
  if (kind === 'copy' && !at(step.before, operation.from).manifests.has(step.world.subject.digest))
    return 'REGISTRY_NOT_FOUND'
  if (kind === 'readBlob' && lacks(place, operation.blob.digest)) return 'REGISTRY_NOT_FOUND'
  if (kind === 'copyBlob' && lacks(operation.from, operation.blob.digest)) return 'REGISTRY_NOT_FOUND'
  if (kind === 'putBlob' && operation.isBad) return 'CONTENT_CORRUPT'
  return undefined
}

/** The error of an operation, wherever it came out. */
export function errorOf(outcome: Outcome): { readonly error: unknown } | undefined {
  if ('error' in outcome) return outcome
  const { value } = outcome
  const isRead = typeof value === 'object' && value !== null && 'error' in value
  return isRead ? { error: value.error } : undefined
}

function textsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)]
  const hint = error instanceof BuildOnceError ? (error.hint ?? '') : ''
  return [error.message, hint, error.stack ?? '', ...('cause' in error ? textsOf(error.cause) : [])]
}

function checkError(step: Step, operation: Operation, error: unknown): string | undefined {
  if (!(error instanceof BuildOnceError)) return `an error without a code: ${textsOf(error).join('\n')}`
  if (!Object.hasOwn(ERROR_CODES, error.code)) return `the code ${error.code} is not documented`
  const isExcused = step.injected.length > 0 || excuse(step, operation) === error.code
  return isExcused ? undefined : `it failed although nothing was wrong: ${error.code} ${error.message}`
}

/** Secrets that came into a message or the log. */
function leaks(step: Step): string[] {
  const { log, secrets } = step.world
  const errors = step.done.flatMap(({ outcome }) => textsOf(errorOf(outcome)?.error))
  const said = [...errors, ...log.lines].join('\n')
  return [...secrets, ...log.masked].filter((secret) => said.includes(secret)).map(() => 'a secret was shown')
}

/** What a place may not have become, whatever the operations said. */
function checkPlace(step: Step, place: Place): string[] {
  const [before, after] = [at(step.before, place), at(step.after, place)]
  const path = place.repository.path
  const faults = after.corrupt.map((text) => `${path}: ${text}`)
  for (const [tag, { digest }] of after.tags) {
    const isKept = before.tags.get(tag)?.digest === digest || written(step, place, tag).includes(digest)
    const isNamed = (NAMED as readonly string[]).includes(tag)
    // A registry cannot know that a request by tag was corrupted on its way.
    if (!isKept && !isNamed && !hit(step, `${path}/manifests/${tag}`, ['corrupt-request']))
      faults.push(`${path}:${tag} shows ${digest}, which nobody put`)
  }
  for (const tag of before.tags.keys()) if (!after.tags.has(tag)) faults.push(`${path}:${tag} is gone`)
  return faults
}

/** Everything about a step that must not be. */
export function verify(step: Step): string[] {
  const wrong = step.done.map(({ operation, outcome }, index) => {
    const failed = errorOf(outcome)
    const check = CHECKS[operation.kind] as Check<Operation['kind']>
    const found =
      failed === undefined
        ? check(step, operation, 'value' in outcome ? outcome.value : undefined)
        : (checkError(step, operation, failed.error) ?? checkPartial(operation, outcome))
    return found === undefined ? [] : [`operation ${index}: ${found}`]
  })
  return [...wrong.flat(), ...step.world.places.flatMap((place) => checkPlace(step, place)), ...leaks(step)]
}

/** Whoever gets all bytes of a blob may use them: before a failure there must be fewer, or the right ones. */
function checkPartial(operation: Operation, outcome: Outcome): string | undefined {
  if (operation.kind !== 'readBlob' || 'error' in outcome) return undefined
  const { bytes } = outcome.value as ReadBytes
  const { blob } = operation
  const isPart = bytes.byteLength < blob.bytes.byteLength || sha256(bytes) === blob.digest
  return isPart ? undefined : 'it gave out all bytes of a corrupt blob'
}
