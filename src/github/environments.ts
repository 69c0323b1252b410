import { z } from 'zod'
import { GitHubError } from '../domain/error.ts'
import type { GitHubApi } from './api.ts'

const environmentSchema = z.looseObject({
  protection_rules: z.array(z.looseObject({ type: z.string() })).nullish(),
})

/** What stands between a job and an environment on GitHub. */
export type Protection = 'missing' | 'none' | 'protected'

/** Reads whether an environment exists and has a protection rule. */
export async function readProtection(api: GitHubApi, environment: string): Promise<Protection> {
  try {
    const { protection_rules: rules } = await api.request(
      'GET /repos/{owner}/{repo}/environments/{environment_name}',
      { environment_name: environment },
      environmentSchema,
      { permission: 'actions: read' },
    )
    return (rules ?? []).length > 0 ? 'protected' : 'none'
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return 'missing'
    throw error
  }
}
