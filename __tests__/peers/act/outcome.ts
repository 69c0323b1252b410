import { expect } from 'vitest'
import type { World } from './world.ts'

/** The digest that is sealed for the commit, as crane reads it. */
export async function sealedDigest(
  { crane, repository }: World,
  image = 'ghcr.io/owner/app',
  commit = repository.commit,
): Promise<string> {
  const digest = await crane('digest', `${image}:${commit}`)
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  return digest
}

/** What a deployment leaves in the history of the cluster. */
export function rolledOut(environment: string, reference: string): string[] {
  return [
    `apply ${environment} deploy/${environment}`,
    `set ${environment}/app ${reference}`,
    `rollout ${environment}/app`,
  ]
}

/** What GitHub shows of the deployments, oldest first: environment, commit and last state. */
export function deploymentsOf({ github }: World): string[] {
  return github.state.deployments
    .all()
    .toReversed()
    .map(
      ({ originalEnvironment, sha, statuses }) => `${originalEnvironment} ${sha} ${statuses.at(-1)?.state}`,
    )
}
