import type { DeploymentLog } from '../domain/deployment-log.ts'
import { environmentIdentity, isSameEnvironment } from '../domain/environment.ts'
import { RecordError } from '../domain/error.ts'
import { shortKey } from '../domain/json.ts'
import {
  type DeploymentRecord,
  decodeDeploymentRecord,
  encodeRecord,
  RECORD_TYPES,
} from '../domain/record.ts'
import { formatRepository } from '../domain/reference.ts'
import type { RecordStore, Registry } from '../domain/registry.ts'
import type { Log } from '../platform/log.ts'

const PREFIX = 'build-once.deployment.'

/** Environment names may hold anything; the key keeps what a tag may hold and a hash of the name. */
export function environmentKey(environment: string): string {
  const identity = environmentIdentity(environment)
  const readable = identity.replaceAll(/[^a-z0-9]+/g, '-').slice(0, 40)
  return `${readable}-${shortKey(identity, 8)}`
}

function tagOf(record: DeploymentRecord): string {
  const time = record.finishedAt.replaceAll(/[-:.]/g, '')
  return `${PREFIX}${environmentKey(record.environment)}.${time}.${record.id.slice(0, 12)}`
}

/**
 * The log of deployments in the registry. Each record is a referrer of its artifact and has a write-once tag
 * whose name sorts by time, so that an environment's history can be read without knowing a digest, survives
 * the clean-up of untagged manifests, and needs no tag to be moved.
 */
export function createRegistryDeploymentLog(
  registry: Registry,
  records: RecordStore,
  log: Log,
): DeploymentLog {
  return {
    open: async () => undefined,
    append: async (repository, record, subject) => {
      const document = {
        type: RECORD_TYPES.deployment,
        bytes: encodeRecord(record),
        created: record.finishedAt,
      }
      await records.attachNamed(repository, subject, document, tagOf(record))
      return record.id
    },
    list: async function* (repository, environment) {
      const prefix = `${PREFIX}${environmentKey(environment)}.`
      const tags = (await registry.listTags(repository))
        .filter((tag) => tag.startsWith(prefix))
        .toSorted()
        .toReversed()
      const known = new Set<string>()
      for (const tag of tags) {
        const record = await orPassOver(log, async () => {
          const stored = await records.readNamed(repository, tag, RECORD_TYPES.deployment)
          return stored === undefined
            ? undefined
            : decodeDeploymentRecord(stored.bytes, `Deployment record ${tag}`)
        })
        // A tag can be copied here from another repository, and a key is shorter than the name it stands for.
        const isOurs =
          record !== undefined &&
          isSameEnvironment(record.environment, environment) &&
          record.repository === formatRepository(repository)
        // The last record of an attempt is how it ended: one that could not be recorded as a success has another.
        if (!isOurs || known.has(record.id)) continue
        known.add(record.id)
        yield { record, isActive: record.state === 'success', id: record.id }
      }
    },
  }
}

/** Anyone who can push can write a tag of this form; one that holds no record must not stop every deployment. */
async function orPassOver(
  log: Log,
  read: () => Promise<DeploymentRecord | undefined>,
): Promise<DeploymentRecord | undefined> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    log.warning(`Passed over a document that is not a deployment record: ${error.message}`)
    return undefined
  }
}
