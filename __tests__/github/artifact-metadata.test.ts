import { describe, expect, test } from 'vitest'
import type { Fault } from '../../sandbox/github/faults.ts'
import type { GitHubOptions } from '../../sandbox/github/options.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import type { Inventoried } from '../../src/domain/artifact-metadata.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { InputError } from '../../src/domain/error.ts'
import { formatRepository, parseRepository } from '../../src/domain/reference.ts'
import { createArtifactMetadata, METADATA_LIMITS } from '../../src/github/artifact-metadata.ts'
import type { EventPayload } from '../../src/github/event-payload.ts'
import { createMemoryLog } from '../fixtures/memory-log.ts'
import { commit, digestWith, otherCommit } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { openApi } from './support/api.ts'

const ORGANIZATION: EventPayload = { ownerType: 'Organization', organization: 'octo-org' }

const app: Inventoried = {
  repository: parseRepository('ghcr.io/octo-org/app'),
  digest: digestWith('a'),
  commit,
}

/** The inventory of a sandbox, and the notices it gave. */
function openMetadata(github: SandboxGitHub, payload = ORGANIZATION, limits = {}) {
  const log = createMemoryLog()
  let opened = 0
  const metadata = createArtifactMetadata({
    open: async () => {
      opened += 1
      return openApi(github, { limits: { ...METADATA_LIMITS, ...limits } }).api
    },
    payload,
    log,
  })
  const notices = (): readonly string[] => log.lines.filter((line) => /^(?:notice|warning)/.test(line))
  return { metadata, log, notices, opened: () => opened }
}

/** What was sent, without what the answer is to hold. */
function sent(github: SandboxGitHub): readonly unknown[] {
  return github.requests.filter(({ method }) => method === 'POST').map(({ body }) => body)
}

/** Records one artifact both ways, in a place that is not there or goes wrong. */
async function recordBoth(github: SandboxGitHub, payload = ORGANIZATION, artifact = app, limits = {}) {
  const opened = openMetadata(github, payload, limits)
  await opened.metadata.stored(artifact)
  await opened.metadata.deployed(artifact, 'production')
  return opened
}

describe('an artifact of an organization', () => {
  test('gets a storage record', async () => {
    const github = await openGitHub()
    const { metadata, log, notices } = openMetadata(github)
    await metadata.stored(app)
    expect(notices()).toEqual([])
    expect(sent(github)).toEqual([
      {
        name: 'ghcr.io/octo-org/app',
        digest: digestWith('a'),
        version: commit,
        registry_url: 'https://ghcr.io',
        repository: 'octo-org/app',
        status: 'active',
        github_repository: 'app',
        return_records: false,
      },
    ])
    expect(github.state.metadata.storage.all()).toMatchObject([
      { digest: digestWith('a'), values: { status: 'active', repository: 'octo-org/app' } },
    ])
    expect(log.lines.at(-1)).toBe(
      `info: Recorded in the linked artifacts of octo-org: storage of ghcr.io/octo-org/app@${digestWith('a')}`,
    )
  })

  test('gets one deployment record for each environment, which says what runs there now', async () => {
    const github = await openGitHub()
    const { metadata, notices } = openMetadata(github)
    const api = { ...app, repository: parseRepository('ghcr.io/octo-org/api') }
    await metadata.deployed(app, 'staging')
    await metadata.deployed(app, 'production')
    await metadata.deployed(api, 'production')
    await metadata.deployed({ ...app, digest: digestWith('b'), commit: otherCommit }, 'production')
    // A rollback is a deployment like any other.
    await metadata.deployed({ ...app, digest: digestWith('c') }, 'staging')
    expect(notices()).toEqual([])
    const now = github.state.metadata.deployments
      .all()
      .map(({ digest, values }) => [values['logical_environment'], values['deployment_name'], digest])
    expect(now).toEqual([
      ['staging', 'ghcr.io/octo-org/app', digestWith('c')],
      ['production', 'ghcr.io/octo-org/app', digestWith('b')],
      ['production', 'ghcr.io/octo-org/api', digestWith('a')],
    ])
    expect(sent(github)[3]).toEqual({
      name: 'ghcr.io/octo-org/app',
      digest: digestWith('b'),
      version: otherCommit,
      status: 'deployed',
      logical_environment: 'production',
      deployment_name: 'ghcr.io/octo-org/app',
      github_repository: 'app',
      return_records: false,
    })
  })

  test.each<[string, EventPayload]>([
    ['the type of the owner', { ownerType: 'Organization' }],
    ['the organization', { organization: 'octo-org' }],
  ])('is known by %s in the event, without asking', async (_, payload) => {
    const github = await openGitHub()
    await recordBoth(github, payload)
    expect(github.requests.map(({ method }) => method)).toEqual(['POST', 'POST'])
  })

  test.each<[string, EventPayload]>([
    ['nothing', {}],
    ['something else', { ownerType: '<not text but number>' }],
  ])('is asked for where the event says %s', async (_, payload) => {
    const github = await openGitHub()
    const { metadata, notices } = openMetadata(github, payload)
    await metadata.stored(app)
    expect(github.requests.map(({ operation }) => operation)).toEqual([
      'repos/get',
      'orgs/create-artifact-storage-record',
    ])
    expect(notices()).toEqual([])
  })
})

describe('nothing is recorded, and nothing said, for a user', () => {
  test('whom the event names; then GitHub is not asked', async () => {
    const github = await openGitHub({ ownerType: 'User' })
    const { log, opened } = await recordBoth(github, { ownerType: 'User' })
    expect(opened()).toBe(0)
    expect(github.requests).toEqual([])
    expect(log.lines).toEqual([])
  })

  test('whom GitHub names', async () => {
    const github = await openGitHub({ ownerType: 'User' })
    const { log } = await recordBoth(github, {})
    expect(github.requests.map(({ operation }) => operation)).toEqual(['repos/get', 'repos/get'])
    expect(log.lines).toEqual([])
  })
})

describe('what cannot be recorded is a notice', () => {
  const none: GitHubOptions = { permissions: { contents: 'read', deployments: 'write' } }

  test('with the permission that is missing, and how to do without it', async () => {
    const github = await openGitHub(none)
    const { notices } = await recordBoth(github)
    expect(notices()).toEqual(
      ['storage', 'deployment'].map(
        (kind) =>
          `notice: No ${kind} record of ghcr.io/octo-org/app@${digestWith('a')} in the organization's linked artifacts: ` +
          `GitHub (POST /orgs/octo-org/artifacts/metadata/${kind}-record) was denied: ` +
          '403 Resource not accessible by integration - https://docs.github.com/rest · ' +
          'expected permission artifact-metadata: write. ' +
          'Add `permissions: artifact-metadata: write` to this job; `artifact-metadata: false` turns this off.',
      ),
    )
  })

  test.each<GitHubOptions['permissions'] & object>([{ artifact_metadata: 'write' }, { contents: 'write' }])(
    'but not with %o',
    async (permissions) => {
      const github = await openGitHub({ permissions })
      const { notices } = await recordBoth(github)
      expect(notices()).toEqual([])
      expect(github.state.metadata.storage.all()).toHaveLength(1)
    },
  )

  test('where GitHub has no such thing, with the permission it may be about', async () => {
    const github = await openGitHub({ ownerType: 'User' })
    const { notices } = await recordBoth(github)
    expect(notices()).toHaveLength(2)
    for (const notice of notices()) {
      expect(notice).toContain('is not there: 404')
      expect(notice).toContain('`permissions: artifact-metadata: write`')
    }
  })

  const faults: readonly [string, Fault, RegExp, number][] = [
    ['is down', { kind: 'answer', status: 503, body: 'down' }, /failed: 503/, 3],
    ['refuses it', { kind: 'answer', status: 422, body: { message: 'no' } }, /was refused: 422/, 2],
    ['resets connections', { kind: 'reset' }, /did not answer/, 3],
    ['never answers', { kind: 'hang' }, /did not answer/, 3],
    ['takes no more requests', { kind: 'primary-limit', resetIn: 5 }, /takes no more requests/, 2],
    ['wants a pause', { kind: 'secondary-limit', retryAfter: 5 }, /takes no more requests/, 2],
    ['answers with a page', { kind: 'html', status: 200 }, /cannot be used/, 2],
    ['answers with half of it', { kind: 'malformed-json' }, /cannot be used/, 2],
  ]
  test.each(faults)('where GitHub %s, after two attempts at most', async (_, fault, why, requests) => {
    const github = await openGitHub()
    github.faults.add({ fault, method: 'POST', times: Infinity })
    const { notices } = await recordBoth(github, ORGANIZATION, app, { timeoutMs: 300 })
    expect(notices()).toHaveLength(2)
    for (const notice of notices()) {
      expect(notice).toMatch(why)
      expect(notice).toContain('Nothing else depends on it.')
      expect(notice).not.toContain(github.token)
    }
    // The storage record is sent once, because nobody says that twice is the same.
    expect(github.requests).toHaveLength(requests)
  })

  test('where nobody says whether it is an organization', async () => {
    const github = await openGitHub()
    github.faults.add({ operation: 'repos/get', fault: { kind: 'answer', status: 502 }, times: Infinity })
    const { metadata, notices } = openMetadata(github, {})
    await metadata.stored(app)
    expect(notices()).toHaveLength(1)
    expect(notices()[0]).toContain('GitHub (GET /repos/octo-org/app) failed: 502')
    expect(sent(github)).toEqual([])
  })

  test('where there is no client', async () => {
    const log = createMemoryLog()
    const open = async (): Promise<never> => {
      throw new InputError(['GITHUB_API_URL: is wrong'])
    }
    await createArtifactMetadata({ open, payload: ORGANIZATION, log }).stored(app)
    expect(log.lines).toHaveLength(1)
    expect(log.lines[0]).toMatch(/^notice: .*GITHUB_API_URL: is wrong\. `artifact-metadata: false`/)
  })

  test('where the digest is not one that GitHub takes', async () => {
    const github = await openGitHub()
    const { notices } = await recordBoth(github, ORGANIZATION, { ...app, digest: digestOf('x', 'sha512') })
    expect(notices()).toHaveLength(2)
    for (const notice of notices()) expect(notice).toContain('GitHub takes sha256 digests only.')
    expect(github.requests).toEqual([])
  })
})

describe('lengths that GitHub does not take', () => {
  const long = (text: string, length: number): string => text + 'x'.repeat(length - text.length)

  test.each([
    { length: 128, isKept: true },
    { length: 129, isKept: false },
    { length: 247, isKept: false },
  ])('a path of $length characters stands in the name in any case', async ({ length, isKept }) => {
    const github = await openGitHub()
    const repository = parseRepository(`ghcr.io/${long('octo-org/', length)}`)
    const { notices } = await recordBoth(github, ORGANIZATION, { ...app, repository })
    expect(notices()).toEqual([])
    expect(sent(github)[0]).toMatchObject({ name: formatRepository(repository) })
    expect(sent(github)[0]).toEqual(
      isKept
        ? expect.objectContaining({ repository: repository.path })
        : expect.not.objectContaining({ repository: expect.anything() }),
    )
    expect(sent(github)[1]).toMatchObject({ deployment_name: formatRepository(repository) })
  })

  /** A host of labels that are not too long. */
  function hostOf(length: number): string {
    return 'a'.repeat(length).replaceAll(/.{60}(?=.)/g, (label) => `${label.slice(0, 59)}.`)
  }

  test.each([
    { length: 248, isRecorded: true },
    { length: 249, isRecorded: false },
  ])('a registry of $length characters: recorded is $isRecorded', async ({ length, isRecorded }) => {
    const github = await openGitHub()
    const repository = parseRepository(`${hostOf(length)}/app`)
    expect(repository.registry).toHaveLength(length)
    const { metadata, notices } = openMetadata(github)
    await metadata.stored({ ...app, repository })
    expect(sent(github)).toHaveLength(isRecorded ? 1 : 0)
    expect(notices()).toHaveLength(isRecorded ? 0 : 1)
  })

  test('two long environments do not share a record', async () => {
    const github = await openGitHub()
    const { metadata, notices } = openMetadata(github)
    const names = [
      'x'.repeat(128),
      `${'x'.repeat(128)}1`,
      `${'x'.repeat(128)}2`,
      '🚀'.repeat(127),
      '🚀'.repeat(129),
    ]
    for (const name of names) await metadata.deployed(app, name)
    expect(notices()).toEqual([])
    const recorded = github.state.metadata.deployments
      .all()
      .map(({ values }) => values['logical_environment'])
    expect(new Set(recorded).size).toBe(names.length)
    expect(recorded[0]).toBe(names[0])
    expect(recorded[1]).toMatch(/^x{115}-[0-9a-f]{12}$/)
    expect(recorded[3]).toBe(names[3])
    expect(recorded[4]).toMatch(/^(?:🚀){115}-[0-9a-f]{12}$/u)
  })
})
