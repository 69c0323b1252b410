import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importStatements } from './import-statements.ts'

/** The root of the repository, with a `/` at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** A module as it stands in the repository. */
export interface Module {
  /** Path from the root of the repository, with `/`. */
  readonly path: string
  readonly source: string
}

/** Every module below a folder. */
export function modulesIn(folder: string): readonly Module[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { path: file.slice(ROOT.length), source: readFileSync(file, 'utf8') }
    })
}

/** One module that imports another. */
export interface Edge {
  readonly from: string
  /** A path from the root for our own modules, else the package or `node:` module. */
  readonly to: string
  readonly isType: boolean
  readonly isLazy: boolean
  readonly text: string
}

/** What a module imports. */
export function edgesOf({ path, source }: Module): readonly Edge[] {
  return importStatements(source).map(({ specifier, isType, isLazy, line }) => ({
    from: path,
    to: specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier,
    isType,
    isLazy,
    text: `${path}:${line} imports ${isType ? 'types of ' : ''}${specifier}`,
  }))
}

/** True for a module of this repository. */
export function isOurs(to: string): boolean {
  return to.startsWith('src/') || to.startsWith('sandbox/')
}

/** The package a specifier names: `@actions/github/lib/utils` → `@actions/github`; undefined for what is none. */
export function packageOf(to: string): string | undefined {
  if (isOurs(to) || to.startsWith('node:')) return undefined
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Everything that is loaded with a module, itself included: what it imports at once, and what that imports. */
export function loadedWith(entry: string, edges: readonly Edge[]): ReadonlySet<string> {
  const loaded = new Set([entry])
  for (const path of loaded)
    for (const { from, to, isType, isLazy } of edges) if (from === path && !isType && !isLazy) loaded.add(to)
  return loaded
}
