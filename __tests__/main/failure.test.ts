import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parseCommand } from '../../sandbox/runner/workflow-commands.ts'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'
import { RUNNER } from '../fixtures/event.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { commitAll } from '../fixtures/git.ts'

const MAIN = new URL('../../src/main/index.ts', import.meta.url).href
const FILE = '.github/workflows/ci.yml'
const WORKFLOW = `jobs:
  build:
    steps:
      - uses: org/build-once@v1
        with:
          image: GHCR.io/Owner/App
          tags: 'a b'
      - uses: org/build-once/deploy@v1
        with:
          image: ghcr.io/owner/app
          environment: staging
          digest: \${{ needs.build.outputs.digest }}
`

interface Shown {
  readonly message: string
  readonly title: string | undefined
  readonly file: string | undefined
  readonly line: string | undefined
}

/** The errors of a step, run from the sources in a checkout that holds its workflow file. */
function errorsOf(
  verb: 'build' | 'deploy',
  inputs: Record<string, string>,
  more: NodeJS.ProcessEnv = {},
  workflow = WORKFLOW,
) {
  const workspace = writeTree(temporaryFolder(), { [FILE]: workflow })
  const head = commitAll(workspace)
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', `await (await import('${MAIN}')).run('${verb}', '.')`],
    {
      encoding: 'utf8',
      env: {
        ...COMPILE_CACHE,
        PATH: process.env['PATH'] ?? '',
        ...RUNNER,
        RUNNER_TEMP: temporaryFolder(),
        GITHUB_WORKSPACE: workspace,
        GITHUB_SHA: head,
        GITHUB_WORKFLOW_SHA: head,
        GITHUB_WORKFLOW_REF: `owner/app/${FILE}@refs/heads/main`,
        GITHUB_ACTION: '__org_build-once',
        GITHUB_ACTION_REPOSITORY: 'org/build-once',
        ...Object.fromEntries(given),
        ...more,
      },
    },
  )
  expect(status).toBe(1)
  const commands = stdout.split('\n').flatMap((text) => parseCommand(text, (name) => name === 'error') ?? [])
  return commands.map(
    ({ data, properties }): Shown => ({
      message: data,
      title: properties.get('title'),
      file: properties.get('file'),
      line: properties.get('line'),
    }),
  )
}

describe('an error stands in the workflow file', () => {
  test('wrong inputs: all of them at the step, and each at its line', () => {
    const errors = errorsOf('build', { image: 'GHCR.io/Owner/App', tags: 'a b' })
    const [all, ...each] = errors
    expect(all).toMatchObject({ title: 'INPUT_INVALID', file: FILE, line: '4' })
    expect(all?.message).toMatch(/^INPUT_INVALID: .*\n {2}- image: .*\n {2}- tags: /s)
    expect(each).toMatchObject([
      { title: 'INPUT_INVALID', file: FILE, line: '6' },
      { title: 'INPUT_INVALID', file: FILE, line: '7' },
    ])
    expect(each.map(({ message }) => message.split(':')[0])).toEqual(['image', 'tags'])
  })

  test('one wrong input: at its line', () => {
    const fine = WORKFLOW.replace('GHCR.io/Owner/App', 'ghcr.io/owner/app')
    const one = errorsOf('build', { image: 'ghcr.io/owner/app', tags: 'a b' }, {}, fine)
    expect(one).toMatchObject([{ title: 'INPUT_INVALID', file: FILE, line: '7' }])
    expect(one[0]?.message).toContain('INPUT_INVALID: tags: "a b"')
  })

  test('an empty digest: at the line that passes it', () => {
    const inputs = { image: 'ghcr.io/owner/app', environment: 'staging', digest: '', 'dry-run': 'true' }
    const errors = errorsOf('deploy', inputs, { GITHUB_ACTION: '__org_build-once_deploy' })
    expect(errors).toMatchObject([{ title: 'DIGEST_MISSING', file: FILE, line: '12' }])
  })

  test('an event that says nothing: at the step', () => {
    const inputs = { image: 'ghcr.io/owner/app', environment: 'staging', digest: 'sealed' }
    const more = { GITHUB_ACTION: '__org_build-once_deploy', GITHUB_EVENT_NAME: 'issues' }
    expect(errorsOf('deploy', inputs, more)).toMatchObject([
      { title: 'EVENT_REFUSED', file: FILE, line: '8' },
    ])
  })

  test('where the step is not certain: nowhere, but it is said all the same', () => {
    const errors = errorsOf('build', { image: 'x', tags: 'a b' })
    expect(errors).toMatchObject([{ title: 'INPUT_INVALID', file: undefined, line: undefined }])
  })

  test('where git cannot read the checkout: nowhere', () => {
    const errors = errorsOf(
      'build',
      { image: 'GHCR.io/Owner/App', tags: 'a b' },
      { SOURCE_DATE_EPOCH: 'never' },
    )
    expect(errors).toMatchObject([{ title: 'INPUT_INVALID', file: undefined }])
  })

  test('an event file that is broken', () => {
    const path = `${writeTree(temporaryFolder(), { 'event.json': '{' })}/event.json`
    const inputs = { image: 'GHCR.io/Owner/App', tags: 'a b' }
    expect(errorsOf('build', inputs, { GITHUB_EVENT_PATH: path })).toMatchObject([
      { title: 'EVENT_REFUSED', file: FILE, line: '4' },
    ])
  })
})

test('a message that is longer than the runner keeps: the hint is in the annotation, the rest in the log', () => {
  const registries = Array.from({ length: 400 }, (_, at) => `input-${at}: x`)
  const script = `
    const { InputError } = await import('${new URL('../../src/domain/error.ts', import.meta.url).href}')
    const { reportFailure } = await import('${new URL('../../src/main/failure.ts', import.meta.url).href}')
    await reportFailure(new InputError(${JSON.stringify(registries)}, { hint: 'Do this.' }), '')`
  const { stdout } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
    env: { ...COMPILE_CACHE, PATH: process.env['PATH'] ?? '' },
  })
  const [command] = stdout.split('\n').flatMap((text) => parseCommand(text, (name) => name === 'error') ?? [])
  expect(command?.data.length).toBeLessThanOrEqual(4096)
  expect(command?.data).toMatch(/^INPUT_INVALID: .*…\n→ Do this\.$/s)
  expect(stdout).toContain('input-399: x')
})
