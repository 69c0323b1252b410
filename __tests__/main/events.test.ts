import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { parseKeyValues } from '../../sandbox/runner/key-values.ts'
import { changed, exampleOf, examplesOf, type Payload, RUNNER, textAt } from '../fixtures/event.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'

const MAIN = new URL('../../src/main/index.ts', import.meta.url).href

/** A job of an event, with a registry of its own, whose steps run from the sources. */
async function startJob(event: string, payload: Payload, environment: NodeJS.ProcessEnv) {
  const registry = await startRegistry()
  onTestFinished(async () => await registry.close())
  const folder = writeTree(temporaryFolder(), {
    'event.json': JSON.stringify(payload),
    'workspace/dist/index.html': 'hello',
    home: null,
    temporary: null,
  })
  const image = `${registry.host}/team/app`
  const step = async (verb: 'build' | 'deploy', inputs: Readonly<Record<string, string>>) => {
    const files = { outputs: join(folder, `${verb}-outputs`), summary: join(folder, `${verb}-summary`) }
    for (const file of Object.values(files)) writeFileSync(file, '')
    const given = Object.entries({ image, ...inputs }).map(([name, value]) => [
      `INPUT_${name.toUpperCase()}`,
      value,
    ])
    const script = `await (await import('${MAIN}')).run('${verb}', '.')`
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', script], {
      env: {
        ...RUNNER,
        PATH: process.env['PATH'] ?? '',
        HOME: join(folder, 'home'),
        RUNNER_TEMP: join(folder, 'temporary'),
        RUNNER_TOOL_CACHE: join(folder, 'temporary'),
        GITHUB_WORKSPACE: join(folder, 'workspace'),
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: join(folder, 'event.json'),
        GITHUB_OUTPUT: files.outputs,
        GITHUB_STEP_SUMMARY: files.summary,
        ...environment,
        ...Object.fromEntries(given),
      },
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
    const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
    const outputs = Object.fromEntries(parseKeyValues(readFileSync(files.outputs, 'utf8')))
    return { exitCode, log, outputs, summary: readFileSync(files.summary, 'utf8') }
  }
  const writes = () => registry.requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD')
  return { registry, image, step, writes }
}

const LAYERS = { engine: 'layers', path: 'dist', settle: '0' }
const mergeCommit = 'c'.repeat(40)
const opened = exampleOf('pull_request', 'opened')
const DEPENDABOT = 'dependabot[bot]'

describe.each([
  {
    what: 'a pull request from a fork',
    payload: changed(opened, 'pull_request.head.repo.full_name', 'stranger/Hello-World'),
    actor: 'stranger',
    says: 'comes from a fork',
  },
  {
    what: 'a pull request of Dependabot, run again by somebody',
    payload: changed(opened, 'pull_request.user.login', DEPENDABOT),
    actor: DEPENDABOT,
    says: 'Dependabot started this',
  },
])('$what', ({ payload, actor, says }) => {
  const environment = {
    GITHUB_SHA: mergeCommit,
    GITHUB_REF: 'refs/pull/2/merge',
    GITHUB_ACTOR: actor,
    GITHUB_TRIGGERING_ACTOR: 'maintainer',
  }

  test('is built without secrets, writes nothing, is green, and says what was not done and why', async () => {
    const { step, writes } = await startJob('pull_request', payload, environment)
    const secrets = { username: 'ci', password: '', push: 'true', tags: 'v1' }
    const { exitCode, log, outputs, summary } = await step('build', { ...LAYERS, ...secrets })
    expect({ exitCode, log }).toMatchObject({ exitCode: 0 })
    expect(outputs).toMatchObject({ commit: mergeCommit, digest: '', reference: '', tag: '', record: '' })
    expect(writes()).toEqual([])
    expect(log).toContain('::notice::')
    for (const text of ['Built, not published', mergeCommit, says, 'Not done', 'Why', 'SHA tag'])
      expect(summary).toContain(text)
  })

  test('is not deployed, and the empty digest is explained', async () => {
    const { step, writes } = await startJob('pull_request', payload, environment)
    const inputs = { environment: 'preview', digest: '', run: 'exit 1', username: 'ci', password: '' }
    const { exitCode, log, summary } = await step('deploy', inputs)
    expect({ exitCode, log }).toMatchObject({ exitCode: 1 })
    expect(log).toContain('DIGEST_MISSING')
    expect(log).toContain('publishes nothing and so has no digest')
    expect(summary).toContain('Refused to deploy')
    expect(writes()).toEqual([])
  })
})

test('an annotated tag finds the build of its commit, and its commit is deployed', async () => {
  const tag = examplesOf('push').find(
    ({ ref, deleted }) => ref === 'refs/tags/simple-tag' && deleted === false,
  )
  const payload = changed(tag ?? {}, 'after', '7'.repeat(40))
  const commit = textAt(payload, 'head_commit.id')
  const environment = { GITHUB_REF: 'refs/tags/simple-tag', GITHUB_SHA: commit }
  const { step, registry } = await startJob('push', payload, environment)
  const branch = await step('build', { ...LAYERS, commit })
  expect(branch.outputs).toMatchObject({ built: 'true', commit })
  const tagged = await step('build', { ...LAYERS, tags: 'v1' })
  expect(tagged.outputs).toMatchObject({ built: 'false', commit, digest: branch.outputs['digest'] })
  expect((await registry.readManifest('team/app', 'v1'))?.digest).toBe(branch.outputs['digest'])
  const deployed = await step('deploy', { environment: 'staging', digest: 'sealed' })
  expect({ log: deployed.log, exitCode: deployed.exitCode }).toMatchObject({ exitCode: 0 })
  expect(deployed.outputs).toMatchObject({ digest: branch.outputs['digest'] })
})

test('a workflow run about a pull request builds its commit, which deploy takes only on request', async () => {
  const payload = changed(exampleOf('workflow_run', 'completed'), 'workflow_run.event', 'pull_request')
  const { step } = await startJob('workflow_run', payload, {})
  const built = await step('build', LAYERS)
  expect(built.outputs).toMatchObject({ built: 'true', commit: textAt(payload, 'workflow_run.head_sha') })
  expect(JSON.parse(built.outputs['record'] ?? '')).toMatchObject({ event: 'pull_request' })
  const deploy = { environment: 'staging', digest: built.outputs['digest'] ?? '' }
  expect((await step('deploy', deploy)).log).toContain('PULL_REQUEST_BUILD')
  expect(await step('deploy', { ...deploy, 'allow-pull-request': 'true' })).toMatchObject({ exitCode: 0 })
})
