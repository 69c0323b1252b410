import type { Commit } from '../domain/commit.ts'
import { PolicyError } from '../domain/error.ts'
import type { Context } from './context.ts'
import {
  deployment,
  GIVE,
  mergeGroup,
  pullRequest,
  pushed,
  refusal,
  released,
  runnerCommit,
  workflowRun,
} from './event-commit.ts'

/** What an event says about the commit to build or deploy. */
export interface EventRule {
  /** Which commit, in words; for the documentation. */
  readonly commit: string
  /** What else there is to know, in words. */
  readonly note: string
  /** @throws {PolicyError} EVENT_REFUSED. */
  readonly resolve: (context: Context) => Commit
}

function refused(why: string, hint?: string): Pick<EventRule, 'commit' | 'resolve'> {
  const resolve = (context: Context): never => {
    throw refusal(context, why, hint)
  }
  return { commit: 'refused, unless you give `commit`', resolve }
}

const TIP = 'GITHUB_SHA is the tip of the default branch, which is not what the event is about'
const NOBODY = 'A fork may have pushed that commit.'
const preview = (event: string): string =>
  `the record says \`${event}\`, and deploy takes it only with \`allow-pull-request: true\`.`

function trial(event: string): EventRule {
  return {
    commit: 'the merge commit GitHub made to try the pull request (`refs/pull/N/merge`)',
    note: `Not a release candidate: ${preview(event)} From a fork or of Dependabot: built, not published.`,
    resolve: pullRequest,
  }
}

/** What each event says. An event that is not here says nothing: see {@link OTHER_EVENTS}. */
export const EVENTS: ReadonlyMap<string, EventRule> = new Map<string, EventRule>([
  [
    'push',
    {
      commit: 'the commit that was pushed; for a tag, lightweight or annotated, the commit it points at',
      note: 'A tag finds the build of the branch. A deleted branch or tag is refused.',
      resolve: pushed,
    },
  ],
  [
    'workflow_dispatch',
    { commit: 'the tip of the branch or tag that was chosen', note: '', resolve: runnerCommit },
  ],
  ['schedule', { commit: 'the tip of the default branch', note: '', resolve: runnerCommit }],
  [
    'repository_dispatch',
    {
      commit: 'the tip of the default branch',
      note: 'For another one: `commit: ${{ github.event.client_payload.commit }}`.',
      resolve: runnerCommit,
    },
  ],
  [
    'merge_group',
    {
      commit: 'the commit of the merge group (`merge_group.head_sha`)',
      note: 'It becomes the commit of the branch, which then finds its build.',
      resolve: mergeGroup,
    },
  ],
  [
    'release',
    {
      commit: 'the commit of the released tag',
      note: '`target_commitish` is never used.',
      resolve: released,
    },
  ],
  ['create', { commit: 'the tip of the branch or tag that was created', note: '', resolve: runnerCommit }],
  ...['deployment', 'deployment_status'].map((name): [string, EventRule] => [
    name,
    {
      commit: 'the commit to deploy (`deployment.sha`)',
      note: '',
      resolve: deployment,
    },
  ]),
  [
    'pull_request',
    {
      ...trial('pull_request'),
      commit: `${trial('pull_request').commit}; once it is merged, the commit that merging made`,
      note: `${trial('pull_request').note} The record of a merged one says \`merged_pull_request\`, and deploy takes it.`,
    },
  ],
  ['pull_request_review', trial('pull_request_review')],
  ['pull_request_review_comment', trial('pull_request_review_comment')],
  [
    'pull_request_target',
    {
      ...refused(
        'it runs with the rights of the base branch about a commit nobody has reviewed',
        `Build pull requests on pull_request. ${GIVE} only for a commit you trust: building it runs its code with your secrets.`,
      ),
      note: preview('pull_request_target'),
    },
  ],
  [
    'workflow_run',
    {
      commit: 'the commit that workflow run was for (`workflow_run.head_sha`)',
      note:
        'Refused, unless you give `commit`, for one of a fork, and for one whose own event says nothing. Of a pull ' +
        `request: ${preview('pull_request')}`,
      resolve: workflowRun,
    },
  ],
  [
    'issue_comment',
    {
      ...refused(
        TIP,
        `${GIVE}: \${{ github.sha }} for the tip of the default branch, under an issue. For the pull request that was commented on, ask the API for its head, and build it only if you trust it.`,
      ),
      note: `Under a pull request: ${preview('pull_request')}`,
    },
  ],
  ...[
    ['check_run', 'check_run.head_sha'],
    ['check_suite', 'check_suite.head_sha'],
    ['status', 'sha'],
  ].map(([name = '', path = '']): [string, EventRule] => [
    name,
    {
      ...refused(
        TIP,
        `${GIVE}: \${{ github.event.${path} }} for the commit it is about, if you trust it. ${NOBODY}`,
      ),
      note: `The commit it is about is \`github.event.${path}\`. ${NOBODY} Where no branch here holds it, ${preview('pull_request')}`,
    },
  ]),
])

/** Every event without a line of its own, also those GitHub has not invented yet. */
export const OTHER_EVENTS: EventRule = {
  ...refused('it is about no commit, or about one that GITHUB_SHA does not name'),
  note: 'For most of them `github.sha` is the tip of the default branch.',
}

/**
 * The commit an event is about. Never bare `GITHUB_SHA`: for many events that is the tip of the default branch.
 * A called workflow has the event and the payload of its caller.
 * @throws {PolicyError} EVENT_REFUSED when the event does not say safely.
 */
export function eventCommit(context: Context): Commit {
  return (EVENTS.get(context.event) ?? OTHER_EVENTS).resolve(context)
}

/** The commit of the event; undefined where the event does not say. */
export function knownCommit(context: Context): Commit | undefined {
  try {
    return eventCommit(context)
  } catch (error) {
    if (error instanceof PolicyError) return undefined
    throw error
  }
}
