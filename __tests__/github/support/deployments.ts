import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import type { Commit } from '../../../src/domain/commit.ts'
import { parseCommit } from '../../../src/domain/commit.ts'
import type { DeploymentIntent, DeploymentLog, LoggedDeployment } from '../../../src/domain/deployment-log.ts'
import type { DeploymentLock, Holder, LockRequest } from '../../../src/domain/lock.ts'
import type { DeploymentRecord } from '../../../src/domain/record.ts'
import type { ApiOptions } from '../../../src/github/api-client.ts'
import { DeploymentHistory } from '../../../src/github/deployment-history.ts'
import { createGitHubLock, type TurnTimes } from '../../../src/github/deployment-lock.ts'
import { createEnvironments } from '../../../src/github/environments.ts'
import { createGitHubDeploymentLog } from '../../../src/github/deployments.ts'
import { createLiveness } from '../../../src/github/liveness.ts'
import { type Clock, systemClock } from '../../../src/platform/clock.ts'
import { parseRepository } from '../../../src/domain/reference.ts'
import { deploymentRecord, repository } from '../../fixtures/samples.ts'
import { type OpenApi, openApi } from './api.ts'

/** The log and the lock of one job. */
export interface OpenLog extends OpenApi {
  readonly deployments: DeploymentLog
  readonly lock: DeploymentLock
  /** A commit that GitHub has. */
  readonly commit: Commit
  readonly record: (fields?: Partial<DeploymentRecord>) => DeploymentRecord
  /** Records a deployment that was not announced; returns its id. */
  readonly append: (fields?: Partial<DeploymentRecord>) => Promise<number>
  readonly list: (environment?: string) => Promise<readonly LoggedDeployment[]>
  readonly statesOf: (id: number | string) => readonly string[]
}

export interface LogSetup extends Partial<ApiOptions> {
  readonly checkRunId?: number
  readonly environmentUrl?: string
  readonly times?: Partial<TurnTimes>
  /** The clock that turns are waited by. */
  readonly turnClock?: Clock
  readonly deployers?: readonly string[]
  readonly maxDeployments?: number
}

export function openLog(github: SandboxGitHub, setup: LogSetup = {}): OpenLog {
  const { checkRunId, environmentUrl, times, turnClock, deployers, maxDeployments, ...options } = setup
  const opened = openApi(github, options)
  const { api, log } = opened
  const limits = maxDeployments === undefined ? {} : { maxDeployments }
  const { spelling } = createEnvironments(api, log)
  const history = new DeploymentHistory({ api, log, deployers, spelling, ...limits })
  const isOver = createLiveness(api, log, turnClock ?? systemClock)
  const common = { api, log, checkRunId, environmentUrl, history, isOver }
  const deployments = createGitHubDeploymentLog({
    ...common,
    clock: { ...systemClock, sleep: async () => {} },
  })
  const lock = createGitHubLock({
    ...common,
    clock: turnClock ?? systemClock,
    times: turnClock === undefined ? { settleMs: 100, pollMs: 50, slowPollMs: 150, ...times } : { ...times },
  })
  const commit = parseCommit(github.state.git.head())
  const record = (fields: Partial<DeploymentRecord> = {}): DeploymentRecord =>
    deploymentRecord({ commit, ...fields })
  return {
    ...opened,
    deployments,
    lock,
    commit,
    record,
    append: async (fields) => {
      const appended = record(fields)
      return Number(await deployments.append(parseRepository(appended.repository), appended, undefined))
    },
    list: async (environment = 'staging') => {
      const found: LoggedDeployment[] = []
      for await (const entry of deployments.list(repository, environment)) found.push(entry)
      return found
    },
    statesOf: (id) => github.state.deployments.find(Number(id))?.statuses.map(({ state }) => state) ?? [],
  }
}

/** What is known of a record before it begins. */
export function intentOf(record: DeploymentRecord): DeploymentIntent {
  const {
    state: _,
    reason: __,
    finishedAt: ___,
    previousDigest: ____,
    rollback: _____,
    overrides: ______,
    ...intent
  } = record
  return intent
}

/** A request for the lock of an announced deployment. */
export function requestOf(id: string, holder: Partial<Holder> = {}, timeoutMs = 20_000): LockRequest {
  return {
    repository,
    environment: 'staging',
    holder: { id: '0'.repeat(32), workflowRun: null, checkRunId: null, actor: 'octocat', ...holder },
    timeoutMs,
    open: { id },
  }
}
