import {
  agree,
  type Agreement,
  disagreement,
  formatEvidence,
  type GitSealWitness,
  type RecordedArtifact,
  recordFor,
} from '../../domain/agreement.ts'
import type { Digest } from '../../domain/digest.ts'
import type { ErrorCode } from '../../domain/error-codes.ts'
import { BuildOnceError, messageOf, VerificationError } from '../../domain/error.ts'
import { sealRef, WHICH_WAS_MOVED } from '../../domain/git-seal.ts'
import { identify, type Manifest } from '../../domain/manifest.ts'
import { formatRepository } from '../../domain/reference.ts'
import { type ReadOnlyCause, readOnlyCause } from '../../github/pull-request.ts'
import { readBuildRecords } from '../build-records.ts'
import type { DeployTarget, WitnessPorts } from './ports.ts'

/** The witnesses that agreed, and the sealed manifest they agreed on. */
export interface Verified {
  readonly agreement: Agreement & { readonly digest: Digest }
  readonly sealed: Manifest
}

/** Evidence as far as it was read when something went wrong; goes into the record of the refusal. */
export class RefusedEvidence {
  agreement: Agreement | undefined
  sealed: Manifest | undefined
}

/**
 * Step 2: reads every witness and lets them agree.
 * @param seen filled with what was read, also when this throws.
 * @param isFromLog the requested digest is the one the deployment log named.
 * @throws {VerificationError} DIGEST_MISSING, DIGEST_MISMATCH, NOT_SEALED, TAG_MOVED, RECORD_MISMATCH,
 *   BUILT_TWICE, WITNESS_UNREADABLE, or GIT_SEAL_INVALID.
 */
export async function verify(
  requested: Digest | 'sealed' | undefined,
  target: DeployTarget,
  ports: WitnessPorts,
  seen: RefusedEvidence,
  isFromLog = false,
): Promise<Verified> {
  if (requested === undefined) throw digestMissing(ports)
  const { repository, commit } = target
  const tag = await ports.registry.readTag(repository, commit)
  seen.sealed = tag
  const isElsewhere = requested !== 'sealed' && (tag === undefined || !identify(requested, tag).same)
  const agreement = agree({
    commit,
    repository: formatRepository(repository),
    requested,
    isFromLog,
    tag,
    atTag: tag === undefined ? undefined : await recorded(target, ports, tag.digest),
    atRequested: isElsewhere ? await recorded(target, ports, requested) : undefined,
    workflowArtifacts: await witnessedByArtifacts(target, ports),
    gitSeal: await witnessedByGit(target, ports),
  })
  seen.agreement = agreement
  if (agreement.digest === undefined || tag === undefined) throw disagreement(agreement, remedy(agreement))
  ports.log.info(`The witnesses agree:\n${formatEvidence(agreement.evidence)}`)
  if (agreement.child !== undefined)
    ports.log.info(`${agreement.digest} is ${agreement.child} inside the sealed index ${tag.digest}.`)
  return { agreement: { ...agreement, digest: agreement.digest }, sealed: tag }
}

async function recorded(
  target: DeployTarget,
  ports: WitnessPorts,
  digest: Digest,
): Promise<RecordedArtifact> {
  const { records, broken } = await readBuildRecords(ports, target.repository, digest)
  const artifact = { digest, records }
  if (
    broken !== undefined &&
    recordFor(artifact, formatRepository(target.repository), target.commit) === undefined
  ) {
    throw new VerificationError(
      'WITNESS_UNREADABLE',
      `The build record at ${digest} cannot be read: ${broken.message}`,
      {
        hint: 'A newer version of build-once may have written it, or somebody tampered with it.',
        cause: broken,
      },
    )
  }
  return artifact
}

/** Read after the tag: a build makes the ref first, so a tag that was seen has one. */
async function witnessedByGit(
  { repository, commit }: DeployTarget,
  { gitSeals }: WitnessPorts,
): Promise<GitSealWitness | undefined> {
  if (gitSeals === undefined) return undefined
  const name = formatRepository(repository)
  return { ref: sealRef(name, commit), record: await gitSeals.read(name, commit) }
}

async function witnessedByArtifacts(target: DeployTarget, ports: WitnessPorts) {
  try {
    const found = await ports.artifacts.find(formatRepository(target.repository), target.commit)
    return found.map(({ name, record }) => ({ name, digest: record.digest }))
  } catch (error) {
    if (error instanceof BuildOnceError) throw error
    throw new VerificationError(
      'WITNESS_UNREADABLE',
      `The workflow artifacts could not be read: ${messageOf(error)}`,
      { hint: 'An unreadable witness is a failure, not an absence. Run the job again.', cause: error },
    )
  }
}

const DROPPED =
  'The runner drops a job output that contains a masked value or is not declared. Pass the bare digest output ' +
  '(outputs: digest: ${{ steps.build.outputs.digest }}, then needs.build.outputs.digest), never the full reference; in a matrix use digest: sealed. ' +
  'A build that was not published (push: false, or a pull request from a fork or of Dependabot) has no digest either.'

const UNPUBLISHED: Readonly<Record<ReadOnlyCause, string>> = {
  fork: 'This is a pull request from a fork, whose build publishes nothing and so has no digest.',
  dependabot: 'Dependabot started this, and such a build publishes nothing and so has no digest.',
}

function digestMissing({ context }: WitnessPorts): VerificationError {
  const cause = readOnlyCause(context)
  const hint =
    cause === undefined
      ? DROPPED
      : `${UNPUBLISHED[cause]} Skip this job for it: if: needs.build.outputs.digest != ''.`
  return new VerificationError(
    'DIGEST_MISSING',
    'The digest input is empty · expected sha256:… from the build job, or the word sealed',
    { hint },
  )
}

const REMEDIES: Readonly<Partial<Record<ErrorCode, string>>> = {
  TAG_MOVED:
    'Something wrote the SHA tag past build-once. Find out what, put the tag back to the built digest, and deploy again.',
  DIGEST_MISMATCH:
    'Deploy the sealed digest: pass needs.build.outputs.digest of the build of this commit, or digest: sealed.',
  NOT_SEALED:
    'Run the build action for this commit and repository first, and check the commit and image inputs.',
  BUILT_TWICE: 'Decide which artifact is right and delete the other; let only build-once write SHA tags.',
}

const NOT_BACKFILLED =
  'For builds from before seal: git was used, run the build action once with backfill: true.'

function remedy({ evidence, findings }: Agreement): string {
  const code = findings[0]?.code
  const says = (witness: string, isThere: boolean): boolean =>
    evidence.some((row) => row.witness === witness && (row.digest !== null) === isThere)
  if (code === 'NOT_SEALED' && says('SHA tag', true) && says('build record', true) && says('git seal', false))
    return NOT_BACKFILLED
  if (code === 'TAG_MOVED' && says('git seal', true)) return WHICH_WAS_MOVED
  return (
    (code === undefined ? undefined : REMEDIES[code]) ??
    'Build this commit with build-once, and deploy the digest it reports.'
  )
}
