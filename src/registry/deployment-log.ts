import type { DeploymentLog } from '../domain/deployment-log.ts'
import { shortKey } from '../domain/json.ts'
import {
  type DeploymentRecord,
  decodeDeploymentRecord,
  encodeRecord,
  RECORD_TYPES,
} from '../domain/record.ts'
import type { RecordStore, Registry } from '../domain/registry.ts'

const PREFIX = 'build-once.deployment.'

/** Environment names may hold anything; the key keeps what a tag may hold and a hash of the exact name. */
function environmentKey(environment: string): string {
  const readable = environment
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
  return `${readable}-${shortKey(environment, 8)}`
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
export function createRegistryDeploymentLog(registry: Registry, records: RecordStore): DeploymentLog {
  return {
    append: async (repository, record, subject) => {
      const document = {
        type: RECORD_TYPES.deployment,
        bytes: encodeRecord(record),
        created: record.finishedAt,
      }
      await records.attachNamed(repository, subject, document, tagOf(record))
    },
    list: async function* (repository, environment) {
      const prefix = `${PREFIX}${environmentKey(environment)}.`
      const tags = (await registry.listTags(repository))
        .filter((tag) => tag.startsWith(prefix))
        .toSorted()
        .toReversed()
      for (const tag of tags) {
        const stored = await records.readNamed(repository, tag, RECORD_TYPES.deployment)
        if (stored !== undefined) yield decodeDeploymentRecord(stored.bytes, `Deployment record ${tag}`)
      }
    },
  }
}
