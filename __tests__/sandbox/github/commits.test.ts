import { expect, test } from 'vitest'
import { ask, openGitHub, refusal } from './support.ts'

test('a commit is found by branch, tag, annotated tag, ref and hash', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const first = git.head()
  const second = git.commit({ branch: 'feature/a' })
  git.branch('feature/a', second)
  git.tag('light', first)
  const inner = git.annotate('v1', first)
  git.annotate('v1-again', inner.sha)
  const expected = {
    main: first,
    'feature/a': second,
    'heads/feature/a': second,
    'feature%2Fa': second,
    light: first,
    'tags/light': first,
    v1: first,
    'v1-again': first,
    [second]: second,
    [second.slice(0, 8)]: second,
  }
  for (const [revision, sha] of Object.entries(expected)) {
    expect((await ask(github, `GET commits/${revision}`)).body['sha'], revision).toBe(sha)
  }
  expect(await refusal(github, 'GET commits/nothing')).toBe('422 No commit found for SHA: nothing')
  expect(await refusal(github, `GET commits/${second.slice(0, 6)}`)).toMatch(/^422/)
  // A branch comes before a tag of the same name.
  git.tag('main', second)
  expect((await ask(github, 'GET commits/main')).body['sha']).toBe(first)
})

test('a commit is a git object too, and a tag of it is none', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const parent = git.head()
  const sha = git.commit({ message: 'Second\n', date: new Date('2026-11-01T12:00:00Z') })
  const { body } = await ask(github, `GET git/commits/${sha}`)
  expect(body).toMatchObject({ sha, message: 'Second\n', author: { date: '2026-11-01T12:00:00Z' } })
  expect(body['parents']).toMatchObject([{ sha: parent }])
  expect(await refusal(github, `GET git/commits/${git.annotate('v1', sha).sha}`)).toBe('404 Not Found')
})

test('histories compare as identical, ahead, behind and diverged', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const root = git.head()
  const [a, b] = [git.commit(), git.commit()]
  const side = git.commit({ branch: 'side', parents: [root], files: { 'new.txt': 'x' } })
  const merge = git.commit({ branch: 'merged', parents: [b, side] })
  const compare = async (basehead: string) => (await ask(github, `GET compare/${basehead}`)).body
  const counted = (status: string, ahead: number, behind: number) => ({
    status,
    ahead_by: ahead,
    behind_by: behind,
    total_commits: ahead,
  })
  expect(await compare(`${root}...${root}`)).toMatchObject(counted('identical', 0, 0))
  const ahead = await compare(`${root}...main`)
  expect(ahead).toMatchObject(counted('ahead', 2, 0))
  expect(ahead['commits']).toMatchObject([{ sha: a }, { sha: b }])
  expect(await compare(`main...${root}`)).toMatchObject(counted('behind', 0, 2))
  const diverged = await compare('main...octo-org:side')
  expect(diverged).toMatchObject(counted('diverged', 1, 2))
  expect(diverged).toMatchObject({ merge_base_commit: { sha: root }, files: [{ filename: 'new.txt' }] })
  expect(await compare(`${side}...${merge}`)).toMatchObject(counted('ahead', 3, 0))
  expect((await compare(`main...${merge}`))['merge_base_commit']).toMatchObject({ sha: b })
})

test('what cannot be compared is not found', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const orphan = git.commit({ branch: null, parents: [], message: 'Orphan\n' })
  const missing = `main...${'f'.repeat(40)}`
  for (const basehead of [missing, 'main..main', 'main', 'other:main...main', 'main...main...main']) {
    expect(await refusal(github, `GET compare/${basehead}`), basehead).toBe('404 Not Found')
  }
  expect(await refusal(github, `GET compare/main...${orphan}`)).toBe(
    `404 No common ancestor between main and ${orphan}.`,
  )
})

test('a long comparison shows its newest 250 commits, or all in pages', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const root = git.head()
  const shas = Array.from({ length: 260 }, () => git.commit())
  const { body } = await ask(github, `GET compare/${root}...main`)
  expect(body).toMatchObject({ ahead_by: 260, total_commits: 260 })
  expect([...(body['commits'] ?? [])].map((one) => one['sha'])).toEqual(shas.slice(10))
  const page = await ask(github, `GET compare/${root}...main?per_page=100&page=1`)
  expect([...(page.body['commits'] ?? [])].map((one) => one['sha'])).toEqual(shas.slice(0, 100))
  expect(page.headers.get('link')).toContain('rel="next"')
})

test('the changed files of a comparison are on its first page, 300 at most', async () => {
  const github = await openGitHub()
  const { git } = github.state
  const root = git.head()
  git.commit()
  git.commit({ files: Object.fromEntries(Array.from({ length: 310 }, (_, file) => [`${file}.txt`, 'x'])) })
  const filesOf = async (query: string) => [
    ...((await ask(github, `GET compare/${root}...main${query}`)).body['files'] ?? []),
  ]
  expect(await filesOf('')).toHaveLength(300)
  expect(await filesOf('?per_page=1&page=1')).toHaveLength(300)
  expect(await filesOf('?per_page=1&page=2')).toEqual([])
})

test('names with slashes compare, written as they are or encoded', async () => {
  const github = await openGitHub()
  const { git } = github.state
  git.branch('feature/a', git.commit({ branch: null, parents: [git.head()] }))
  for (const basehead of ['main...feature/a', 'main...feature%2Fa', 'refs/heads/main...feature/a']) {
    expect((await ask(github, `GET compare/${basehead}`)).body['status'], basehead).toBe('ahead')
  }
})

test('commit statuses add up', async () => {
  const github = await openGitHub()
  const sha = github.state.git.head()
  const combined = async () => (await ask(github, 'GET commits/main/status')).body
  expect(await combined()).toMatchObject({ state: 'pending', total_count: 0 })
  const add = (context: string, state: string) =>
    ask(github, `POST statuses/${sha}`, { body: { context, state } })
  await add('ci/a', 'pending')
  await add('ci/b', 'success')
  expect(await combined()).toMatchObject({ state: 'pending', total_count: 2 })
  await add('ci/a', 'success')
  expect(await combined()).toMatchObject({ state: 'success', total_count: 2 })
  await add('ci/b', 'error')
  expect(await combined()).toMatchObject({ state: 'failure' })
})
