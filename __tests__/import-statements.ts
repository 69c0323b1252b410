/** One import or re-export as written. */
export interface ImportStatement {
  readonly specifier: string
  /** Nothing of the module is there at run time: `import type`, `export type`, `typeof import()`. */
  readonly isType: boolean
  /** `await import()`: loaded when it is needed, not with the module. */
  readonly isLazy: boolean
  readonly line: number
}

/** Comments, so that words in them are not taken for code; strings are kept, a `//` in one is no comment. */
const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g

function withoutComments(source: string): string {
  return source.replaceAll(COMMENT_OR_STRING, (text) =>
    text.startsWith('//') || text.startsWith('/*') ? text.replaceAll(/[^\n]/g, ' ') : text,
  )
}

/** The words between the keyword and `from`; no statement that only looks like an import has just these. */
const STATIC =
  /^[ \t]*(?:import|export)(?<type>\s+type(?=\s*[{*]|\s+(?!from\s*['"])))?\b[\w$*{},\s]*?\bfrom\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/gm
const FOR_EFFECT = /^[ \t]*import\s*(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>/gm
const DYNAMIC =
  /(?<type>\btypeof\s+)?\bimport\s*\(\s*(?:(?<quote>['"])(?<specifier>[^'"\n]+)\k<quote>\s*[,)])?/g

/**
 * Every import and re-export of a module, static and dynamic.
 * @throws {Error} on a dynamic import whose module is not a plain text, and on `require`: nobody could
 *   check where they lead.
 */
export function importStatements(source: string): readonly ImportStatement[] {
  const code = withoutComments(source)
  if (/\brequire\s*\(|\bcreateRequire\b/.test(code)) throw new Error('require cannot be checked')
  // A text of several lines may hold what looks like a statement; the statements themselves hold no such text.
  const statements = code.replaceAll(/`(?:\\.|[^`\\])*`/g, (text) => text.replaceAll(/[^\n]/g, ' '))
  const dynamic = [...code.matchAll(DYNAMIC)]
  const matches = [...statements.matchAll(STATIC), ...statements.matchAll(FOR_EFFECT), ...dynamic]
  const found = matches.map((match) => {
    const { specifier, type } = match.groups ?? {}
    if (specifier === undefined) throw new Error(`A computed import cannot be checked: ${match[0]}`)
    const isType = type !== undefined
    const isLazy = !isType && dynamic.includes(match)
    return { specifier, isType, isLazy, line: code.slice(0, match.index).split('\n').length }
  })
  return found.toSorted((a, b) => a.line - b.line)
}
