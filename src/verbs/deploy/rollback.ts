import type { OfInterest } from '../../domain/deployment-log.ts'
import { PolicyError } from '../../domain/error.ts'
import type { Digest } from '../../domain/digest.ts'
import { identify } from '../../domain/manifest.ts'
import type { Success } from '../../domain/order.ts'
import { findPrevious, findSuccess, type RollbackTarget } from '../../domain/rollback.ts'
import type { Attempt } from './attempt.ts'

/** A target that has a name of its own. */
type NamedTarget = Exclude<RollbackTarget, { kind: 'previous' }>

/**
 * What `rollback-to` stands for: the digest that the log of this environment names, and its commit. The attempt is
 * about that commit from now on.
 * @throws {PolicyError} ROLLBACK_UNKNOWN.
 */
export async function resolveRollback(attempt: Attempt): Promise<Digest | 'sealed' | undefined> {
  const { inputs, target, ports } = attempt
  const wanted = inputs['rollback-to']
  if (wanted === undefined) return inputs.digest
  attempt.isRollback = true
  const found = await find(attempt, wanted)
  attempt.target = { ...target, commit: found.commit }
  ports.log.info(
    `Rolling back ${target.environment} to ${found.digest} of commit ${found.commit}, deployed there at ${found.finishedAt}`,
  )
  return found.digest
}

/**
 * Another deployment may have ended while this one waited for its turn, and then `previous` is something else. And whose
 * deployments count may be known only since this one was announced.
 * @throws {PolicyError} OUT_OF_ORDER, ROLLBACK_UNKNOWN.
 */
export async function confirmRollback(attempt: Attempt): Promise<void> {
  const { inputs, target } = attempt
  const wanted = inputs['rollback-to']
  if (wanted === undefined) return
  const found = await find(attempt, wanted)
  if (found.commit === target.commit) return
  throw new PolicyError(
    'OUT_OF_ORDER',
    `Something else was deployed to ${target.environment} meanwhile · expected rollback-to to mean commit ${target.commit}, got ${found.commit}`,
    { hint: 'Look at what was deployed, and run this job again if it still has to be rolled back.' },
  )
}

async function find(attempt: Attempt, wanted: RollbackTarget): Promise<Success> {
  const { target, ports } = attempt
  const { repository, environment } = target
  if (wanted.kind === 'previous') {
    const found = await findPrevious(ports.deployments.list(repository, environment))
    if (found !== undefined) return found
    throw unknown(`a deployment before the last one that succeeded in ${environment}, got none in its log`)
  }
  const isIt = await artifactOf(attempt, wanted)
  const found = await findSuccess(isIt, ports.deployments.list(repository, environment, isIt))
  if (found !== undefined) return found
  throw unknown(`${describe(wanted)} that succeeded in ${environment}, got none in its log`)
}

async function artifactOf({ target, ports }: Attempt, wanted: NamedTarget): Promise<OfInterest> {
  if (wanted.kind === 'commit') return ({ commit }) => commit === wanted.commit
  const manifest = await ports.registry.readTag(target.repository, wanted.tag)
  if (manifest === undefined)
    throw unknown(`the tag ${JSON.stringify(wanted.tag)} in the registry, got nothing there`)
  return ({ digest }) => digest !== null && identify(digest, manifest).same
}

function describe(wanted: NamedTarget): string {
  return wanted.kind === 'commit'
    ? `a deployment of commit ${wanted.commit}`
    : `a deployment of what the tag ${JSON.stringify(wanted.tag)} points at`
}

function unknown(expected: string): PolicyError {
  return new PolicyError('ROLLBACK_UNKNOWN', `There is nothing to roll back to · expected ${expected}`, {
    hint: 'Only what this environment ran before can be gone back to. Deploy anything else by its digest.',
  })
}
