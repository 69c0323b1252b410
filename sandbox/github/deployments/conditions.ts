import { Refusal, unprocessable } from '../http/answer.ts'
import type { Answer } from '../http/answer.ts'
import { contains } from '../git/history.ts'
import type { Commit } from '../git/objects.ts'
import type { World } from '../world.ts'

/** The commit to deploy. */
export function resolveDeployable({ git }: World, ref: string): Commit {
  const commit = git.resolve(ref)
  if (commit === undefined) throw unprocessable(`No ref found for: ${ref}`)
  return commit
}

function branchOf({ git }: World, ref: string): string | undefined {
  const name = ref.replace(/^refs\/heads\//u, '')
  return git.refs.read(`refs/heads/${name}`) === undefined ? undefined : name
}

/**
 * What `auto_merge` does: a branch that is behind the default branch is merged with it instead of deployed.
 * Undefined when there is nothing to merge.
 */
export function mergeDefaultBranch(world: World, ref: string): Answer | undefined {
  const { git } = world
  const branch = branchOf(world, ref)
  if (branch === undefined || branch === git.defaultBranch) return undefined
  const [head, base] = [git.head(branch), git.head()]
  if (contains(git.objects, head, base)) return undefined
  if (git.conflicts.has(branch)) {
    throw new Refusal(409, `Conflict merging ${git.defaultBranch} into ${branch}`)
  }
  git.commit({ branch, parents: [head, base], message: `Merge ${git.defaultBranch} into ${branch}\n` })
  return { status: 202, body: { message: `Auto-merged ${git.defaultBranch} into ${branch} on deployment.` } }
}

interface Context {
  readonly context: string
  readonly state: string
}

/** Commit statuses and check runs together: the check of a job that is still running counts as pending. */
function contextsOf({ statuses, actions }: World, sha: string): readonly Context[] {
  const checks = actions
    .jobsOf(sha)
    .map(({ name, conclusion }) => ({ context: name, state: conclusion ?? 'pending' }))
  return [...statuses.current(sha).map(({ context, state }) => ({ context, state })), ...checks]
}

const PASSED = ['success', 'neutral', 'skipped']

/** Refuses a commit that lacks a required success: of the named contexts, or of all there are. */
export function checkContexts(world: World, sha: string, ref: string, required?: readonly string[]): void {
  const found = contextsOf(world, sha)
  const wanted = required ?? found.map(({ context }) => context)
  const contexts = wanted.map((context) => {
    const state = found.findLast((one) => one.context === context)?.state ?? 'missing'
    return { context, state }
  })
  if (contexts.every(({ state }) => PASSED.includes(state))) return
  const error = { contexts, resource: 'Deployment', field: 'required_contexts', code: 'invalid' }
  throw new Refusal(409, `Conflict: Commit status checks failed for ${ref}.`, { errors: [error] })
}
