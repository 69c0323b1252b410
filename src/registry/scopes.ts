/** What may be done to one repository, as registries write it: `repository:owner/app:pull,push`. */
export interface Scope {
  readonly path: string
  readonly actions: readonly string[]
  toString(): string
}

function scope(path: string, actions: readonly string[]): Scope {
  const sorted = [...new Set(actions)].toSorted()
  return { path, actions: sorted, toString: () => `repository:${path}:${sorted.join(',')}` }
}

export function pullScope(path: string): Scope {
  return scope(path, ['pull'])
}

export function pushScope(path: string): Scope {
  return scope(path, ['pull', 'push'])
}

export function withActions(known: Scope, actions: readonly string[]): Scope {
  return scope(known.path, [...known.actions, ...actions])
}

/** One key for a set of scopes. */
export function scopeKey(scopes: readonly Scope[]): string {
  return scopes.map(String).toSorted().join(' ')
}

/**
 * The actions beside pull and push that a challenge asks for, on the repositories of the request only: a
 * registry does not get a token for what it was not asked about. `*` is never asked for.
 */
export function extraActions(
  text: string | undefined,
  wanted: readonly Scope[],
): readonly (readonly [path: string, actions: readonly string[]])[] {
  return (text ?? '')
    .slice(0, 4096)
    .split(' ')
    .flatMap((entry) => {
      const match = /^repository:(?<path>[a-z0-9._/-]+):(?<actions>[a-z_,]+)$/.exec(entry)
      const { path = '', actions = '' } = match?.groups ?? {}
      const extra = actions.split(',').filter((action) => !['', 'pull', 'push'].includes(action))
      return extra.length > 0 && wanted.some((scope) => scope.path === path) ? [[path, extra] as const] : []
    })
}
