import { getOctokit } from '@actions/github'
import { expect, test } from 'vitest'
import type { Product } from '../../../sandbox/github/description/read.ts'
import { OPERATION_IDS } from '../../../sandbox/github/operations.ts'
import type { SandboxGitHub } from '../../../sandbox/github/server.ts'
import { openGitHub } from './support.ts'

const REPOSITORY = { owner: 'octo-org', repo: 'app' }
type Octokit = ReturnType<typeof getOctokit>

async function useGit({ rest }: Octokit, github: SandboxGitHub): Promise<void> {
  const { git } = github.state
  const blob = await rest.git.createBlob({ ...REPOSITORY, content: 'record' })
  const { data } = await rest.git.getBlob({ ...REPOSITORY, file_sha: blob.data.sha })
  expect(Buffer.from(data.content, 'base64').toString()).toBe('record')
  const object = { object: git.head(), type: 'commit' as const }
  const tag = await rest.git.createTag({ ...REPOSITORY, tag: 'r', message: 'r', ...object })
  await rest.git.getTag({ ...REPOSITORY, tag_sha: tag.data.sha })
  const ref = `build-once/app/${git.head()}`
  await rest.git.createRef({ ...REPOSITORY, ref: `refs/${ref}`, sha: tag.data.sha })
  expect((await rest.git.getRef({ ...REPOSITORY, ref })).data.object.sha).toBe(tag.data.sha)
  expect((await rest.git.listMatchingRefs({ ...REPOSITORY, ref: 'build-once' })).data).toHaveLength(1)
  const next = git.commit({ branch: 'next', parents: [git.head()] })
  await rest.git.updateRef({ ...REPOSITORY, ref: 'heads/main', sha: next })
  await rest.git.deleteRef({ ...REPOSITORY, ref })
  await rest.git.getCommit({ ...REPOSITORY, commit_sha: next })
  expect((await rest.repos.getCommit({ ...REPOSITORY, ref: 'main' })).data.sha).toBe(next)
  const basehead = `${object.object}...main`
  const compared = await rest.repos.compareCommitsWithBasehead({ ...REPOSITORY, basehead })
  expect(compared.data.status).toBe('ahead')
  await rest.repos.createCommitStatus({ ...REPOSITORY, sha: next, state: 'success', context: 'ci' })
  const combined = await rest.repos.getCombinedStatusForRef({ ...REPOSITORY, ref: 'main' })
  expect(combined.data.state).toBe('success')
}

async function useDeployments({ rest, paginate }: Octokit): Promise<void> {
  const body = { ref: 'main', auto_merge: false, required_contexts: [], environment: 'qa' }
  const ids: number[] = []
  for (let index = 0; index < 5; index += 1) {
    const { data } = await rest.repos.createDeployment({ ...REPOSITORY, ...body, payload: { index } })
    if (!('id' in data)) throw new Error('the deployment was merged')
    ids.push(data.id)
  }
  const listed = await paginate(rest.repos.listDeployments, {
    ...REPOSITORY,
    environment: 'qa',
    per_page: 2,
  })
  expect(listed.map(({ id }) => id)).toEqual(ids.toReversed())
  const one = { ...REPOSITORY, deployment_id: ids[0] ?? 0 }
  await rest.repos.getDeployment(one)
  const status = await rest.repos.createDeploymentStatus({ ...one, state: 'inactive' })
  await rest.repos.getDeploymentStatus({ ...one, status_id: status.data.id })
  expect((await rest.repos.listDeploymentStatuses(one)).data).toHaveLength(1)
  expect((await rest.repos.deleteDeployment(one)).status).toBe(204)
  await rest.repos.getAllEnvironments(REPOSITORY)
  await rest.repos.getEnvironment({ ...REPOSITORY, environment_name: 'qa' })
  await rest.repos.getAllDeploymentProtectionRules({ ...REPOSITORY, environment_name: 'qa' })
}

async function useActions({ rest }: Octokit, github: SandboxGitHub): Promise<void> {
  const { actions, artifacts, git, jobs } = github.state
  const run = actions.startRun({ sha: git.head() })
  const job = jobs.start(run, { environment: { name: 'production' } })
  const artifact = artifacts.add({ name: 'record', run, bytes: Buffer.from('PK') })
  const check = await rest.checks.get({ ...REPOSITORY, check_run_id: job.id })
  expect(check.data.deployment?.environment).toBe('production')
  const named = { ...REPOSITORY, run_id: run.id }
  await rest.actions.getWorkflowRun(named)
  await rest.actions.getWorkflowRunAttempt({ ...named, attempt_number: 1 })
  expect((await rest.actions.listJobsForWorkflowRun(named)).data.total_count).toBe(1)
  await rest.actions.listJobsForWorkflowRunAttempt({ ...named, attempt_number: 1 })
  await rest.actions.getJobForWorkflowRun({ ...REPOSITORY, job_id: job.id })
  await rest.actions.listArtifactsForRepo({ ...REPOSITORY, name: 'record' })
  await rest.actions.listWorkflowRunArtifacts(named)
  await rest.actions.getArtifact({ ...REPOSITORY, artifact_id: artifact.id })
  const download = { ...REPOSITORY, artifact_id: artifact.id, archive_format: 'zip' }
  const answer = await rest.actions.downloadArtifact({ ...download, request: { redirect: 'manual' } })
  expect(answer.status).toBe(302)
}

async function useMetadata({ request }: Octokit): Promise<void> {
  const digest = `sha256:${'a'.repeat(64)}`
  const artifact = { org: 'octo-org', name: 'app', digest, github_repository: 'app' }
  await request('POST /orgs/{org}/artifacts/metadata/storage-record', {
    ...artifact,
    registry_url: 'https://ghcr.io',
  })
  await request('POST /orgs/{org}/artifacts/metadata/deployment-record', {
    ...artifact,
    ...{ status: 'deployed', logical_environment: 'production', deployment_name: 'app' },
  })
  for (const kind of ['storage', 'deployment']) {
    const route = `GET /orgs/{org}/artifacts/{subject_digest}/metadata/${kind}-records`
    const { data } = await request(route, { org: 'octo-org', subject_digest: digest })
    expect(data).toMatchObject({ total_count: 1 })
  }
}

test.each(['github.com', 'ghes'] as const)(
  "GitHub's own client can use all of %s",
  async (product: Product) => {
    const github = await openGitHub({ product })
    const octokit = getOctokit(github.token, { baseUrl: github.apiUrl })
    expect((await octokit.rest.repos.get(REPOSITORY)).data.owner.type).toBe('Organization')
    await useGit(octokit, github)
    await useDeployments(octokit)
    await useActions(octokit, github)
    const used = () => new Set(github.requests.map(({ operation }) => operation))
    if (product === 'ghes') {
      const rest = OPERATION_IDS.filter((id) => !used().has(id))
      expect(rest.filter((id) => !id.startsWith('orgs/'))).toEqual(['rate-limit/get'])
      return
    }
    await useMetadata(octokit)
    expect((await octokit.rest.rateLimit.get()).data.rate.limit).toBe(1000)
    expect(OPERATION_IDS.filter((id) => !used().has(id))).toEqual([])
  },
)
