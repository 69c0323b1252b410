import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Commit } from '../domain/commit.ts'
import { VerificationError, messageOf } from '../domain/error.ts'
import { shortKey } from '../domain/json.ts'
import { type BuildRecord, decodeBuildRecord, MAX_RECORD_BYTES } from '../domain/record.ts'
import type { Log } from '../platform/log.ts'

/** Build records as artifacts of this workflow run: another witness, which no registry writer can change. */
export interface WorkflowArtifacts {
  /** Uploads a record; undefined where there is no results service, with a notice. */
  upload(record: BuildRecord, bytes: Uint8Array): Promise<number | undefined>
  /** The records of a commit and repository in this workflow run; empty where there is no results service. */
  find(
    repository: string,
    commit: Commit,
  ): Promise<readonly { readonly name: string; readonly record: BuildRecord }[]>
}

/** How the artifact of a record is called: digests hold a colon, which artifact names may not. */
function prefixOf(repository: string, commit: Commit): string {
  return `build-once-${commit}-${shortKey(repository)}-`
}

/** Named by the record: whoever uploads it again in the same workflow run uploads the same bytes. */
function nameOf(record: BuildRecord): string {
  const attempt = record.workflowRun?.attempt ?? 1
  return `${prefixOf(record.repository, record.commit)}${attempt}-${record.nonce.slice(0, 8)}.json`
}

/** The artifact client refuses GitHub Enterprise Server, and outside a runner there is no service to ask. */
function absence(environment: NodeJS.ProcessEnv): string | undefined {
  if (!environment['ACTIONS_RESULTS_URL'] || !environment['ACTIONS_RUNTIME_TOKEN'])
    return 'there is no results service here'
  const host = new URL(environment['GITHUB_SERVER_URL'] || 'https://github.com').hostname.toLowerCase()
  const isGitHub = host === 'github.com' || host.endsWith('.ghe.com') || host.endsWith('.localhost')
  return isGitHub ? undefined : 'GitHub Enterprise Server has no artifact service of this version'
}

/** Workflow artifacts through the toolkit's client, which is loaded only when there is a service. */
export function createWorkflowArtifacts(
  environment: NodeJS.ProcessEnv,
  temporary: string,
  log: Log,
): WorkflowArtifacts {
  const why = absence(environment)
  const client = async () => {
    const { DefaultArtifactClient } = await import('@actions/artifact')
    return new DefaultArtifactClient()
  }
  return {
    upload: async (record, bytes) => {
      if (why !== undefined) {
        log.notice(`The build record was not uploaded as a workflow artifact: ${why}.`)
        return undefined
      }
      return await uploadOrWarn(await client(), temporary, nameOf(record), bytes, log)
    },
    find: async (repository, commit) => {
      if (why !== undefined) {
        log.notice(`The artifacts of this workflow run were not asked which digest was built: ${why}.`)
        return []
      }
      return await findRecords(await client(), temporary, prefixOf(repository, commit))
    },
  }
}

type Client = InstanceType<typeof import('@actions/artifact')['DefaultArtifactClient']>

/**
 * The commit is sealed when its record is uploaded, and the registry has the record, so a service that fails
 * takes nothing but a witness away. Another job of this workflow run may have uploaded the same record before;
 * the client reports that by a message only, so what is listed decides.
 */
async function uploadOrWarn(
  client: Client,
  temporary: string,
  name: string,
  bytes: Uint8Array,
  log: Log,
): Promise<number | undefined> {
  try {
    return await uploadRecord(client, temporary, name, bytes)
  } catch (error) {
    const there = await findByName(client, name).catch(() => undefined)
    if (there === undefined)
      log.warning(`The build record was not uploaded as a workflow artifact: ${messageOf(error)}`)
    return there
  }
}

async function findByName(client: Client, name: string): Promise<number | undefined> {
  const { artifacts } = await client.listArtifacts()
  return artifacts.find((artifact) => artifact.name === name)?.id
}

async function uploadRecord(
  client: Client,
  temporary: string,
  name: string,
  bytes: Uint8Array,
): Promise<number | undefined> {
  const folder = await mkdtemp(join(temporary, 'build-once-record-'))
  try {
    const file = join(folder, name)
    await writeFile(file, bytes)
    // Not archived: the digest of a zip depends on times, and the record should be readable in the browser.
    const { id } = await client.uploadArtifact(name, [file], folder, { skipArchive: true })
    return id
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function findRecords(client: Client, temporary: string, prefix: string) {
  try {
    const { artifacts } = await client.listArtifacts()
    const ours = artifacts.filter(
      (artifact) => artifact.name.startsWith(prefix) && artifact.name.endsWith('.json'),
    )
    const found = []
    for (const artifact of ours)
      found.push({ name: artifact.name, record: await readRecord(client, temporary, artifact) })
    return found
  } catch (cause) {
    throw new VerificationError(
      'WITNESS_UNREADABLE',
      `The artifacts of this workflow run could not be read: ${messageOf(cause)}`,
      {
        hint: 'An unreadable witness is a failure, not an absence. Run the job again.',
        cause,
      },
    )
  }
}

async function readRecord(
  client: Client,
  temporary: string,
  artifact: { id: number; name: string; digest?: string },
): Promise<BuildRecord> {
  const folder = await mkdtemp(join(temporary, 'build-once-witness-'))
  try {
    const expected = artifact.digest === undefined ? {} : { expectedHash: artifact.digest }
    const { downloadPath, digestMismatch } = await client.downloadArtifact(artifact.id, {
      path: folder,
      ...expected,
    })
    if (digestMismatch === true)
      throw new Error(`artifact ${artifact.name} does not have the digest it is listed with`)
    const file = join(downloadPath ?? folder, artifact.name)
    if ((await stat(file)).size > MAX_RECORD_BYTES)
      throw new Error(`artifact ${artifact.name} is larger than a record can be`)
    return decodeBuildRecord(await readFile(file), `Workflow artifact ${artifact.name}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
