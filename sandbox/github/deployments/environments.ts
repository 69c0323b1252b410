import { notFound } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { nodeId, timeText } from '../fields.ts'
import { ok } from '../http/answer.ts'
import { answerCountedList } from '../http/paging.ts'
import { DEVELOPER, presentAccount } from '../accounts.ts'
import type { World } from '../world.ts'

/** A protection rule of an environment. */
export type ProtectionRule =
  | { readonly type: 'wait_timer'; readonly minutes: number }
  | { readonly type: 'required_reviewers'; readonly preventSelfReview?: boolean }
  | { readonly type: 'branch_policy' }

/** How an environment is set up. */
export interface EnvironmentOptions {
  readonly protection?: readonly ProtectionRule[]
  /** Rules of apps, by the names of the apps; GitHub lists them on their own. */
  readonly customRules?: readonly CustomRule[]
}

/** A rule that an app decides. */
export interface CustomRule {
  readonly app: string
  /** So unless said. */
  readonly isEnabled?: boolean
}

/** An environment. */
export interface Environment {
  readonly id: number
  readonly name: string
  readonly protection: readonly ProtectionRule[]
  readonly customRules: readonly CustomRule[]
  readonly createdAt: Date
}

/** The environments of the repository. Their names do not depend on case. */
export class Environments {
  readonly #now: () => Date
  readonly #environments = new Map<string, Environment>()

  constructor(now: () => Date) {
    this.#now = now
  }

  find(name: string): Environment | undefined {
    return this.#environments.get(name.toLowerCase())
  }

  /** Creates or replaces an environment. */
  set(name: string, { protection = [], customRules = [] }: EnvironmentOptions = {}): Environment {
    const known = this.find(name)
    const id = known?.id ?? 161_088_068 + this.#environments.size
    const environment = {
      id,
      name: known?.name ?? name,
      protection,
      customRules,
      createdAt: known?.createdAt ?? this.#now(),
    }
    this.#environments.set(name.toLowerCase(), environment)
    return environment
  }

  /** The first deployment to an environment creates it, without protection. */
  ensure(name: string): Environment {
    return this.find(name) ?? this.set(name)
  }

  remove(name: string): void {
    this.#environments.delete(name.toLowerCase())
  }

  all(): readonly Environment[] {
    return [...this.#environments.values()]
  }
}

function presentRule({ urls }: World, rule: ProtectionRule, id: number): JsonObject {
  const common = { id, node_id: nodeId('Gate', id), type: rule.type }
  switch (rule.type) {
    case 'wait_timer':
      return { ...common, wait_timer: rule.minutes }
    case 'required_reviewers':
      return {
        ...common,
        prevent_self_review: rule.preventSelfReview === true,
        reviewers: [{ type: 'User', reviewer: presentAccount(DEVELOPER, urls) }],
      }
    case 'branch_policy':
      return common
    default:
      return rule satisfies never
  }
}

function presentEnvironment(world: World, environment: Environment): JsonObject {
  const { id, name, protection, createdAt } = environment
  const time = timeText(createdAt)
  const hasBranchPolicy = protection.some((rule) => rule.type === 'branch_policy')
  return {
    id,
    node_id: nodeId('Environment', id),
    name,
    url: world.urls.repository(`/environments/${encodeURIComponent(name)}`),
    html_url: world.urls.page(`/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`),
    created_at: time,
    updated_at: time,
    protection_rules: protection.map((rule, index) => presentRule(world, rule, id * 10 + index)),
    deployment_branch_policy: hasBranchPolicy
      ? { protected_branches: true, custom_branch_policies: false }
      : null,
  }
}

/** Lists the environments. */
export const listEnvironments: Handler = (world, exchange) =>
  answerCountedList(exchange, 'environments', world.environments.all(), (environment) =>
    presentEnvironment(world, environment),
  )

/** Shows an environment. */
export const getEnvironment: Handler = (world, exchange) => {
  const environment = world.environments.find(parameterOf(exchange, 'environment_name'))
  if (environment === undefined) throw notFound()
  return ok(presentEnvironment(world, environment))
}

/** Lists the rules of apps, which an environment does not show. */
export const listCustomRules: Handler = (world, exchange) => {
  const environment = world.environments.find(parameterOf(exchange, 'environment_name'))
  if (environment === undefined) throw notFound()
  const rules = environment.customRules.map(({ app, isEnabled = true }, index) => ({
    id: environment.id * 10 + index,
    node_id: nodeId('CustomGate', environment.id * 10 + index),
    enabled: isEnabled,
    app: {
      id: index + 1,
      node_id: nodeId('Integration', index + 1),
      slug: app,
      integration_url: world.urls.page(`/apps/${app}`),
    },
  }))
  return ok({ total_count: rules.length, custom_deployment_protection_rules: rules })
}
