import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sample, uint8Array } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { ObjectType } from '../../../sandbox/github/git/hash.ts'
import { encodeCommit, encodeTag, hashObject, hashTree } from '../../../sandbox/github/git/hash.ts'
import { ask, openGitHub, refusal, textAt } from './support.ts'

/** What git itself calls an object; it refuses one that is not well formed. */
function gitHash(type: ObjectType, content: Uint8Array): string {
  const output = execFileSync('git', ['hash-object', '-t', type, '--stdin'], { input: content })
  return output.toString().trim()
}

const tagger = { name: 'Mona Lisa', email: 'mona@example.com', date: new Date('2026-11-01T12:00:00Z') }

test('names blobs as git does', () => {
  const contents = sample(uint8Array({ maxLength: 300 }), { numRuns: 8, seed: 7 })
  for (const content of [...contents, Buffer.alloc(0), Buffer.from('grüße\n')]) {
    expect(hashObject('blob', content)).toBe(gitHash('blob', content))
  }
})

/** The tree git makes of the lines of a listing, whatever their order. */
async function makeTree(lines: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-github-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  execFileSync('git', ['init', '--quiet', '--bare', folder])
  const command = ['--git-dir', folder, 'mktree', '--missing']
  return execFileSync('git', command, { input: `${lines.join('\n')}\n` })
    .toString()
    .trim()
}

test('names trees, commits and tags as git does', async () => {
  const written = new Map<string, ObjectType>()
  const write = (type: ObjectType, content: Buffer): string => {
    const sha = hashObject(type, content)
    expect(gitHash(type, content)).toBe(sha)
    written.set(sha, type)
    return sha
  }
  // `a.b`, `a/` and `a0` are where git's order is not the obvious one.
  const tree = hashTree({ a0: '3', 'a/x': '1', 'a.b': '2', 'a/y/z': '4' }, write)
  const inner = hashTree({ x: '1', 'y/z': '4' }, write)
  const blob = (text: string) => gitHash('blob', Buffer.from(text))
  const lines = [`040000 tree ${inner}\ta`, `100644 blob ${blob('2')}\ta.b`, `100644 blob ${blob('3')}\ta0`]
  expect(tree).toBe(await makeTree(lines))
  expect([...written.values()].filter((type) => type === 'tree')).toHaveLength(3)
  const commit = write('commit', encodeCommit({ tree, parents: [], author: tagger, message: 'Begin\n' }))
  const child = encodeCommit({ tree, parents: [commit, commit], author: tagger, message: 'Merge\n' })
  write('commit', child)
  write('tag', encodeTag({ object: commit, type: 'commit', tag: 'v1', tagger, message: 'v1\n' }))
})

test('a blob and a tag of it go through the API under the names git gives them', async () => {
  const github = await openGitHub()
  const blob = await ask(github, 'POST git/blobs', { body: { content: '{"digest":"…"}\n' } })
  expect(blob.status).toBe(201)
  const sha = gitHash('blob', Buffer.from('{"digest":"…"}\n'))
  expect(blob.body).toEqual({ sha, url: `${github.apiUrl}/repos/octo-org/app/git/blobs/${sha}` })
  expect(blob.headers.get('location')).toBe(blob.body['url'])
  const body = { tag: 'record', message: 'a record', object: sha, type: 'blob', tagger: { ...tagger } }
  const tag = await ask(github, 'POST git/tags', { body })
  const expected = gitHash('tag', encodeTag({ ...body, tagger, type: 'blob' }))
  expect(tag.body).toMatchObject({ sha: expected, tag: 'record', object: { sha, type: 'blob' } })
  expect((await ask(github, `GET git/tags/${expected}`)).body).toEqual(tag.body)
  // Making a tag object makes no ref.
  expect((await ask(github, 'GET git/matching-refs/tags')).body).toEqual([])
})

test('a blob comes back in base64, in lines, whatever it was sent in', async () => {
  const github = await openGitHub()
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
  const sent = { content: bytes.toString('base64'), encoding: 'base64' }
  const { body } = await ask(github, 'POST git/blobs', { body: sent })
  const read = await ask(github, `GET git/blobs/${textAt(body, 'sha')}`)
  expect(read.body).toMatchObject({ encoding: 'base64', size: 256 })
  const lines = textAt(read.body, 'content').split('\n')
  expect(lines.every((line) => line.length <= 60) && lines.length > 2).toBe(true)
  expect(Buffer.from(textAt(read.body, 'content'), 'base64')).toEqual(bytes)
})

test('what cannot be stored is refused', async () => {
  const github = await openGitHub()
  const bad = { content: 'no base64!', encoding: 'base64' }
  expect(await refusal(github, 'POST git/blobs', { body: bad })).toBe('422 content is not valid Base64')
  expect(await refusal(github, 'POST git/blobs', { body: { content: '', encoding: 'rot13' } })).toMatch(
    /^422/,
  )
  const object = github.state.git.head()
  const tag = { tag: 'v1', message: 'v1', object, type: 'commit' }
  for (const wrong of [{ type: 'blob' }, { object: 'f'.repeat(40) }, { object: object.slice(0, 7) }]) {
    expect(await refusal(github, 'POST git/tags', { body: { ...tag, ...wrong } })).toMatch(/^422/)
  }
  expect(await refusal(github, `GET git/blobs/${object}`)).toBe('404 Not Found')
  expect(await refusal(github, `GET git/tags/${object}`)).toBe('404 Not Found')
})

test("a job's own tags are the bot's", async () => {
  const github = await openGitHub()
  const body = { tag: 'v1', message: 'v1', object: github.state.git.head(), type: 'commit' }
  expect((await ask(github, 'POST git/tags', { body })).body['tagger']).toMatchObject({
    name: 'github-actions[bot]',
    email: '41898282+github-actions[bot]@users.noreply.github.com',
  })
})

test('a commit that was made elsewhere is the same one here, whatever is in it', async () => {
  const { git } = (await openGitHub({ empty: true })).state
  const date = new Date('2026-01-02T03:04:05Z')
  const { name, email } = git.signature()
  const tree = 'f'.repeat(40)
  const content = `tree ${tree}\nauthor ${name} <${email}> 1767323045 +0000\ncommitter ${name} <${email}> 1767323045 +0000\n\nBegin\n`
  const sha = gitHash('commit', Buffer.from(content))
  expect(git.commit({ tree, message: 'Begin\n', date })).toBe(sha)
  expect(git.head()).toBe(sha)
})
