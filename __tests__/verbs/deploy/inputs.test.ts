import { describe, expect, test } from 'vitest'
import { InputError } from '../../../src/domain/error.ts'
import { readInputs } from '../../../src/github/inputs.ts'
import { parseDeployInputs } from '../../../src/verbs/deploy/inputs.ts'
import { commit, digestWith, IMAGE, repository } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

type Given = Readonly<Record<string, string>>

function parse(given: Given) {
  return parseDeployInputs(new Map(Object.entries({ image: IMAGE, environment: 'staging', ...given })))
}

describe('parseDeployInputs reads', () => {
  test.each([
    {
      description: 'defaults',
      given: {},
      expected: {
        image: repository,
        digest: undefined,
        commit: undefined,
        environment: 'staging',
        guard: 'standard',
        'dry-run': false,
        'allow-pull-request': false,
        rebuildInputs: [],
      },
    },
    {
      description: 'expressions that came out empty as inputs that were not given',
      given: { guard: '', 'dry-run': '', commit: '', context: '', tags: '' },
      expected: { guard: 'standard', 'dry-run': false, commit: undefined, rebuildInputs: [] },
    },
    { description: 'a digest', given: { digest: digestWith('a') }, expected: { digest: digestWith('a') } },
    { description: 'sealed', given: { digest: 'sealed' }, expected: { digest: 'sealed' } },
    { description: 'a commit', given: { commit }, expected: { commit } },
    {
      description: 'an environment in any script',
      given: { environment: 'Prod / Zürich' },
      expected: { environment: 'Prod / Zürich' },
    },
    {
      description: 'configuration files',
      given: { config: 'a.yaml\nb/*.yaml' },
      expected: { config: ['a.yaml', 'b/*.yaml'] },
    },
    {
      description: 'hosts of token servers, which ask for no build',
      given: { 'token-hosts': 'auth.example.com\n[::1]:5001' },
      expected: { 'token-hosts': ['auth.example.com', '[::1]:5001'], rebuildInputs: [] },
    },
    {
      description: 'the order of environments',
      given: { after: 'test, qa\nqa, QA', soak: '1h', rollback: 'true' },
      expected: { after: ['test', 'qa'], soak: 3_600_000, rollback: true },
    },
    {
      description: 'what comes before what, by default nothing',
      given: { after: '', soak: '', rollback: '', 'rollback-to': '' },
      expected: { after: undefined, soak: undefined, rollback: false, 'rollback-to': undefined },
    },
    {
      description: 'a rollback to what was there before',
      given: { 'rollback-to': 'previous', digest: 'sealed' },
      expected: { 'rollback-to': { kind: 'previous' }, digest: 'sealed' },
    },
    {
      description: 'a rollback to a commit',
      given: { 'rollback-to': commit },
      expected: { 'rollback-to': { kind: 'commit', commit } },
    },
    {
      description: 'a rollback to a tag',
      given: { 'rollback-to': 'v1.2.3' },
      expected: { 'rollback-to': { kind: 'tag', tag: 'v1.2.3' } },
    },
    {
      description: 'where to record, and how long to wait',
      given: { records: 'both', token: 't', 'lock-timeout': '0', 'require-protection': 'true' },
      expected: { records: 'both', 'lock-timeout': 0, 'require-protection': true },
    },
    {
      description: 'whose deployments count',
      given: { deployers: 'octocat, my-app[bot]\nthird_x' },
      expected: { deployers: ['octocat', 'my-app[bot]', 'third_x'] },
    },
    {
      description: 'nothing about records and waiting',
      given: { records: '', token: '', 'lock-timeout': '' },
      expected: {
        records: undefined,
        token: undefined,
        'lock-timeout': 600_000,
        'require-protection': false,
      },
    },
    {
      description: 'the check run of the job',
      given: { _job_check_run_id: '4711' },
      expected: { _job_check_run_id: 4711, rebuildInputs: [] },
    },
    {
      description: 'the check run as runners give it that do not know it',
      given: { _job_check_run_id: '${{ job.check_run_id }}' },
      expected: { _job_check_run_id: undefined },
    },
    { description: 'the strict guard', given: { guard: 'strict' }, expected: { guard: 'strict' } },
  ])('$description', ({ given, expected }) => {
    expect(parse(given)).toMatchObject(expected)
  })

  test.each([
    { description: 'a build input that build declares', given: { context: '.' }, asked: ['context'] },
    {
      description: 'a build input that no action declares',
      given: { dockerfile: 'Dockerfile' },
      asked: ['dockerfile'],
    },
    {
      description: 'several',
      given: { file: 'x', 'build-args': 'A=1', rebuild: 'true' },
      asked: ['file', 'build-args', 'rebuild'],
    },
    {
      description: 'underscores',
      given: { build_args: 'A=1', no_cache: 'true' },
      asked: ['build_args', 'no_cache'],
    },
    {
      description: 'a block copied from the build step',
      given: { push: 'true', tags: 'v1', platforms: 'linux/amd64' },
      asked: ['push', 'tags', 'platforms'],
    },
  ])('$description as asking for a build', ({ given, asked }) => {
    expect(parse(given).rebuildInputs).toEqual(asked)
  })

  test('the environment variables the runner makes of undeclared inputs', () => {
    const raw = readInputs({
      INPUT_IMAGE: IMAGE,
      INPUT_ENVIRONMENT: 'staging',
      INPUT_BUILD_ARGS: 'A=1',
      'INPUT_CACHE-FROM': 'type=gha',
      INPUT_RUN: '',
    })
    expect(parseDeployInputs(raw).rebuildInputs).toEqual(['build_args', 'cache-from'])
  })
})

describe('parseDeployInputs refuses', () => {
  test.each([
    { description: 'no image', given: { image: '' }, fault: 'image: is required' },
    {
      description: 'an image with a digest',
      given: { image: `${IMAGE}@${digestWith('a')}` },
      fault: 'image: Not a valid reference',
    },
    {
      description: 'no environment',
      given: { environment: '' },
      fault: 'environment: is required, for example staging',
    },
    {
      description: 'an environment with a line feed',
      given: { environment: 'a\nb' },
      fault: 'environment: must be the name of an environment',
    },
    {
      description: 'a long environment',
      given: { environment: 'x'.repeat(256) },
      fault: 'environment: must be the name',
    },
    { description: 'a tag as digest', given: { digest: 'latest' }, fault: 'digest: Not a digest: "latest"' },
    {
      description: 'a reference as digest',
      given: { digest: `${IMAGE}@${digestWith('a')}` },
      fault: 'digest: Not a digest',
    },
    {
      description: 'a digest behind a byte order mark',
      given: { digest: `\uFEFF${digestWith('a')}` },
      fault: 'digest: Not a digest',
    },
    { description: 'Sealed in upper case', given: { digest: 'Sealed' }, fault: 'digest: Not a digest' },
    {
      description: 'a short commit',
      given: { commit: '1111111' },
      fault: 'commit: "1111111" is a short commit id',
    },
    {
      description: 'an unknown guard',
      given: { guard: 'off' },
      fault: 'guard: must be one of standard, strict, got "off"',
    },
    {
      description: 'yes as a boolean',
      given: { 'dry-run': 'yes' },
      fault: 'dry-run: must be true or false, got "yes"',
    },
    {
      description: 'a password alone',
      given: { password: 'p' },
      fault: 'username, password: give both or neither',
    },
    {
      description: 'a soak in words',
      given: { after: 'test', soak: 'one hour' },
      fault: 'soak: must be a duration such as 0, 30s, 10m, 1h or 7d, got "one hour"',
    },
    {
      description: 'somebody who cannot be',
      given: { deployers: 'octocat, not a login' },
      fault: 'deployers: must be logins such as octocat or my-app[bot], got "not a login"',
    },
    {
      description: 'records nobody knows of',
      given: { records: 'git' },
      fault: 'records: must be one of github, registry, both, got "git"',
    },
    {
      description: 'records on GitHub without a token',
      given: { records: 'github', token: '' },
      fault: 'token: is required by records: github',
    },
    {
      description: 'a look at GitHub without a token',
      given: { 'require-protection': 'true', token: '' },
      fault: 'token: is required by require-protection: true',
    },
    {
      description: 'an environment at no address',
      given: { 'environment-url': 'staging.example' },
      fault: 'environment-url: must be an http or https address',
    },
    { description: 'a soak of nothing', given: { soak: '1h' }, fault: 'soak: needs after' },
    {
      description: 'an environment after itself',
      given: { after: 'test, staging' },
      fault: 'after: "staging" is the environment that is deployed to',
    },
    {
      description: 'an environment after itself, in other letters',
      given: { after: 'STAGING' },
      fault: 'after: "STAGING" is the environment that is deployed to',
    },
    {
      description: 'a rollback to a branch',
      given: { 'rollback-to': 'release/1' },
      fault: 'rollback-to: must be the word previous, a full commit id, or a tag of image',
    },
    {
      description: 'a rollback with a digest',
      given: { 'rollback-to': 'previous', digest: digestWith('a') },
      fault: 'digest, rollback-to: give one of them',
    },
    {
      description: 'a rollback with a commit',
      given: { 'rollback-to': 'previous', commit },
      fault: 'commit, rollback-to: give one of them',
    },
  ])('$description', async ({ given, fault }) => {
    const error = await expectCode(() => parse(given), 'INPUT_INVALID')
    expect(error instanceof InputError ? error.faults : []).toHaveLength(1)
    expect(error.message).toContain(fault)
  })

  test('everything at once, the inputs that ask for a build included', async () => {
    const given = { image: 'x', environment: '', digest: 'y', guard: 'z', build_args: 'A=1', username: 'u' }
    const error = await expectCode(() => parse(given), 'INPUT_INVALID')
    for (const name of [
      'image: ',
      'environment: ',
      'digest: ',
      'guard: ',
      'username, password: ',
      'build_args: asks for a build',
    ])
      expect(error.message).toContain(`- ${name}`)
    expect(error.hint).toContain('Nothing was deployed')
  })
})

test('a job without secrets may lack its password, but nothing else', async () => {
  const given = { image: IMAGE, environment: 'staging', username: 'ci', digest: '' }
  const raw = new Map(Object.entries(given))
  expect(parseDeployInputs(raw, true)).toMatchObject({ username: 'ci', digest: undefined })
  await expectCode(() => parseDeployInputs(raw), 'INPUT_INVALID')
  raw.delete('environment')
  await expectCode(() => parseDeployInputs(raw, true), 'INPUT_INVALID')
})
