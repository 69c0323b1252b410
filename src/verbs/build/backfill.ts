import { type Commit, isCommit } from '../../domain/commit.ts'
import type { Digest } from '../../domain/digest.ts'
import { BuildOnceError, listed as listing, RecordError, VerificationError } from '../../domain/error.ts'
import type { ErrorCode } from '../../domain/error-codes.ts'
import { type GitSeals, type ListedSeal, sealRef } from '../../domain/git-seal.ts'
import type { Manifest } from '../../domain/manifest.ts'
import type { BuildRecord } from '../../domain/record.ts'
import { formatRepository } from '../../domain/reference.ts'
import { readBuildRecords } from '../build-records.ts'
import type { SealPorts, SealTarget } from './ports.ts'
import { isFresh, look } from './seal-registry.ts'
import { readRecord } from './sealed.ts'

/** What a backfill did, over all tags that are commits. */
export interface Backfilled {
  readonly tags: number
  /** Sealed in git by this backfill. */
  readonly sealed: number
  /** Sealed in git before, and not with another digest. */
  readonly present: number
  /** How many of these were not compared: it would have taken more requests than there are. */
  readonly unchecked: number
  /** Left as they are: no valid build record for the commit is attached. */
  readonly left: readonly Commit[]
}

type Outcome = 'sealed' | 'present' | 'unchecked' | 'left' | 'gone' | Disagreement

interface Disagreement {
  readonly code: ErrorCode
  readonly message: string
}

/** Commits an hour: three writes each, and GitHub takes about 500. */
const PER_HOUR = 160
const SECONDS_EACH = 3

/** Refs that are read because the list does not show what they hold; each takes three requests of the hour's 1,000. */
const MAX_READS = 100

/** Commits that a warning names; the log has all. */
const SHOWN = 50

/** What is wrong with one artifact or ref. Other failures would meet the next one as well. */
const OF_ONE: readonly ErrorCode[] = [
  'REGISTRY_UNEXPECTED',
  'REGISTRY_NOT_FOUND',
  'CONTENT_CORRUPT',
  'GITHUB_UNEXPECTED',
]

/**
 * Seals in git what is sealed in the registry: every tag that is a commit, with the record that is attached there.
 * Nothing that stands is changed, so it can be repeated. Commits without a ref come first, and those with one cost no
 * request where the list shows that they hold the record: a backfill that a rate limit interrupts gets further each
 * time, and to an end.
 * @throws {VerificationError} with every commit of which git and registry say different things, after all are done.
 */
export async function backfill(ports: SealPorts, git: GitSeals, target: SealTarget): Promise<Backfilled> {
  const repository = formatRepository(target.repository)
  const tags = await ports.registry.listTags(target.repository)
  const commits = tags.filter((tag) => isCommit(tag)).toSorted()
  const listed = await git.list(repository)
  const missing = commits.filter((commit) => !listed.has(commit))
  const standing = commits.flatMap((commit) => {
    const seal = listed.get(commit)
    return seal === undefined ? [] : [{ commit, seal }]
  })
  announce(ports, missing.length, commits.length)
  const outcomes = new Map<Commit, Outcome>()
  const compareListed = comparing(ports, git)
  try {
    for (const commit of missing)
      outcomes.set(commit, await outcomeOf(target, commit, async (of) => await sealOne(ports, git, of)))
    for (const { commit, seal } of standing)
      outcomes.set(commit, await outcomeOf(target, commit, async (of) => await compareListed(of, seal)))
  } catch (error) {
    ports.log.warning(
      `The backfill ended after ${outcomes.size} of ${commits.length} commit tags. Run it again.`,
    )
    throw error
  }
  return report(ports, repository, outcomes)
}

function announce({ log }: SealPorts, missing: number, all: number): void {
  if (missing === 0) return
  const minutes = Math.ceil((missing * SECONDS_EACH) / 60)
  const what = `Backfill: ${missing} of ${all} commit tags have no git seal. Each takes three writes, one a second`
  if (missing <= PER_HOUR) log.info(`${what}: about ${minutes} min.`)
  else
    log.notice(
      `${what}, of which GitHub takes about 500 an hour: about ${Math.ceil(missing / PER_HOUR)} runs, an hour apart. Each goes on where the last one ended.`,
    )
}

async function outcomeOf(
  target: SealTarget,
  commit: Commit,
  work: (target: SealTarget) => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await work({ ...target, commit })
  } catch (error) {
    if (error instanceof VerificationError) return { code: error.code, message: error.message }
    if (error instanceof BuildOnceError && OF_ONE.includes(error.code))
      return { code: error.code, message: `${commit} · ${error.message}` }
    throw error
  }
}

async function sealOne(ports: SealPorts, git: GitSeals, target: SealTarget): Promise<Outcome> {
  const tagged = await ports.registry.readTag(target.repository, target.commit)
  if (tagged === undefined) return 'gone'
  const record = await sealedBy(ports, target, tagged)
  if (record === undefined) return 'left'
  const { won, record: winner } = await git.claim(record)
  return won ? 'sealed' : compare(target, winner.digest, record.digest)
}

function comparing(ports: SealPorts, git: GitSeals) {
  let reads = 0
  return async (target: SealTarget, seal: ListedSeal): Promise<Outcome> => {
    const { repository, commit } = target
    const tagged = await ports.registry.readTag(repository, commit)
    if (tagged === undefined) return 'gone'
    const { records } = await readBuildRecords(ports, repository, tagged.digest)
    if (records.some((record) => record.digest === tagged.digest && seal.holds(record))) return 'present'
    if (reads === MAX_READS) return 'unchecked'
    reads += 1
    const standing = await git.read(formatRepository(repository), commit)
    if (standing === undefined) return await sealOne(ports, git, target)
    return compare(target, standing.digest, tagged.digest)
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
  const unchecked = having('unchecked').length
  const present = having('present').length + unchecked
  const done = { tags, sealed: having('sealed').length, present, unchecked, left }
  const disagreements = [...outcomes.values()].filter((one) => typeof one === 'object')
  if (left.length > 0) {
    const heading = 'Not sealed in git, because no valid build record of the commit is attached'
    const more = left.length - SHOWN
    if (more > 0) log.info(listing(heading, left))
    log.warning(listing(heading, [...left.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])]))
  }
  log.notice(
    `${describeBackfill(done)}${disagreements.length === 0 ? '' : ` · ${disagreements.length} disagree or cannot be read`}`,
  )
  const [first] = disagreements
  if (first === undefined) return done
  throw new VerificationError(
    first.code,
    listing(
      `Commits of ${repository} whose seals in git and registry do not agree or cannot be read`,
      disagreements.map(({ message }) => message),
    ),
    {
      hint: 'All other tags were sealed in git, and nothing was built. Find out for these what is right; to build without that, run without backfill.',
    },
  )
}

/** The counts in one line, for the log and the summary. */
export function describeBackfill({ tags, sealed, present, unchecked, left }: Backfilled): string {
  const compared = unchecked === 0 ? '' : `, of which ${unchecked} were not compared`
  return `Backfill: ${tags} commit tags · ${sealed} sealed in git now · ${present} were already${compared} · ${left.length} left without a valid build record`
}
