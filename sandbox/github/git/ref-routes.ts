import { created, notFound, ok, unprocessable } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Exchange, Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { flagOf, nodeId, requiredText } from '../fields.ts'
import { requireCommits } from './blob-routes.ts'
import type { Files } from './objects.ts'
import type { Ref } from './refs.ts'
import { COLLECTIONS } from './tag-routes.ts'
import { answerList } from '../http/paging.ts'
import { denied } from '../access/permissions.ts'
import type { World } from '../world.ts'

function presentRef({ git, urls }: World, { name, sha }: Ref): JsonObject {
  const type = git.objects.typeOf(sha) ?? 'commit'
  return {
    ref: name,
    node_id: nodeId('Ref', name),
    url: urls.repository(`/git/${name}`),
    object: { sha, type, url: urls.repository(`/git/${COLLECTIONS[type]}/${sha}`) },
  }
}

function workflowsOf(files: Files): string {
  const entries = Object.entries(files).filter(([path]) => path.startsWith('.github/workflows/'))
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * A ref to a commit with other workflow files than any branch has would bring in a workflow; a job's token
 * may never do that.
 */
function checkWorkflows({ git }: World, { caller }: Exchange, sha: string): void {
  const commit = git.objects.commit(git.objects.peel(sha))
  if (commit === undefined || (caller.kind !== 'anonymous' && caller.permissions.workflows === 'write'))
    return
  const wanted = workflowsOf(commit.files)
  const heads = git.refs.matching('refs/heads/').map((head) => git.objects.commit(head.sha)?.files ?? {})
  if (!heads.some((files) => workflowsOf(files) === wanted)) throw denied(caller)
}

/** Creates a ref unless there is one. */
export const createRef: Handler = (world, exchange) => {
  requireCommits(world)
  const ref = { name: requiredText(exchange.body, 'ref'), sha: requiredText(exchange.body, 'sha') }
  checkWorkflows(world, exchange, ref.sha)
  world.git.refs.create(ref.name, ref.sha)
  return created(presentRef(world, ref))
}

/** Shows one ref, by its whole name. */
export const getRef: Handler = (world, exchange) => {
  requireCommits(world)
  const name = `refs/${parameterOf(exchange, 'ref')}`
  const sha = world.git.refs.read(name)
  if (sha === undefined) throw notFound()
  return ok(presentRef(world, { name, sha }))
}

/** Lists the refs whose name begins so: all at once, or in pages when the request asks for them. */
export const listMatchingRefs: Handler = (world, exchange) => {
  requireCommits(world)
  const refs = world.git.refs.matching(`refs/${parameterOf(exchange, 'ref')}`)
  const present = (ref: Ref): JsonObject => presentRef(world, ref)
  if (exchange.query.has('per_page') || exchange.query.has('page')) return answerList(exchange, refs, present)
  return ok(refs.map(present))
}

/** Moves a ref. */
export const updateRef: Handler = (world, exchange) => {
  requireCommits(world)
  const ref = { name: `refs/${parameterOf(exchange, 'ref')}`, sha: requiredText(exchange.body, 'sha') }
  checkWorkflows(world, exchange, ref.sha)
  world.git.refs.update(ref.name, ref.sha, flagOf(exchange.body, 'force') === true)
  return ok(presentRef(world, ref))
}

/** Deletes a ref; the default branch stays. */
export const deleteRef: Handler = (world, exchange) => {
  requireCommits(world)
  const name = `refs/${parameterOf(exchange, 'ref')}`
  if (name === `refs/heads/${world.git.defaultBranch}`) {
    throw unprocessable('Cannot delete the default branch')
  }
  world.git.refs.remove(name)
  return { status: 204 }
}
