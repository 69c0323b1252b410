import type { Account } from '../accounts.ts'
import type { Json } from '../description/extract.ts'
import type { Environments } from './environments.ts'

/** The states a status can put a deployment into. */
export type DeploymentState =
  | 'error'
  | 'failure'
  | 'in_progress'
  | 'inactive'
  | 'pending'
  | 'queued'
  | 'success'

/** One status of a deployment. */
export interface DeploymentStatus {
  readonly id: number
  readonly state: DeploymentState
  readonly description: string
  readonly environment: string
  readonly environmentUrl: string
  readonly logUrl: string
  readonly creator: Account
  readonly viaApp: boolean
  readonly createdAt: Date
}

/** A deployment. Its statuses are in the order they came in. */
export interface Deployment {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly payload: Json
  readonly originalEnvironment: string
  environment: string
  readonly description: string | null
  readonly isTransient: boolean
  readonly isProduction: boolean
  readonly creator: Account
  readonly viaApp: boolean
  readonly createdAt: Date
  updatedAt: Date
  readonly statuses: DeploymentStatus[]
}

/** What a deployment is made from. */
export interface NewDeployment {
  readonly sha: string
  readonly ref: string
  readonly environment: string
  readonly creator: Account
  readonly task?: string
  readonly payload?: Json
  readonly description?: string | null
  readonly isTransient?: boolean
  readonly isProduction?: boolean
  readonly viaApp?: boolean
  /** When it is said to have been made; now unless said. */
  readonly createdAt?: Date
}

/** What a status is made from. */
export interface NewStatus {
  readonly state: DeploymentState
  readonly creator: Account
  readonly viaApp?: boolean
  readonly description?: string
  /** Renames the deployment's environment. */
  readonly environment?: string
  readonly environmentUrl?: string
  readonly logUrl?: string
  /** Whether a success makes earlier deployments inactive; so unless said. */
  readonly autoInactive?: boolean
  readonly createdAt?: Date
}

const ENDED: readonly DeploymentState[] = ['error', 'failure', 'inactive']

/** All deployments of the repository. */
export class Deployments {
  readonly #now: () => Date
  readonly #environments: Environments
  readonly #deployments = new Map<number, Deployment>()
  #nextId = 1_400_000_001
  #nextStatusId = 3_100_000_001

  constructor(now: () => Date, environments: Environments) {
    this.#now = now
    this.#environments = environments
  }

  /** Newest first. */
  all(): readonly Deployment[] {
    return [...this.#deployments.values()].toReversed()
  }

  find(id: number): Deployment | undefined {
    return this.#deployments.get(id)
  }

  add(options: NewDeployment): Deployment {
    const createdAt = options.createdAt ?? this.#now()
    this.#environments.ensure(options.environment)
    const deployment = {
      id: this.#nextId,
      sha: options.sha,
      ref: options.ref,
      task: options.task ?? 'deploy',
      payload: options.payload ?? {},
      originalEnvironment: options.environment,
      environment: options.environment,
      description: options.description ?? null,
      isTransient: options.isTransient ?? false,
      isProduction: options.isProduction ?? options.environment === 'production',
      creator: options.creator,
      viaApp: options.viaApp ?? false,
      createdAt,
      updatedAt: createdAt,
      statuses: [],
    }
    this.#nextId += 1
    this.#deployments.set(deployment.id, deployment)
    return deployment
  }

  /** Adds a status; a success ends what was deployed to the environment before. */
  addStatus(deployment: Deployment, options: NewStatus): DeploymentStatus {
    const previous = deployment.statuses.at(-1)
    const environment = options.environment ?? previous?.environment ?? deployment.environment
    if (environment !== deployment.environment) {
      deployment.environment = environment
      this.#environments.ensure(environment)
    }
    const status = this.#append(deployment, { ...options, environment })
    if (options.state === 'success' && options.autoInactive !== false) this.#supersede(deployment, status)
    return status
  }

  /**
   * Whether a deployment may be deleted: its last status says that it is over, or the environment has no
   * other. One that nobody has reported on yet may still be running.
   */
  isDeletable(deployment: Deployment): boolean {
    const state = deployment.statuses.at(-1)?.state
    if (state !== undefined && ENDED.includes(state)) return true
    return this.all().every((one) => one === deployment || one.environment !== deployment.environment)
  }

  remove(deployment: Deployment): void {
    this.#deployments.delete(deployment.id)
  }

  #append(deployment: Deployment, options: NewStatus & { readonly environment: string }): DeploymentStatus {
    const status = {
      id: this.#nextStatusId,
      state: options.state,
      description: options.description ?? '',
      environment: options.environment,
      environmentUrl: options.environmentUrl ?? '',
      logUrl: options.logUrl ?? '',
      creator: options.creator,
      viaApp: options.viaApp ?? false,
      createdAt: options.createdAt ?? this.#now(),
    }
    this.#nextStatusId += 1
    deployment.statuses.push(status)
    deployment.updatedAt = status.createdAt
    return status
  }

  /** Earlier ones become inactive unless they are transient, in production, or not successful anyway. */
  #supersede(deployment: Deployment, { environment, creator, viaApp, createdAt }: DeploymentStatus): void {
    for (const earlier of this.#deployments.values()) {
      if (earlier.id >= deployment.id || earlier.environment !== environment) continue
      if (earlier.isTransient || earlier.isProduction) continue
      if (earlier.statuses.at(-1)?.state !== 'success') continue
      this.#append(earlier, { state: 'inactive', environment, creator, viaApp, createdAt })
    }
  }
}
