import type { Finding } from '../../domain/agreement.ts'
import type { OfInterest } from '../../domain/deployment-log.ts'
import { PolicyError } from '../../domain/error.ts'
import { identify } from '../../domain/manifest.ts'
import { judgeAge, judgeOrder, readStanding, type Standing, type Success } from '../../domain/order.ts'
import { findSuccess } from '../../domain/rollback.ts'
import type { Digest } from '../../domain/digest.ts'
import type { Attempt } from './attempt.ts'
import type { Verified } from './witnesses.ts'

/**
 * Step 3: whether this artifact may go to this environment now: it is where `after` says, has been for long enough,
 * and is not older than what it replaces. All findings are reported.
 * @throws {PolicyError} OUT_OF_ORDER, SOAKING, OUTDATED.
 */
export async function passGate(attempt: Attempt, verified: Verified): Promise<void> {
  const { target, ports } = attempt
  const standing = await readStanding(ports.deployments.list(target.repository, target.environment))
  if (standing.last !== undefined) attempt.previousDigest = standing.last.digest
  const findings = [
    ...(await orderFindings(attempt, verified)),
    ...(await ageFindings(attempt, verified, standing)),
  ]
  const [first] = findings
  if (first === undefined) return
  const text = findings.map(({ code, message }) => `${code}: ${message}`).join('\n')
  throw new PolicyError(first.code, `The order of environments does not allow this deployment.\n${text}`, {
    hint: remedy(first),
  })
}

function remedy({ code }: Finding): string {
  if (code === 'SOAKING') return 'Run this job again after that time.'
  if (code === 'OUTDATED')
    return 'Deploy a newer commit. To go back on purpose, set rollback: true or use rollback-to.'
  return 'Deploy this digest there first, and then run this job again.'
}

/** A digest that this environment had before needs no other environment's word to come back to it. */
async function orderFindings(attempt: Attempt, { agreement, sealed }: Verified): Promise<readonly Finding[]> {
  const { inputs, target, ports } = attempt
  const isSame = (digest: Digest): boolean => identify(digest, sealed).same
  attempt.order = await Promise.all(
    (inputs.after ?? []).map(async (environment) => {
      const standing = await readStanding(ports.deployments.list(target.repository, environment))
      const soakMs = inputs.soak ?? 0
      const now = ports.deployments.now?.() ?? ports.clock.now()
      return judgeOrder({ environment, standing, digest: agreement.digest, isSame, soakMs, now })
    }),
  )
  const findings = attempt.order.flatMap(({ finding }) => (finding === undefined ? [] : [finding]))
  const isBack = inputs.rollback || inputs['rollback-to'] !== undefined
  if (findings.length === 0 || !isBack) return findings
  if ((await findSuccessHere(attempt, ({ digest }) => digest !== null && isSame(digest))) === undefined)
    return findings
  attempt.overrides.add('after')
  ports.log.notice(
    `This is a rollback to what ${target.environment} ran before, so after does not count:\n${findings.map(({ message }) => message).join('\n')}`,
  )
  return []
}

async function ageFindings(
  attempt: Attempt,
  { sealed }: Verified,
  { current }: Standing,
): Promise<readonly Finding[]> {
  const { inputs, target, ports } = attempt
  const isSame: OfInterest = ({ digest, commit }) =>
    commit === target.commit || (digest !== null && identify(digest, sealed).same)
  if (current === undefined || isSame(current)) return []
  const relation = await ports.ancestry.compare(current.commit, target.commit)
  const replaced = relation === 'unknown' ? await findSuccessHere(attempt, isSame) : undefined
  const { environment, commit } = target
  const finding = judgeAge({ environment, current, commit, relation, replacedAt: replaced?.finishedAt })
  if (finding !== undefined) {
    const isBack = inputs.rollback || inputs['rollback-to'] !== undefined
    if (!isBack) return [finding]
    if (inputs.rollback) attempt.overrides.add('rollback')
    attempt.isRollback = true
    ports.log.notice(`Rolling back ${environment}: ${finding.message}`)
  } else if (relation === 'unknown') {
    // Nothing stops an older commit now.
    ports.log.warning(
      `Nobody could say whether commit ${commit} is older than ${current.commit}, which ${environment} runs, so it counts as newer. Give this job contents: read and the token, or check out with fetch-depth: 0.`,
    )
  } else if (relation === 'diverged') {
    ports.log.notice(
      `Commit ${commit} does not contain ${current.commit}, which ${environment} runs: they are on different branches.`,
    )
  }
  return []
}

async function findSuccessHere({ target, ports }: Attempt, isIt: OfInterest): Promise<Success | undefined> {
  const { repository, environment } = target
  return await findSuccess(isIt, ports.deployments.list(repository, environment, isIt))
}
