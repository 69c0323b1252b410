import { type Commit, isCommit } from '../../domain/commit.ts'
import type { Digest } from '../../domain/digest.ts'
import { listed, RecordError, VerificationError } from '../../domain/error.ts'
import type { ErrorCode } from '../../domain/error-codes.ts'
import { type GitSeals, sealRef } from '../../domain/git-seal.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { BuildRecord } from '../../domain/record.ts'
import { formatRepository } from '../../domain/reference.ts'
import type { SealPorts, SealTarget } from './ports.ts'
import { isFresh, look } from './seal-registry.ts'
import { readRecord } from './sealed.ts'

/** What a backfill did, over all tags that are commits. */
export interface Backfilled {
  readonly tags: number
  /** Sealed in git by this backfill. */
  readonly sealed: number
  /** Sealed in git before, with the same digest. */
  readonly present: number
  /** Left as they are: no valid build record for the commit is attached. */
  readonly left: readonly Commit[]
}

type Outcome = 'sealed' | 'present' | 'left' | 'gone' | Disagreement

interface Disagreement {
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Seals in git what is sealed in the registry: every tag that is a commit, with the record that is attached there.
 * Nothing that stands is changed, so it can be repeated. Commits without a ref come first, so that a backfill that a
 * rate limit interrupts gets further each time.
 * @throws {VerificationError} with every commit of which git and registry say different things, after all are done.
 */
export async function backfill(ports: SealPorts, git: GitSeals, target: SealTarget): Promise<Backfilled> {
  const repository = formatRepository(target.repository)
  const tags = await ports.registry.listTags(target.repository)
  const commits = tags.filter((tag) => isCommit(tag)).toSorted()
  const existing = await git.commits(repository)
  const [present, missing] = [true, false].map((is) =>
    commits.filter((commit) => existing.has(commit) === is),
  )
  const outcomes = new Map<Commit, Outcome>()
  try {
    for (const commit of [...(missing ?? []), ...(present ?? [])])
      outcomes.set(commit, await backfillOne(ports, git, { ...target, commit }))
  } catch (error) {
    ports.log.warning(
      `The backfill ended after ${outcomes.size} of ${commits.length} commit tags. Run it again.`,
    )
    throw error
  }
  return report(ports, repository, outcomes)
}

async function backfillOne(ports: SealPorts, git: GitSeals, target: SealTarget): Promise<Outcome> {
  const { repository, commit } = target
  const tagged = await ports.registry.readTag(repository, commit)
  if (tagged === undefined) return 'gone'
  try {
    const standing = await git.read(formatRepository(repository), commit)
    if (standing !== undefined) return compare(target, standing.digest, tagged.digest)
    const record = await sealedBy(ports, target, tagged)
    if (record === undefined) return 'left'
    const { won, record: winner } = await git.claim(record)
    return won ? 'sealed' : compare(target, winner.digest, record.digest)
  } catch (error) {
    if (error instanceof VerificationError) return { code: error.code, message: error.message }
    throw error
  }
}

/** The record of a seal in the registry; undefined where there is no valid one. */
async function sealedBy(
  ports: SealPorts,
  target: SealTarget,
  tagged: Manifest,
): Promise<BuildRecord | undefined> {
  try {
    const record = await readRecord(ports, target, tagged)
    if (record === undefined || !isFresh(ports, target, record)) return record
    // A build that decides by the tag alone may still be in a race for it.
    const settled = await look(ports, target)
    return settled.state === 'sealed' ? settled.sealed.record : undefined
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    ports.log.warning(`${target.commit}: ${error.message}`)
    return undefined
  }
}

function compare(target: SealTarget, inGit: Digest, inRegistry: Digest): Outcome {
  if (inGit === inRegistry) return 'present'
  const ref = sealRef(formatRepository(target.repository), target.commit)
  const message = `${target.commit} · expected ${inGit} (${ref}), got ${inRegistry} (SHA tag)`
  return { code: 'TAG_MOVED', message }
}

function report({ log }: SealPorts, repository: string, outcomes: ReadonlyMap<Commit, Outcome>): Backfilled {
  const having = (outcome: Outcome): readonly Commit[] =>
    [...outcomes].filter(([, one]) => one === outcome).map(([commit]) => commit)
  const left = having('left')
  const tags = outcomes.size - having('gone').length
  const done = { tags, sealed: having('sealed').length, present: having('present').length, left }
  const disagreements = [...outcomes.values()].filter((one) => typeof one === 'object')
  if (left.length > 0)
    log.warning(listed('Not sealed in git, because no valid build record of the commit is attached', left))
  log.notice(
    `${describeBackfill(done)}${disagreements.length === 0 ? '' : ` · ${disagreements.length} disagree`}`,
  )
  const [first] = disagreements
  if (first === undefined) return done
  throw new VerificationError(
    first.code,
    listed(
      `Seals of ${repository} that git and registry do not agree on`,
      disagreements.map(({ message }) => message),
    ),
    {
      hint: 'All other tags were sealed in git. Find out for these which digest is right; nothing was built.',
    },
  )
}

/** The counts in one line, for the log and the summary. */
export function describeBackfill({ tags, sealed, present, left }: Backfilled): string {
  return `Backfill: ${tags} commit tags · ${sealed} sealed in git now · ${present} were already · ${left.length} left without a valid build record`
}
