import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readDescription } from '../../sandbox/github/description/read.ts'
import { type CallId, CALLS } from '../../scripts/docs/permissions/calls.ts'
import { type JobId, JOBS } from '../../scripts/docs/permissions/jobs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'src', 'github')

/** `{ref}` and `${owner}` stand for anything. */
function shapeOf(route: string): string {
  return route.replaceAll(/\$?\{[^}]*\}/g, '*')
}

/** Every route that stands in the sources, whether a test leads to it or not. */
function routesInSources(): readonly string[] {
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, ''))
    .flatMap((source) => [...source.matchAll(/['`]((?:DELETE|GET|PATCH|POST|PUT) \/[^'`]*)['`]/g)])
    .map(([, route = '']) => shapeOf(route))
}

test('every route in the sources is on the page, and no other', () => {
  const listed = (Object.keys(CALLS) as CallId[]).map((id) => {
    const { method, path } = readDescription('github.com').operations[id] ?? expect.fail(id)
    return shapeOf(`${method} ${path}`)
  })
  const written = [...new Set(routesInSources())]
  // One of two, which a variable chooses: `*-record`.
  const matches = (route: string, one: string): boolean =>
    new RegExp(`^${route.replaceAll('*', '[^/]+')}$`).test(one)
  expect(written.filter((route) => !listed.some((one) => matches(route, one)))).toEqual([])
  expect(listed.filter((one) => !written.some((route) => matches(route, one)))).toEqual([])
})

interface Step {
  readonly uses?: string
  readonly with?: Readonly<Record<string, string>>
}

interface Workflow {
  readonly jobs: Readonly<
    Record<
      string,
      { readonly permissions?: Readonly<Record<string, string>>; readonly steps?: readonly Step[] }
    >
  >
}

function jobOf({ uses, with: inputs = {} }: Step): JobId | undefined {
  if (uses === 'org/build-once@v1') return inputs['seal'] === 'git' ? 'build-git' : 'build'
  if (uses !== 'org/build-once/deploy@v1') return undefined
  return inputs['records'] === 'registry' ? 'deploy-registry' : 'deploy'
}

/** Every job of ours in a workflow, with the permissions it is given. */
function ourJobs({ jobs }: Workflow) {
  return Object.values(jobs).flatMap(({ permissions = {}, steps = [] }) =>
    steps.flatMap((step) => {
      const id = jobOf(step)
      return id === undefined ? [] : [{ id, permissions }]
    }),
  )
}

/** What is recommended for a job everywhere, and not in organizations only. */
function recommendedFor(id: JobId): Readonly<Record<string, string>> {
  const names = Object.keys(JOBS[id].permissions).filter((one) => !one.startsWith('artifact-metadata'))
  return Object.fromEntries(names.map((one) => one.split(': ')))
}

const examples = join(root, 'examples', 'workflows')

test.each(readdirSync(examples))('the jobs of %s have the permissions that are recommended', (name) => {
  const ours = ourJobs(parse(readFileSync(join(examples, name), 'utf8')) as Workflow)
  expect(ours.length).toBeGreaterThan(0)
  for (const { id, permissions } of ours) expect(permissions).toMatchObject(recommendedFor(id))
})

test.each([
  { page: 'README.md', heading: '## Quick start', ids: ['build', 'deploy', 'deploy'] },
  { page: 'deploy/README.md', heading: '## Usage', ids: ['deploy'] },
])('$heading in $page gives what is recommended, and nothing else', ({ page, heading, ids }) => {
  const [, section = ''] = readFileSync(join(root, page), 'utf8').split(`\n${heading}\n`)
  const [, text = ''] = /```yaml\n([\s\S]*?)```/.exec(section) ?? []
  const shown = parse(text)
  const ours = ourJobs('jobs' in shown ? shown : { jobs: shown })
  expect(ours.map(({ id }) => id)).toEqual(ids)
  for (const { id, permissions } of ours) expect(permissions).toEqual(recommendedFor(id))
})
