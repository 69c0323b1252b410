import { notFound, Refusal } from '../http/answer.ts'
import type { OperationId } from '../operations.ts'
import type { Access, Caller, Permission, Permissions } from './tokens.ts'

/** Any one of these sets is enough. */
export type Requirement = readonly Permissions[]

function read(permission: Permission): Requirement {
  return [{ [permission]: 'read' }]
}

function write(permission: Permission): Requirement {
  return [{ [permission]: 'write' }]
}

/** A ref may lead to workflow files, which need a permission of their own. */
const WRITE_REFS: Requirement = [{ contents: 'write' }, { contents: 'write', workflows: 'write' }]

/** What GitHub's "Permissions required for GitHub Apps" and "for fine-grained tokens" demand. */
export const REQUIREMENTS: Readonly<Record<OperationId, Requirement>> = {
  'actions/download-artifact': read('actions'),
  'actions/get-artifact': read('actions'),
  'actions/get-job-for-workflow-run': read('actions'),
  'actions/get-workflow-run': read('actions'),
  'actions/get-workflow-run-attempt': read('actions'),
  'actions/list-artifacts-for-repo': read('actions'),
  'actions/list-jobs-for-workflow-run': read('actions'),
  'actions/list-jobs-for-workflow-run-attempt': read('actions'),
  'actions/list-workflow-run-artifacts': read('actions'),
  'checks/get': read('checks'),
  'git/create-blob': write('contents'),
  'git/create-ref': WRITE_REFS,
  'git/create-tag': write('contents'),
  'git/delete-ref': write('contents'),
  'git/get-blob': read('contents'),
  'git/get-commit': read('contents'),
  'git/get-ref': read('contents'),
  'git/get-tag': read('contents'),
  'git/list-matching-refs': read('contents'),
  'git/update-ref': WRITE_REFS,
  // In the order of GitHub's documentation, which is not that of what allows least.
  'orgs/create-artifact-deployment-record': [{ contents: 'write' }, { artifact_metadata: 'write' }],
  'orgs/create-artifact-storage-record': [{ contents: 'write' }, { artifact_metadata: 'write' }],
  'orgs/list-artifact-deployment-records': [{ contents: 'read' }, { artifact_metadata: 'read' }],
  'orgs/list-artifact-storage-records': [{ contents: 'read' }, { artifact_metadata: 'read' }],
  'rate-limit/get': [],
  'repos/compare-commits-with-basehead': read('contents'),
  'repos/create-commit-status': write('statuses'),
  'repos/create-deployment': write('deployments'),
  'repos/create-deployment-status': write('deployments'),
  'repos/delete-deployment': write('deployments'),
  // Every installation token can read metadata.
  'repos/get': [],
  // Not "deployments": environments belong to Actions.
  'repos/get-all-deployment-protection-rules': read('actions'),
  'repos/get-all-environments': read('actions'),
  'repos/get-environment': read('actions'),
  'repos/get-combined-status-for-ref': read('statuses'),
  'repos/get-commit': read('contents'),
  'repos/get-deployment': read('deployments'),
  'repos/get-deployment-status': read('deployments'),
  'repos/list-deployment-statuses': read('deployments'),
  'repos/list-deployments': read('deployments'),
}

/** The form of `x-accepted-github-permissions`: alternatives with `;`, what is needed together with `,`. */
export function describeRequirement(requirement: Requirement): string {
  const sets = requirement.map((set) =>
    Object.entries(set)
      .map(([permission, access]) => `${permission}=${access}`)
      .join(','),
  )
  return sets.join('; ')
}

function reaches(held: Access | undefined, wanted: Access): boolean {
  return held === wanted || held === 'write'
}

function covers(held: Permissions, wanted: Permissions): boolean {
  const entries = Object.entries(wanted) as [Permission, Access][]
  return entries.every(([permission, access]) => reaches(held[permission], access))
}

/** The refusal of a token that may not do something. */
export function denied(caller: Caller): Refusal {
  const what = caller.kind === 'user' ? 'personal access token' : 'integration'
  return new Refusal(403, `Resource not accessible by ${what}`)
}

/** Whether an operation changes something. */
export function isWrite(id: OperationId): boolean {
  return REQUIREMENTS[id].some((set) => Object.values(set).includes('write'))
}

/** Reading these takes an account, of whoever it may be. */
const NEVER_ANONYMOUS = new Set<OperationId>(['actions/download-artifact'])

/** Refuses a caller that may not do an operation; what is public anyone may read. */
export function authorize(id: OperationId, caller: Caller, isPublic: boolean): void {
  const requirement = REQUIREMENTS[id]
  if (id === 'rate-limit/get') return
  const isForAnyone = isPublic && !isWrite(id)
  if (isForAnyone && (caller.kind !== 'anonymous' || !NEVER_ANONYMOUS.has(id))) return
  if (caller.kind === 'anonymous') {
    if (isPublic) throw new Refusal(401, 'Requires authentication')
    throw notFound()
  }
  if (caller.isForeign) throw isPublic ? denied(caller) : notFound()
  if (requirement.length === 0) return
  if (!requirement.some((set) => covers(caller.permissions, set))) throw denied(caller)
}
