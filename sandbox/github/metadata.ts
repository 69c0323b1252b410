import { notFound, ok } from './http/answer.ts'
import type { Json, JsonObject } from './description/extract.ts'
import type { Exchange, Handler } from './http/exchange.ts'
import { parameterOf } from './http/exchange.ts'
import { flagOf, requiredText, textOf, timeText } from './fields.ts'
import type { World } from './world.ts'

/** A record of where an artifact is kept or runs. */
export interface MetadataRecord {
  readonly id: number
  readonly digest: string
  readonly values: JsonObject
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Records under the names that make them the same. */
class Records {
  readonly #now: () => Date
  readonly #records = new Map<string, MetadataRecord>()

  constructor(now: () => Date) {
    this.#now = now
  }

  /** Creates a record, or replaces the one with the same key. */
  put(key: string, digest: string, values: JsonObject): MetadataRecord {
    const known = this.#records.get(key)
    const now = this.#now()
    const id = known?.id ?? this.#records.size + 1
    const record = { id, digest, values, createdAt: known?.createdAt ?? now, updatedAt: now }
    this.#records.set(key, record)
    return record
  }

  all(): readonly MetadataRecord[] {
    return [...this.#records.values()]
  }
}

/** An organization's records of its artifacts. */
export class Metadata {
  readonly storage: Records
  readonly deployments: Records
  /** Digests with a provenance attestation: their repository is known without being named. */
  readonly attested = new Set<string>()

  constructor(now: () => Date) {
    this.storage = new Records(now)
    this.deployments = new Records(now)
  }
}

/** Only organizations have these records. */
function requireOrganization({ repository }: World, exchange: Exchange): void {
  const isOwner = parameterOf(exchange, 'org').toLowerCase() === repository.owner.login.toLowerCase()
  if (!isOwner || repository.owner.type !== 'Organization') throw notFound()
}

/** The repository must be known, from an attestation or by name. */
function requireRepository({ metadata, repository }: World, { body }: Exchange): void {
  const name = textOf(body, 'github_repository')
  if (name?.toLowerCase() === repository.name.toLowerCase()) return
  if (name === undefined && metadata.attested.has(requiredText(body, 'digest'))) return
  throw notFound()
}

const STORAGE_FIELDS = ['name', 'digest', 'artifact_url', 'registry_url', 'repository', 'status']
const DEPLOYMENT_FIELDS = [
  ...['digest', 'logical_environment', 'physical_environment', 'cluster'],
  ...['deployment_name', 'tags', 'runtime_risks'],
]

function pick(body: JsonObject, names: readonly string[], fallback: JsonObject): JsonObject {
  return Object.fromEntries(names.map((name): [string, Json] => [name, body[name] ?? fallback[name] ?? null]))
}

function keyOf(body: JsonObject, names: readonly string[]): string {
  return JSON.stringify(names.map((name) => body[name] ?? ''))
}

function presentRecord({ id, values, createdAt, updatedAt }: MetadataRecord): JsonObject {
  return { id, ...values, created_at: timeText(createdAt), updated_at: timeText(updatedAt) }
}

function answerRecords(name: string, records: readonly MetadataRecord[], isListed: boolean) {
  const list = isListed ? { [name]: records.map(presentRecord) } : {}
  return ok({ total_count: records.length, ...list })
}

/** Records where an artifact is kept. */
export const createStorageRecord: Handler = (world, exchange) => {
  requireOrganization(world, exchange)
  requireRepository(world, exchange)
  const { body } = exchange
  const values = pick(body, STORAGE_FIELDS, { status: 'active' })
  const key = keyOf(body, ['digest', 'name', 'registry_url', 'repository', 'path'])
  const record = world.metadata.storage.put(key, requiredText(body, 'digest'), values)
  return answerRecords('storage_records', [record], flagOf(body, 'return_records') !== false)
}

/** Records where an artifact runs: the present state of a place, not its history. */
export const createDeploymentRecord: Handler = (world, exchange) => {
  requireOrganization(world, exchange)
  requireRepository(world, exchange)
  const { body } = exchange
  const absent = { physical_environment: '', cluster: '', tags: {}, runtime_risks: [] }
  const values = { ...pick(body, DEPLOYMENT_FIELDS, absent), attestation_id: null }
  const place = ['logical_environment', 'physical_environment', 'cluster', 'deployment_name']
  const record = world.metadata.deployments.put(keyOf(body, place), requiredText(body, 'digest'), values)
  return answerRecords('deployment_records', [record], flagOf(body, 'return_records') !== false)
}

/** A list leaves out what the answer to a creation shows as null. */
function withoutNulls(record: MetadataRecord): MetadataRecord {
  const values = Object.entries(record.values).filter(([, value]) => value !== null)
  return { ...record, values: Object.fromEntries(values) }
}

/** Lists where an artifact is kept. */
export const listStorageRecords: Handler = (world, exchange) => {
  requireOrganization(world, exchange)
  const digest = parameterOf(exchange, 'subject_digest')
  const found = world.metadata.storage
    .all()
    .filter((record) => record.digest === digest)
    .map(withoutNulls)
  return answerRecords('storage_records', found, true)
}

/** Lists where an artifact runs. */
export const listDeploymentRecords: Handler = (world, exchange) => {
  requireOrganization(world, exchange)
  const digest = parameterOf(exchange, 'subject_digest')
  const found = world.metadata.deployments.all().filter((record) => record.digest === digest)
  return answerRecords('deployment_records', found, true)
}
