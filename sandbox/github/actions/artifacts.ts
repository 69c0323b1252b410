import { createHash, randomBytes } from 'node:crypto'
import type { Run } from './actions.ts'
import { notFound, ok, Refusal } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Handler } from '../http/exchange.ts'
import { idOf, parameterOf } from '../http/exchange.ts'
import { nodeId, timeText } from '../fields.ts'
import { answerCountedList } from '../http/paging.ts'
import { runOf } from './run-routes.ts'
import type { World } from '../world.ts'

const DAY_MS = 24 * 3600 * 1000

/** An artifact of a workflow run. */
export interface Artifact {
  readonly id: number
  readonly name: string
  readonly run: Run
  readonly bytes: Uint8Array
  readonly contentType: string
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** What an artifact is made from. */
export interface NewArtifact {
  readonly name: string
  readonly run: Run
  /** The zip archive, or the file itself with another content type. */
  readonly bytes: Uint8Array
  readonly contentType?: string
  readonly retentionDays?: number
}

/** The artifacts of all runs, and the signed addresses of their contents. */
export class Artifacts {
  readonly #now: () => Date
  readonly #artifacts = new Map<number, Artifact>()
  readonly #signatures = new Map<string, Artifact>()

  constructor(now: () => Date) {
    this.#now = now
  }

  add({ name, run, bytes, contentType = 'application/zip', retentionDays = 90 }: NewArtifact): Artifact {
    const id = 1_001 + this.#artifacts.size
    const createdAt = this.#now()
    const expiresAt = new Date(createdAt.getTime() + retentionDays * DAY_MS)
    const artifact = { id, name, run, bytes, contentType, createdAt, expiresAt }
    this.#artifacts.set(id, artifact)
    return artifact
  }

  find(id: number): Artifact | undefined {
    return this.#artifacts.get(id)
  }

  /** Newest first. */
  all(): readonly Artifact[] {
    return [...this.#artifacts.values()].toReversed()
  }

  isExpired({ expiresAt }: Artifact): boolean {
    return expiresAt <= this.#now()
  }

  /** A secret part of an address that gives the content to whoever knows it. */
  sign(artifact: Artifact): string {
    const signature = randomBytes(16).toString('hex')
    this.#signatures.set(signature, artifact)
    return signature
  }

  open(signature: string): Artifact | undefined {
    return this.#signatures.get(signature)
  }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function presentArtifact(world: World, artifact: Artifact): JsonObject {
  const { artifacts, urls, repository } = world
  const { id, name, run, bytes, createdAt, expiresAt } = artifact
  const url = urls.repository(`/actions/artifacts/${id}`)
  return {
    id,
    node_id: nodeId('Artifact', id),
    name,
    size_in_bytes: bytes.length,
    url,
    archive_download_url: `${url}/zip`,
    expired: artifacts.isExpired(artifact),
    created_at: timeText(createdAt),
    updated_at: timeText(createdAt),
    expires_at: timeText(expiresAt),
    // An enterprise server does not tell it.
    ...(world.product === 'ghes' ? {} : { digest: digestOf(bytes) }),
    workflow_run: {
      id: run.id,
      repository_id: repository.id,
      head_repository_id: repository.id,
      // The description forgot that a run need not be of a branch.
      ...(run.headBranch === null ? {} : { head_branch: run.headBranch }),
      head_sha: run.headSha,
    },
  }
}

/** Lists artifacts, newest first: of the repository, or of the run the path names. */
export const listArtifacts: Handler = (world, exchange) => {
  const run = 'run_id' in exchange.parameters ? runOf(world, exchange) : undefined
  const name = exchange.query.get('name')
  const found = world.artifacts
    .all()
    .filter((artifact) => run === undefined || artifact.run.id === run.id)
    .filter((artifact) => name === null || artifact.name === name)
  return answerCountedList(exchange, 'artifacts', found.slice(exchange.hidden), (artifact) =>
    presentArtifact(world, artifact),
  )
}

/** Shows an artifact. */
export const getArtifact: Handler = (world, exchange) => {
  const artifact = world.artifacts.find(idOf(exchange, 'artifact_id'))
  if (artifact === undefined) throw notFound()
  return ok(presentArtifact(world, artifact))
}

/** Leads to an artifact's content. */
export const downloadArtifact: Handler = (world, exchange) => {
  const artifact = world.artifacts.find(idOf(exchange, 'artifact_id'))
  if (artifact === undefined || parameterOf(exchange, 'archive_format') !== 'zip') throw notFound()
  if (world.artifacts.isExpired(artifact)) throw new Refusal(410, 'Artifact has expired')
  const origin = new URL(world.urls.api).origin
  return { status: 302, headers: { Location: `${origin}/_content/${world.artifacts.sign(artifact)}` } }
}
