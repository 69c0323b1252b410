import { isRepositoryName } from './grammar.ts'
import type { RegistryRequest } from './options.ts'

/** Actions on one resource, as in distribution's token scope documentation. */
export interface Scope {
  /** `repository:NAME` or `registry:catalog`. */
  readonly resource: string
  readonly actions: readonly string[]
}

/** `repository:NAME:pull,push` and the like; nothing for a text that is no scope. */
export function parseScope(text: string): Scope | undefined {
  const [, resource, actions] = /^([a-z]+:.+):([a-z*,]+)$/u.exec(text) ?? []
  return resource === undefined || actions === undefined
    ? undefined
    : { resource, actions: actions.split(',') }
}

/** The form in which scopes stand in challenges and token requests. */
export function formatScopes(scopes: readonly Scope[]): string {
  return scopes.map(({ resource, actions }) => `${resource}:${actions.join(',')}`).join(' ')
}

function repositoryActions(method: string): string[] {
  if (method === 'GET' || method === 'HEAD') return ['pull']
  return method === 'DELETE' ? ['delete'] : ['pull', 'push']
}

/** What a client must be allowed to do for a request to be handled. */
export function requiredScopes(request: RegistryRequest): Scope[] {
  const { operation, repository, method, query } = request
  if (operation === 'catalog') return [{ resource: 'registry:catalog', actions: ['*'] }]
  if (repository === undefined) return []
  // Everything about an upload, even cancelling it, is part of a push.
  const actions = operation === 'upload' ? ['pull', 'push'] : repositoryActions(method)
  const scopes = [{ resource: `repository:${repository}`, actions }]
  const from = operation === 'upload' && query.has('mount') ? query.get('from') : null
  if (from !== null && isRepositoryName(from) && from !== repository) {
    scopes.push({ resource: `repository:${from}`, actions: ['pull'] })
  }
  return scopes
}
