import { expect, test } from 'vitest'
import { GitHubError } from '../../../src/domain/error.ts'
import type { Protection } from '../../../src/github/environments.ts'
import { createMemoryRecords } from '../../fixtures/memory-records.ts'
import { createMemoryRegistry } from '../../fixtures/memory-registry.ts'
import { createDeployWorld, type DeployWorld } from '../../fixtures/deploy-world.ts'
import { createMemoryDeploymentLog } from '../../fixtures/memory-records.ts'
import { amd64, commit } from '../../fixtures/samples.ts'
import { expectCode } from '../../fixtures/to-throw-code.ts'

const REQUIRED = { 'require-protection': 'true', token: 't', run: 'deploy' }

async function world(protection: () => Promise<Protection>): Promise<DeployWorld> {
  const stored = { registry: createMemoryRegistry(), records: createMemoryRecords() }
  const deployments = createMemoryDeploymentLog()
  const made = createDeployWorld(stored, 'registry.test', { deployments, ports: { protection } })
  await made.build(amd64, commit)
  return made
}

test('a protected environment is nothing to talk about', async () => {
  const made = await world(async () => 'protected')
  await made.deploy('production', commit, REQUIRED)
  expect(made.log.lines.filter((line) => /^(?:warning|notice)/.test(line))).toEqual([])
})

test.each([
  ['missing', 'The environment production does not exist on GitHub'],
  ['none', 'The environment production has no protection rule on GitHub'],
] as const)('one that is %s is a warning, or a refusal where protection is required', async (state, says) => {
  const made = await world(async () => state)
  await made.deploy('production', commit, { run: 'deploy' })
  expect(made.log.lines.join('\n')).toContain(`warning: ${says} · expected a required reviewer`)
  const error = await expectCode(made.deploy('production', commit, REQUIRED), 'ENVIRONMENT_UNPROTECTED')
  expect(error.message).toContain(says)
  expect(made.ran).toEqual(['deploy'])
  expect((await made.history('production'))[0]).toMatchObject({ state: 'refused' })
})

test('one that may not be read does not stop a deployment, but is an error where protection is required', async () => {
  const made = await world(async () => {
    throw new GitHubError('GITHUB_DENIED', 'denied', { permission: 'actions: read' })
  })
  await made.deploy('production', commit, { run: 'deploy' })
  expect(made.ran).toEqual(['deploy'])
  await expectCode(made.deploy('production', commit, REQUIRED), 'GITHUB_DENIED')
})

test('GitHub being down is an error in any case', async () => {
  const made = await world(async () => {
    throw new GitHubError('GITHUB_UNAVAILABLE', 'down')
  })
  await expectCode(made.deploy('production', commit), 'GITHUB_UNAVAILABLE')
})
