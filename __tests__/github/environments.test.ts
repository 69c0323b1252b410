import { describe, expect, test } from 'vitest'
import { firstToKnow } from '../../src/domain/ancestry.ts'
import { parseCommit } from '../../src/domain/commit.ts'
import { createGitHubAncestry } from '../../src/github/ancestry.ts'
import { createEnvironments } from '../../src/github/environments.ts'
import { commitWith } from '../fixtures/samples.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { githubFailure, openApi } from './support/api.ts'

describe('an environment is', () => {
  test('missing, without a rule, or protected', async () => {
    const github = await openGitHub()
    const { api, log } = openApi(github)
    const { protection } = createEnvironments(api, log)
    const { environments } = github.state
    environments.set('open')
    environments.set('reviewed', { protection: [{ type: 'required_reviewers' }] })
    environments.set('timed / slowly', { protection: [{ type: 'wait_timer', minutes: 5 }] })
    environments.set('branches', { protection: [{ type: 'branch_policy' }] })
    environments.set('guarded', { customRules: [{ app: 'old', isEnabled: false }, { app: 'gatekeeper' }] })
    environments.set('unguarded', { customRules: [{ app: 'gatekeeper', isEnabled: false }] })
    expect(await protection('nowhere')).toBe('missing')
    expect(await protection('unguarded')).toBe('none')
    expect(await protection('open')).toBe('none')
    for (const name of ['reviewed', 'timed / slowly', 'branches', 'guarded'])
      expect(await protection(name)).toBe('protected')
  })

  test('called what GitHub calls it, in whatever letters it is asked for; else what it was asked for', async () => {
    const github = await openGitHub()
    github.state.environments.set('Production / EU')
    const { api, log } = openApi(github)
    const environments = createEnvironments(api, log)
    expect(await environments.spelling('production / eu')).toBe('Production / EU')
    expect(await environments.protection('PRODUCTION / EU')).toBe('none')
    expect(await environments.spelling('Überall')).toBe('Überall')
    expect(github.requests).toHaveLength(3)
    const denied = await openGitHub({ permissions: { contents: 'read' } })
    const blind = openApi(denied)
    expect(await createEnvironments(blind.api, blind.log).spelling('Staging')).toBe('Staging')
  })

  test('not to be read without a permission, which is named once, whatever is asked first', async () => {
    const github = await openGitHub({ permissions: { contents: 'read' } })
    const { api, log } = openApi(github)
    const { protection, spelling } = createEnvironments(api, log)
    await spelling('staging')
    const error = await githubFailure('GITHUB_DENIED', protection('open'))
    expect(error.permission).toBe('actions: read')
    await githubFailure('GITHUB_DENIED', protection('other'))
    expect(log.lines).toEqual([
      'notice: Whether the environment is protected is not known. Add `permissions: actions: read` to this job.',
    ])
  })
})

describe('GitHub knows', () => {
  test('what comes from what, and not what it does not have', async () => {
    const github = await openGitHub()
    const { git } = github.state
    const first = parseCommit(git.head())
    const second = parseCommit(git.commit())
    const side = parseCommit(git.commit({ branch: 'side', parents: [first] }))
    const { api, log } = openApi(github)
    const ancestry = createGitHubAncestry(api, log)
    expect(await ancestry.compare(first, second)).toBe('ahead')
    expect(await ancestry.compare(second, first)).toBe('behind')
    expect(await ancestry.compare(second, side)).toBe('diverged')
    expect(await ancestry.compare(first, commitWith('d'))).toBe('unknown')
  })

  test('that histories without a common commit are different ones', async () => {
    const github = await openGitHub()
    const { git } = github.state
    const orphan = parseCommit(git.commit({ branch: 'pages', parents: [] }))
    const { api, log } = openApi(github)
    const ancestry = createGitHubAncestry(api, log)
    expect(await ancestry.compare(parseCommit(git.head()), orphan)).toBe('diverged')
  })

  test('nothing about what is too different to be compared', async () => {
    const github = await openGitHub()
    const { api, log } = openApi(github)
    const body = { message: 'Server Error: Sorry, this diff is taking too long to generate.' }
    github.faults.add({ fault: { kind: 'answer', status: 422, body } })
    expect(await createGitHubAncestry(api, log).compare(commitWith('1'), commitWith('2'))).toBe('unknown')
  })

  test('nothing that a token may not ask; then others are asked', async () => {
    const github = await openGitHub({ permissions: { deployments: 'write' } })
    const { api, log } = openApi(github)
    const checkout = { compare: async () => 'behind' as const }
    const ancestry = firstToKnow([createGitHubAncestry(api, log), checkout])
    expect(await ancestry.compare(commitWith('1'), commitWith('2'))).toBe('behind')
    expect(log.lines.join('\n')).toContain(
      'debug: GitHub (GET /repos/octo-org/app/compare/{basehead}) was denied',
    )
  })

  test('nothing while it is down, and that is an error', async () => {
    const github = await openGitHub()
    const { api, log } = openApi(github)
    github.faults.add({ fault: { kind: 'html', status: 502 }, times: 3 })
    await githubFailure(
      'GITHUB_UNAVAILABLE',
      createGitHubAncestry(api, log).compare(commitWith('1'), commitWith('2')),
    )
  })
})
