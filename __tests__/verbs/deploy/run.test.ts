import { describe, expect, test } from 'vitest'
import type { Ancestry } from '../../../src/domain/ancestry.ts'
import type { Commit } from '../../../src/domain/commit.ts'
import { BuildOnceError, RegistryError, VerificationError } from '../../../src/domain/error.ts'
import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import type { Manifest } from '../../../src/domain/manifest.ts'
import { type BuildRecord, encodeRecord, RECORD_TYPES } from '../../../src/domain/record.ts'
import type { Context } from '../../../src/github/context.ts'
import { parseDeployInputs } from '../../../src/verbs/deploy/inputs.ts'
import type { DeployPorts, GuardedResult } from '../../../src/verbs/deploy/ports.ts'
import { deploy, type DeployFailure, type DeployResult } from '../../../src/verbs/deploy/run.ts'
import { deploySummary, failureSummary } from '../../../src/verbs/deploy/summary.ts'
import { CONTEXT, createWorld, type World } from '../../fixtures/build-world.ts'
import { type Around, decorateRecords, decorateRegistry } from '../../fixtures/decorated-registry.ts'
import { createMemoryLog, type MemoryLog } from '../../fixtures/memory-log.ts'
import { createMemoryDeploymentLog, type MemoryDeploymentLog } from '../../fixtures/memory-records.ts'
import {
  amd64,
  arm64,
  attestation,
  buildRecord,
  commit,
  deploymentRecord,
  digestWith,
  IMAGE,
  imageManifest,
  index,
  json,
  nextNonce,
  otherCommit,
  publish,
  repository,
} from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

type Given = Readonly<Record<string, string>>

/** What a script ended with, by its text. */
type Scripts = Readonly<Record<string, Partial<GuardedResult>>>

interface Options {
  readonly given?: Given
  readonly scripts?: Scripts
  readonly artifacts?: readonly { readonly name: string; readonly record: BuildRecord }[] | Error
  readonly context?: Partial<Context>
  readonly deployments?: MemoryDeploymentLog
  readonly ancestry?: Ancestry
  readonly around?: Around
  readonly hashConfig?: DeployPorts['hashConfig']
}

interface Deployment {
  readonly log: MemoryLog
  readonly deployments: MemoryDeploymentLog
  /** What was done outside the registry: `run …`, `unpack …`. */
  readonly events: string[]
  readonly variables: Readonly<Record<string, string>>[]
  readonly failures: DeployFailure[]
  readonly work: Promise<DeployResult>
}

/** A world in which something is sealed for the commit. */
async function sealed(
  manifest: Manifest,
  fields: Partial<BuildRecord> = {},
  world = createWorld(),
): Promise<World> {
  await publish(world.registry, manifest, commit)
  record(world, manifest, fields)
  return world
}

function record(world: World, manifest: Manifest, fields: Partial<BuildRecord> = {}): void {
  const bytes = encodeRecord(
    buildRecord({ digest: manifest.digest, mediaType: manifest.mediaType, ...fields }),
  )
  world.records.plant(repository, manifest.digest, RECORD_TYPES.build, bytes)
}

const none: Around = async (_, proceed) => await proceed()

function start(world: World, options: Options = {}): Deployment {
  const { scripts = {}, artifacts = [], around = none } = options
  const deployments = options.deployments ?? createMemoryDeploymentLog()
  const log = createMemoryLog()
  const events: string[] = []
  const variables: Readonly<Record<string, string>>[] = []
  const failures: DeployFailure[] = []
  const given = { image: IMAGE, environment: 'staging', digest: amd64.digest, ...options.given }
  const inputs = parseDeployInputs(new Map(Object.entries(given)))
  const ports: DeployPorts = {
    registry: decorateRegistry(world.registry, around),
    records: decorateRecords(world.records, around),
    deployments,
    ancestry: options.ancestry ?? { compare: async () => 'ahead' },
    lock: { acquire: async () => ({ release: async () => {} }) },
    checkRunId: undefined,
    protection: undefined,
    artifacts: {
      upload: async () => undefined,
      find: async () => {
        if (artifacts instanceof Error) throw artifacts
        return artifacts
      },
    },
    context: { ...CONTEXT, ...options.context },
    clock: world.clock,
    log,
    guarded: async (script, added) => {
      events.push(`run ${script}`)
      variables.push(added)
      await world.clock.sleep(1000)
      return { exitCode: 0, stdout: '', isTruncated: false, violations: [], ...scripts[script] }
    },
    unpack: async (_, manifest, directory) => {
      events.push(`unpack ${manifest.digest} ${directory}`)
      return { files: 2, bytes: 30 }
    },
    hashConfig: options.hashConfig ?? (async (patterns) => digestWith(String(patterns.length))),
    nonce: nextNonce,
  }
  const target = { repository, commit, environment: inputs.environment }
  const work = deploy(inputs, target, ports, async (failure) => {
    failures.push(failure)
  })
  return { log, deployments, events, variables, failures, work }
}

/** A refusal or failure, and what is left of it. */
async function expectEnd(
  deployment: Deployment,
  code: ErrorCode,
  state: 'refused' | 'failure',
): Promise<BuildOnceError> {
  const error = await expectCode(deployment.work, code)
  expect(deployment.failures).toMatchObject([{ error, state }])
  expect(deployment.deployments.entries.at(-1)).toMatchObject({
    state,
    reason: { code, message: error.message },
  })
  return error
}

describe('a deployment of the sealed digest', () => {
  test('agrees, unpacks, runs, checks what runs, and is recorded', async () => {
    const world = await sealed(amd64)
    const given = { run: 'kubectl apply', running: 'kubectl get', unpack: 'site', config: 'a.yaml\nb.yaml' }
    const scripts = { 'kubectl get': { stdout: `${amd64.digest}\n` } }
    const deployment = start(world, { given, scripts })
    const result = await deployment.work
    expect(deployment.events).toEqual([`unpack ${amd64.digest} site`, 'run kubectl apply', 'run kubectl get'])
    const expected = {
      IMAGE,
      DIGEST: amd64.digest,
      REFERENCE: `${IMAGE}@${amd64.digest}`,
      COMMIT: commit,
      ENVIRONMENT: 'staging',
    }
    expect(deployment.variables).toEqual([expected, expected])
    expect(result).toMatchObject({
      digest: amd64.digest,
      reference: `${IMAGE}@${amd64.digest}`,
      previousDigest: undefined,
      configDigest: digestWith('2'),
      planned: undefined,
      milliseconds: 2000,
    })
    expect(deployment.deployments.entries).toMatchObject([
      {
        id: result.deploymentId,
        releaseId: result.releaseId,
        environment: 'staging',
        repository: IMAGE,
        digest: amd64.digest,
        commit,
        state: 'success',
        reason: null,
        configDigest: digestWith('2'),
        previousDigest: null,
        actor: 'octocat',
        workflowRun: { id: '123' },
        startedAt: '2026-11-23T12:00:00.000Z',
        finishedAt: '2026-11-23T12:00:02.000Z',
        rollback: false,
        overrides: [],
      },
    ])
    expect(deployment.deployments.entries[0]?.evidence.map(({ witness }) => witness)).toEqual([
      'workflow output',
      'build record',
      'SHA tag',
    ])
    expect(deployment.deployments.subjects).toEqual([amd64.digest])
    expect(deployment.failures).toEqual([])
  })

  test('asked for with the word sealed', async () => {
    const deployment = start(await sealed(index), { given: { digest: 'sealed', run: 'x' } })
    expect(await deployment.work).toMatchObject({ digest: index.digest })
    expect(deployment.variables[0]?.['DIGEST']).toBe(index.digest)
  })

  test('asked for by a platform of the sealed index', async () => {
    const deployment = start(await sealed(index), { given: { digest: arm64.digest, run: 'x' } })
    const result = await deployment.work
    expect(result.verified.agreement.child).toBe('linux/arm64/v8')
    expect(deployment.variables[0]?.['DIGEST']).toBe(arm64.digest)
    expect(deployment.deployments.entries[0]?.digest).toBe(arm64.digest)
    expect(deployment.deployments.subjects).toEqual([index.digest])
    expect(deploySummary(result)).toContain('(linux/arm64/v8 of the sealed index)')
  })

  test('with the artifact of this workflow run as one more witness', async () => {
    const artifacts = [{ name: 'build-once-x.json', record: buildRecord() }]
    const deployment = start(await sealed(amd64), { artifacts })
    await deployment.work
    expect(deployment.log.lines.join('\n')).toMatch(/The witnesses agree:\n[^]*workflow artifact/)
  })

  test('keeps as much evidence as a record holds', async () => {
    const artifacts = Array.from({ length: 80 }, (_, n) => ({
      name: `build-once-${n}.json`,
      record: buildRecord(),
    }))
    const deployment = start(await sealed(amd64), { artifacts })
    await deployment.work
    expect(deployment.deployments.entries[0]?.evidence).toHaveLength(50)
  })

  test('has the same release id for the same digest, environment and configuration', async () => {
    const world = await sealed(amd64)
    const idOf = async (given: Given) => (await start(world, { given }).work).releaseId
    const id = await idOf({})
    expect(id).toMatch(/^release-[0-9a-f]{16}$/)
    expect(await idOf({ run: 'x' })).toBe(id)
    expect(await idOf({ environment: 'production' })).not.toBe(id)
    expect(await idOf({ config: 'a.yaml' })).not.toBe(id)
  })
})

describe('the digest that was deployed before', () => {
  test('is that of the last success in this environment', async () => {
    const deployments = createMemoryDeploymentLog()
    deployments.entries.push(
      deploymentRecord({ digest: digestWith('a') }),
      deploymentRecord({ digest: digestWith('b') }),
      deploymentRecord({ digest: digestWith('c'), environment: 'production' }),
      deploymentRecord({ digest: digestWith('d'), state: 'failure' }),
      deploymentRecord({ digest: digestWith('e'), state: 'refused' }),
    )
    const result = await start(await sealed(amd64), { deployments }).work
    expect(result.previousDigest).toBe(digestWith('b'))
    expect(deployments.entries.at(-1)?.previousDigest).toBe(digestWith('b'))
    expect(deploySummary(result)).toContain(`| **Replaces** | \`${digestWith('b')}\` |`)
  })

  test('is the same when it is deployed again', async () => {
    const deployments = createMemoryDeploymentLog()
    const world = await sealed(amd64)
    expect(deploySummary(await start(world, { deployments }).work)).toContain('first deployment')
    const again = await start(world, { deployments }).work
    expect(again.previousDigest).toBe(amd64.digest)
    expect(deploySummary(again)).toContain('the same digest was deployed before')
  })
})

describe('refused, recorded, and nothing is touched, when', () => {
  interface Case {
    readonly description: string
    readonly world: () => Promise<World>
    readonly options?: Options
    readonly code: ErrorCode
    readonly says: string
    /** What the record names as the digest. */
    readonly digest: string | null
  }
  const moved = imageManifest('moved')
  const cases: readonly Case[] = [
    {
      description: 'build inputs are given',
      world: async () => sealed(amd64),
      options: { given: { build_args: 'A=1', context: '.' } },
      code: 'REBUILD_REQUESTED',
      says: '- build_args\n  - context',
      digest: amd64.digest,
    },
    {
      description: 'no digest is given',
      world: async () => sealed(amd64),
      options: { given: { digest: '' } },
      code: 'DIGEST_MISSING',
      says: 'expected sha256:… from the build job, or the word sealed',
      digest: null,
    },
    {
      description: 'nothing is sealed',
      world: async () => createWorld(),
      code: 'NOT_SEALED',
      says: `${IMAGE}:${commit} does not exist`,
      digest: amd64.digest,
    },
    {
      description: 'nothing is sealed and the sealed digest is asked for',
      world: async () => createWorld(),
      options: { given: { digest: 'sealed' } },
      code: 'NOT_SEALED',
      says: 'does not exist',
      digest: null,
    },
    {
      description: 'the tag has no record',
      world: async () => {
        const world = createWorld()
        await publish(world.registry, amd64, commit)
        return world
      },
      code: 'NOT_SEALED',
      says: 'a tag alone proves nothing',
      digest: amd64.digest,
    },
    {
      description: 'the record names another commit',
      world: async () => sealed(amd64, { commit: otherCommit }),
      code: 'RECORD_MISMATCH',
      says: otherCommit,
      digest: amd64.digest,
    },
    {
      description: 'another digest than the sealed one is asked for',
      world: async () => sealed(index),
      options: { given: { digest: digestWith('a') } },
      code: 'DIGEST_MISMATCH',
      says: `expected ${index.digest} (sealed), got ${digestWith('a')}`,
      digest: digestWith('a'),
    },
    {
      description: 'an attestation of the sealed index is asked for',
      world: async () => sealed(index),
      options: { given: { digest: attestation.digest } },
      code: 'DIGEST_MISMATCH',
      says: 'no build record at all',
      digest: attestation.digest,
    },
    {
      description: 'the tag was moved',
      world: async () => {
        const world = await sealed(amd64)
        await publish(world.registry, moved, commit)
        return world
      },
      code: 'TAG_MOVED',
      says: `expected ${amd64.digest} (asked for), got ${moved.digest} (SHA tag)`,
      digest: amd64.digest,
    },
    {
      description: 'the commit was built twice',
      world: async () => sealed(moved, {}, await sealed(amd64)),
      code: 'BUILT_TWICE',
      says: `${amd64.digest} and ${moved.digest}`,
      digest: amd64.digest,
    },
    {
      description: 'this workflow run built another digest',
      world: async () => sealed(amd64),
      options: {
        given: { digest: 'sealed' },
        artifacts: [{ name: 'build-once-x.json', record: buildRecord({ digest: moved.digest }) }],
      },
      code: 'DIGEST_MISMATCH',
      says: `expected ${moved.digest} (workflow artifact)`,
      digest: null,
    },
    {
      description: 'the record cannot be read',
      world: async () => {
        const world = createWorld()
        await publish(world.registry, amd64, commit)
        world.records.plant(
          repository,
          amd64.digest,
          RECORD_TYPES.build,
          json({ schema: 'build-once/build/v2' }),
        )
        return world
      },
      code: 'WITNESS_UNREADABLE',
      says: `The build record at ${amd64.digest} cannot be read`,
      digest: amd64.digest,
    },
    {
      description: 'the workflow artifacts cannot be read',
      world: async () => sealed(amd64),
      options: { artifacts: new TypeError('fetch failed') },
      code: 'WITNESS_UNREADABLE',
      says: 'The workflow artifacts could not be read: fetch failed',
      digest: amd64.digest,
    },
    {
      description: 'a workflow artifact was tampered with',
      world: async () => sealed(amd64),
      options: { artifacts: new VerificationError('WITNESS_UNREADABLE', 'tampered', { hint: 'Look.' }) },
      code: 'WITNESS_UNREADABLE',
      says: 'tampered',
      digest: amd64.digest,
    },
    ...['pull_request', 'pull_request_review', 'pull_request_target'].map((event) => ({
      description: `it was built for ${event}`,
      world: async () => sealed(amd64, { event }),
      code: 'PULL_REQUEST_BUILD' as const,
      says: `got event ${event}`,
      digest: amd64.digest,
    })),
  ]
  test.each(cases)(
    '$description: $code',
    async ({ world, options = {}, code, says, digest }) => {
      const given = { run: 'kubectl apply', unpack: 'site', ...options.given }
      const deployment = start(await world(), { ...options, given })
      const error = await expectEnd(deployment, code, 'refused')
      expect(error.message).toContain(says)
      expect(error.hint).toBeDefined()
      expect(deployment.events).toEqual([])
      expect(deployment.deployments.entries).toHaveLength(1)
      expect(deployment.deployments.entries[0]?.digest).toBe(digest)
      const [failure] = deployment.failures
      if (failure !== undefined) expect(failureSummary(failure)).toContain(`**${code}** `)
    },
    10_000,
  )

  test('the table of the witnesses is in the message and in the summary', async () => {
    const world = await sealed(amd64)
    await publish(world.registry, moved, commit)
    const deployment = start(world)
    const error = await expectEnd(deployment, 'TAG_MOVED', 'refused')
    expect(error.message).toMatch(/\n {2}witness +digest +where read\n/)
    expect(deployment.deployments.entries[0]?.evidence).toHaveLength(4)
    const [failure] = deployment.failures
    const summary = failure === undefined ? '' : failureSummary(failure)
    expect(summary).toContain('### ⛔ Refused to deploy to staging')
    expect(summary).toContain(`| SHA tag | \`${moved.digest}\` | \`${IMAGE}:${commit}\` |`)
    expect(summary).not.toContain('where read\n  ')
  })

  test('the documents of strangers are markup', async () => {
    const world = createWorld()
    await publish(world.registry, amd64, commit)
    record(world, amd64, { repository: '<img src=x>|@all' })
    const deployment = start(world)
    await expectEnd(deployment, 'RECORD_MISMATCH', 'refused')
    const [failure] = deployment.failures
    expect(failure === undefined ? '' : failureSummary(failure)).not.toMatch(/<img|[^\\]@all/)
  })
})

describe('a malformed document beside the record', () => {
  test('does not stand in the way', async () => {
    const world = await sealed(amd64)
    world.records.plant(repository, amd64.digest, RECORD_TYPES.build, json({ schema: 'build-once/build/v2' }))
    const deployment = start(world)
    expect(await deployment.work).toMatchObject({ digest: amd64.digest })
    expect(deployment.log.lines.filter((line) => line.startsWith('warning: '))).toHaveLength(1)
  })
})

describe('a job that cannot push', () => {
  const fork: Partial<Context> = {
    event: 'pull_request',
    payload: { headRepository: 'someone/app', baseRepository: 'owner/app' },
  }
  const dependabot: Partial<Context> = { event: 'pull_request', actor: 'dependabot[bot]' }

  test.each([
    { description: 'a pull request from a fork', context: fork, says: 'is a pull request from a fork' },
    { description: 'Dependabot', context: dependabot, says: 'Dependabot started this' },
  ])('$description: an empty digest is explained, and nothing is written', async ({ context, says }) => {
    const deployment = start(await sealed(amd64), { context, given: { digest: '' } })
    const error = await expectCode(deployment.work, 'DIGEST_MISSING')
    expect(error.hint).toContain(says)
    expect(error.hint).toContain("if: needs.build.outputs.digest != ''")
    expect(deployment.deployments.entries).toEqual([])
    expect(deployment.failures).toMatchObject([{ error, state: 'refused' }])
  })

  test.each([
    { description: 'a pull request from a fork', context: fork, says: 'A pull request from a fork' },
    { description: 'Dependabot', context: dependabot, says: 'A job that Dependabot started' },
  ])('$description deploys nothing, whatever the digest', async ({ context, says }) => {
    for (const digest of [amd64.digest, 'sealed']) {
      const given = { digest, run: 'deploy', 'allow-pull-request': 'true' }
      const deployment = start(await sealed(amd64), { context, given })
      const error = await expectCode(deployment.work, 'EVENT_REFUSED')
      expect(error.message).toContain(`${says} cannot deploy`)
      expect([...deployment.events, ...deployment.deployments.entries, ...deployment.log.lines]).toEqual([])
    }
  })

  test('a dry run, which records nothing, is allowed', async () => {
    const deployment = start(await sealed(amd64), { context: fork, given: { 'dry-run': 'true' } })
    expect(await deployment.work).toMatchObject({ digest: amd64.digest })
  })

  test('an empty digest elsewhere is explained, too', async () => {
    const deployment = start(await sealed(amd64), { given: { digest: '' } })
    const error = await expectCode(deployment.work, 'DIGEST_MISSING')
    expect(error.hint).toContain('masked value')
    expect(error.hint).toContain('a pull request from a fork or of Dependabot')
  })
})

describe('a build of a pull request', () => {
  test.each(['pull_request', 'pull_request_target', 'pull_request_review', 'pull_request_review_comment'])(
    'is refused when the record says %s',
    async (event) => {
      const deployment = start(await sealed(amd64, { event }))
      await expectEnd(deployment, 'PULL_REQUEST_BUILD', 'refused')
    },
  )

  test.each(['push', 'merged_pull_request', 'merge_group', 'workflow_run', 'deployment'])(
    'is not one when the record says %s',
    async (event) => {
      expect(await start(await sealed(amd64, { event })).work).toMatchObject({ digest: amd64.digest })
    },
  )

  test('is deployed with allow-pull-request, which is recorded', async () => {
    const given = { 'allow-pull-request': 'true' }
    const deployment = start(await sealed(amd64, { event: 'pull_request' }), { given })
    await deployment.work
    expect(deployment.deployments.entries).toMatchObject([
      { state: 'success', overrides: ['allow-pull-request'] },
    ])
  })

  test('is deployed when a push built the same bytes of the same commit before', async () => {
    const world = await sealed(amd64, { event: 'push', createdAt: '2026-11-01T00:00:00.000Z' })
    record(world, amd64, { event: 'pull_request' })
    expect(await start(world).work).toMatchObject({ digest: amd64.digest })
  })
})

describe('failed and recorded when', () => {
  test.each([
    { description: 'the registry is down', code: 'REGISTRY_UNAVAILABLE', at: 'readTag' },
    { description: 'the registry denies reading', code: 'REGISTRY_DENIED', at: 'readTag' },
    { description: 'the records cannot be listed', code: 'REGISTRY_UNAVAILABLE', at: 'list' },
  ] as const)('$description', async ({ code, at }) => {
    const around: Around = async (call, proceed) => {
      if (call.startsWith(at)) throw new RegistryError(code, 'no')
      return await proceed()
    }
    const deployment = start(await sealed(amd64), { around, given: { run: 'x' } })
    await expectEnd(deployment, code, 'refused')
    expect(deployment.events).toEqual([])
  })

  test('the script fails', async () => {
    const deployment = start(await sealed(amd64), {
      given: { run: 'x', running: 'y' },
      scripts: { x: { exitCode: 7 } },
    })
    const error = await expectEnd(deployment, 'RUN_FAILED', 'failure')
    expect(error.message).toContain('expected exit code 0, got 7')
    expect(deployment.events).toEqual(['run x'])
    expect(deployment.deployments.entries).toMatchObject([{ digest: amd64.digest, previousDigest: null }])
  })

  test('a configuration file is missing', async () => {
    const hashConfig = async () => {
      throw new RegistryError('CONFIG_MISSING', 'a.yaml: no such file')
    }
    const deployment = start(await sealed(amd64), { given: { run: 'x', config: 'a.yaml' }, hashConfig })
    await expectEnd(deployment, 'CONFIG_MISSING', 'refused')
    expect(deployment.events).toEqual([])
  })

  test('something unforeseen happens', async () => {
    const hashConfig = async () => {
      throw new TypeError('x is not a function')
    }
    const deployment = start(await sealed(amd64), { given: { config: 'a' }, hashConfig })
    await expect(deployment.work).rejects.toThrow(TypeError)
    expect(deployment.deployments.entries).toMatchObject([{ state: 'refused', reason: { code: 'INTERNAL' } }])
  })

  test('the success cannot be recorded: the step fails, and says so once', async () => {
    const deployments = createMemoryDeploymentLog()
    const append = async () => {
      throw new RegistryError('REGISTRY_DENIED', 'no write')
    }
    const deployment = start(await sealed(amd64), { deployments: { ...deployments, append } })
    await expectCode(deployment.work, 'REGISTRY_DENIED')
    expect(deployment.log.lines).toContain('warning: This failure could not be recorded: no write')
  })
})

describe('a script that builds', () => {
  test.each([
    { description: 'and fails', exitCode: 97 },
    { description: 'and ignores the refusal', exitCode: 0 },
  ])('$description is refused', async ({ exitCode }) => {
    const violations = ['docker build', 'npm ci']
    const scripts = { x: { exitCode, violations } }
    const deployment = start(await sealed(amd64), { given: { run: 'x' }, scripts })
    // What it did until then, nobody knows.
    const error = await expectEnd(deployment, 'REBUILD_REQUESTED', 'failure')
    expect(error.message).toBe(
      'The run script tried to build or retag · expected no builds, got:\n  - docker build\n  - npm ci',
    )
  })

  test('as the running command is refused too', async () => {
    const scripts = { y: { stdout: amd64.digest, violations: ['docker tag'] } }
    const deployment = start(await sealed(amd64), { given: { running: 'y' }, scripts })
    const error = await expectEnd(deployment, 'REBUILD_REQUESTED', 'failure')
    expect(error.message).toContain('The running script')
  })
})

describe('what runs', () => {
  const foreign = digestWith('a')
  test.each([
    { description: 'the index', stdout: `${index.digest}\n`, got: undefined },
    { description: 'one of its platforms', stdout: `${amd64.digest}\n`, got: undefined },
    {
      description: 'several pods of several platforms',
      stdout: `${amd64.digest}\n${arm64.digest}\n\n${amd64.digest}`,
      got: undefined,
    },
    {
      description: 'image ids with a repository',
      stdout: `docker-pullable://${IMAGE}@${arm64.digest}`,
      got: undefined,
    },
    { description: 'Windows lines', stdout: `${amd64.digest}\r\n${arm64.digest}\r\n`, got: undefined },
    {
      description: 'several in one line',
      stdout: `${IMAGE}@${amd64.digest} ${IMAGE}@${arm64.digest}`,
      got: undefined,
    },
    { description: 'a foreign digest', stdout: foreign, got: foreign },
    { description: 'a foreign digest among ours', stdout: `${amd64.digest}\n${foreign}\n`, got: foreign },
    {
      description: 'a foreign digest behind ours in one line',
      stdout: `x@${amd64.digest} x@${foreign}`,
      got: foreign,
    },
    { description: 'an attestation', stdout: attestation.digest, got: attestation.digest },
    { description: 'nothing', stdout: '\n \n', got: 'printed no digest' },
    { description: 'a tag', stdout: `${IMAGE}:latest`, got: 'a line without a digest' },
    {
      description: 'a line without a digest among others',
      stdout: `${amd64.digest}\npending`,
      got: 'a line without a digest: "pending"',
    },
    { description: 'a digest with a digit more', stdout: `${amd64.digest}0`, got: `${amd64.digest}0` },
    {
      description: 'a foreign digest of another algorithm beside ours',
      stdout: `${amd64.digest} sha512:${'0'.repeat(128)}`,
      got: 'sha512:0000',
    },
    {
      description: 'a digest in upper case',
      stdout: amd64.digest.toUpperCase(),
      got: 'a line without a digest',
    },
    {
      description: 'a command that fails',
      stdout: amd64.digest,
      exitCode: 1,
      got: 'failed with exit code 1',
    },
  ])('$description', async ({ stdout, got, exitCode = 0 }) => {
    const given = { digest: 'sealed', run: 'x', running: 'y' }
    const deployment = start(await sealed(index), { given, scripts: { y: { stdout, exitCode } } })
    if (got === undefined) {
      expect(await deployment.work).toMatchObject({ digest: index.digest })
      return
    }
    const error = await expectEnd(deployment, 'RUNNING_MISMATCH', 'failure')
    expect(error.message).toContain(`expected ${index.digest}, got `)
    expect(error.message).toContain(got)
  })
})

describe('a dry run', () => {
  test('agrees and touches nothing: no script, no record', async () => {
    const given = { 'dry-run': 'true', run: 'x', running: 'y', unpack: 'z', config: 'a.yaml' }
    const deployment = start(await sealed(amd64), { given })
    const result = await deployment.work
    expect(result).toMatchObject({
      planned: [
        'verify the files of the artifact and unpack them into z',
        'run, with the standard guard: x',
        'check what runs: y',
        'record the deployment to staging',
      ],
      deploymentId: undefined,
      digest: amd64.digest,
      configDigest: digestWith('1'),
    })
    expect(deployment.events).toEqual([])
    expect(deployment.deployments.entries).toEqual([])
    expect(deploySummary(result)).toContain('### 🔎 Dry run: would deploy to staging')
  })

  test('is refused like a deployment, without a record', async () => {
    const deployment = start(createWorld(), { given: { 'dry-run': 'true' } })
    await expectCode(deployment.work, 'NOT_SEALED')
    expect(deployment.failures).toHaveLength(1)
    expect(deployment.deployments.entries).toEqual([])
  })
})

test('a commit is deployed by its own seal, not by that of another commit with the same bytes', async () => {
  const world = await sealed(amd64)
  const other: Commit = otherCommit
  await publish(world.registry, amd64, other)
  record(world, amd64, { commit: other })
  expect((await start(world).work).verified.agreement.record?.commit).toBe(commit)
})
