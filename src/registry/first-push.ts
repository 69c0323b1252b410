import { RegistryError } from '../domain/error.ts'
import { formatRepository, type Repository } from '../domain/reference.ts'
import { type Answer, isHtml, missesRepository } from './answers.ts'
import { pullGrant, pushGrant, SMALL_BODY } from './blobs.ts'
import type { Verdict } from './known-repositories.ts'
import type { Call, Session } from './session.ts'
import { cancelUpload, uploadLocation } from './uploads.ts'

/** A read of a manifest or a list. */
export interface Read extends Omit<Call, 'grant'> {
  /** What is not shown may not exist yet: for names, not for digests, which somebody has from what is there. */
  readonly mayBeUnborn: boolean
}

/**
 * Sends a read; undefined when the registry says that the thing is not there.
 *
 * Registries deny reading a repository that does not exist, so that nobody learns which ones do. Where this
 * process may make the repository, a denial is looked into: the read is repeated with the right to push, and
 * when that is denied too, an upload is begun and cancelled. A registry that takes uploads but shows nothing has
 * either no such repository yet, or credentials that may write and not read; so the answer is only good for
 * deciding to write something that overwrites nothing. From the first thing written, a denial is an error.
 * @throws {RegistryError} the first denial, or REGISTRY_REFUSED where the repository must be made by hand.
 */
export async function readPresent(
  session: Session,
  repository: Repository,
  { mayBeUnborn, ...read }: Read,
): Promise<Answer | undefined> {
  try {
    const answer = await attempt(session, { ...read, grant: pullGrant(repository) })
    if (answer.status === 200) return answer
    if (mayBeUnborn && missesRepository(answer)) await assertMakable(session, repository, answer)
    return undefined
  } catch (error) {
    if (!isDenial(error) || !(await session.mayCreate(repository))) throw error
    return await readAsWriter(session, repository, { mayBeUnborn, ...read }, error)
  }
}

/** The answer to a read: 200, or one that says that the thing is absent. */
async function attempt(session: Session, call: Call): Promise<Answer> {
  const answer = await session.call(call)
  if (answer.status === 200 || (await session.saysAbsent(answer, call.grant))) return answer
  throw await session.failure(answer, call.grant)
}

function isDenial(error: unknown): error is RegistryError {
  return error instanceof RegistryError && error.code === 'REGISTRY_DENIED'
}

async function readAsWriter(
  session: Session,
  repository: Repository,
  { mayBeUnborn, ...read }: Read,
  denial: RegistryError,
): Promise<Answer | undefined> {
  session.known.doubt(repository)
  const call = { ...read, grant: pushGrant(repository) }
  let answer: Answer
  try {
    answer = await session.call(call)
  } catch (error) {
    // Whoever gets no token for pushing can make nothing; asking again with a wrong password could lock it.
    throw isDenial(error) ? denial : error
  }
  if (answer.status === 200) return answer
  if (await session.saysAbsent(answer, call.grant)) return undefined
  const refusal = await session.failure(answer, call.grant)
  if (!isDenial(refusal)) throw refusal
  if (!mayBeUnborn || session.known.has(repository)) throw denial
  const verdict = await verdictOf(session, repository)
  // Something may have been written while the registry was asked.
  if (verdict === 'may-be-made' && !session.known.has(repository)) return undefined
  throw verdict instanceof RegistryError && verdict.code === 'REGISTRY_REFUSED' ? verdict : denial
}

/** Finds out before anything is built that a repository the registry does not have cannot be made by pushing. */
async function assertMakable(session: Session, repository: Repository, absence: Answer): Promise<void> {
  if (session.known.has(repository) || !(await session.mayCreate(repository))) return
  const verdict = await verdictOf(session, repository)
  if (!(verdict instanceof RegistryError)) return
  if (verdict.code === 'REGISTRY_REFUSED') throw verdict
  if (verdict.code !== 'REGISTRY_UNAVAILABLE') return
  // ECR drops the connection of an upload to a repository it does not have.
  const failure = await session.failure(absence, pushGrant(repository), 'and an upload to it failed')
  throw new RegistryError('REGISTRY_UNAVAILABLE', failure.message, {
    cause: verdict,
    hint: `If uploads to ${formatRepository(repository)} keep failing, create the repository first.`,
  })
}

async function verdictOf(session: Session, repository: Repository): Promise<Verdict> {
  return await session.known.verdict(repository, async () => {
    try {
      return await probe(session, repository)
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error
      return isDenial(error) ? 'not-writable' : error
    }
  })
}

async function probe(session: Session, repository: Repository): Promise<Verdict> {
  const answer = await tryUpload(session, repository)
  if (isBegun(answer)) return 'may-be-made'
  if (missesRepository(answer)) throw await session.failure(answer, pushGrant(repository))
  return 'not-writable'
}

/** Begins an upload, which makes nothing visible, and cancels it; returns the answer to the beginning. */
async function tryUpload(session: Session, repository: Repository): Promise<Answer> {
  const grant = pushGrant(repository)
  const url = session.urlOf(repository, 'blobs/uploads/')
  const answer = await session.call({ method: 'POST', url, grant, limit: SMALL_BODY })
  if (isBegun(answer)) await cancelUpload(session, uploadLocation(session, answer), grant)
  return answer
}

function isBegun(answer: Answer): boolean {
  return answer.status === 202 && !isHtml(answer)
}

/**
 * Finds out before anything is built that nothing may be pushed. Only a clear denial counts: whatever else is wrong
 * with uploads, the push will tell, and may get over it.
 * @throws {RegistryError} REGISTRY_DENIED.
 */
export async function assertPushable(session: Session, repository: Repository): Promise<void> {
  // What was looked into when the repository did not show itself needs no second look.
  if (session.known.isJudged(repository)) return
  try {
    const answer = await tryUpload(session, repository)
    if (!isBegun(answer)) throw await session.failure(answer, pushGrant(repository))
  } catch (error) {
    if (isDenial(error)) throw error
    if (!(error instanceof RegistryError)) throw error
  }
}
