import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findStep } from '../../src/github/step-position.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { commit, otherCommit } from '../fixtures/samples.ts'

const FILE = '.github/workflows/ci.yml'
const USES = 'org/build-once@v1'

const WORKFLOW = `name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: ${USES}
        id: build
        with:
          image: ghcr.io/owner/app
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      # The artifact of the commit.
      - name: Build
        id: build
        uses: ${USES}
        with:
          image: ghcr.io/owner/app
          "push": true
          tags: |
            v1
            v2
          password: \${{ secrets.PASSWORD }}
      - uses: org/build-once/deploy@v1
        with: {image: ghcr.io/owner/app, environment: staging}
`

const ENVIRONMENT = {
  GITHUB_REPOSITORY: 'owner/app',
  GITHUB_WORKFLOW_REF: `owner/app/${FILE}@refs/heads/main`,
  GITHUB_WORKFLOW_SHA: commit,
  GITHUB_JOB: 'build',
  GITHUB_ACTION: 'build',
  GITHUB_ACTION_REPOSITORY: 'org/build-once',
  INPUT_IMAGE: 'ghcr.io/owner/app',
  INPUT_PUSH: 'true',
  INPUT_TAGS: 'v1\nv2\n',
  INPUT_PASSWORD: 's3cret',
  INPUT_ENGINE: 'docker',
}

async function find(
  environment: NodeJS.ProcessEnv = {},
  { text = WORKFLOW, folder = '', head = String(commit) } = {},
) {
  const workspace = writeTree(temporaryFolder(), { [FILE]: text })
  const given = { ...ENVIRONMENT, GITHUB_WORKSPACE: workspace, ...environment }
  return await findStep(given, folder, async () => (head === '' ? undefined : head))
}

const lineOf = (text: string, from = 'The artifact'): number =>
  WORKFLOW.slice(0, WORKFLOW.indexOf(text, WORKFLOW.indexOf(from))).split('\n').length

describe('the step', () => {
  test('by its id, in its job, with the lines of its inputs', async () => {
    const found = await find()
    expect(found).toMatchObject({ file: FILE, line: lineOf('uses: ') })
    for (const input of ['image', 'push', 'tags', 'password'])
      expect([input, found?.lineOf(input)]).toEqual([
        input,
        lineOf(input === 'push' ? '"push"' : `${input}:`),
      ])
    expect(found?.lineOf('TAGS')).toBe(lineOf('tags:'))
    expect(found?.lineOf('engine')).toBeUndefined()
  })

  test('of another job', async () => {
    expect(await find({ GITHUB_JOB: 'test' })).toMatchObject({ line: lineOf(USES, 'name: CI') })
  })

  test('without an id, in flow style', async () => {
    const environment = { GITHUB_ACTION: '__org_build-once_deploy', INPUT_ENVIRONMENT: 'staging' }
    const found = await find(environment, { folder: 'deploy' })
    expect(found).toMatchObject({ line: lineOf('org/build-once/deploy') })
    expect(found?.lineOf('environment')).toBe(lineOf('environment: staging'))
  })

  test('that runs beside others', async () => {
    const text = `jobs:
  build:
    steps:
      - parallel:
          - uses: org/build-once/deploy@v1
            with: { environment: one }
          - uses: org/build-once/deploy@v1
            with:
              environment: two
      - uses: org/build-once/deploy@v1
        with: { environment: '\${{ inputs.environment }}' }
`
    const action = { GITHUB_ACTION: '__org_build-once_deploy' }
    const found = await find({ ...action, INPUT_ENVIRONMENT: 'three' }, { text, folder: 'deploy' })
    expect(found?.line).toBe(10)
    const only = text.replace(/^ {6}- uses[^]*$/m, '')
    const beside = await find({ ...action, INPUT_ENVIRONMENT: 'two' }, { text: only, folder: 'deploy' })
    expect([beside?.line, beside?.lineOf('environment')]).toEqual([7, 9])
    // It may be the last one as well.
    expect(await find({ ...action, INPUT_ENVIRONMENT: 'two' }, { text, folder: 'deploy' })).toBeUndefined()
  })

  test('of the repository itself', async () => {
    const text = WORKFLOW.replaceAll(USES, './').replaceAll('org/build-once/deploy@v1', './deploy')
    expect(await find({ GITHUB_ACTION_REPOSITORY: '' }, { text })).toMatchObject({ line: lineOf('uses: ') })
    const deploy = { GITHUB_ACTION_REPOSITORY: '', GITHUB_ACTION: '__self', INPUT_ENVIRONMENT: 'staging' }
    expect(await find(deploy, { text, folder: 'deploy' })).toMatchObject({
      line: lineOf('org/build-once/deploy'),
    })
  })

  /** The workflow without its last job, whose place something else takes. */
  const first = WORKFLOW.slice(0, WORKFLOW.indexOf('  build:'))
  test.each([
    {
      what: 'its inputs',
      text: `${first.replace('with:', 'with: &inputs')}  build:\n    steps:\n      - {id: build, with: *inputs, uses: ${USES}}\n`,
      uses: 13,
    },
    {
      what: 'the step',
      text: `${first.replace('- uses', '- &step\n        uses')}  build:\n    steps: [*step, *step]\n`,
      uses: 8,
    },
    {
      what: 'all steps',
      text: `${first.replace('steps:', 'steps: &steps')}  build:\n    steps: *steps\n`,
      uses: 7,
    },
    { what: 'the job', text: `${first.replace('test:', 'test: &job')}  build: *job\n`, uses: 7 },
  ])('with an alias for $what: where it is written', async ({ text, uses }) => {
    const found = await find({}, { text })
    expect(found?.line).toBe(uses)
    expect(text.split('\n')[uses - 1]).toContain(`uses: ${USES}`)
    expect(text.split('\n')[(found?.lineOf('image') ?? 0) - 1]).toBe('          image: ghcr.io/owner/app')
  })

  test('with line ends of Windows', async () => {
    expect(await find({}, { text: WORKFLOW.replaceAll('\n', '\r\n') })).toMatchObject({
      line: lineOf('uses: '),
    })
  })
})

describe('no position for', () => {
  const again = WORKFLOW.replace(
    '      - uses: org/build-once/deploy@v1\n',
    `      - uses: org/build-once/deploy@v1\n        with: {image: ghcr.io/owner/app, environment: staging}\n      - uses: org/build-once/deploy@v1\n`,
  )
  const called = WORKFLOW.replace('jobs:\n', 'jobs:\n  called:\n    uses: ./.github/workflows/other.yml\n')
  test.each<{ what: string; environment?: NodeJS.ProcessEnv; more?: Parameters<typeof find>[1] }>([
    { what: 'a checkout of another commit', more: { head: otherCommit } },
    { what: 'no checkout', more: { head: '' } },
    { what: 'a runner that does not say the commit', environment: { GITHUB_WORKFLOW_SHA: '' } },
    {
      what: 'a workflow of another repository',
      environment: { GITHUB_WORKFLOW_REF: `other/app/${FILE}@refs/heads/main` },
    },
    { what: 'a path out of the folder', environment: { GITHUB_WORKFLOW_REF: 'owner/app/../../x.yml@main' } },
    {
      what: 'a file that is not there',
      environment: { GITHUB_WORKFLOW_REF: 'owner/app/.github/workflows/x.yml@main' },
    },
    { what: 'an environment without a runner', environment: { GITHUB_WORKFLOW_REF: undefined } },
    { what: 'an unknown job', environment: { GITHUB_JOB: 'other' } },
    { what: 'an unknown step', environment: { GITHUB_ACTION: 'other' } },
    { what: 'another action', environment: { GITHUB_ACTION_REPOSITORY: 'other/build-once' } },
    { what: 'the other action of the repository', more: { folder: 'deploy' } },
    { what: 'a step whose text is not what arrived', environment: { INPUT_IMAGE: 'ghcr.io/owner/other' } },
    { what: 'a step with an input that did not arrive', environment: { INPUT_PASSWORD: undefined } },
    {
      what: 'one of two steps that are alike',
      environment: { GITHUB_ACTION: '__org_build-once_deploy', INPUT_ENVIRONMENT: 'staging' },
      more: { text: again, folder: 'deploy' },
    },
    { what: 'a workflow that calls another, whose jobs may have the same names', more: { text: called } },
    { what: 'text that is not YAML', more: { text: `${WORKFLOW}\t- : [` } },
    { what: 'an empty file', more: { text: '' } },
    { what: 'a file that is too large', more: { text: `${WORKFLOW}#${' '.repeat(1024 * 1024)}` } },
    {
      what: 'two documents in one file',
      more: { text: `${WORKFLOW}---\n${WORKFLOW}` },
    },
    {
      what: 'an alias that leads nowhere',
      more: {
        text: WORKFLOW.replace(
          'steps:\n      - uses: actions',
          'steps: *none\n    more:\n      - uses: actions',
        ),
      },
    },
    {
      what: 'one of two steps whose inputs are aliases',
      environment: { GITHUB_ACTION: '__org_build-once_deploy', INPUT_ENVIRONMENT: 'staging' },
      more: {
        folder: 'deploy',
        text: `${WORKFLOW.replace('with: {image', 'with: &w {image')}      - uses: org/build-once/deploy@v1\n        with: *w\n`,
      },
    },
    { what: 'steps that are no list', more: { text: 'jobs:\n  build:\n    steps: 7\n' } },
    { what: 'jobs that are no map', more: { text: 'jobs: [build]\n' } },
    { what: 'a job that is empty', more: { text: 'jobs:\n  build:\n' } },
  ])('$what', async ({ environment = {}, more = {} }) => {
    expect(await find(environment, more)).toBeUndefined()
  })
})

test('whatever is in the file, a position is in the file', async () => {
  const pieces = fc.constantFrom(
    ...WORKFLOW.split('\n'),
    '- &a {}',
    '*a',
    '<<: *a',
    '  ? x',
    '\t',
    '%',
    '---',
    '"',
  )
  const texts = fc.array(pieces, { maxLength: 40 }).map((lines) => lines.join('\n'))
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      const found = await find({}, { text })
      if (found !== undefined) expect(text.split('\n')[found.line - 1]).toContain(USES)
    }),
    { numRuns: 60 },
  )
})
