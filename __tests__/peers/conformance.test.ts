import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startDistribution, startDockerRegistry } from '../../sandbox/peers/docker-registry.ts'
import { startOlareg } from '../../sandbox/peers/olareg.ts'
import { type RegistryOptions, startRegistry } from '../../sandbox/registry/server.ts'
import { temporaryFolder } from '../e2e/world.ts'
import { CATEGORIES } from './conformance/categories.ts'
import { runSuite, type SuiteRun, type SuiteTest, type Target } from './conformance/suite.ts'
import { expectOnPage, keepOnPage, table } from './page.ts'

const joe = { name: 'joe', password: 'secret' }
const users = { [joe.name]: joe.password }

interface Variant {
  readonly name: string
  readonly version: string
  readonly storage?: 'disk'
  readonly auth?: RegistryOptions['auth']
}

const variants: readonly Variant[] = [
  { name: 'in memory, anonymous', version: '1.1' },
  { name: 'on disk, anonymous', version: '1.1', storage: 'disk' },
  { name: 'in memory, basic authentication', version: '1.1', auth: { kind: 'basic', users } },
  { name: 'on disk, tokens', version: '1.1', storage: 'disk', auth: { kind: 'token', users } },
  { name: 'in memory, anonymous', version: '1.0' },
  { name: 'in memory, tokens', version: 'dev', auth: { kind: 'token', users } },
]

async function runOnSandbox({ version, storage, auth }: Variant): Promise<SuiteRun> {
  await using folder = await temporaryFolder()
  const registry = await startRegistry({
    ...(storage === undefined ? {} : { storage: { kind: storage, directory: folder.path } }),
    ...(auth === undefined ? {} : { auth }),
  })
  const target: Target = { host: registry.host, version, ...(auth === undefined ? {} : { user: joe }) }
  try {
    return await runSuite(target)
  } finally {
    await registry.close()
  }
}

function withOutcome({ tests }: SuiteRun, outcome: SuiteTest['outcome']): readonly SuiteTest[] {
  return tests.filter((entry) => entry.outcome === outcome)
}

const COUNTED = ['passed', 'failed', 'skipped'] as const

/** How often a registry passed in each category; failures and skips only where there are any. */
function countsOf(run: SuiteRun): string[] {
  const describeCounts = (tests: readonly SuiteTest[]): string =>
    COUNTED.map((outcome) => [tests.filter((entry) => entry.outcome === outcome).length, outcome] as const)
      .filter(([count, outcome]) => count > 0 || outcome === 'passed')
      .map(([count, outcome]) => `${count} ${outcome}`)
      .join(', ')
  const categories = CATEGORIES.map((category) =>
    describeCounts(run.tests.filter((entry) => entry.category === category)),
  )
  return [...categories, describeCounts(run.tests)]
}

/** The version of the suite, where it is pinned. */
function suiteVersion(): string {
  const script = readFileSync(new URL('../../scripts/peers/install.sh', import.meta.url), 'utf8')
  const version = /distribution-spec\/conformance (v\S+) /.exec(script)?.[1]
  if (version === undefined) throw new Error('the suite is not pinned')
  return `Suite: \`github.com/opencontainers/distribution-spec/conformance\` \`${version}\`.`
}

const HEAD = ['Registry', 'Specification', ...CATEGORIES, 'all']

describe('the sandbox registry passes the conformance suite', () => {
  const runs: { readonly variant: Variant; readonly run: SuiteRun }[] = []

  test.each(variants)('$version, $name', async (variant) => {
    const run = await runOnSandbox(variant)
    runs.push({ variant, run })
    expect(withOutcome(run, 'failed')).toEqual([])
    // The suite would also be content with a registry it was told to ask nothing.
    expect(run.apis).toMatchObject({
      pull: true,
      push: true,
      blobs: { delete: true },
      manifests: { delete: true },
      tags: { delete: true, list: true },
      referrer: variant.version !== '1.0',
    })
    for (const category of CATEGORIES.filter((name) => name !== 'ping')) {
      const passed = withOutcome(run, 'passed').filter((entry) => entry.category === category)
      expect(passed.length, category).toBeGreaterThan(15)
    }
    expect(withOutcome(run, 'passed').length).toBeGreaterThan(650)
    expect(withOutcome(run, 'skipped').length).toBeLessThan(10)
  })

  test('docs/conformance.md says what the runs gave', () => {
    expect(runs).toHaveLength(variants.length)
    const rows = runs.map(({ variant, run }) => [variant.name, variant.version, ...countsOf(run)])
    const skipped = runs.flatMap(({ variant, run }) =>
      withOutcome(run, 'skipped').map(({ name, why }) => [variant.version, `\`${name}\``, why]),
    )
    const unique = [...new Map(skipped.map((row) => [row.join(), row])).values()]
    const parts = [
      suiteVersion(),
      table(HEAD, rows),
      'What was skipped, and why:',
      table(['Specification', 'Test', "The suite's reason"], unique),
    ]
    expectOnPage('sandbox', parts.join('\n\n'))
  })
})

describe('other registries, for comparison', () => {
  const registries = [
    { name: 'docker-registry 2.8', start: async () => startDockerRegistry({ deletes: true }) },
    { name: 'distribution v3', start: async () => startDistribution({ deletes: true }) },
    { name: 'olareg', start: startOlareg },
  ]
  const runs: { readonly name: string; readonly run: SuiteRun }[] = []

  // What they pass is theirs; that the suite can be run on them, and tells registries apart, is asserted.
  test.each(registries)('$name', async ({ name, start }) => {
    const registry = await start()
    try {
      const run = await runSuite({ host: registry.host, version: '1.1' })
      runs.push({ name, run })
      expect(run.tests.length).toBeGreaterThan(400)
    } finally {
      await registry.close()
    }
  })

  test('are kept in docs/conformance.md', () => {
    expect(runs).toHaveLength(registries.length)
    expect(runs.flatMap(({ run }) => withOutcome(run, 'failed'))).not.toEqual([])
    const features = Object.keys(runs[0]?.run.features ?? {})
    const differing = features.filter((feature) =>
      runs.some(({ run }) => !['Pass', 'Disabled'].includes(run.features[feature] ?? '')),
    )
    const parts = [
      table(
        HEAD,
        runs.map(({ name, run }) => [name, '1.1', ...countsOf(run)]),
      ),
      table(
        ['Feature', ...runs.map(({ name }) => name)],
        differing.map((feature) => [
          feature,
          ...runs.map(({ run }) => (run.features[feature] ?? 'not tested').toLowerCase()),
        ]),
      ),
    ]
    keepOnPage('others', parts.join('\n\n'))
  })
})
