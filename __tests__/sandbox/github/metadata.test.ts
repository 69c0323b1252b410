import { expect, test } from 'vitest'
import { ask, openGitHub, refusal, takeViolations } from './support.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const STORAGE = '/orgs/octo-org/artifacts/metadata/storage-record'
const DEPLOYMENT = '/orgs/octo-org/artifacts/metadata/deployment-record'
const storage = { name: 'app', digest: DIGEST, registry_url: 'https://ghcr.io', github_repository: 'app' }
const deployment = {
  ...{ name: 'app', digest: DIGEST, status: 'deployed', github_repository: 'app' },
  ...{ logical_environment: 'production', deployment_name: 'app' },
}

test('a storage record is made once and then renewed', async () => {
  const github = await openGitHub()
  const first = await ask(github, `POST ${STORAGE}`, { body: storage })
  expect(first.body).toMatchObject({ total_count: 1, storage_records: [{ id: 1, status: 'active' }] })
  const body = { ...storage, status: 'eol', return_records: false }
  const second = await ask(github, `POST ${STORAGE}`, { body })
  expect(second.body).toEqual({ total_count: 1 })
  const read = await ask(github, `GET /orgs/octo-org/artifacts/${DIGEST}/metadata/storage-records`)
  expect(read.body).toMatchObject({ total_count: 1, storage_records: [{ id: 1, status: 'eol' }] })
})

test('a deployment record is the present state of one place', async () => {
  const github = await openGitHub()
  await ask(github, `POST ${DEPLOYMENT}`, { body: deployment })
  const next = `sha256:${'b'.repeat(64)}`
  await ask(github, `POST ${DEPLOYMENT}`, { body: { ...deployment, digest: next } })
  await ask(github, `POST ${DEPLOYMENT}`, { body: { ...deployment, cluster: 'eu' } })
  const read = async (digest: string) =>
    (await ask(github, `GET /orgs/octo-org/artifacts/${digest}/metadata/deployment-records`)).body
  expect(await read(next)).toMatchObject({ total_count: 1, deployment_records: [{ id: 1, cluster: '' }] })
  expect(await read(DIGEST)).toMatchObject({ total_count: 1, deployment_records: [{ id: 2, cluster: 'eu' }] })
})

test('the repository must be named unless an attestation tells it', async () => {
  const github = await openGitHub()
  const { github_repository: _, ...unnamed } = storage
  expect(await refusal(github, `POST ${STORAGE}`, { body: unnamed })).toBe('404 Not Found')
  github.state.metadata.attested.add(DIGEST)
  expect((await ask(github, `POST ${STORAGE}`, { body: unnamed })).status).toBe(200)
  const other = { ...storage, github_repository: 'other' }
  expect(await refusal(github, `POST ${STORAGE}`, { body: other })).toBe('404 Not Found')
})

test("a user's repository has no such records", async () => {
  const github = await openGitHub({ ownerType: 'User' })
  expect(await refusal(github, `POST ${STORAGE}`, { body: storage })).toBe('404 Not Found')
  expect(await refusal(github, `POST ${DEPLOYMENT}`, { body: deployment })).toBe('404 Not Found')
  expect((await ask(github, 'GET ')).body['owner']).toMatchObject({ type: 'User' })
})

test('what the description does not allow is refused', async () => {
  const github = await openGitHub()
  for (const wrong of [{ digest: 'sha256:A' }, { registry_url: 'http://ghcr.io' }, { status: 'gone' }]) {
    expect(await refusal(github, `POST ${STORAGE}`, { body: { ...storage, ...wrong } })).toMatch(/^422/)
    expect(takeViolations(github).length).toBeGreaterThan(0)
  }
})
