import { expect, test } from 'vitest'
import { ask, openGitHub, refusal, textAt } from './support.ts'

test('an environment shows its protection', async () => {
  const github = await openGitHub()
  const { environments } = github.state
  expect((await ask(github, 'GET environments')).body).toEqual({ total_count: 0, environments: [] })
  expect(await refusal(github, 'GET environments/production')).toBe('404 Not Found')
  environments.set('production', {
    protection: [
      { type: 'required_reviewers', preventSelfReview: true },
      { type: 'wait_timer', minutes: 30 },
      { type: 'branch_policy' },
    ],
  })
  const { body } = await ask(github, 'GET environments/Production')
  expect(body).toMatchObject({
    name: 'production',
    protection_rules: [
      { type: 'required_reviewers', prevent_self_review: true, reviewers: [{ type: 'User' }] },
      { type: 'wait_timer', wait_timer: 30 },
      { type: 'branch_policy' },
    ],
    deployment_branch_policy: { protected_branches: true },
  })
  environments.remove('production')
  expect(await refusal(github, 'GET environments/production')).toBe('404 Not Found')
})

test('a deployment makes its environment, without protection', async () => {
  const github = await openGitHub()
  const body = { ref: 'main', auto_merge: false, required_contexts: [], environment: 'eu/west' }
  await ask(github, 'POST deployments', { body })
  expect((await ask(github, 'GET environments/eu%2Fwest')).body).toMatchObject({
    name: 'eu/west',
    protection_rules: [],
    deployment_branch_policy: null,
  })
  const all = await ask(github, 'GET environments')
  expect(all.body['total_count']).toBe(1)
})

test.each(['Größe 1', 'a b', '100%', 'review/feature#7?x', '北京', 'pr+1'])(
  'an environment may be called %j',
  async (name) => {
    const github = await openGitHub()
    const { id } = github.state.environments.set(name)
    const { body } = await ask(github, `GET environments/${encodeURIComponent(name)}`)
    expect(body).toMatchObject({ id, name })
    const own = new URL(textAt(body, 'url')).pathname
    expect((await ask(github, `GET ${own}`)).body).toMatchObject({ id })
  },
)
