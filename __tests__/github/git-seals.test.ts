import { describe, expect, test } from 'vitest'
import type { Fault } from '../../sandbox/github/faults.ts'
import type { SandboxGitHub } from '../../sandbox/github/server.ts'
import { VerificationError } from '../../src/domain/error.ts'
import { sealFolder, sealRef } from '../../src/domain/git-seal.ts'
import { encodeRecord } from '../../src/domain/record.ts'
import { parseRepository } from '../../src/domain/reference.ts'
import { buildRecord, commit, commitWith, digestWith, IMAGE, otherCommit } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { githubFailure, openApi } from './support/api.ts'

const REF = sealRef(IMAGE, commit)

function contentOf(github: SandboxGitHub, ref: string): string {
  const { objects, refs } = github.state.git
  const tag = objects.tag(refs.read(ref) ?? '')
  return objects.blob(tag?.object ?? '')?.toString() ?? ''
}

/** Puts any bytes where a seal is, as whoever has `contents: write` can. */
function plant(github: SandboxGitHub, bytes: Uint8Array | string, ref = REF): void {
  const { git } = github.state
  const blob = git.objects.writeBlob(Buffer.from(bytes))
  const tag = git.objects.writeTag({
    object: blob,
    type: 'blob',
    tag: 'x',
    tagger: git.signature(),
    message: 'x',
  })
  git.refs.place(ref, tag.sha)
}

async function invalid(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(VerificationError)
  expect(error).toMatchObject({ code: 'GIT_SEAL_INVALID' })
  return error instanceof Error ? error.message : ''
}

describe('the name of a seal', () => {
  test('is readable, and has the commit at its end', () => {
    expect(sealRef('ghcr.io/owner/app', commit)).toMatch(
      /^refs\/build-once\/ghcr-io-owner-app-[0-9a-f]{12}\/1{40}$/,
    )
  })

  test.each([
    ['localhost:5000/a.b/c', 'localhost:5000/a-b/c'],
    ['[::1]:5000/app', '1:5000/app'],
    [`ghcr.io/${'a/'.repeat(100)}a`, `ghcr.io/${'a/'.repeat(100)}b`],
    ['ghcr.io/a__b', 'ghcr.io/a--b'],
  ])('differs for %s and %s', (one, other) => {
    expect(sealFolder(one)).not.toBe(sealFolder(other))
  })

  test.each([
    'ghcr.io/owner/app',
    'localhost:5000/a.lock/b.lock',
    '[::1]:5000/app',
    `ghcr.io/${'long/'.repeat(45)}app.lock`,
  ])('of %s is one that git takes', async (image) => {
    parseRepository(image)
    const github = await openGitHub()
    const { seals } = openApi(github)
    expect(await seals.claim(buildRecord({ repository: image }))).toMatchObject({ won: true })
    expect(new Set((await seals.list(image)).keys())).toEqual(new Set([commit]))
  })
})

describe('a claim', () => {
  test.each(['github.com', 'ghes'] as const)('makes ref, tag object and blob: %s', async (product) => {
    const github = await openGitHub({ product })
    const { seals } = openApi(github)
    const record = buildRecord()
    expect(await seals.read(IMAGE, commit)).toBeUndefined()
    expect(await seals.claim(record)).toEqual({ won: true, record })
    expect(await seals.read(IMAGE, commit)).toEqual(record)
    expect(contentOf(github, REF)).toBe(Buffer.from(encodeRecord(record)).toString())
    const { objects, refs } = github.state.git
    expect(objects.typeOf(refs.read(REF) ?? '')).toBe('tag')
    expect(objects.tag(refs.read(REF) ?? '')).toMatchObject({ type: 'blob', tag: REF.slice('refs/'.length) })
  })

  test('of a commit that is sealed is lost to the record that stands', async () => {
    const github = await openGitHub()
    const [first, second] = [buildRecord(), buildRecord({ digest: digestWith('b') })]
    await openApi(github).seals.claim(first)
    expect(await openApi(github).seals.claim(second)).toEqual({ won: false, record: first })
    expect(await openApi(github).seals.claim(first)).toEqual({ won: true, record: first })
  })

  test('of another commit or repository is another seal', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    await seals.claim(buildRecord())
    expect(await seals.claim(buildRecord({ commit: otherCommit }))).toMatchObject({ won: true })
    expect(await seals.claim(buildRecord({ repository: 'registry.test/owner/other' }))).toMatchObject({
      won: true,
    })
    expect(new Set((await seals.list(IMAGE)).keys())).toEqual(new Set([commit, otherCommit]))
  })

  test('needs no right to workflows, however the workflow files of the commit differ', async () => {
    const github = await openGitHub()
    const sha = github.state.git.commit({ branch: null, files: { '.github/workflows/ci.yml': 'on: push\n' } })
    const { seals } = openApi(github)
    expect(await seals.claim(buildRecord({ commit: sha as typeof commit }))).toMatchObject({ won: true })
  })

  const lost: readonly [string, Fault][] = [
    ['the connection is reset', { kind: 'reset', when: 'after' }],
    ['a 502 comes instead of the answer', { kind: 'answer', status: 502, body: 'bad', when: 'after' }],
    ['a page comes instead of the answer', { kind: 'html', status: 200, when: 'after' }],
    ['the answer is cut off', { kind: 'malformed-json' }],
    ['a proxy says that the ref exists', { kind: 'answer', status: 422, body: 'exists', when: 'after' }],
    ['a conflict is reported', { kind: 'answer', status: 409, body: 'conflict', when: 'after' }],
  ]
  test.each(lost)('is won when the ref was created and %s', async (_name, fault) => {
    const github = await openGitHub()
    const record = buildRecord()
    github.faults.add({ operation: 'git/create-ref', fault })
    expect(await openApi(github).seals.claim(record)).toEqual({ won: true, record })
    expect(github.requests.filter(({ operation }) => operation === 'git/create-ref')).toHaveLength(1)
  })

  test('is lost when somebody else is faster, however that is answered', async () => {
    const github = await openGitHub()
    const winner = buildRecord({ digest: digestWith('b') })
    for (const fault of [undefined, ...lost.map(([, fault]) => fault)]) {
      github.state.git.refs.place(REF, 'none')
      github.state.git.refs.remove(REF)
      github.faults.add({
        operation: 'git/create-ref',
        fault: { kind: 'overtake', act: () => plant(github, encodeRecord(winner)) },
      })
      // What is cut off is an answer that says 422.
      if (fault !== undefined) github.faults.add({ operation: 'git/create-ref', fault })
      expect(await openApi(github).seals.claim(buildRecord())).toEqual({ won: false, record: winner })
    }
  })

  test.each(['reset', 'html'] as const)('is repeated when nothing was created (%s)', async (kind) => {
    const github = await openGitHub()
    github.faults.add({ operation: 'git/create-ref', fault: { kind }, times: 3 })
    const { seals, pauses } = openApi(github)
    expect(await seals.claim(buildRecord())).toMatchObject({ won: true })
    expect(pauses.slice(0, 3)).toEqual([1000, 2000, 4000])
  })

  test('is given up after four attempts, and can be made afterwards', async () => {
    const github = await openGitHub()
    github.faults.add({ operation: 'git/create-ref', fault: { kind: 'reset' }, times: 4 })
    const { seals } = openApi(github)
    await githubFailure('GITHUB_UNAVAILABLE', seals.claim(buildRecord()))
    expect(await seals.claim(buildRecord())).toMatchObject({ won: true })
  })

  test('is not decided by guessing when the ref cannot be read afterwards', async () => {
    const github = await openGitHub()
    github.faults.add({ operation: 'git/create-ref', fault: { kind: 'reset', when: 'after' } })
    github.faults.add({ operation: 'git/get-ref', fault: { kind: 'reset' }, times: 3 })
    const { seals } = openApi(github)
    const record = buildRecord()
    await githubFailure('GITHUB_UNAVAILABLE', seals.claim(record))
    expect(await seals.claim(record)).toEqual({ won: true, record })
  })

  test.each(['git/create-blob', 'git/create-tag'] as const)(
    'goes on after a lost answer of %s',
    async (operation) => {
      const github = await openGitHub()
      github.faults.add({ operation, fault: { kind: 'reset', when: 'after' } })
      expect(await openApi(github).seals.claim(buildRecord())).toMatchObject({ won: true })
    },
  )

  test('repeated makes the same objects', async () => {
    const github = await openGitHub()
    const record = buildRecord()
    await openApi(github).seals.claim(record)
    const before = github.state.git.refs.read(REF)
    github.state.git.refs.remove(REF)
    await openApi(github).seals.claim(record)
    expect(github.state.git.refs.read(REF)).toBe(before)
  })

  test('by a token without the right to write names the permission', async () => {
    const github = await openGitHub({ permissions: { contents: 'read' } })
    const error = await githubFailure('GITHUB_DENIED', openApi(github).seals.claim(buildRecord()))
    expect(error).toMatchObject({ permission: 'contents: write' })
  })

  test('can be known to be denied before, and asking leaves nothing behind', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    await seals.requireRights()
    await seals.requireRights()
    expect(new Set((await seals.list(IMAGE)).keys())).toEqual(new Set())
    expect(github.requests.filter(({ method }) => method === 'POST').map(({ path }) => path)).toEqual(
      Array.from({ length: 2 }, () => '/repos/octo-org/app/git/blobs'),
    )
    const token = github.tokens.add({ permissions: { contents: 'read' } })
    const error = await githubFailure('GITHUB_DENIED', openApi(github, { token }).seals.requireRights())
    expect(error).toMatchObject({ permission: 'contents: write' })
  })

  test('is refused where what stands is garbage', async () => {
    const github = await openGitHub()
    plant(github, 'garbage')
    expect(await invalid(openApi(github).seals.claim(buildRecord()))).toContain(REF)
    expect(contentOf(github, REF)).toBe('garbage')
  })

  test('of a record that nobody could read again is not made', async () => {
    const github = await openGitHub()
    await expect(openApi(github).seals.claim(buildRecord({ actor: 'a\nb' }))).rejects.toMatchObject({
      code: 'RECORD_INVALID',
    })
    expect(github.requests).toEqual([])
  })
})

describe('reading', () => {
  test.each([
    ['text', 'garbage', 'not a record'],
    ['no fields', '{}', 'not a valid record'],
    ['nothing', '', 'not a record'],
    ['too much', `{"a":"${'x'.repeat(100_000)}"}`, 'larger than'],
    ['a commit', encodeRecord(buildRecord({ commit: otherCommit })), 'for another build'],
    ['a repository', encodeRecord(buildRecord({ repository: 'registry.test/a/b' })), 'for another build'],
    ['a field more', JSON.stringify({ ...buildRecord(), more: 1 }), 'not a valid record'],
  ])('a blob with the wrong content (%s) is an error, not an absence', async (_name, bytes, why) => {
    const github = await openGitHub()
    plant(github, bytes)
    const message = await invalid(openApi(github).seals.read(IMAGE, commit))
    expect(message).toContain(why)
    expect(message.length).toBeLessThan(2000)
  })

  test('a blob that is larger than any answer may be is not read, and the message names the ref', async () => {
    const github = await openGitHub()
    plant(github, 'x'.repeat(20_000))
    const { seals } = openApi(github, { limits: { maxBytes: 10_000 } })
    const { message } = await githubFailure('GITHUB_UNEXPECTED', seals.read(IMAGE, commit))
    expect(message).toContain(REF)
    expect(message).toContain('/git/blobs/')
    expect(message).toContain('larger than 10000 bytes')
  })

  test('a ref to a commit, to a blob, and a tag of a commit are errors', async () => {
    const github = await openGitHub()
    const { git } = github.state
    const { seals } = openApi(github)
    git.refs.place(REF, git.head())
    expect(await invalid(seals.read(IMAGE, commit))).toContain('points at a commit')
    git.refs.place(REF, git.objects.writeBlob(Buffer.from(encodeRecord(buildRecord()))))
    expect(await invalid(seals.read(IMAGE, commit))).toContain('points at a blob')
    git.refs.place(REF, git.annotate('v1', git.head()).sha)
    expect(await invalid(seals.read(IMAGE, commit))).toContain('tag object points at a commit')
  })

  test.each(['git/get-tag', 'git/get-blob'] as const)(
    'an object that is gone is an error (%s)',
    async (operation) => {
      const github = await openGitHub()
      const { seals } = openApi(github)
      await seals.claim(buildRecord())
      const fault = { kind: 'answer', status: 404, body: { message: 'Not Found' } } as const
      github.faults.add({ operation, fault, times: 2 })
      expect(await invalid(seals.read(IMAGE, commit))).toContain('is not there')
    },
  )

  test.each(['git/get-tag', 'git/get-blob'] as const)(
    'an object that is shown after its ref is waited for (%s)',
    async (operation) => {
      const github = await openGitHub()
      const { seals, pauses } = openApi(github)
      const record = buildRecord()
      await seals.claim(record)
      const fault = { kind: 'answer', status: 404, body: { message: 'Not Found' } } as const
      github.faults.add({ operation, fault })
      expect(await seals.read(IMAGE, commit)).toEqual(record)
      expect(pauses).toEqual([2000])
    },
  )

  test('bytes that are not those of the blob are not believed', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    await seals.claim(buildRecord())
    const { objects, refs } = github.state.git
    const sha = objects.tag(refs.read(REF) ?? '')?.object ?? ''
    const content = Buffer.from(encodeRecord(buildRecord({ digest: digestWith('b') }))).toString('base64')
    const url = `${github.apiUrl}/repos/octo-org/app/git/blobs/${sha}`
    const body = { sha, node_id: 'x', size: content.length, url, content, encoding: 'base64' }
    github.faults.add({ operation: 'git/get-blob', fault: { kind: 'answer', status: 200, body } })
    await githubFailure('GITHUB_UNEXPECTED', seals.read(IMAGE, commit))
  })

  test('a failure is never an absence', async () => {
    const github = await openGitHub()
    github.faults.add({ operation: 'git/get-ref', fault: { kind: 'reset' }, times: 3 })
    await githubFailure('GITHUB_UNAVAILABLE', openApi(github).seals.read(IMAGE, commit))
    const denied = github.tokens.add({ permissions: { metadata: 'read' } })
    await githubFailure('GITHUB_DENIED', openApi(github, { token: denied }).seals.read(IMAGE, commit))
    const empty = await openGitHub({ empty: true })
    await githubFailure('GITHUB_REFUSED', openApi(empty).seals.read(IMAGE, commit))
  })

  test('what GitHub does not show to this token is not taken for an absence', async () => {
    const github = await openGitHub()
    await openApi(github).seals.claim(buildRecord())
    // A private repository and a token that is not one of it: everything is "Not Found".
    const { seals } = openApi(github, { repository: { owner: 'octo-org', name: 'other' } })
    const { message, hint } = await githubFailure('GITHUB_NOT_FOUND', seals.read(IMAGE, commit))
    expect(message).toContain('octo-org/other')
    expect(hint).toContain('contents: read')
  })

  test('an answer that says "Not Found" once is asked for a second time, in another way', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    const record = buildRecord()
    await seals.claim(record)
    // A replica that lags behind, or a proxy that answers for GitHub.
    github.faults.add({ operation: 'git/get-ref', fault: { kind: 'html', status: 404 } })
    expect(await seals.read(IMAGE, commit)).toEqual(record)
  })

  test('the commits of a repository are those that have a ref', async () => {
    const github = await openGitHub()
    const { seals } = openApi(github)
    expect(new Set((await seals.list(IMAGE)).keys())).toEqual(new Set())
    for (const digit of ['3', '4', '5']) await seals.claim(buildRecord({ commit: commitWith(digit) }))
    plant(github, 'garbage')
    plant(github, 'garbage', `${sealFolder(IMAGE)}/note`)
    expect(new Set((await seals.list(IMAGE)).keys())).toEqual(
      new Set(['3', '4', '5'].map(commitWith).concat(commit)),
    )
  })
})
