import { Actions } from './actions/actions.ts'
import { Artifacts } from './actions/artifacts.ts'
import { CommitStatuses } from './git/commit-statuses.ts'
import { Deployments } from './deployments/deployments.ts'
import type { Product } from './description/read.ts'
import { Environments } from './deployments/environments.ts'
import { Git } from './git/git.ts'
import { Jobs } from './actions/jobs.ts'
import { Metadata } from './metadata.ts'
import type { RateLimits } from './access/rate-limit.ts'
import type { Repository } from './repository.ts'
import type { Urls } from './urls.ts'

/** Everything the sandbox knows: what handlers change, and tests look into and arrange. */
export interface World {
  readonly product: Product
  readonly repository: Repository
  readonly urls: Urls
  readonly now: () => Date
  readonly limits: RateLimits
  readonly git: Git
  readonly statuses: CommitStatuses
  readonly environments: Environments
  readonly deployments: Deployments
  /** Workflow runs and their jobs, as data. */
  readonly actions: Actions
  /** Starts and ends jobs as GitHub's runner does, automatic deployments included. */
  readonly jobs: Jobs
  readonly artifacts: Artifacts
  readonly metadata: Metadata
}

/** What a world is made from. */
export type WorldOptions = Pick<World, 'limits' | 'now' | 'product' | 'repository' | 'urls'>

/** Makes a world without a single commit. */
export function createWorld(options: WorldOptions): World {
  const { now, repository, urls } = options
  const environments = new Environments(now)
  const deployments = new Deployments(now, environments)
  const actions = new Actions(now)
  return {
    ...options,
    git: new Git(repository.defaultBranch, now),
    statuses: new CommitStatuses(now),
    environments,
    deployments,
    actions,
    jobs: new Jobs(actions, deployments, urls),
    artifacts: new Artifacts(now),
    metadata: new Metadata(now),
  }
}
