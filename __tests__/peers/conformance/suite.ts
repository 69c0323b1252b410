import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { tryCommand } from '../../../sandbox/peers/command.ts'
import { findPeers } from '../../../sandbox/peers/tools.ts'
import { temporaryFolder } from '../../e2e/world.ts'
import { type Category, categoryOf } from './categories.ts'

/** What is measured, and how. */
export interface Target {
  readonly host: string
  /** Version of the specification: `1.0`, `1.1`, or `dev` for what comes after. */
  readonly version: string
  readonly user?: { readonly name: string; readonly password: string }
}

/** One test of the suite. */
export interface SuiteTest {
  readonly name: string
  readonly category: Category
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Why it failed or was skipped. */
  readonly why: string
}

/** What came of a run. */
export interface SuiteRun {
  readonly tests: readonly SuiteTest[]
  /** The suite's own verdict (`Pass`, `FAIL`, `Skip`, `Disabled`) on each of its API and data features. */
  readonly features: Readonly<Record<string, string>>
  /** Which parts were switched on, as the suite says. */
  readonly apis: z.infer<typeof resultsSchema>['config']['apis']
}

const resultsSchema = z.object({
  config: z.object({
    apis: z.object({
      pull: z.boolean(),
      push: z.boolean(),
      blobs: z.looseObject({ delete: z.boolean() }),
      manifests: z.looseObject({ delete: z.boolean() }),
      tags: z.looseObject({ delete: z.boolean(), list: z.boolean() }),
      referrer: z.boolean(),
    }),
  }),
  apis: z.record(z.string(), z.string()),
  data: z.record(z.string(), z.string()),
})

/** Runs the distribution-spec's conformance suite against a registry. Failed tests are a result, not an error. */
export async function runSuite({ host, version, user }: Target): Promise<SuiteRun> {
  const { ociConformance } = await findPeers()
  await using folder = await temporaryFolder()
  const env = {
    OCI_REGISTRY: host,
    OCI_TLS: 'disabled',
    OCI_REPO1: 'conformance/one',
    OCI_REPO2: 'conformance/two',
    OCI_VERSION: version,
    OCI_RESULTS_DIR: folder.path,
    ...(user === undefined ? {} : { OCI_USERNAME: user.name, OCI_PASSWORD: user.password }),
  }
  const { exitCode, stderr } = await tryCommand([ociConformance], { env, cwd: folder.path })
  const read = async (name: string): Promise<string> =>
    await readFile(join(folder.path, name), 'utf8').catch((error: unknown) => {
      // Without a usable configuration it says so and ends with 0.
      throw new Error(`the suite left no ${name}: exit ${exitCode}\n${stderr}`, { cause: error })
    })
  const { config, apis, data } = resultsSchema.parse(parse(await read('results.yaml')))
  const tests = parseTests(await read('junit.xml'))
  const failed = tests.some(({ outcome }) => outcome === 'failed')
  if (failed !== (exitCode !== 0)) throw new Error(`exit ${exitCode} does not fit the results\n${stderr}`)
  return { tests, features: { ...apis, ...data }, apis: config.apis }
}

/** Reads the suite's own JUnit file, whose text and attributes are escaped: no tag can be inside a test case. */
function parseTests(xml: string): SuiteTest[] {
  const cases = [...xml.matchAll(/<testcase name="([^"]*)"[^>]* status="(\w+)">(.*?)<\/testcase>/gs)]
  if (cases.length !== xml.split('<testcase ').length - 1) throw new Error('test cases in an unknown form')
  return cases.map(([, path = '', status, content = '']) => {
    const name = unescapeXml(path).split('/').slice(1).join('/')
    const printed = (tag: string): string =>
      unescapeXml(new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(content)?.[1] ?? '')
    // What is printed as an error is the log of the requests, or the reason it was not run.
    const why = printed('system-out') || printed('system-err').split('\n').slice(1, 2).join('')
    return { name, category: categoryOf(name), ...outcomeOf(status, why.trim()) }
  })
}

function outcomeOf(status: string | undefined, why: string): Pick<SuiteTest, 'outcome' | 'why'> {
  if (status === 'passed') return { outcome: 'passed', why: '' }
  return { outcome: status === 'skipped' ? 'skipped' : 'failed', why }
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }
  return text.replaceAll(/&(?:#x([0-9A-Fa-f]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(parseInt(String(hex), 16))
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    return named[String(name)] ?? whole
  })
}
