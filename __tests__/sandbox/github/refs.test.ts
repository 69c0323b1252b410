import { expect, test } from 'vitest'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { ask, openGitHub, refusal, textAt } from './support.ts'

async function makeTagOfBlob(github: SandboxGitHub, content: string): Promise<string> {
  const blob = await ask(github, 'POST git/blobs', { body: { content } })
  const body = { tag: 'record', message: 'a record', object: blob.body['sha'], type: 'blob' }
  return textAt((await ask(github, 'POST git/tags', { body })).body, 'sha')
}

test('a ref is created once, read by its whole name, and deleted', async () => {
  const github = await openGitHub()
  const sha = await makeTagOfBlob(github, 'one')
  const ref = `refs/build-once/app/${github.state.git.head()}`
  const made = await ask(github, 'POST git/refs', { body: { ref, sha } })
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({ ref, object: { sha, type: 'tag' } })
  expect(made.headers.get('location')).toBe(made.body['url'])
  expect(await refusal(github, 'POST git/refs', { body: { ref, sha } })).toBe('422 Reference already exists')
  const name = ref.slice('refs/'.length)
  expect((await ask(github, `GET git/ref/${name}`)).body).toEqual(made.body)
  expect(await refusal(github, `GET git/ref/${name.slice(0, -1)}`)).toBe('404 Not Found')
  expect(await refusal(github, `GET git/ref/${ref}`)).toBe('404 Not Found')
  expect((await ask(github, `DELETE git/refs/${name}`)).status).toBe(204)
  expect(await refusal(github, `DELETE git/refs/${name}`)).toBe('422 Reference does not exist')
  expect(await refusal(github, `GET git/ref/${name}`)).toBe('404 Not Found')
})

test.each([
  ['heads/x', "Reference name must start with 'refs/'."],
  ['refs/x', 'Reference name must contain at least three slash-separated components.'],
  ['refs/heads/', 'is not a valid ref name'],
  ['refs/heads//x', 'is not a valid ref name'],
  ['refs/heads/a..b', 'is not a valid ref name'],
  ['refs/heads/.a', 'is not a valid ref name'],
  ['refs/heads/a.lock', 'is not a valid ref name'],
  ['refs/heads/a b', 'is not a valid ref name'],
  ['refs/heads/a~1', 'is not a valid ref name'],
  ['refs/heads/a@{1}', 'is not a valid ref name'],
  ['refs/heads/a.', 'is not a valid ref name'],
  ['refs/heads/a\u0001', 'is not a valid ref name'],
  ['refs/pull/1/merge', 'Reference update failed'],
  ['refs/heads/main/below', 'Reference update failed'],
])('the name %j is refused', async (ref, message) => {
  const github = await openGitHub()
  const said = await refusal(github, 'POST git/refs', { body: { ref, sha: github.state.git.head() } })
  expect(said).toMatch(/^422 /)
  expect(said).toContain(message)
})

test('a ref needs an object that is there, and a branch a commit', async () => {
  const github = await openGitHub()
  const create = (ref: string, sha: string) => refusal(github, 'POST git/refs', { body: { ref, sha } })
  expect(await create('refs/tags/v1', 'f'.repeat(40))).toBe('422 Object does not exist')
  expect(await create('refs/tags/v1', github.state.git.head().slice(0, 12))).toMatch(/^422 The sha parameter/)
  const tag = await makeTagOfBlob(github, 'one')
  expect(await create('refs/heads/b', tag)).toBe('422 Reference update failed')
})

test('without commits every git operation is a conflict', async () => {
  const github = await openGitHub({ empty: true })
  const sha = 'f'.repeat(40)
  const said = await Promise.all([
    refusal(github, 'POST git/refs', { body: { ref: 'refs/tags/a', sha } }),
    refusal(github, 'POST git/blobs', { body: { content: '' } }),
    refusal(github, 'POST git/tags', { body: { tag: 'a', message: '', object: sha, type: 'blob' } }),
    refusal(github, 'GET git/ref/heads/main'),
    refusal(github, 'GET git/matching-refs/heads'),
    refusal(github, 'GET commits/main'),
  ])
  expect(new Set(said)).toEqual(new Set(['409 Git Repository is empty.']))
  github.state.git.commit()
  expect((await ask(github, 'GET git/ref/heads/main')).status).toBe(200)
})

test('a ref moves forward, and elsewhere only by force', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const first = git.head()
  const second = git.commit({ branch: 'next', parents: [first] })
  const third = git.commit({ branch: 'other', parents: [first] })
  const update = (sha: string, force?: boolean) => ({ body: force === undefined ? { sha } : { sha, force } })
  expect((await ask(github, 'PATCH git/refs/heads/main', update(second))).status).toBe(200)
  expect(git.head()).toBe(second)
  for (const back of [first, third]) {
    expect(await refusal(github, 'PATCH git/refs/heads/main', update(back))).toBe(
      '422 Update is not a fast forward',
    )
  }
  expect((await ask(github, 'PATCH git/refs/heads/main', update(third, true))).status).toBe(200)
  expect(git.head()).toBe(third)
  expect(await refusal(github, 'PATCH git/refs/heads/absent', update(first))).toBe(
    '422 Reference does not exist',
  )
  expect(await refusal(github, 'DELETE git/refs/heads/main')).toMatch(/^422/)
})

test('a ref to what is no commit never moves forward', async () => {
  const github = await openGitHub()
  const [one, two] = [await makeTagOfBlob(github, 'one'), await makeTagOfBlob(github, 'two')]
  await ask(github, 'POST git/refs', { body: { ref: 'refs/build-once/a/b', sha: one } })
  const move = { body: { sha: two } }
  expect(await refusal(github, 'PATCH git/refs/build-once/a/b', move)).toBe(
    '422 Update is not a fast forward',
  )
  const forced = { body: { sha: two, force: true } }
  expect((await ask(github, 'PATCH git/refs/build-once/a/b', forced)).body['object']).toMatchObject({
    sha: two,
  })
})

test('refs are found by how they begin, in order, all at once or in pages', async () => {
  const github = await openGitHub()
  const sha = github.state.git.head()
  for (let index = 0; index < 45; index += 1) {
    github.state.git.refs.place(`refs/build-once/app/${String(index).padStart(3, '0')}`, sha)
  }
  const list = await ask(github, 'GET git/matching-refs/build-once/app/')
  const all = [...list.body].map((one) => textAt(one, 'ref'))
  expect(all).toHaveLength(45)
  expect(all).toEqual([...new Set(all)].toSorted((a, b) => (a < b ? -1 : 1)))
  const tens = await ask(github, 'GET git/matching-refs/build-once/app/01')
  expect([...tens.body]).toHaveLength(10)
  expect((await ask(github, 'GET git/matching-refs/build-once/none')).body).toEqual([])
  expect([...(await ask(github, 'GET git/matching-refs/')).body].length).toBe(46)
  const page = await ask(github, 'GET git/matching-refs/build-once/app?per_page=20&page=3')
  expect([...page.body].map((one) => one['ref'])).toEqual(all.slice(40))
  expect(page.headers.get('link')).toContain('rel="prev"')
})

test('of sixteen who create one ref, one succeeds', async () => {
  const github = await openGitHub()
  for (let round = 0; round < 5; round += 1) {
    const ref = `refs/build-once/app/round-${round}`
    const shas = await Promise.all(
      Array.from({ length: 16 }, (_, n) => makeTagOfBlob(github, `${round} ${n}`)),
    )
    expect(new Set(shas).size).toBe(16)
    const answers = await Promise.all(
      shas.map(async (sha) => ({ sha, ...(await ask(github, 'POST git/refs', { body: { ref, sha } })) })),
    )
    const won = answers.filter(({ status }) => status === 201)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(15)
    expect(github.state.git.refs.read(ref)).toBe(won[0]?.sha)
  }
})

test("a job's token cannot make a ref to workflows that no branch has", async () => {
  const github = await openGitHub()
  const { git } = github.state
  const old = git.commit({ files: { '.github/workflows/ci.yml': 'old' } })
  git.commit({ files: { '.github/workflows/ci.yml': 'new' } })
  const create = { body: { ref: 'refs/tags/old', sha: old } }
  const refused = await ask(github, 'POST git/refs', create)
  expect(refused.status).toBe(403)
  expect(refused.body['message']).toBe('Resource not accessible by integration')
  expect(refused.headers.get('x-accepted-github-permissions')).toBe(
    'contents=write; contents=write,workflows=write',
  )
  const tag = await makeTagOfBlob(github, 'a record of the old commit')
  const record = { body: { ref: `refs/build-once/app/${old}`, sha: tag } }
  expect((await ask(github, 'POST git/refs', record)).status).toBe(201)
  const permissions = { contents: 'write', workflows: 'write' } as const
  const token = github.tokens.add({ kind: 'user', permissions })
  expect((await ask(github, 'POST git/refs', { ...create, token })).status).toBe(201)
})
