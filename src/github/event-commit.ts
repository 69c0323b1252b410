import { type Commit, isCommit } from '../domain/commit.ts'
import { PolicyError } from '../domain/error.ts'
import type { Context } from './context.ts'
import { isMerged, isOfFork } from './pull-request.ts'

/** How hints begin that ask for the commit. */
export const GIVE = 'Give the commit input'
const GIVE_ANY = `${GIVE}, for example commit: \${{ github.sha }}.`

/** The error for an event that does not say, with the reason and what to do. */
export function refusal({ event }: Context, why: string, hint = GIVE_ANY): PolicyError {
  return new PolicyError('EVENT_REFUSED', `The event "${event}" does not say which commit to use: ${why}`, {
    hint,
  })
}

/** `GITHUB_SHA`, for events where it is documented to be the commit the event is about. */
export function runnerCommit(context: Context): Commit {
  if (context.headCommit !== undefined) return context.headCommit
  throw refusal(context, 'GITHUB_SHA is not a full commit id')
}

type CommitField =
  | 'after'
  | 'headCommit'
  | 'mergeCommit'
  | 'mergeGroupHead'
  | 'workflowRunHead'
  | 'deploymentCommit'

/** A commit of the payload; undefined where the payload does not have the field. */
function payloadCommit(context: Context, field: CommitField, name: string): Commit | undefined {
  const value = context.payload[field]
  if (value === undefined || isCommit(value)) return value
  throw refusal(
    context,
    `${name} of its payload is not a full commit id · expected 40 or 64 hexadecimal digits, got ${JSON.stringify(value.slice(0, 100))}`,
  )
}

/** A commit that both the payload and the runner name. Where they differ, one of them is about something else. */
function agreed(context: Context, field: CommitField, name: string): Commit {
  const runner = runnerCommit(context)
  const payload = payloadCommit(context, field, name)
  if (payload === undefined || payload === runner) return runner
  throw disagreement(context, name, payload)
}

function disagreement(context: Context, name: string, payload: Commit): PolicyError {
  return refusal(
    context,
    `its payload and the runner disagree · expected ${payload} (${name}), got ${context.headCommit} (GITHUB_SHA)`,
    `${GIVE} with the one of the two that is meant.`,
  )
}

/** The commit of a pushed branch or tag. */
export function pushed(context: Context): Commit {
  const { isDeletion, after, ref } = context.payload
  if (isDeletion === true || (after !== undefined && /^0+$/.test(after))) {
    throw refusal(
      context,
      'the push deleted a branch or tag, and GITHUB_SHA is the tip of the default branch',
      'Leave deletions out: if: github.event.deleted == false.',
    )
  }
  return (ref ?? context.gitRef).startsWith('refs/tags/')
    ? tagged(context)
    : agreed(context, 'after', 'after')
}

/**
 * The commit a pushed tag peels to. For an annotated tag `after` is the tag object, which is no commit, and
 * `head_commit` is what it points at.
 */
function tagged(context: Context): Commit {
  const runner = runnerCommit(context)
  const after = payloadCommit(context, 'after', 'after')
  const commit = payloadCommit(context, 'headCommit', 'head_commit.id')
  if (commit === undefined) {
    if (after === undefined) return runner
    throw refusal(context, 'the tag does not point at a commit: its payload has no head_commit')
  }
  if (runner === commit || runner === after) return commit
  throw disagreement(context, 'head_commit.id', commit)
}

/** The merge commit GitHub made to try a pull request, or, once it is merged, the commit that merging made. */
export function pullRequest(context: Context): Commit {
  const { gitRef, payload } = context
  const [, number] = /^refs\/pull\/(\d+)\//.exec(gitRef) ?? []
  if (number !== undefined && payload.pullRequestNumber !== undefined) {
    if (number !== String(payload.pullRequestNumber)) {
      throw refusal(
        context,
        `its payload and the runner are about two pull requests · expected ${payload.pullRequestNumber}, got ${gitRef}`,
      )
    }
  }
  // While a merged pull request's own ref is what runs, the commit is still the one of the trial.
  if (isMerged(context) && number === undefined)
    return agreed(context, 'mergeCommit', 'pull_request.merge_commit_sha')
  return runnerCommit(context)
}

/** `target_commitish` is never used: it is what a tag would be made from if there were none yet. */
export function released(context: Context): Commit {
  const { gitRef, payload } = context
  const commit = runnerCommit(context)
  const expected = payload.releaseTag === undefined ? undefined : `refs/tags/${payload.releaseTag}`
  if (gitRef.startsWith('refs/tags/') && (expected ?? gitRef) === gitRef) return commit
  throw refusal(
    context,
    `GITHUB_SHA may not be the commit of the released tag · expected GITHUB_REF ${expected ?? 'refs/tags/…'}, got ${gitRef || 'nothing'}`,
    `${GIVE} with the commit the tag points at.`,
  )
}

/** Events of a workflow run whose `head_sha` is the commit the run was about. */
const RUNS_WITH_COMMIT = [
  'push',
  'create',
  'merge_group',
  'schedule',
  'release',
  'deployment',
  'deployment_status',
]
const RUNS_ON_REQUEST = ['workflow_dispatch', 'repository_dispatch', 'dynamic']
const RUNS_OF_PULL_REQUESTS = ['pull_request', 'pull_request_review', 'pull_request_review_comment']

/** The commit of the workflow run the event is about, unless nobody of this repository has seen it. */
export function workflowRun(context: Context): Commit {
  const { workflowRunEvent: event } = context.payload
  const commit = payloadCommit(context, 'workflowRunHead', 'workflow_run.head_sha')
  if (commit === undefined) throw refusal(context, 'its payload has no workflow_run.head_sha')
  if (isOfFork(context)) {
    throw refusal(
      context,
      'it runs with the rights of this repository about a commit of a fork, which nobody has reviewed',
      `Build it in the workflow of the pull request, which has no rights. ${GIVE} only for a commit you trust.`,
    )
  }
  const known = [...RUNS_WITH_COMMIT, ...RUNS_ON_REQUEST, ...RUNS_OF_PULL_REQUESTS]
  if (event !== undefined && !known.includes(event)) {
    throw refusal(
      context,
      `the workflow run it is about was started by ${JSON.stringify(event.slice(0, 100))}, whose commit is not the one that run was about`,
    )
  }
  return commit
}

/** The commit of the merge group, which is what the runner says, too. */
export function mergeGroup(context: Context): Commit {
  return agreed(context, 'mergeGroupHead', 'merge_group.head_sha')
}

/** The commit of the deployment. It may have been made long after the commit, so the payload alone decides. */
export function deployment(context: Context): Commit {
  return payloadCommit(context, 'deploymentCommit', 'deployment.sha') ?? runnerCommit(context)
}
