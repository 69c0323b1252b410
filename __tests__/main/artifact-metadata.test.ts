import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ALL_PERMISSIONS } from '../../sandbox/github/access/tokens.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import { startRegistry } from '../../sandbox/registry/server.ts'
import type { JobOptions, StepResult } from '../../sandbox/runner/model.ts'
import { readContext } from '../../src/github/context.ts'
import { openArtifactMetadata } from '../../src/main/artifact-metadata.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { errorsOf, temporaryFolder, writeApplication } from '../e2e/world.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { buildStep, deployStep } from './support/source-step.ts'

type Inputs = Readonly<Record<string, string>>

/** A registry, a workspace, and steps whose jobs speak to GitHub. */
async function place(github: SandboxGitHub, options: Partial<JobOptions> = {}) {
  const registry = await startRegistry()
  const folder = await temporaryFolder()
  onTestFinished(async () => {
    await registry.close()
    await folder[Symbol.asyncDispose]()
  })
  await writeApplication(folder.path)
  const image = `${registry.host}/team/app`
  const { apiUrl, token, repository } = github
  const job: JobOptions = {
    ...{ workspace: folder.path, apiUrl, token, repository, ownerType: 'Organization' },
    ...options,
  }
  let steps = 0
  const next = async (): Promise<string> => {
    const path = join(folder.path, `.step-${(steps += 1)}`)
    await mkdir(path)
    return path
  }
  const commit = github.state.git.head()
  const build = { image, commit, engine: 'layers', path: 'dist', settle: '0' }
  const deploy = { image, commit, digest: 'sealed', environment: 'production', run: 'true' }
  return {
    image,
    commit,
    build: async (inputs: Inputs = {}) => await buildStep(await next(), { ...build, ...inputs }, job),
    deploy: async (inputs: Inputs = {}) => await deployStep(await next(), { ...deploy, ...inputs }, job),
  }
}

function noticesOf({ annotations }: StepResult): readonly string[] {
  const notices = annotations.filter(({ level }) => level === 'notice')
  return notices.map(({ message }) => message).filter((message) => message.includes('linked artifacts'))
}

function recordRequests(github: SandboxGitHub): readonly (string | undefined)[] {
  return github.requests
    .map(({ operation }) => operation)
    .filter((operation) => operation?.startsWith('orgs/') === true)
}

test('a build is recorded once, and a deployment when it has succeeded', { timeout: 240_000 }, async () => {
  const github = await openGitHub()
  const { build, deploy, image, commit } = await place(github)
  const { metadata } = github.state
  const built = await build()
  expect(errorsOf(built)).toBe('')
  const digest = built.outputs['digest'] ?? ''
  expect(metadata.storage.all()).toMatchObject([
    { digest, values: { name: image, registry_url: `https://${image.split('/')[0]}`, status: 'active' } },
  ])
  // Nothing is asked about a commit that is built.
  const before = github.requests.length
  const again = await build()
  expect(again.outputs).toMatchObject({ built: 'false', digest })
  expect(github.requests).toHaveLength(before)

  for (const inputs of [{ run: 'false' }, { 'dry-run': 'true' }, { 'artifact-metadata': 'false' }])
    await deploy(inputs)
  expect(metadata.deployments.all()).toEqual([])
  expect(errorsOf(await deploy())).toBe('')
  expect(metadata.deployments.all()).toMatchObject([
    { digest, values: { logical_environment: 'production', deployment_name: image } },
  ])
  const sent = github.requests.findLast(
    ({ operation }) => operation === 'orgs/create-artifact-deployment-record',
  )
  expect(sent?.body).toMatchObject({ version: commit, github_repository: 'app' })
  // What fails afterwards has not changed what is known to run.
  const failed = await deploy({ run: 'false' })
  expect(errorsOf(failed)).toContain('RUN_FAILED')
  expect(metadata.deployments.all()).toHaveLength(1)
})

test('without the permission both succeed, with one notice each', { timeout: 240_000 }, async () => {
  const { artifact_metadata: _, contents: __, ...permissions } = ALL_PERMISSIONS
  const github = await openGitHub({ permissions: { ...permissions, contents: 'read' } })
  const { build, deploy } = await place(github)
  for (const result of [await build(), await deploy()]) {
    expect(errorsOf(result)).toBe('')
    expect(noticesOf(result)).toHaveLength(1)
    expect(noticesOf(result)[0]).toContain(
      'Add `permissions: artifact-metadata: write` to this job; `artifact-metadata: false` turns this off.',
    )
    expect(result.log).not.toContain(github.token)
  }
  const requests = recordRequests(github)
  const off = await deploy({ 'artifact-metadata': 'false' })
  expect(errorsOf(off)).toBe('')
  expect(noticesOf(off)).toEqual([])
  expect(recordRequests(github)).toEqual(requests)
})

test('GitHub being down changes nothing but that', { timeout: 240_000 }, async () => {
  const github = await openGitHub()
  github.faults.add({ path: /\/orgs\//, fault: { kind: 'reset' }, times: Infinity })
  const { build, deploy } = await place(github)
  for (const result of [await build(), await deploy()]) {
    expect(errorsOf(result)).toBe('')
    expect(noticesOf(result)).toHaveLength(1)
  }
})

describe.each<[string, Parameters<typeof openGitHub>[0], Partial<JobOptions>]>([
  ['a user', { ownerType: 'User' }, { ownerType: 'User' }],
  ['GitHub Enterprise Server', { product: 'ghes' }, {}],
])('for %s', (_name, options, job) => {
  test('no record is asked for, and nothing is said', { timeout: 240_000 }, async () => {
    const github = await openGitHub(options)
    const { build, deploy } = await place(github, job)
    for (const result of [await build(), await deploy()]) {
      expect(errorsOf(result)).toBe('')
      expect(noticesOf(result)).toEqual([])
    }
    expect(recordRequests(github)).toEqual([])
  })
})

describe('there is an inventory', () => {
  const context = readContext({})
  const open = (image: string, environment: NodeJS.ProcessEnv, token: string | undefined = 'secret') => {
    const inputs = { image: parseRepository(image), token, 'artifact-metadata': true }
    return openArtifactMetadata(inputs, context, createMemoryLog(), environment)
  }
  const repository = { GITHUB_REPOSITORY: 'octo-org/app' }

  test.each([
    'https://api.github.com',
    'https://api.octo.ghe.com',
    // Of that somebody hears who wants to record something.
    'nonsense',
    '',
  ])('at %j', (url) => {
    expect(open('ghcr.io/octo-org/app', { ...repository, GITHUB_API_URL: url })).toBeDefined()
  })

  test.each([
    ['on GitHub Enterprise Server', { ...repository, GITHUB_API_URL: 'https://git.example.com/api/v3' }],
    ['on one with a slash at its end', { ...repository, GITHUB_API_URL: 'https://git.example.com/api/v3/' }],
    ['outside of a repository', {}],
  ])('but not %s', (_name, environment) => {
    expect(open('ghcr.io/octo-org/app', environment)).toBeUndefined()
  })

  test('but not without a token', () => {
    const inputs = { image: parseRepository('ghcr.io/octo-org/app'), 'artifact-metadata': true }
    expect(openArtifactMetadata(inputs, context, createMemoryLog(), repository)).toBeUndefined()
  })

  test.each(['localhost:5000/app', '127.0.0.1:5000/app', '[::1]:5000/app'])(
    'but not of %s, which only this machine can pull, unless GitHub is played there as well',
    (image) => {
      expect(open(image, repository)).toBeUndefined()
      expect(open(image, { ...repository, GITHUB_API_URL: 'https://api.github.com' })).toBeUndefined()
      expect(open(image, { ...repository, GITHUB_API_URL: 'http://127.0.0.1:1234' })).toBeDefined()
    },
  )
})
