import { z } from 'zod'
import type { GitHubApi } from './api.ts'
import type { EventPayload } from './event-payload.ts'

const repositorySchema = z.looseObject({ owner: z.looseObject({ type: z.string() }) })

/** Whether the repository belongs to an organization; undefined where the event does not say it. */
export function ownedByOrganization({ ownerType, organization }: EventPayload): boolean | undefined {
  if (ownerType === 'Organization') return true
  if (ownerType === 'User') return false
  return organization === undefined ? undefined : true
}

/** Asks GitHub whether the repository belongs to an organization. */
export async function askForOrganization(api: GitHubApi): Promise<boolean> {
  const { owner } = await api.request('GET /repos/{owner}/{repo}', {}, repositorySchema)
  return owner.type === 'Organization'
}
