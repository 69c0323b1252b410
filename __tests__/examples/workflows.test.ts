import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { parseActionFile } from '../../scripts/docs/action-file.ts'
import { parseBuildInputs } from '../../src/verbs/build/inputs.ts'
import { parseDeployInputs } from '../../src/verbs/deploy/inputs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const stepSchema = z.looseObject({
  id: z.string().optional(),
  uses: z.string().optional(),
  with: z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])).optional(),
})
const jobSchema = z.looseObject({
  permissions: z.record(z.string(), z.string()).optional(),
  environment: z
    .union([
      z.string(),
      z.strictObject({ name: z.string(), deployment: z.boolean() }).transform(({ name }) => name),
    ])
    .optional(),
  outputs: z.record(z.string(), z.string()).optional(),
  steps: z.array(stepSchema).optional(),
})
const workflowSchema = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  jobs: z.record(z.string(), jobSchema),
})
type Step = z.infer<typeof stepSchema>
type Job = z.infer<typeof jobSchema>

const OURS = {
  'org/build-once@v1': { action: parseActionFile(read('action.yml')), check: parseBuildInputs },
  'org/build-once/deploy@v1': {
    action: parseActionFile(read('deploy/action.yml')),
    check: parseDeployInputs,
  },
} as const

function ourAction({ uses }: Step) {
  return Object.entries(OURS).find(([name]) => name === uses)?.[1]
}

const folder = 'examples/workflows'
const examples = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)
const ownWorkflows = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`)
const pages = [
  ...['README.md', 'deploy/README.md', 'examples/web-app/README.md'],
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
]

/** The snippets of a page that are YAML: whole workflows, a job, steps, or some inputs of a step. */
function snippets(page: string): readonly { readonly text: string; readonly jobs: readonly Job[] }[] {
  return [...read(page).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => {
    const body: unknown = parse(text)
    if (Array.isArray(body)) return { text, jobs: [{ steps: z.array(stepSchema).parse(body) }] }
    const isInputs = Object.values(Object(body)).every((value) => typeof value !== 'object')
    if (isInputs) return { text, jobs: [] }
    const workflow = workflowSchema.safeParse(body)
    const jobs = workflow.success ? workflow.data.jobs : z.record(z.string(), jobSchema).parse(body)
    return { text, jobs: Object.values(jobs) }
  })
}

const sources = [
  ...[...examples, ...ownWorkflows].map((path) => {
    const text = read(path)
    return { path, text, jobs: Object.values(workflowSchema.parse(parse(text)).jobs) }
  }),
  ...pages.flatMap((path) =>
    snippets(path).map((snippet, index) => ({ path: `${path}, snippet ${index + 1}`, ...snippet })),
  ),
]

/** A plausible value for an expression; the actions see values, never expressions. */
function evaluate(name: string, value: string | boolean | number): string {
  const text = String(value)
  if (name === 'digest' && text.startsWith('${{')) return `sha256:${'0'.repeat(64)}`
  if (name === 'commit' && text.startsWith('${{')) return '1'.repeat(40)
  if (name === 'push' && text.startsWith('${{')) return 'true'
  if (name === 'image' && text === '${{ env.IMAGE }}') return 'ghcr.io/owner/app'
  return text.replaceAll(/\$\{\{ *[\w.-]*?([\w-]+) *\}\}/g, '$1').replaceAll(/\$\{\{.*?\}\}/g, 'x')
}

describe.each(sources)('$path', ({ text, jobs }) => {
  const steps = jobs.flatMap((job) => job.steps ?? [])

  test('gives our actions inputs they accept', () => {
    for (const step of steps) {
      const ours = ourAction(step)
      if (ours === undefined) continue
      const given = Object.entries(step.with ?? {})
      expect(Object.keys(ours.action.inputs)).toEqual(expect.arrayContaining(given.map(([name]) => name)))
      // The runner gives an action its defaults as well.
      const defaults = Object.entries(ours.action.inputs).map(
        ([name, input]) => [name, input.default ?? ''] as const,
      )
      const raw = new Map([...defaults, ...given].map(([name, value]) => [name, evaluate(name, value)]))
      expect(() => ours.check(raw), JSON.stringify(step.with)).not.toThrow()
    }
  })

  test('reads only outputs that our actions have', () => {
    for (const [, id, output = ''] of text.matchAll(/steps\.(\w+)\.outputs\.([\w-]+)/g)) {
      const ours = ourAction(steps.find((step) => step.id === id) ?? {})
      if (ours !== undefined) expect(Object.keys(ours.action.outputs)).toContain(output)
    }
  })

  test('pins actions of others by commit id, with the version', () => {
    const uses = [...text.matchAll(/uses: +(\S+)( +#.*)?$/gm)].map(([, action = '', comment = '']) => ({
      action,
      comment: comment.trim(),
    }))
    const foreign = uses.filter(({ action }) => !(action in OURS) && !action.startsWith('./'))
    const loose = foreign.filter(
      ({ action, comment }) =>
        !/^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/.test(action) || !/^# v\d+\.\d+\.\d+$/.test(comment),
    )
    expect(loose).toEqual([])
    expect(uses.length).toBe(
      steps.length === 0 ? uses.length : steps.filter((step) => step.uses).length + callers(jobs),
    )
  })

  test('checks out without leaving credentials behind', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
  })
})

/** Jobs that call a workflow have `uses` themselves. */
function callers(jobs: readonly Job[]): number {
  return jobs.filter((job) => 'uses' in job).length
}

test('one version of an action has one commit id everywhere', () => {
  const pins = new Map<string, Set<string>>()
  for (const { text } of sources)
    for (const [, action = '', id = ''] of text.matchAll(/uses: +([\w./-]+)@([0-9a-f]{40})/g))
      pins.set(action, (pins.get(action) ?? new Set()).add(id))
  expect(pins.size).toBeGreaterThan(3)
  expect([...pins].filter(([, ids]) => ids.size > 1)).toEqual([])
})

describe.each([...examples, ...ownWorkflows])('%s', (path) => {
  const workflow = workflowSchema.parse(parse(read(path)))

  test('gives nothing to every job, and to each job what it needs', () => {
    expect(workflow.permissions).toEqual({})
    expect(Object.entries(workflow.jobs).filter(([, job]) => job.permissions === undefined)).toEqual([])
  })
})

describe.each(examples)('%s', (path) => {
  const { jobs } = workflowSchema.parse(parse(read(path)))

  test('deploys in a job of the same environment, with permission to record it', () => {
    for (const job of Object.values(jobs)) {
      for (const step of job.steps ?? []) {
        if (step.uses !== 'org/build-once/deploy@v1') continue
        expect(step.with?.['environment']).toBe(job.environment)
        expect(job.permissions).toMatchObject({ packages: 'read', deployments: 'write' })
      }
    }
  })

  test('deploys one at a time, without a deployment that GitHub adds by itself', () => {
    const deploying = Object.entries(jobs).filter(([, { steps = [] }]) =>
      steps.some(({ uses }) => uses === 'org/build-once/deploy@v1'),
    )
    const { jobs: written } = z
      .looseObject({ jobs: z.record(z.string(), z.unknown()) })
      .parse(parse(read(path)))
    for (const [name] of deploying) {
      expect(written[name]).toMatchObject({
        environment: { deployment: false },
        concurrency: { group: expect.stringMatching(/^deploy-/) },
      })
    }
  })

  test('passes nothing but the bare digest between jobs', () => {
    const outputs = Object.values(jobs).flatMap((job) => Object.keys(job.outputs ?? {}))
    expect(outputs.filter((name) => name !== 'digest')).toEqual([])
  })
})
