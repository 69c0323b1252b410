import type { CallId } from './calls.ts'
import { deniedBefore, LISTED, READ_SEAL, type Task, type Without } from './task.ts'

const READ_LOG: readonly CallId[] = ['repos/list-deployments', 'repos/list-deployment-statuses']

const UNPROTECTED: Without = {
  end: 'notice',
  says: 'whether the environment is protected is not known',
}
const UNCOMPARED: Without = {
  end: 'warning',
  says: 'the checkout or the log says which commit is older; where they cannot, the commit counts as newer',
}
const UNKNOWN_JOB: Without = {
  end: 'notice',
  says: 'the other job counts as running as long as its workflow run does',
}
const WAITED_FOR: Without = {
  end: 'error',
  code: 'LOCKED',
  says: 'after `lock-timeout`, before `unpack` and `run`; a notice names the permission',
}

type DeployTaskId =
  | 'records-github'
  | 'replace'
  | 'after'
  | 'rollback'
  | 'rollback-to'
  | 'protection'
  | 'protection-of-app'
  | 'witness-git'
  | 'wait-for-job'
  | 'wait-for-run'
  | 'records-registry'
  | 'replace-registry'
  | 'wait-in-registry'
  | 'records-both'
  | 'dry-run'
  | 'deploy-metadata'
  | 'no-token'

/** What the deploy action does with GitHub's API, or without it. */
export const DEPLOY_TASKS: Readonly<Record<DeployTaskId, Task<DeployTaskId>>> = {
  'records-github': {
    when: '`records: github` (the default)',
    job: 'deploy',
    calls: [
      ...(['repos/get-environment', 'checks/get', ...READ_LOG] as const),
      ...(['repos/create-deployment', 'repos/create-deployment-status'] as const),
    ],
    without: {
      'deployments: write': deniedBefore('`unpack` and `run`'),
      'actions: read': UNPROTECTED,
      'checks: read': {
        end: 'notice',
        says: 'the deployment that GitHub made for the job is not linked',
      },
    },
  },
  replace: {
    when: '`records: github`, and the environment runs another commit',
    job: 'deploy',
    beside: 'records-github',
    calls: ['repos/compare-commits-with-basehead'],
    without: { 'contents: read': UNCOMPARED },
  },
  after: {
    when: '`after`, `soak`',
    job: 'deploy',
    beside: 'records-github',
    calls: [],
    without: {},
  },
  rollback: {
    when: '`rollback: true`',
    job: 'deploy',
    beside: 'replace',
    calls: [],
    without: {
      'contents: read': {
        end: 'notice',
        says: 'the checkout or the log says whether it is a rollback',
      },
    },
  },
  'rollback-to': {
    when: '`rollback-to`',
    job: 'deploy',
    beside: 'rollback',
    calls: [],
    without: {},
  },
  protection: {
    when: '`require-protection: true`',
    job: 'deploy',
    beside: 'records-github',
    calls: [],
    without: { 'actions: read': deniedBefore('`unpack` and `run`') },
  },
  'protection-of-app': {
    when: '`records: github`, and the environment has none of GitHub’s own rules',
    job: 'deploy',
    beside: 'records-github',
    calls: ['repos/get-all-deployment-protection-rules'],
    without: {},
  },
  'witness-git': {
    when: '`seal: git`',
    job: 'deploy',
    beside: 'records-github',
    calls: READ_SEAL,
    without: { 'contents: read': deniedBefore('`unpack` and `run`') },
  },
  'wait-for-job': {
    when: '`records: github`, and another job deploys there',
    job: 'deploy',
    beside: 'records-github',
    calls: [],
    without: {
      'checks: read': UNKNOWN_JOB,
    },
  },
  'wait-for-run': {
    when: '`records: github`, and a workflow run deploys there whose job is not known',
    job: 'deploy',
    beside: 'wait-for-job',
    calls: ['actions/get-workflow-run'],
    without: {
      'actions: read': WAITED_FOR,
    },
  },
  'records-registry': {
    when: '`records: registry`',
    job: 'deploy-registry',
    calls: ['repos/get-environment'],
    without: { 'actions: read': UNPROTECTED },
  },
  'replace-registry': {
    when: '`records: registry`, and the environment runs another commit',
    job: 'deploy-registry',
    beside: 'records-registry',
    calls: ['repos/compare-commits-with-basehead'],
    without: { 'contents: read': UNCOMPARED },
  },
  'wait-in-registry': {
    when: '`records: registry`, and another job deploys there',
    job: 'deploy-registry',
    beside: 'records-registry',
    calls: ['checks/get', 'actions/get-workflow-run'],
    without: {
      'checks: read': UNKNOWN_JOB,
      'actions: read': WAITED_FOR,
    },
  },
  'records-both': {
    when: '`records: both`',
    job: 'deploy-both',
    beside: 'records-github',
    calls: [],
    without: {},
  },
  'dry-run': {
    when: '`dry-run: true`',
    job: 'dry-run',
    calls: ['repos/get-environment', ...READ_LOG, 'repos/compare-commits-with-basehead'],
    without: {
      'deployments: read': deniedBefore('it says what it would do'),
      'actions: read': UNPROTECTED,
      'contents: read': UNCOMPARED,
    },
  },
  'deploy-metadata': {
    when: '`artifact-metadata: true` (the default), in a repository of an organization',
    job: 'deploy',
    beside: 'records-github',
    calls: ['repos/get', 'orgs/create-artifact-deployment-record'],
    without: { 'artifact-metadata: write': LISTED },
  },
  'no-token': {
    when: '`token` is empty',
    job: 'deploy-registry',
    calls: [],
    without: {},
  },
}
