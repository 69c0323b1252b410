/** What may be done to one repository, as registries write it: `repository:owner/app:pull,push`. */
export interface Scope {
  readonly path: string
  readonly actions: readonly string[]
  toString(): string
}

/** Actions by repository path. */
export type Actions = ReadonlyMap<string, readonly string[]>

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

/** One scope a repository, with what is known beside it, in the order of the first mention. */
export function mergeScopes(scopes: readonly Scope[], more: Actions): readonly Scope[] {
  const merged = new Map<string, Scope>()
  for (const { path, actions } of scopes) {
    merged.set(
      path,
      scope(path, [...(merged.get(path)?.actions ?? []), ...actions, ...(more.get(path) ?? [])]),
    )
  }
  return [...merged.values()]
}

/** The scopes with those of some repositories first: some token servers only read the first one. */
export function withFirst(scopes: readonly Scope[], paths: ReadonlySet<string>): readonly Scope[] {
  return [...scopes.filter(({ path }) => paths.has(path)), ...scopes.filter(({ path }) => !paths.has(path))]
}

/** One key for a set of scopes. */
export function scopeKey(scopes: readonly Scope[]): string {
  return scopes.map(String).toSorted().join(' ')
}

/** The longest text of scopes that is read, and the most actions of one repository that are asked for. */
const MAX_TEXT = 4096
const MAX_ACTIONS = 12

/**
 * The actions that a challenge asks for, on the repositories of the request only: a registry does not get a
 * token for what it was not asked about. `*` is never asked for.
 */
export function requestedActions(text: string, wanted: readonly Scope[]): Actions {
  const found = new Map<string, readonly string[]>()
  // An entry that is cut off would ask for something else.
  const whole = text.length > MAX_TEXT ? text.slice(0, text.lastIndexOf(' ', MAX_TEXT) + 1) : text
  for (const entry of whole.split(' ')) {
    const match = /^repository:(?<path>[a-z0-9._/-]+):(?<actions>[a-z][a-z_,]*)$/.exec(entry)
    const { path = '', actions = '' } = match?.groups ?? {}
    if (!wanted.some((scope) => scope.path === path)) continue
    const named = actions.split(',').filter((action) => action !== '' && action.length <= 40)
    found.set(path, bounded([...(found.get(path) ?? []), ...named]))
  }
  return found
}

/** What was known and what is new, without repetition and not without end. */
export function bounded(actions: readonly string[]): readonly string[] {
  return [...new Set(actions)].slice(0, MAX_ACTIONS)
}
