import { z } from 'zod'
import { environmentIdentity } from '../domain/environment.ts'
import { GitHubError, remedyOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'

const environmentSchema = z.looseObject({
  name: z.string(),
  protection_rules: z.array(z.looseObject({ type: z.string() })).nullish(),
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
  const sayDenied = (error: GitHubError): void => {
    if (!isSaid) log.notice(`Whether the environment is protected is not known. ${remedyOf(error)}`)
    isSaid = true
  }
  const read = async (name: string): Promise<Environment | undefined> => {
    const identity = environmentIdentity(name)
    const reading = known.get(identity) ?? readEnvironment(api, name, sayDenied)
    known.set(identity, reading)
    return await reading
  }
  return {
    protection: async (name) => protectionOf(await read(name)),
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

async function readEnvironment(
  api: GitHubApi,
  environment: string,
  onDenied: (error: GitHubError) => void,
): Promise<Environment | undefined> {
  try {
    return await api.request(
      'GET /repos/{owner}/{repo}/environments/{environment_name}',
      { environment_name: environment },
      environmentSchema,
      { permission: 'actions: read' },
    )
  } catch (error) {
    if (error instanceof GitHubError && error.status === 404) return undefined
    if (isDenied(error)) onDenied(error)
    throw error
  }
}

function isDenied(error: unknown): error is GitHubError {
  return error instanceof GitHubError && error.code === 'GITHUB_DENIED'
}

function protectionOf(environment: Environment | undefined): Protection {
  if (environment === undefined) return 'missing'
  return (environment.protection_rules ?? []).length > 0 ? 'protected' : 'none'
}
