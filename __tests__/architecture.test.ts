import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { importStatements } from './import-statements.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Module {
  /** Path from the root of the repository, with `/`. */
  readonly path: string
  readonly source: string
}

function modulesIn(folder: string): readonly Module[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      return { path: file.slice(root.length), source: readFileSync(file, 'utf8') }
    })
}

const src = modulesIn('src')
const sandbox = modulesIn('sandbox')

interface Edge {
  readonly from: string
  /** A path from the root for our own modules, else the package or `node:` module. */
  readonly to: string
  readonly isType: boolean
  readonly text: string
}

function edgesOf({ path, source }: Module): readonly Edge[] {
  return importStatements(source).map(({ specifier, isType, line }) => ({
    from: path,
    to: specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier,
    isType,
    text: `${path}:${line} imports ${isType ? 'types of ' : ''}${specifier}`,
  }))
}

const edges = src.flatMap(edgesOf)

function isOurs(to: string): boolean {
  return to.startsWith('src/') || to.startsWith('sandbox/')
}

/** The part of src a module belongs to: `src/verbs/build/run.ts` → `verbs`. */
function partOf(path: string): string {
  return path.split('/')[1] ?? ''
}

/** The adapter modules the verbs may use values of: pure functions of the context, which is plain data. */
const PURE_ADAPTERS = ['src/github/context.ts', 'src/github/pull-request.ts']

function adapterRule(part: string) {
  // Node's own modules and packages are how adapters reach the world.
  return ({ to }: Edge): boolean => !isOurs(to) || [part, 'domain', 'platform'].includes(partOf(to))
}

/** The import rules, one a part. A part without a rule fails: whoever adds one decides what it may import. */
const RULES: Readonly<Record<string, (edge: Edge) => boolean>> = {
  domain: ({ to }) => ['zod', 'node:crypto'].includes(to) || to.startsWith('src/domain/'),
  platform: ({ to }) => to.startsWith('node:') || ['platform', 'domain'].includes(partOf(to)),
  registry: adapterRule('registry'),
  engines: adapterRule('engines'),
  targets: adapterRule('targets'),
  github: adapterRule('github'),
  verbs: ({ from, to, isType }) => {
    if (!isOurs(to)) return to === 'zod'
    if (partOf(to) === 'domain') return true
    // A verb uses itself and what all verbs share (files directly in src/verbs), never another verb.
    if (partOf(to) === 'verbs') return dirname(to) === dirname(from) || dirname(to) === 'src/verbs'
    return to.startsWith('src/') && partOf(to) !== 'main' && (isType || PURE_ADAPTERS.includes(to))
  },
  main: ({ to }) => !to.startsWith('sandbox/'),
}

describe('import rules', () => {
  test('there is something to check', () => {
    expect(src.length).toBeGreaterThan(30)
    expect(edges.length).toBeGreaterThan(100)
    expect(edges.some((edge) => edge.isType)).toBe(true)
    expect(edges.some((edge) => edge.to === '@actions/cache')).toBe(true)
  })

  test('every part of src has a rule', () => {
    expect([...new Set(src.map(({ path }) => partOf(path)))].filter((part) => !(part in RULES))).toEqual([])
  })

  test.each(Object.keys(RULES))('%s imports only what it may', (part) => {
    const broken = edges.filter((edge) => partOf(edge.from) === part && RULES[part]?.(edge) !== true)
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('nothing but main imports main', () => {
    const broken = edges.filter(({ from, to }) => to.startsWith('src/main/') && partOf(from) !== 'main')
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('every relative import stays in src and names a module that exists', () => {
    const paths = new Set(src.map(({ path }) => path))
    const broken = edges.filter(({ text, to }) => / \.{1,2}\//.test(text) && !paths.has(to))
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('sandbox never imports src, and src never imports sandbox', () => {
    const broken = [
      ...sandbox.flatMap(edgesOf).filter(({ to }) => to.startsWith('src/')),
      ...edges.filter(({ to }) => to.startsWith('sandbox/')),
    ]
    expect(sandbox.length).toBeGreaterThan(10)
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('only two modules can start programs', () => {
    const starters = edges.filter(({ to }) => /^(?:node:)?(?:child_process|cluster|worker_threads)$/.test(to))
    const allowed = ['src/platform/exec.ts']
    expect(starters.map(({ from }) => from)).toContain('src/platform/exec.ts')
    expect(starters.filter(({ from }) => !allowed.includes(from)).map(({ text }) => text)).toEqual([])
  })

  // What the rules would let through if they were wrong.
  test.each([
    { from: 'src/domain/a.ts', to: 'node:fs', isType: false },
    { from: 'src/domain/a.ts', to: 'src/platform/clock.ts', isType: true },
    { from: 'src/registry/a.ts', to: 'src/engines/engine.ts', isType: true },
    { from: 'src/engines/a.ts', to: 'src/verbs/fields.ts', isType: false },
    { from: 'src/github/a.ts', to: 'src/main/build.ts', isType: false },
    { from: 'src/verbs/build/a.ts', to: 'src/platform/exec.ts', isType: false },
    { from: 'src/verbs/build/a.ts', to: 'src/verbs/deploy/run.ts', isType: false },
    { from: 'src/verbs/build/a.ts', to: 'node:fs', isType: false },
    { from: 'src/main/a.ts', to: 'sandbox/registry/server.ts', isType: false },
  ])('$from may not import $to', ({ from, to, isType }) => {
    expect(RULES[partOf(from)]?.({ from, to, isType, text: '' })).toBe(false)
  })
})

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

test('no module of src or sandbox is longer than 400 lines', () => {
  const long = [...src, ...sandbox].filter(({ source }) => source.trimEnd().split('\n').length > 400)
  expect(long.map(({ path }) => path)).toEqual([])
})

test('the linter sees a floating promise', () => {
  // A promise nobody waits for makes an action pass in silence. The fixture is ignored by the ordinary run,
  // so this one uses the same rules without the list of ignored paths.
  const folder = mkdtempSync(join(tmpdir(), 'build-once-lint-'))
  try {
    const rules = JSON.parse(readFileSync(join(root, '.oxlintrc.json'), 'utf8'))
    expect(rules.ignorePatterns).toContain('__tests__/fixtures')
    const config = join(folder, 'oxlintrc.json')
    writeFileSync(config, JSON.stringify({ ...rules, $schema: undefined, ignorePatterns: [] }))
    const lint = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/oxlint/bin/oxlint'),
        ...['--type-aware', '--format', 'json', '-c', config, '__tests__/fixtures/lint/floating.ts'],
      ],
      { cwd: root, encoding: 'utf8' },
    )
    const { diagnostics } = JSON.parse(lint.stdout)
    expect(diagnostics).toMatchObject([{ code: 'typescript(no-floating-promises)', severity: 'error' }])
    expect(lint.status).toBe(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
