import type { OperationId } from '../../../sandbox/github/operations.ts'

/** A permission as a workflow writes it. */
export type Permission =
  | 'actions: read'
  | 'artifact-metadata: write'
  | 'checks: read'
  | 'contents: read'
  | 'contents: write'
  | 'deployments: read'
  | 'deployments: write'

/** A request that the actions send to GitHub's API. */
export interface Call {
  /** Undefined where every token may do it. */
  readonly permission: Permission | undefined
  readonly purpose: string
}

/** Every request that the actions send, by GitHub's name for it. A test holds this against what they do send. */
export const CALLS = {
  'git/get-ref': { permission: 'contents: read', purpose: 'read the git seal of a commit' },
  'git/list-matching-refs': {
    permission: 'contents: read',
    purpose: 'be sure that there is no git seal; find all of them for `backfill`',
  },
  'git/get-tag': { permission: 'contents: read', purpose: 'read the git seal of a commit' },
  'git/get-blob': { permission: 'contents: read', purpose: 'read the build record in a git seal' },
  'git/create-blob': {
    permission: 'contents: write',
    purpose: 'see, before anything is built, that the job may seal; store the build record',
  },
  'git/create-tag': { permission: 'contents: write', purpose: 'store what the git seal points at' },
  'git/create-ref': { permission: 'contents: write', purpose: 'seal in git' },
  'repos/get-environment': {
    permission: 'actions: read',
    purpose: 'see whether the environment is protected, and how GitHub writes its name',
  },
  'repos/get-all-deployment-protection-rules': {
    permission: 'actions: read',
    purpose: 'see whether an app protects it',
  },
  'repos/list-deployments': {
    permission: 'deployments: read',
    purpose: 'read what was deployed, and who deploys now',
  },
  'repos/list-deployment-statuses': { permission: 'deployments: read', purpose: 'read how it ended' },
  'repos/create-deployment': {
    permission: 'deployments: write',
    purpose: 'announce and record a deployment',
  },
  'repos/create-deployment-status': {
    permission: 'deployments: write',
    purpose: 'record whose turn it is, how it ended, and what was replaced',
  },
  'repos/compare-commits-with-basehead': {
    permission: 'contents: read',
    purpose: 'tell which of two commits is older',
  },
  'checks/get': {
    permission: 'checks: read',
    purpose: "find the job's own deployment; see whether another job has ended",
  },
  'actions/get-workflow-run': {
    permission: 'actions: read',
    purpose: 'see whether another workflow run has ended',
  },
  'repos/get': {
    permission: undefined,
    purpose: 'see whether the repository is an organization’s, where the event does not say',
  },
  'orgs/create-artifact-storage-record': {
    permission: 'artifact-metadata: write',
    purpose: 'list the artifact among the organization’s linked artifacts; `contents: write` is enough too',
  },
  'orgs/create-artifact-deployment-record': {
    permission: 'artifact-metadata: write',
    purpose: 'list there where it is deployed; `contents: write` is enough too',
  },
} as const satisfies Partial<Record<OperationId, Call>>

/** GitHub's name for a request that the actions send. */
export type CallId = keyof typeof CALLS
