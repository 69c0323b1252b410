import type { Commit } from '../domain/commit.ts'
import type { Context } from './context.ts'

/** Why a job cannot push, whatever permissions its workflow asks for. */
export type ReadOnlyCause = 'fork' | 'dependabot'

/** No user can have this name: brackets are for apps. */
const DEPENDABOT = 'dependabot[bot]'

/** `pull-request-branch-name.separator` of dependabot.yml may be any of the three. */
const DEPENDABOT_BRANCH = /^refs\/heads\/dependabot[/_-]/

/** Events that run on the merge commit of a pull request, with no more rights than whoever opened it. */
function isOnPullRequest({ event }: Context): boolean {
  return event.startsWith('pull_request') && event !== 'pull_request_target'
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase()
}

/**
 * True for a pull request from another repository: its token is read-only, so nothing can be pushed. Not so for
 * `pull_request_target`, which has the rights of the base branch.
 */
export function isForkPullRequest(context: Context): boolean {
  const { headRepository, baseRepository = context.source?.repository } = context.payload
  const isKnown = headRepository !== undefined || context.payload.baseRepository !== undefined
  return isOnPullRequest(context) && isKnown && !isSame(headRepository, baseRepository)
}

/**
 * True for what Dependabot started. The actor stays the same when somebody else runs the job again, and so do the
 * limits of its token. A pull request it wrote counts however it was touched since, until somebody merges it. A push
 * counts only on its own branches: what it merges belongs to the branch it merges into, and has to be built there.
 */
function isOfDependabot(context: Context): boolean {
  const { actor, event, gitRef, payload } = context
  const isStartedByIt = actor === DEPENDABOT || payload.sender === DEPENDABOT
  const isWrittenByIt = payload.pullRequestAuthor === DEPENDABOT
  if (isOnPullRequest(context)) return isStartedByIt || (isWrittenByIt && !isMerged(context))
  if (event === 'pull_request_target') return isStartedByIt && isWrittenByIt
  const isPush = event === 'push' || event === 'create'
  return isPush && isStartedByIt && DEPENDABOT_BRANCH.test(gitRef)
}

/** Why nothing may be pushed from this job; undefined where something may. */
export function readOnlyCause(context: Context): ReadOnlyCause | undefined {
  if (isForkPullRequest(context)) return 'fork'
  return isOfDependabot(context) ? 'dependabot' : undefined
}

/** True when a `workflow_run` event is about a run of another repository's commit, or of one that is deleted. */
export function isOfFork({ event, payload, source }: Context): boolean {
  if (event !== 'workflow_run') return false
  const { workflowRunHeadRepository: head, workflowRunRepository, workflowRunEvent = '' } = payload
  if (head === undefined) return workflowRunEvent.startsWith('pull_request')
  return !isSame(head, workflowRunRepository ?? source?.repository)
}

/** True for the end of a pull request that was merged; then the base branch runs, at the commit merging made. */
export function isMerged(context: Context): boolean {
  const { action, isMerged: merged } = context.payload
  return context.event === 'pull_request' && action === 'closed' && merged === true
}

/** True for checks and statuses of a commit that no branch of this repository holds: a fork may have pushed it. */
function isOnNoBranch({ event, payload }: Context): boolean {
  switch (event) {
    case 'check_run':
      return payload.checkRunBranch === undefined
    case 'check_suite':
      return payload.checkSuiteBranch === undefined
    case 'status':
      return payload.isOnBranch !== true
    default:
      return false
  }
}

/**
 * The event for the record. A workflow run about a pull request's run, a comment under one, or a check of a commit of
 * a fork builds what nobody has merged, however trusted it is itself; what it builds is no more a release candidate
 * than the pull request's own build. Once it is merged, its commit is one of the base branch.
 */
export function recordedEvent(context: Context, commit: Commit): string {
  const { event, gitRef, payload } = context
  const isMergeCommit =
    isMerged(context) && commit === payload.mergeCommit && !gitRef.startsWith('refs/pull/')
  if (isMergeCommit) return 'merged_pull_request'
  const isRunOfPullRequest =
    event === 'workflow_run' &&
    (isOfFork(context) || (payload.workflowRunEvent ?? '').startsWith('pull_request'))
  const isComment = event === 'issue_comment' && payload.isOnPullRequest === true
  return isRunOfPullRequest || isComment || isOnNoBranch(context) ? 'pull_request' : event
}
