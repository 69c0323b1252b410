import { GitHubError, RegistryError } from '../domain/error.ts'
import type { GitSeals } from '../domain/git-seal.ts'
import { apiTarget, type ApiTarget } from '../github/api-target.ts'
import type { GitHubApi } from '../github/api.ts'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { proxyFor } from '../registry/proxy.ts'

/** The inputs that say where seals are decided, and with which token. */
export interface SealInputs {
  readonly seal: 'registry' | 'git'
  readonly token?: string | undefined
}

/**
 * Opens GitHub's API for what the user asked for, in the user's words.
 * @throws {InputError} where token or repository are missing.
 */
export type OpenApi = (wanted: string, token: string | undefined) => Promise<GitHubApi>

/**
 * One client for all that a step asks, so that its bounds are those of the step. Nothing of it is loaded before it is
 * opened.
 */
export function apiOpener(log: Log, environment: NodeJS.ProcessEnv): OpenApi {
  let client: Promise<GitHubApi> | undefined
  return async (wanted, token) =>
    await (client ??= create(reachableTarget(environment, token, wanted, log), log))
}

async function create(target: ApiTarget, log: Log): Promise<GitHubApi> {
  const { createGitHubApi } = await import('../github/api-client.ts')
  return createGitHubApi({ ...target, log, clock: systemClock })
}

/**
 * Which API to speak to. The toolkit's client would go past a proxy whose address it cannot read, or end in a type
 * error, so that is looked at before.
 * @throws {InputError} where token or repository are missing.
 * @throws {GitHubError} for a proxy that cannot be used.
 */
export function reachableTarget(
  environment: NodeJS.ProcessEnv,
  token: string | undefined,
  wanted: string,
  log: Log,
): ApiTarget {
  const target = apiTarget(environment, token, wanted)
  try {
    proxyFor(target.url, environment, (secret) => log.mask(secret))
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    const advice = error.hint === undefined ? {} : { hint: error.hint }
    throw new GitHubError('GITHUB_UNEXPECTED', error.message, { ...advice, cause: error })
  }
  return target
}

/**
 * Seals in git, for `seal: git`.
 * @throws {InputError} where token or repository are missing.
 */
export async function openGitSeals(
  { seal, token }: SealInputs,
  log: Log,
  open: OpenApi,
): Promise<GitSeals | undefined> {
  if (seal !== 'git') return undefined
  const [api, { createGitSeals }] = await Promise.all([
    open('seal: git', token),
    import('../github/git-seals.ts'),
  ])
  return createGitSeals({ api, clock: systemClock, log })
}

/** Hides what the runner may not know to be secret. An expression nobody evaluated is none. */
export function maskSecrets(raw: ReadonlyMap<string, string>, log: Log): void {
  for (const name of ['password', 'token']) {
    const secret = raw.get(name)
    if (secret !== undefined && !secret.includes('${{')) log.mask(secret)
  }
}
