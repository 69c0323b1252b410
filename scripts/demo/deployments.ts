import type { DemoGitHub } from './github.ts'

/** A person or an app. */
interface Account {
  readonly login: string
}

/** A status of a deployment, as far as it is shown. */
export interface DeploymentStatus {
  readonly state: string
  readonly description: string
  readonly environment_url: string
  readonly log_url: string
  readonly created_at: string
}

/** A deployment, as far as it is shown. */
export interface Deployment {
  readonly id: number
  readonly environment: string
  readonly sha: string
  readonly creator: Account | null
  readonly created_at: string
  readonly payload: {
    readonly digest?: string | null
    readonly actor?: string
    readonly workflowRun?: { readonly id: string; readonly attempt: number; readonly url: string } | null
  }
}

/** A deployment and how it went, oldest status first. */
export interface ShownDeployment {
  readonly deployment: Deployment
  readonly statuses: readonly DeploymentStatus[]
}

/** An environment and the kinds of its protection rules. */
export interface ShownEnvironment {
  readonly name: string
  readonly protection: readonly string[]
}

/** What anybody who may look at the repository sees on GitHub. */
export interface GitHubView {
  readonly environments: readonly ShownEnvironment[]
  /** In the order they were made. */
  readonly deployments: readonly ShownDeployment[]
  /** The git refs that seal a build. */
  readonly seals: readonly { readonly ref: string; readonly object: string }[]
}

/** Reads it back from the API. */
export async function readGitHub(github: DemoGitHub): Promise<GitHubView> {
  const [deployments, { environments }, refs] = await Promise.all([
    get<readonly Deployment[]>(github, 'deployments?per_page=100'),
    get<{
      environments: readonly { name: string; protection_rules?: readonly { type: string }[] }[]
    }>(github, 'environments'),
    get<readonly { ref: string; object: { sha: string } }[]>(github, 'git/matching-refs/build-once/'),
  ])
  const shown = deployments.toReversed().map(async (deployment) => {
    const path = `deployments/${deployment.id}/statuses?per_page=100`
    const statuses = await get<readonly DeploymentStatus[]>(github, path)
    return { deployment, statuses: statuses.toReversed() }
  })
  return {
    deployments: await Promise.all(shown),
    environments: environments.map(({ name, protection_rules: rules = [] }) => ({
      name,
      protection: rules.map(({ type }) => type),
    })),
    seals: refs.map(({ ref, object }) => ({ ref, object: object.sha })),
  }
}

async function get<T>({ apiUrl, repository, readToken }: DemoGitHub, path: string): Promise<T> {
  const url = `${apiUrl}/repos/${repository}/${path}`
  const response = await fetch(url, {
    headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${readToken}` },
    signal: AbortSignal.timeout(5000),
  })
  if (!response.ok) throw new Error(`GET ${url} failed · expected success, got ${response.status}`)
  return (await response.json()) as T
}
