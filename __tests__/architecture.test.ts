import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Edge, edgesOf, isOurs, modulesIn, packageOf, ROOT } from './module-graph.ts'

const src = modulesIn('src')
const sandbox = modulesIn('sandbox')

const edges = src.flatMap(edgesOf)
const sandboxEdges = sandbox.flatMap(edgesOf)

/** The part of src or sandbox a module belongs to: `src/verbs/build/run.ts` → `verbs`. */
function partOf(path: string): string {
  return path.split('/')[1] ?? ''
}

/** The adapter modules the verbs may use values of: pure functions of the context, which is plain data. */
const PURE_ADAPTERS = ['src/github/context.ts', 'src/github/pull-request.ts']

/** Node's own modules and these packages are how adapters reach the world. */
function adapterRule(part: string, packages: readonly string[]) {
  return ({ to }: Edge): boolean => {
    if (isOurs(to)) return to.startsWith('src/') && [part, 'domain', 'platform'].includes(partOf(to))
    const name = packageOf(to)
    return name === undefined || packages.includes(name)
  }
}

const GITHUB_PACKAGES = [
  ...['@actions/artifact', '@actions/cache', '@actions/core', '@actions/github'],
  ...['@octokit/plugin-retry', '@octokit/plugin-throttling', 'yaml', 'zod'],
]

/** The import rules, one a part. A part without a rule fails: whoever adds one decides what it may import. */
const RULES: Readonly<Record<string, (edge: Edge) => boolean>> = {
  domain: ({ to }) => ['zod', 'node:crypto'].includes(to) || to.startsWith('src/domain/'),
  platform: ({ to }) => to.startsWith('node:') || ['platform', 'domain'].includes(partOf(to)),
  registry: adapterRule('registry', ['zod']),
  engines: adapterRule('engines', ['modern-tar', 'zod']),
  targets: adapterRule('targets', ['modern-tar']),
  github: adapterRule('github', GITHUB_PACKAGES),
  verbs: ({ from, to, isType }) => {
    if (!isOurs(to)) return to === 'zod'
    if (partOf(to) === 'domain') return true
    // A verb uses itself and what all verbs share (files directly in src/verbs), never another verb.
    if (partOf(to) === 'verbs') return dirname(to) === dirname(from) || dirname(to) === 'src/verbs'
    return to.startsWith('src/') && partOf(to) !== 'main' && (isType || PURE_ADAPTERS.includes(to))
  },
  main: ({ to }) => {
    if (isOurs(to)) return to.startsWith('src/')
    return ['@actions/core', 'zod', undefined].includes(packageOf(to))
  },
}

/** What the parts of the sandbox may use besides Node, themselves and what all share: other parts, and packages. */
const SANDBOX: Readonly<Record<string, readonly string[]>> = {
  'command-line.ts': [],
  'listening.ts': [],
  faults: [],
  registry: [],
  peers: [],
  results: ['zod'],
  runner: ['results', 'yaml', 'zod'],
  github: ['faults', 'ajv', 'ajv-formats'],
}

function mayUseInSandbox({ from, to }: Edge): boolean {
  if (to.startsWith('node:')) return true
  const own = [partOf(from), 'command-line.ts', 'listening.ts']
  const name = to.startsWith('sandbox/') ? partOf(to) : (packageOf(to) ?? to)
  return [...own, ...(SANDBOX[partOf(from)] ?? [])].includes(name)
}

/** The modules of a circle of imports that are there at run time; undefined where there is none. */
function findCircle(all: readonly Edge[]): readonly string[] | undefined {
  const left = new Map<string, Set<string>>()
  for (const { from, to, isType } of all)
    if (!isType && isOurs(to)) left.set(from, (left.get(from) ?? new Set()).add(to))
  // Whoever imports nothing that is left is in no circle.
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const [from, to] of left) if (![...to].some((one) => left.has(one))) left.delete(from)
  }
  return left.size === 0 ? undefined : [...left.keys()]
}

function edge(from: string, to: string): Edge {
  return { from, to, isType: false, isLazy: false, text: '' }
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

  test.each([
    { folder: 'src', modules: src, imports: edges },
    { folder: 'sandbox', modules: sandbox, imports: sandboxEdges },
  ])('every relative import stays in $folder and names a module that exists', ({ modules, imports }) => {
    const paths = new Set(modules.map(({ path }) => path))
    const broken = imports.filter(({ text, to }) => / \.{1,2}\//.test(text) && !paths.has(to))
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('every part of the sandbox uses what it may', () => {
    const parts = [...new Set(sandbox.map(({ path }) => partOf(path)))]
    expect(parts.toSorted()).toEqual(Object.keys(SANDBOX).toSorted())
    expect(sandboxEdges.filter((edge) => !mayUseInSandbox(edge)).map(({ text }) => text)).toEqual([])
  })

  test('no modules load each other in a circle', () => {
    expect(findCircle([...edges, ...sandboxEdges])).toBeUndefined()
    const circle = [edge('src/a.ts', 'src/b.ts'), edge('src/b.ts', 'src/a.ts'), edge('src/c.ts', 'src/a.ts')]
    expect(findCircle(circle)).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts'])
    expect(findCircle(circle.map((one) => ({ ...one, isType: one.from === 'src/b.ts' })))).toBeUndefined()
  })

  test('sandbox never imports src, and src never imports sandbox', () => {
    const broken = [
      ...sandboxEdges.filter(({ to }) => to.startsWith('src/')),
      ...edges.filter(({ to }) => to.startsWith('sandbox/')),
    ]
    expect(sandbox.length).toBeGreaterThan(10)
    expect(broken.map(({ text }) => text)).toEqual([])
  })

  test('only one module can start programs', () => {
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
    { from: 'src/github/a.ts', to: 'sandbox/platform/a.ts', isType: false },
    { from: 'src/registry/a.ts', to: '@actions/core', isType: false },
    { from: 'src/targets/a.ts', to: 'yaml', isType: true },
    { from: 'src/platform/a.ts', to: 'zod', isType: false },
    { from: 'src/main/a.ts', to: '@actions/github/lib/utils', isType: false },
  ])('$from may not import $to', ({ from, to, isType }) => {
    expect(RULES[partOf(from)]?.({ ...edge(from, to), isType })).toBe(false)
  })

  test.each([
    { from: 'sandbox/registry/a.ts', to: 'sandbox/github/world.ts' },
    { from: 'sandbox/github/a.ts', to: 'sandbox/registry/server.ts' },
    { from: 'sandbox/github/a.ts', to: '@octokit/openapi' },
    { from: 'sandbox/results/a.ts', to: '__tests__/fixtures/samples.ts' },
    { from: 'sandbox/command-line.ts', to: 'sandbox/registry/server.ts' },
  ])('$from may not import $to', ({ from, to }) => {
    expect(mayUseInSandbox(edge(from, to))).toBe(false)
  })
})

test('no module is longer than 300 lines', () => {
  const modules = [...src, ...sandbox, ...modulesIn('scripts'), ...modulesIn('bench')]
  const long = modules.filter(({ source }) => source.trimEnd().split('\n').length > 300)
  expect(long.map(({ path }) => path)).toEqual([])
})

test('the linter sees a floating promise', () => {
  // A promise nobody waits for makes an action pass in silence. The fixture is ignored by the ordinary run,
  // so this one uses the same rules without the list of ignored paths.
  const folder = mkdtempSync(join(tmpdir(), 'build-once-lint-'))
  try {
    const rules = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'))
    expect(rules.ignorePatterns).toContain('__tests__/fixtures/lint')
    const config = join(folder, 'oxlintrc.json')
    writeFileSync(config, JSON.stringify({ ...rules, $schema: undefined, ignorePatterns: [] }))
    const lint = spawnSync(
      process.execPath,
      [
        join(ROOT, 'node_modules/oxlint/bin/oxlint'),
        ...['--type-aware', '--format', 'json', '-c', config, '__tests__/fixtures/lint/floating.ts'],
      ],
      { cwd: ROOT, encoding: 'utf8' },
    )
    const { diagnostics } = JSON.parse(lint.stdout)
    expect(diagnostics).toMatchObject([{ code: 'typescript(no-floating-promises)', severity: 'error' }])
    expect(lint.status).toBe(1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
