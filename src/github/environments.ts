import { z } from 'zod'
import { environmentIdentity } from '../domain/environment.ts'
import { isDenied, remedyOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'
import { unlessMissing } from './api-failure.ts'
import type { GitHubApi } from './api.ts'

const environmentSchema = z.looseObject({
  name: z.string(),
  protection_rules: z.array(z.looseObject({ type: z.string() })).nullish(),
})

const customRulesSchema = z.looseObject({
  custom_deployment_protection_rules: z.array(z.looseObject({ enabled: z.boolean() })).nullish(),
})

type Environment = z.infer<typeof environmentSchema>

/** What stands between a job and an environment on GitHub. */
export type Protection = 'missing' | 'none' | 'protected'

/** The environments of the repository, each of them asked for once; what may not be asked is said once, too. */
export interface Environments {
  readonly protection: (environment: string) => Promise<Protection>
  /** The name as GitHub writes it, where it may be asked; else as it was given. */
  readonly spelling: (environment: string) => Promise<string>
}

/** Makes the environments of a repository. */
export function createEnvironments(api: GitHubApi, log: Log): Environments {
  const known = new Map<string, Promise<Environment | undefined>>()
  let isSaid = false
  const orSaid = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (isDenied(error) && !isSaid)
        log.notice(`Whether the environment is protected is not known. ${remedyOf(error)}`)
      isSaid ||= isDenied(error)
      throw error
    }
  }
  const read = async (name: string): Promise<Environment | undefined> => {
    const identity = environmentIdentity(name)
    const reading = known.get(identity) ?? orSaid(async () => await readEnvironment(api, name))
    known.set(identity, reading)
    return await reading
  }
  return {
    protection: async (name) => {
      const environment = await read(name)
      if (environment === undefined) return 'missing'
      const isProtected =
        (environment.protection_rules ?? []).length > 0 ||
        (await orSaid(async () => await hasCustomRule(api, environment.name)))
      return isProtected ? 'protected' : 'none'
    },
    spelling: async (name) => {
      try {
        return (await read(name))?.name ?? name
      } catch (error) {
        if (!isDenied(error)) throw error
        return name
      }
    },
  }
}

async function readEnvironment(api: GitHubApi, environment: string): Promise<Environment | undefined> {
  return await unlessMissing(
    async () =>
      await api.request(
        'GET /repos/{owner}/{repo}/environments/{environment_name}',
        { environment_name: environment },
        environmentSchema,
        { permission: 'actions: read' },
      ),
  )
}

/** Rules that apps decide are not among those that an environment shows; old servers know of none. */
async function hasCustomRule(api: GitHubApi, environment: string): Promise<boolean> {
  const found = await unlessMissing(
    async () =>
      await api.request(
        'GET /repos/{owner}/{repo}/environments/{environment_name}/deployment_protection_rules',
        { environment_name: environment },
        customRulesSchema,
        { permission: 'actions: read' },
      ),
  )
  return (found?.custom_deployment_protection_rules ?? []).some(({ enabled }) => enabled)
}
