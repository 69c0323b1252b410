import { z } from 'zod'
import type { ArtifactMetadata, Inventoried } from '../domain/artifact-metadata.ts'
import { algorithmOf } from '../domain/digest.ts'
import { GitHubError, messageOf } from '../domain/error.ts'
import { shortKey } from '../domain/json.ts'
import { digestReference, formatReference, formatRepository } from '../domain/reference.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi, Parameters } from './api.ts'
import type { ApiLimits } from './api-client.ts'
import type { EventPayload } from './event-payload.ts'
import { askForOrganization, ownedByOrganization } from './repository-owner.ts'

/** What the records are made with. */
export interface MetadataOptions {
  /** Makes the client; called only when there is something to record. */
  readonly open: () => Promise<GitHubApi>
  readonly payload: EventPayload
  readonly log: Log
}

/** Nobody waits long for what nothing depends on. */
export const METADATA_LIMITS: Partial<ApiLimits> = { timeoutMs: 10_000, retries: 1, waitSeconds: 0 }

/** Enough beside `contents: write`, which is enough as well and allows far more. */
const PERMISSION = 'artifact-metadata: write'

/** What GitHub's description of its API allows. */
const MAX = { address: 256, repository: 128, environment: 128 } as const

const answerSchema = z.looseObject({ total_count: z.int() })

/** GitHub's artifact metadata ("linked artifacts"), which only organizations have. */
export function createArtifactMetadata(options: MetadataOptions): ArtifactMetadata {
  return {
    stored: async (artifact) => {
      const { registry } = artifact.repository
      // The origin a client would use; GitHub takes https only, also for a registry that has no TLS.
      const address = `https://${registry}`
      const fault =
        address.length > MAX.address
          ? `GitHub takes addresses of at most ${MAX.address} characters, and ${registry} is longer`
          : undefined
      await record(options, 'storage', artifact, fault, (repository) =>
        storageRecord(artifact, address, repository),
      )
    },
    deployed: async (artifact, environment) => {
      await record(options, 'deployment', artifact, undefined, (repository) =>
        deploymentRecord(artifact, environment, repository),
      )
    },
  }
}

function storageRecord({ repository, digest, commit }: Inventoried, address: string, source: string) {
  const { path } = repository
  return {
    // As actions/attest names it, so that both write about one artifact.
    name: formatRepository(repository),
    digest,
    version: commit,
    registry_url: address,
    ...(path.length > MAX.repository ? {} : { repository: path }),
    status: 'active',
    github_repository: source,
    return_records: false,
  }
}

function deploymentRecord({ repository, digest, commit }: Inventoried, environment: string, source: string) {
  const name = formatRepository(repository)
  return {
    name,
    digest,
    version: commit,
    status: 'deployed',
    logical_environment: shortened(environment, MAX.environment),
    // With the environment it says which record is replaced: one for each image, in the whole organization.
    deployment_name: name,
    github_repository: source,
    return_records: false,
  }
}

/** What is too long ends in a key of the whole, so that two environments never share a record. */
function shortened(text: string, max: number): string {
  const characters = Array.from(text)
  if (characters.length <= max) return text
  const key = shortKey(text)
  return `${characters.slice(0, max - key.length - 1).join('')}-${key}`
}

type Kind = 'storage' | 'deployment'

async function record(
  { open, payload, log }: MetadataOptions,
  kind: Kind,
  artifact: Inventoried,
  fault: string | undefined,
  body: (repository: string) => Parameters,
): Promise<void> {
  const what = formatReference(digestReference(artifact.repository, artifact.digest))
  const miss = (why: string): void =>
    log.notice(`No ${kind} record of ${what} in the organization's linked artifacts: ${why}`)
  try {
    const known = ownedByOrganization(payload)
    if (known === false) return
    const api = await open()
    if (!(known ?? (await askForOrganization(api)))) return
    if (algorithmOf(artifact.digest) !== 'sha256') return miss('GitHub takes sha256 digests only.')
    if (fault !== undefined) return miss(`${fault}.`)
    const { owner, name } = api.repository
    await api.request(`POST /orgs/${owner}/artifacts/metadata/${kind}-record`, body(name), answerSchema, {
      // A deployment record replaces the one before it. Whether a storage record does, GitHub does not say.
      isRepeatable: kind === 'deployment',
      permission: PERMISSION,
    })
    log.info(`Recorded in the linked artifacts of ${owner}: ${kind} of ${what}`)
  } catch (error) {
    miss(`${messageOf(error)}. ${adviceFor(error)}`)
  }
}

function adviceFor(error: unknown): string {
  const off = '`artifact-metadata: false` turns this off.'
  if (!(error instanceof GitHubError)) return off
  if (error.permission !== undefined) return `Add \`permissions: ${error.permission}\` to this job; ${off}`
  // GitHub also answers so where the token lacks the permission.
  if (error.status === 404) return `Check that this job has \`permissions: ${PERMISSION}\`; ${off}`
  return 'Nothing else depends on it.'
}
