import type { GitSeals } from '../domain/git-seal.ts'
import { apiTarget } from '../github/api-target.ts'
import { systemClock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'

/** The inputs that say where seals are decided, and with which token. */
export interface SealInputs {
  readonly seal: 'registry' | 'git'
  readonly token?: string | undefined
}

/**
 * Seals in git, for `seal: git`. Nothing of GitHub's client is loaded without it.
 * @throws {InputError} where token or repository are missing.
 */
export async function openGitSeals(
  { seal, token }: SealInputs,
  log: Log,
  environment: NodeJS.ProcessEnv,
): Promise<GitSeals | undefined> {
  if (seal !== 'git') return undefined
  const target = apiTarget(environment, token, 'seal: git')
  const [{ createGitHubApi }, { createGitSeals }] = await Promise.all([
    import('../github/api-client.ts'),
    import('../github/git-seals.ts'),
  ])
  const api = createGitHubApi({ ...target, log, clock: systemClock })
  return createGitSeals({ api, clock: systemClock, log })
}

/** Hides what the runner may not know to be secret. An expression nobody evaluated is none. */
export function maskSecrets(raw: ReadonlyMap<string, string>, log: Log): void {
  for (const name of ['password', 'token']) {
    const secret = raw.get(name)
    if (secret !== undefined && !secret.includes('${{')) log.mask(secret)
  }
}
