import type { Job, Run } from '../../sandbox/github/actions/actions.ts'
import type { Permissions } from '../../sandbox/github/access/tokens.ts'
import { type SandboxGitHub, startGitHub } from '../../sandbox/github/server.ts'
import type { Cleanups } from './cleanups.ts'
import { DemoFailure } from './failure.ts'
import type { CommitWriter } from './repository.ts'
import type { Screen } from './screen.ts'

/** One attempt of a workflow run. */
export interface WorkflowRun {
  readonly id: number
  readonly attempt: number
  readonly commit: string
}

/** What the runner knows of a job from GitHub. */
export interface GitHubJob {
  readonly token: string
  readonly checkRunId: number
  finish(conclusion: 'success' | 'failure'): void
}

/** GitHub as the demo plays it: commits are pushed to it, and it starts jobs. */
export interface DemoGitHub extends CommitWriter {
  readonly apiUrl: string
  readonly repository: string
  /** A token of somebody who may look at everything. */
  readonly readToken: string
  startJob(run: WorkflowRun, name: string, action: 'build' | 'deploy'): GitHubJob
  /** Fails when a request or an answer was not as GitHub describes them. */
  expectNoViolations(): void
}

/** What the jobs need, and no more: `permissions:` of the workflow. */
const PERMISSIONS: Readonly<Record<'build' | 'deploy', Permissions>> = {
  build: { metadata: 'read', contents: 'write' },
  deploy: { metadata: 'read', actions: 'read', checks: 'read', contents: 'read', deployments: 'write' },
}

/** Starts GitHub's API, with a repository without a commit and two environments that are protected. */
export async function startDemoGitHub(screen: Screen, cleanups: Cleanups): Promise<DemoGitHub> {
  const github = await startGitHub({ repository: 'octo-org/web-app', empty: true })
  cleanups.add(async () => {
    await github.close()
    screen.say(`stopped the GitHub API (${github.apiUrl})`)
  })
  const { environments, git, jobs } = github.state
  environments.set('staging', { protection: [{ type: 'branch_policy' }] })
  environments.set('production', { protection: [{ type: 'required_reviewers' }, { type: 'branch_policy' }] })
  return {
    apiUrl: github.apiUrl,
    repository: github.repository,
    readToken: github.tokens.add({
      kind: 'user',
      permissions: { metadata: 'read', contents: 'read', deployments: 'read', actions: 'read' },
    }),
    author: (date) => git.signature(date),
    push(commit) {
      const there = git.commit(commit)
      if (there !== commit.sha)
        throw new DemoFailure(`the commit is ${commit.sha} here and ${there} on GitHub`)
    },
    startJob(run, name, action) {
      // As `environment: { name: staging, deployment: false }`: the deployment that counts is the action's own.
      const job: Job = jobs.start(findRun(github, run), { name })
      const token = github.tokens.add({ permissions: PERMISSIONS[action] })
      return {
        token,
        checkRunId: job.id,
        finish(conclusion) {
          jobs.finish(job, conclusion)
          github.tokens.revoke(token)
        },
      }
    },
    expectNoViolations() {
      const found = github.violations.map(
        ({ request, side, where, message }) => `${request}: ${side} ${where} ${message}`,
      )
      if (found.length > 0) throw new DemoFailure(`GitHub describes its API otherwise:\n${found.join('\n')}`)
    },
  }
}

/** The run and attempt a job belongs to; the first job starts it. */
function findRun({ state: { actions } }: SandboxGitHub, { id, attempt, commit }: WorkflowRun): Run {
  const known = actions.findRun(id, attempt)
  if (known !== undefined) return known
  const earlier = actions.findRun(id)
  if (earlier !== undefined) return actions.rerun(earlier)
  return actions.startRun({ id, sha: commit, name: 'release', path: '.github/workflows/release.yml' })
}
