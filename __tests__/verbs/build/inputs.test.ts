import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/domain/error.ts'
import { parseBuildInputs } from '../../../src/verbs/build/inputs.ts'
import { bareTag } from '../../../src/verbs/build/tag-inputs.ts'
import { commit, digestWith, IMAGE, repository } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

type Given = Readonly<Record<string, string>>

function parse(given: Given) {
  return parseBuildInputs(new Map(Object.entries({ image: IMAGE, ...given })))
}

async function faultsOf(given: Given): Promise<readonly string[]> {
  const error = await expectCode(() => parse(given), 'INPUT_INVALID')
  return error instanceof InputError ? error.faults : []
}

describe('parseBuildInputs reads', () => {
  test('defaults', () => {
    expect(parse({})).toMatchObject({
      image: repository,
      commit: undefined,
      engine: 'docker',
      push: true,
      tags: undefined,
      seal: 'registry',
      settle: 3000,
      adopt: false,
      'no-cache': false,
      pull: false,
    })
  })

  test('expressions that came out empty as inputs that were not given', () => {
    const names = [
      'commit',
      'engine',
      'push',
      'tags',
      'seal',
      'settle',
      'adopt',
      'platforms',
      'digest',
      'no-cache',
    ]
    expect(parse(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(parse({}))
  })

  test.each([
    { description: 'a commit', given: { commit }, expected: { commit } },
    { description: 'bare tags', given: { tags: 'v1,latest' }, expected: { tags: ['v1', 'latest'] } },
    {
      description: 'tags as docker/metadata-action writes them',
      given: { tags: `${IMAGE}:v1\n${IMAGE}:latest` },
      expected: { tags: [`${IMAGE}:v1`, `${IMAGE}:latest`] },
    },
    {
      description: 'seals in git',
      given: { seal: 'git', token: 'ghs_x', backfill: 'true' },
      expected: { seal: 'git', token: 'ghs_x', backfill: true },
    },
    {
      description: 'seals in git without a token where nothing is pushed',
      given: { seal: 'git', push: 'false' },
      expected: { seal: 'git', token: undefined },
    },
    {
      description: 'the token of the job as no token where nobody evaluates it',
      given: {},
      expected: { token: undefined },
    },
    { description: 'no settle time', given: { settle: '0' }, expected: { settle: 0 } },
    { description: 'the longest settle time', given: { settle: '1h' }, expected: { settle: 3_600_000 } },
    {
      description: 'build arguments with commas',
      given: { 'build-args': 'A=1,2\n"B=x\ny"' },
      expected: { 'build-args': ['A=1,2', 'B=x\ny'] },
    },
    {
      description: 'platforms',
      given: { platforms: 'linux/amd64,linux/arm64' },
      expected: { platforms: ['linux/amd64', 'linux/arm64'] },
    },
    {
      description: 'an image of layers',
      given: {
        engine: 'layers',
        path: 'dist',
        base: 'docker.io/library/node:24',
        entrypoint: '["node"]',
        workdir: '/app',
      },
      expected: { engine: 'layers', path: 'dist', entrypoint: ['node'], workdir: '/app' },
    },
    {
      description: 'booleans that are false',
      given: { engine: 'files', path: 'x', 'no-cache': 'false', pull: 'False' },
      expected: { pull: false },
    },
    {
      description: 'an existing digest',
      given: { engine: 'existing', digest: digestWith('a') },
      expected: { digest: digestWith('a') },
    },
    {
      description: 'credentials',
      given: { username: 'u', password: 'p' },
      expected: { username: 'u', password: 'p' },
    },
    {
      description: 'hosts of token servers, for every engine',
      given: {
        engine: 'existing',
        digest: digestWith('a'),
        'token-hosts': 'auth.example.com, t.example:8443',
      },
      expected: { 'token-hosts': ['auth.example.com', 't.example:8443'] },
    },
    {
      description: 'a cache',
      given: { 'cache-path': '~/.npm', 'cache-key': 'k', 'cache-restore-keys': 'a\nb' },
      expected: { 'cache-path': ['~/.npm'], 'cache-key': 'k', 'cache-restore-keys': ['a', 'b'] },
    },
  ])('$description', ({ given, expected }) => {
    expect(parse(given)).toMatchObject(expected)
  })
})

describe('parseBuildInputs refuses', () => {
  const cases: readonly { description: string; given: Given; faults: readonly string[] }[] = [
    {
      description: 'no image',
      given: { image: '' },
      faults: ['image: is required, for example ghcr.io/owner/app'],
    },
    {
      description: 'an image without a registry',
      given: { image: 'owner/app' },
      faults: ['image: Not a valid reference: "owner/app"'],
    },
    {
      description: 'an image in upper case',
      given: { image: 'ghcr.io/Owner/App' },
      faults: [
        'image: Not a valid reference: "ghcr.io/Owner/App": the repository name must be in lower case',
      ],
    },
    {
      description: 'an image with a tag',
      given: { image: 'ghcr.io/o/app:v1' },
      faults: ['image: Not a valid reference: "ghcr.io/o/app:v1": it holds a tag'],
    },
    {
      description: 'a short commit',
      given: { commit: '1111111' },
      faults: ['commit: "1111111" is a short commit id'],
    },
    { description: 'a branch', given: { commit: 'main' }, faults: ['commit: "main" is not a commit id'] },
    {
      description: 'a commit behind a byte order mark',
      given: { commit: `\uFEFF${commit}` },
      faults: ['commit: '],
    },
    {
      description: 'an unknown engine',
      given: { engine: 'kaniko' },
      faults: ['engine: must be one of docker, buildah, layers, files, command, existing, got "kaniko"'],
    },
    {
      description: 'yes as a boolean',
      given: { push: 'yes' },
      faults: ['push: must be true or false, got "yes"'],
    },
    {
      description: 'a seal that does not exist',
      given: { seal: 'none' },
      faults: ['seal: must be one of registry, git, got "none"'],
    },
    {
      description: 'a backfill without seals in git',
      given: { backfill: 'true' },
      faults: ['backfill: needs seal: git'],
    },
    {
      description: 'seals in git without a token',
      given: { seal: 'git' },
      faults: ['token: is required by seal: git'],
    },
    {
      description: 'seals in git with an expression nobody evaluated',
      given: { seal: 'git', token: '${{ github.token }}' },
      faults: ['token: is required by seal: git'],
    },
    {
      description: 'a settle time without a unit',
      given: { settle: '3' },
      faults: ['settle: must be a duration'],
    },
    {
      description: 'a settle time no timer can wait',
      given: { settle: '30d' },
      faults: ['settle: must be at most 1h, got "30d"'],
    },
    {
      description: 'a tag with a slash',
      given: { tags: 'feature/x' },
      faults: ['tags: "feature/x": a tag cannot hold a slash'],
    },
    {
      description: 'a tag of another repository',
      given: { tags: 'ghcr.io/o/other:v1' },
      faults: [`tags: "ghcr.io/o/other:v1" is not a tag of ${IMAGE}`],
    },
    {
      description: 'a digest as a tag',
      given: { tags: `${IMAGE}@${digestWith('a')}` },
      faults: [`is not a tag of ${IMAGE}`],
    },
    {
      description: 'a tag by digest',
      given: { tags: `${IMAGE}:v1@${digestWith('a')}` },
      faults: [`is not a tag of ${IMAGE}`],
    },
    {
      description: 'the id of another commit as a tag',
      given: { commit, tags: 'e'.repeat(40) },
      faults: ['a full commit id is a SHA tag; only the seal of that commit writes it'],
    },
    {
      description: 'a tag reserved for referrers',
      given: { tags: `sha256-${'a'.repeat(64)}` },
      faults: ['reserved for referrers'],
    },
    {
      description: 'a tag reserved for build-once',
      given: { tags: 'build-once-x' },
      faults: ['tags that start with "build-once" are reserved'],
    },
    {
      description: 'a list of tags whose quote is never closed',
      given: { tags: '"v1' },
      faults: ['tags: has a quote in line 1 that is never closed'],
    },
    {
      description: 'a list of secrets whose quote is never closed',
      given: { secrets: '"KEY=s3cr3t' },
      faults: ['secrets: has a quote in line 1 that is never closed'],
    },
    {
      description: 'labels without =',
      given: { labels: 'maintainer' },
      faults: ['labels: must hold KEY=value entries'],
    },
    {
      description: 'path without layers or files',
      given: { path: 'dist' },
      faults: ['path: is an input of engine "layers" and "files"'],
    },
    {
      description: 'build arguments with files',
      given: { engine: 'files', path: 'x', 'build-args': 'A=1' },
      faults: [
        'build-args: is an input of engine "docker" and "buildah" · expected inputs of engine "files" only',
      ],
    },
    {
      description: 'no-cache with layers',
      given: { engine: 'layers', path: 'x', 'no-cache': 'true' },
      faults: ['no-cache: is an input of engine'],
    },
    {
      description: 'a cache of buildx with buildah',
      given: { engine: 'buildah', 'cache-to': 'type=gha' },
      faults: ['cache-to: is an input of engine "docker"'],
    },
    {
      description: 'layers without path',
      given: { engine: 'layers' },
      faults: ['path: is required by engine "layers"'],
    },
    {
      description: 'files without path',
      given: { engine: 'files', path: '' },
      faults: ['path: is required by engine "files"'],
    },
    {
      description: 'command without run',
      given: { engine: 'command' },
      faults: ['run: is required by engine "command"'],
    },
    {
      description: 'existing without digest',
      given: { engine: 'existing' },
      faults: ['digest: is required by engine "existing"'],
    },
    {
      description: 'existing without pushing',
      given: { engine: 'existing', digest: digestWith('a'), push: 'false' },
      faults: ['push: engine "existing" has nothing to do'],
    },
    {
      description: 'a malformed digest',
      given: { engine: 'existing', digest: 'latest' },
      faults: ['digest: Not a digest: "latest"'],
    },
    {
      description: 'a relative workdir',
      given: { engine: 'layers', path: 'x', workdir: 'app' },
      faults: ['workdir: must be an absolute path without "." and "..", got "app"'],
    },
    {
      description: 'a base without a tag',
      given: { engine: 'layers', path: 'x', base: 'docker.io/library/node' },
      faults: ['base: Not a valid reference'],
    },
    {
      description: 'a username alone',
      given: { username: 'u' },
      faults: ['username, password: give both or neither'],
    },
    {
      description: 'a cache path alone',
      given: { 'cache-path': 'x' },
      faults: ['cache-path, cache-key: give both or neither'],
    },
    {
      description: 'restore keys alone',
      given: { 'cache-restore-keys': 'x' },
      faults: ['cache-restore-keys: needs cache-key'],
    },
  ]
  test.each(cases)('$description', async ({ given, faults }) => {
    const found = await faultsOf(given)
    expect(found).toHaveLength(faults.length)
    for (const [position, says] of faults.entries()) expect(found[position]).toContain(says)
  })

  test('everything at once, each fault with the input as typed', async () => {
    const given = {
      image: 'Owner/App',
      commit: 'abc1234',
      push: 'maybe',
      tags: 'a/b,good,-bad',
      settle: 'soon',
      engine: 'files',
      target: 'prod',
      password: 'p4ssw0rd',
    }
    const error = await expectCode(() => parse(given), 'INPUT_INVALID')
    const names = (error instanceof InputError ? error.faults : []).map((fault) => fault.split(':')[0])
    expect(names).toHaveLength(9)
    expect(new Set(names)).toEqual(
      new Set(['image', 'commit', 'push', 'tags', 'settle', 'path', 'target', 'username, password']),
    )
    expect(error.message).toMatch(/^The inputs are not valid:\n/)
    expect(error.message).not.toContain('p4ssw0rd')
    expect(error.hint).toContain('Nothing was pushed')
  })

  test('with the faults of the sources beside them', async () => {
    const raw = new Map([['image', 'x']])
    const error = await expectCode(
      () => parseBuildInputs(raw, { faults: ['path: dist does not exist'] }),
      'INPUT_INVALID',
    )
    expect(error.message).toContain('image: ')
    expect(error.message).toContain('path: dist does not exist')
    const alone = () =>
      parseBuildInputs(new Map([['image', IMAGE]]), { faults: ['path: dist does not exist'] })
    expect((await expectCode(alone, 'INPUT_INVALID')).message).toBe('path: dist does not exist')
  })
})

describe('inputs of a job that has no secrets', () => {
  const parse = (given: Readonly<Record<string, string>>, isReadOnly = true) =>
    parseBuildInputs(new Map(Object.entries({ image: IMAGE, ...given })), { isReadOnly })

  test('may leave pushing out, as workflows do for pull requests, whatever builds', () => {
    expect(parse({ engine: 'existing', digest: '', push: 'false' })).toMatchObject({ push: false })
  })

  test.each<{ description: string; given: Readonly<Record<string, string>> }>([
    { description: 'a password that is empty', given: { username: 'ci', password: '' } },
    { description: 'a user name that is empty', given: { username: '', password: 'x' } },
    { description: 'no digest, because no step could push', given: { engine: 'existing', digest: '' } },
  ])('$description is no fault there, and one elsewhere', async ({ given }) => {
    expect(parse(given)).toMatchObject({ push: true })
    await expectCode(() => parse(given, false), 'INPUT_INVALID')
  })

  test('secrets without a value are left out there, and stay elsewhere', () => {
    const given = { secrets: 'TOKEN=\nOTHER=x\n' }
    expect(parse(given).secrets).toEqual(['OTHER=x'])
    expect(parse(given, false).secrets).toEqual(['TOKEN=', 'OTHER=x'])
  })

  test('other faults stay faults, and the hint says what may be behind them', async () => {
    const error = await expectCode(() => parse({ image: '', 'cache-path': 'x' }), 'INPUT_INVALID')
    expect(error.message).toContain('image: ')
    expect(error.message).toContain('cache-path, cache-key')
    expect(error.hint).toContain('Secrets are empty in a job of a fork or of Dependabot')
    const elsewhere = await expectCode(() => parse({ image: '' }, false), 'INPUT_INVALID')
    expect(elsewhere.hint).not.toContain('Secrets are empty')
  })
})

test.each([
  { text: 'v1', expected: 'v1' },
  { text: `${IMAGE}:v1`, expected: 'v1' },
  { text: `${IMAGE}:`, expected: '' },
  { text: 'ghcr.io/o/other:v1', expected: undefined },
  { text: `${IMAGE}@${digestWith('a')}`, expected: undefined },
  { text: `${IMAGE}2:v1`, expected: undefined },
])('bareTag($text)', ({ text, expected }) => {
  expect(bareTag(text, repository)).toBe(expected)
})
