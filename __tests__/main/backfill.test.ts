import { expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import type { Commit } from '../../src/domain/commit.ts'
import { errorsOf, newCommit, temporaryFolder, writeApplication } from '../e2e/world.ts'
import { openApi } from '../github/support/api.ts'
import { openGitHub } from '../sandbox/github/support.ts'
import { buildStep } from './support/source-step.ts'

test('a backfill that the hour’s limit interrupts is completed by the next run, which then builds', async () => {
  const github = await openGitHub()
  const registry = await startRegistry({})
  onTestFinished(async () => await registry.close())
  await using folder = await temporaryFolder()
  const setup = { workspace: folder.path, apiUrl: github.apiUrl, token: github.token }
  const image = `${registry.host}/team/app`
  const step = async (name: string, commit: string, more: Readonly<Record<string, string>>) =>
    await buildStep(
      `${folder.path}/${name}`,
      { image, commit, engine: 'layers', path: 'dist', ...more },
      setup,
    )

  const digests = new Map<string, string | undefined>()
  for (const name of ['one', 'two', 'three', 'four']) {
    await writeApplication(folder.path, name)
    const commit = newCommit()
    const { outputs } = await step(name, commit, { seal: 'registry', settle: '0' })
    digests.set(commit, outputs['digest'])
  }
  expect(github.requests).toEqual([])

  // Enough for the list and two commits.
  github.state.limits.leave('workflow', 8, 3000)
  const next = newCommit()
  const given = { seal: 'git', backfill: 'true' }
  const interrupted = await step('interrupted', next, given)
  expect(errorsOf(interrupted)).toContain('GITHUB_RATE_LIMITED')
  expect(interrupted.log).toContain('4 of 4 commit tags have no git seal')
  expect(interrupted.log).toContain('ended after 2 of 4 commit tags')
  expect(await registry.readManifest('team/app', next)).toBeUndefined()

  github.state.limits.leave('workflow', 1000)
  const completed = await step('completed', next, given)
  expect(errorsOf(completed)).toBe('')
  expect(completed.outputs['built']).toBe('true')
  expect(completed.log).toContain('4 commit tags · 2 sealed in git now · 2 were already')
  const { seals } = openApi(github)
  for (const [commit, digest] of digests) {
    expect((await seals.read(image, commit as Commit))?.digest).toBe(digest)
    const again = await step(`again-${commit}`, commit, { seal: 'git' })
    expect(again.outputs).toMatchObject({ built: 'false', digest })
  }
}, 120_000)
