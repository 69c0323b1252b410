import { z } from 'zod'
import { GitHubError } from '../domain/error.ts'
import type { Clock } from '../platform/clock.ts'
import { unlessMissing } from './api-failure.ts'
import type { GitHubApi } from './api.ts'
import type { DeploymentPayload } from './deployment-payload.ts'
import { readPayload } from './deployment-payload.ts'
import {
  type Creator,
  creatorSchema,
  type DeploymentStatus,
  isEnough,
  statusSchema,
  timeSchema,
} from './deployment-status.ts'

/** As many entries as a page can have. */
export const PAGE = 100

const READ = { permission: 'deployments: read' }
const WRITE = { permission: 'deployments: write' }

const deploymentSchema = z.looseObject({
  id: z.int().positive(),
  environment: z.string(),
  sha: z.string(),
  payload: z.unknown(),
  creator: creatorSchema,
  created_at: timeSchema,
})

/** A deployment, as far as it is used. */
export type ListedDeployment = z.infer<typeof deploymentSchema>

/** Deployments to an environment from a page on, newest first, anybody's; each once, although pages shift while they are read. */
export async function* listDeployments(
  api: GitHubApi,
  environment: string,
  page = 1,
): AsyncGenerator<ListedDeployment> {
  const seen = new Set<number>()
  const parameters = { environment, per_page: PAGE, page }
  const list = api.pages('GET /repos/{owner}/{repo}/deployments', parameters, z.array(deploymentSchema), READ)
  for await (const deployment of list) {
    if (seen.has(deployment.id)) continue
    seen.add(deployment.id)
    yield deployment
  }
}

/** The last statuses of a deployment, newest first, as many as tell how it stands; undefined once it is deleted. */
export async function readStatuses(
  api: GitHubApi,
  { id, creator }: { readonly id: number; readonly creator: Creator },
): Promise<readonly DeploymentStatus[] | undefined> {
  const route = 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses'
  const parameters = { deployment_id: id, per_page: PAGE }
  const statuses = await unlessMissing(async () => {
    const read: DeploymentStatus[] = []
    for await (const status of api.pages(route, parameters, z.array(statusSchema), READ)) {
      read.push(status)
      if (read.length % PAGE === 0 && isEnough(read, creator)) break
    }
    return read
  })
  // Those of one second have no order of their own in GitHub's answer but that of their ids.
  return statuses?.toSorted((one, other) => other.id - one.id)
}

const createdSchema = deploymentSchema.pick({ id: true, creator: true })

/** A deployment that was created, and who GitHub says has done it. */
export type CreatedDeployment = z.infer<typeof createdSchema>

/** What a new deployment is made from. */
export interface NewDeployment {
  readonly payload: DeploymentPayload
  readonly description: string
  /** As GitHub spells it. */
  readonly environment: string
}

const MAX_SENDS = 3
const PAUSE_MS = 2_000

/**
 * Creates a deployment once: it is looked for by the id in its payload. It is for its environment only
 * (`transient_environment`), so that the success of somebody else's deployment there, of another image or the job's own,
 * does not make it inactive.
 */
export async function createDeployment(
  api: GitHubApi,
  clock: Clock,
  { payload, description, environment }: NewDeployment,
): Promise<CreatedDeployment> {
  const body = {
    ref: payload.commit,
    environment,
    task: 'deploy',
    auto_merge: false,
    required_contexts: [],
    transient_environment: true,
    description,
    payload,
  }
  return await sendOnce(
    clock,
    async () => await api.request('POST /repos/{owner}/{repo}/deployments', body, createdSchema, WRITE),
    async () => await findOwn(api, environment, payload),
  )
}

/** What was just created is among the newest. */
async function findOwn(
  api: GitHubApi,
  environment: string,
  payload: DeploymentPayload,
): Promise<CreatedDeployment | undefined> {
  let looked = 0
  for await (const deployment of listDeployments(api, environment)) {
    const read = readPayload(deployment.payload)
    if (read.kind === 'ours' && read.payload.id === payload.id) return deployment
    looked += 1
    if (looked >= PAGE) return undefined
  }
  return undefined
}

const addedSchema = z.looseObject({ id: z.int() })

/** What a status says. */
export interface NewStatus {
  readonly state: 'queued' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive'
  readonly description: string
  readonly logUrl?: string | undefined
  readonly environmentUrl?: string | undefined
}

/** Adds a status, once: the statuses tell whether it is there. */
export async function addStatus(api: GitHubApi, clock: Clock, id: number, status: NewStatus): Promise<void> {
  const { state, description, logUrl, environmentUrl } = status
  const route = 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses'
  const body = {
    deployment_id: id,
    state,
    description,
    // Ours are made inactive one by one: others in this environment may be of other images.
    auto_inactive: false,
    ...(logUrl === undefined ? {} : { log_url: logUrl }),
    ...(environmentUrl === undefined ? {} : { environment_url: environmentUrl }),
  }
  await sendOnce(
    clock,
    async () => await api.request(route, body, addedSchema, WRITE),
    async () => {
      const [newest] = (await readStatuses(api, { id, creator: undefined })) ?? []
      return newest?.state === state && newest.description === description ? newest : undefined
    },
  )
}

/**
 * Sends what must not be carried out twice. When nobody knows whether a request was carried out, what it was to make is
 * looked for before it is sent again.
 */
async function sendOnce<T>(
  clock: Clock,
  send: () => Promise<T>,
  find: () => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      if (!isAmbiguous(error)) throw error
      await clock.sleep(PAUSE_MS)
      const there = await find()
      if (there !== undefined) return there
      if (attempt === MAX_SENDS) throw error
    }
  }
}

/** A failure after which nobody knows whether the request was carried out. */
function isAmbiguous(error: unknown): boolean {
  return (
    error instanceof GitHubError &&
    (error.code === 'GITHUB_UNAVAILABLE' || error.code === 'GITHUB_UNEXPECTED')
  )
}
