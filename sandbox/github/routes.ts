import { downloadArtifact, getArtifact, listArtifacts } from './actions/artifacts.ts'
import { getCheckRun } from './actions/check-runs.ts'
import { createCommitStatus, getCombinedStatus } from './git/commit-statuses.ts'
import { compareCommits, getCommit, getGitCommit } from './git/commit-routes.ts'
import { createDeployment, deleteDeployment, getDeployment, listDeployments } from './deployments/routes.ts'
import {
  createDeploymentStatus,
  getDeploymentStatus,
  listDeploymentStatuses,
} from './deployments/status-routes.ts'
import { getEnvironment, listCustomRules, listEnvironments } from './deployments/environments.ts'
import type { Handler } from './http/exchange.ts'
import { createBlob, getBlob } from './git/blob-routes.ts'
import { createRef, deleteRef, getRef, listMatchingRefs, updateRef } from './git/ref-routes.ts'
import { createTag, getTag } from './git/tag-routes.ts'
import {
  createDeploymentRecord,
  createStorageRecord,
  listDeploymentRecords,
  listStorageRecords,
} from './metadata.ts'
import type { OperationId } from './operations.ts'
import { getRateLimit } from './access/rate-limit-routes.ts'
import { getRepository } from './repository.ts'
import { getJob, getRun, listJobs } from './actions/run-routes.ts'

/** What carries out each operation. */
export const HANDLERS: Readonly<Record<OperationId, Handler>> = {
  'actions/download-artifact': downloadArtifact,
  'actions/get-artifact': getArtifact,
  'actions/get-job-for-workflow-run': getJob,
  'actions/get-workflow-run': getRun,
  'actions/get-workflow-run-attempt': getRun,
  'actions/list-artifacts-for-repo': listArtifacts,
  'actions/list-jobs-for-workflow-run': listJobs,
  'actions/list-jobs-for-workflow-run-attempt': listJobs,
  'actions/list-workflow-run-artifacts': listArtifacts,
  'checks/get': getCheckRun,
  'git/create-blob': createBlob,
  'git/create-ref': createRef,
  'git/create-tag': createTag,
  'git/delete-ref': deleteRef,
  'git/get-blob': getBlob,
  'git/get-commit': getGitCommit,
  'git/get-ref': getRef,
  'git/get-tag': getTag,
  'git/list-matching-refs': listMatchingRefs,
  'git/update-ref': updateRef,
  'orgs/create-artifact-deployment-record': createDeploymentRecord,
  'orgs/create-artifact-storage-record': createStorageRecord,
  'orgs/list-artifact-deployment-records': listDeploymentRecords,
  'orgs/list-artifact-storage-records': listStorageRecords,
  'rate-limit/get': getRateLimit,
  'repos/compare-commits-with-basehead': compareCommits,
  'repos/create-commit-status': createCommitStatus,
  'repos/create-deployment': createDeployment,
  'repos/create-deployment-status': createDeploymentStatus,
  'repos/delete-deployment': deleteDeployment,
  'repos/get': getRepository,
  'repos/get-all-deployment-protection-rules': listCustomRules,
  'repos/get-all-environments': listEnvironments,
  'repos/get-combined-status-for-ref': getCombinedStatus,
  'repos/get-commit': getCommit,
  'repos/get-deployment': getDeployment,
  'repos/get-deployment-status': getDeploymentStatus,
  'repos/get-environment': getEnvironment,
  'repos/list-deployment-statuses': listDeploymentStatuses,
  'repos/list-deployments': listDeployments,
}
