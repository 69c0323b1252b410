import { describe, expect, test } from 'vitest'
import { importStatements } from './import-statements.ts'
import { modulesIn } from './module-graph.ts'

describe('importStatements', () => {
  test.each([
    { source: "import { a, type B } from './a.ts'", specifier: './a.ts', isType: false },
    { source: "import {\n  a,\n  b,\n} from './a.ts'", specifier: './a.ts', isType: false },
    { source: "import type {\n  A,\n} from './a.ts'", specifier: './a.ts', isType: true },
    { source: "import type * as a from './a.ts'", specifier: './a.ts', isType: true },
    { source: "import * as a from 'a'", specifier: 'a', isType: false },
    { source: 'import "./a.ts"', specifier: './a.ts', isType: false },
    // With verbatimModuleSyntax this stays as `import {} from './a.ts'` and runs the module.
    { source: "import { type A } from './a.ts'", specifier: './a.ts', isType: false },
    { source: "import type from './a.ts'", specifier: './a.ts', isType: false },
    { source: "import { from } from './a.ts'", specifier: './a.ts', isType: false },
    { source: "export { a } from './a.ts'", specifier: './a.ts', isType: false },
    { source: "export * from './a.ts'", specifier: './a.ts', isType: false },
    { source: "export type { A } from './a.ts'", specifier: './a.ts', isType: true },
    { source: "const a = await import('./a.ts')", specifier: './a.ts', isType: false },
    { source: "type A = typeof import('./a.ts')['b']", specifier: './a.ts', isType: true },
    {
      source: "const u = 'http://x' /* y */\nimport { a } from './a.ts' // b",
      specifier: './a.ts',
      isType: false,
    },
  ])('reads $source', ({ source, specifier, isType }) => {
    expect(importStatements(source)).toMatchObject([{ specifier, isType }])
  })

  test.each([
    { source: "import { a } from './a.ts'", isLazy: false },
    { source: "export * from './a.ts'", isLazy: false },
    { source: "const a = await import('./a.ts')", isLazy: true },
    { source: "type A = typeof import('./a.ts')['b']", isLazy: false },
  ])('knows when $source is loaded', ({ source, isLazy }) => {
    expect(importStatements(source)).toMatchObject([{ isLazy }])
  })

  test.each([
    "// import { a } from './a.ts'",
    "/* import('./a.ts') */",
    "export const from = 'a'",
    "export function a() {\n  return 'import'\n}",
    "export interface A {\n  readonly from: string\n}\nconst b = 'c'",
    'export type A = "b"',
    "export const witness = { type: 'a', from: 'b' }",
    "const text = `\nimport ${a} from 'b'\n`",
  ])('finds nothing in %s', (source) => {
    expect(importStatements(source)).toEqual([])
  })

  test.each(['await import(name)', 'await import(`./${name}.ts`)', "require('a')", 'createRequire(url)'])(
    'refuses %s',
    (source) => {
      expect(() => importStatements(source)).toThrow('cannot be checked')
    },
  )

  const src = modulesIn('src')

  // A second, cruder look at the same files: it must not see a module the reader missed.
  test('misses nothing in src', () => {
    const crude = src.flatMap(({ path, source }) =>
      [...source.matchAll(/^(?:import|\} from|export \*|export \{).*['"](?<to>[^'"]+)['"]$/gm)].map(
        (match) => `${path} ${match.groups?.['to']}`,
      ),
    )
    const read = new Set(
      src.flatMap(({ path, source }) =>
        importStatements(source).map(({ specifier }) => `${path} ${specifier}`),
      ),
    )
    expect(crude.length).toBeGreaterThan(100)
    expect(crude.filter((line) => !read.has(line))).toEqual([])
  })
})
