import type { Commit } from './commit.ts'
import type { Digest } from './digest.ts'
import type { ErrorCode } from './error-codes.ts'
import { VerificationError } from './error.ts'
import { identify, type Manifest } from './manifest.ts'
import type { BuildRecord, Evidence } from './record.ts'

/** What was found at one artifact: the build records attached to it, already read and validated. */
export interface RecordedArtifact {
  readonly digest: Digest
  readonly records: readonly BuildRecord[]
}

/** Everything the witnesses said. `undefined` means that a place was read and is empty, never that it could not be read. */
export interface Testimony {
  readonly commit: Commit
  readonly repository: string
  /** The `digest` input; `sealed` asks for whatever is sealed. */
  readonly requested: Digest | 'sealed'
  /** The deployment log named the digest, for a rollback, and nobody gave it as an input. */
  readonly isFromLog?: boolean
  /** What the SHA tag points at. */
  readonly tag: Manifest | undefined
  /** Records at the SHA tag's digest, and at the requested digest where that is another one. */
  readonly atTag: RecordedArtifact | undefined
  readonly atRequested: RecordedArtifact | undefined
  /** Digests named by the build records in this workflow run's artifacts. */
  readonly workflowArtifacts: readonly { readonly name: string; readonly digest: Digest }[]
  /** The git seal, where seals are decided in git: then it is as necessary as the tag. */
  readonly gitSeal?: GitSealWitness | undefined
}

/** What the git ref of a commit says. */
export interface GitSealWitness {
  readonly ref: string
  readonly record: BuildRecord | undefined
}

/** One disagreement. */
export interface Finding {
  readonly code: ErrorCode
  readonly message: string
}

/** The outcome: what to deploy, or why not; the evidence is complete either way. */
export interface Agreement {
  readonly evidence: readonly Evidence[]
  readonly findings: readonly Finding[]
  /** The digest to deploy; undefined where there are findings. */
  readonly digest: Digest | undefined
  /** Platform, when the digest is a child of the sealed index. */
  readonly child: string | undefined
  readonly record: BuildRecord | undefined
}

/** The record of this commit in this repository about exactly this digest; the earliest, where racing builds left several. */
export function recordFor(
  artifact: RecordedArtifact | undefined,
  repository: string,
  commit: Commit,
): BuildRecord | undefined {
  return artifact?.records
    .filter(
      (record) =>
        record.digest === artifact.digest && record.commit === commit && record.repository === repository,
    )
    .toSorted((a, b) => (a.createdAt + a.nonce < b.createdAt + b.nonce ? -1 : 1))[0]
}

function describe(testimony: Testimony): readonly Evidence[] {
  const { tag, requested, commit, repository, atTag, atRequested } = testimony
  const rows: Evidence[] = []
  const isSealedWord = requested === 'sealed'
  rows.push({
    ...(testimony.isFromLog === true
      ? { witness: 'deployment log', where: 'for input rollback-to' }
      : { witness: 'workflow output', where: 'input digest' }),
    digest: isSealedWord ? null : requested,
    ...(isSealedWord ? { note: 'asks for the sealed digest' } : {}),
  })
  for (const artifact of [atRequested, atTag]) {
    if (artifact === undefined) continue
    const record = recordFor(artifact, repository, commit)
    rows.push({
      witness: 'build record',
      digest: record?.digest ?? null,
      where: `referrer of ${repository}@${artifact.digest}`,
      ...(record === undefined ? { note: noteOnRecords(artifact) } : {}),
    })
  }
  rows.push({
    witness: 'SHA tag',
    digest: tag?.digest ?? null,
    where: `${repository}:${commit}`,
    ...(tag === undefined ? { note: 'not there' } : {}),
  })
  rows.push(...describeGitSeal(testimony.gitSeal))
  for (const { name, digest } of testimony.workflowArtifacts) {
    rows.push({ witness: 'workflow artifact', digest, where: `artifact ${name}`.slice(0, 600) })
  }
  return rows
}

function describeGitSeal(seal: GitSealWitness | undefined): readonly Evidence[] {
  if (seal === undefined) return []
  const { ref, record } = seal
  const isThere = record !== undefined
  return [
    {
      witness: 'git seal',
      digest: record?.digest ?? null,
      where: ref,
      ...(isThere ? {} : { note: 'not there' }),
    },
  ]
}

function noteOnRecords(artifact: RecordedArtifact): string {
  if (artifact.records.length === 0) return 'none attached'
  const commits = [...new Set(artifact.records.map((record) => record.commit))]
  return `only for commit ${commits.slice(0, 3).join(', ')}`.slice(0, 300)
}

function judgeTag(testimony: Testimony, tagRecord: BuildRecord | undefined): readonly Finding[] {
  const { tag, atTag, repository, commit } = testimony
  if (tag === undefined) {
    const why =
      testimony.gitSeal?.record === undefined
        ? 'no build of this commit was sealed'
        : 'its build was sealed in git, but ended before it set the tag; build again to set it'
    return [{ code: 'NOT_SEALED', message: `${repository}:${commit} does not exist · ${why}` }]
  }
  if (tagRecord !== undefined) return []
  if ((atTag?.records.length ?? 0) > 0) {
    return [
      {
        code: 'RECORD_MISMATCH',
        message: `the record attached to ${tag.digest} is not for this commit and repository · expected ${repository} ${commit}, got ${describeRecords(atTag)}`,
      },
    ]
  }
  return [
    {
      code: 'NOT_SEALED',
      message: `${repository}:${commit} exists but has no build record · a tag alone proves nothing`,
    },
  ]
}

function describeRecords(artifact: RecordedArtifact | undefined): string {
  return (artifact?.records ?? [])
    .slice(0, 3)
    .map((record) => `${record.repository} ${record.commit} ${record.digest}`)
    .join('; ')
}

function judgeRequested(
  testimony: Testimony,
  requested: Digest,
  tag: Manifest,
  tagRecord: BuildRecord | undefined,
): readonly Finding[] {
  if (identify(requested, tag).same) return []
  const inGit = testimony.gitSeal?.record?.digest
  // Every build that lost a race left a record, so with a git seal two records are not two seals.
  if (inGit === requested) return []
  if (inGit === tag.digest) {
    return [
      {
        code: 'DIGEST_MISMATCH',
        message: `the digest asked for is not the one that was sealed in git · expected ${inGit} (sealed), got ${requested}`,
      },
    ]
  }
  const requestedRecord = recordFor(testimony.atRequested, testimony.repository, testimony.commit)
  const both = `expected ${requested} (asked for), got ${tag.digest} (SHA tag)`
  if (requestedRecord !== undefined && tagRecord !== undefined) {
    return [
      {
        code: 'BUILT_TWICE',
        message: `two artifacts hold a build record for this commit · ${requested} and ${tag.digest}`,
      },
    ]
  }
  if (requestedRecord !== undefined) {
    return [{ code: 'TAG_MOVED', message: `the SHA tag was moved after the build · ${both}` }]
  }
  const others = testimony.atRequested?.records ?? []
  const foreign =
    others.length === 0
      ? 'it has no build record at all'
      : `it was built for ${describeRecords(testimony.atRequested)}`
  return [
    {
      code: 'DIGEST_MISMATCH',
      message: `the digest asked for was not built for this commit (${foreign}) · expected ${tag.digest} (sealed), got ${requested}`,
    },
  ]
}

/** The tag shows what was sealed in git, or somebody wrote one of them. */
function judgeGitSeal({ gitSeal, tag }: Testimony): readonly Finding[] {
  const inGit = gitSeal?.record?.digest
  if (inGit === undefined || tag === undefined || inGit === tag.digest) return []
  return [
    {
      code: 'TAG_MOVED',
      message: `the SHA tag is not what was sealed in git · expected ${inGit} (git seal), got ${tag.digest} (SHA tag)`,
    },
  ]
}

function missGitSeal({ gitSeal }: Testimony): readonly Finding[] {
  if (gitSeal === undefined || gitSeal.record !== undefined) return []
  return [
    {
      code: 'NOT_SEALED',
      message: `${gitSeal.ref} does not exist · with seal: git a tag and a record alone prove nothing`,
    },
  ]
}

function judgeArtifacts(testimony: Testimony, agreed: Manifest | undefined): readonly Finding[] {
  const named = [...new Set(testimony.workflowArtifacts.map((artifact) => artifact.digest))]
  if (named.length > 1) {
    return [
      {
        code: 'BUILT_TWICE',
        message: `the artifacts of this workflow run name ${named.length} digests · ${named.join(', ')}`,
      },
    ]
  }
  const [digest] = named
  if (digest === undefined || agreed === undefined || digest === agreed.digest) return []
  return [
    {
      code: 'DIGEST_MISMATCH',
      message: `this workflow run built another digest than the SHA tag shows · expected ${digest} (workflow artifact), got ${agreed.digest} (SHA tag)`,
    },
  ]
}

/**
 * Lets the witnesses agree. Each finding stands for itself; the order is by what explains most: a moved tag
 * before the missing record that follows from it.
 */
export function agree(testimony: Testimony): Agreement {
  const { tag, requested, repository, commit } = testimony
  const tagRecord = recordFor(testimony.atTag, repository, commit)
  const findings: Finding[] = [...judgeGitSeal(testimony)]
  if (tag !== undefined && requested !== 'sealed')
    findings.push(...judgeRequested(testimony, requested, tag, tagRecord))
  // What is wrong with the tag's record follows from a moved tag and would only hide it.
  if (!findings.some((finding) => finding.code === 'TAG_MOVED'))
    findings.push(...judgeTag(testimony, tagRecord))
  findings.push(...missGitSeal(testimony), ...judgeArtifacts(testimony, tag))
  const evidence = describe(testimony)
  if (findings.length > 0 || tag === undefined)
    return { evidence, findings, digest: undefined, child: undefined, record: tagRecord }
  const identity = identify(requested === 'sealed' ? tag.digest : requested, tag)
  const child = identity.same ? identity.child : undefined
  // Another name of the sealed bytes (sha512) is the sealed artifact; a child of the index stays what it is.
  const digest = child === undefined || requested === 'sealed' ? tag.digest : requested
  return { evidence, findings, digest, child, record: tagRecord }
}

/** The witnesses as an aligned text table for messages and logs. */
export function formatEvidence(evidence: readonly Evidence[]): string {
  const rows = [
    ['witness', 'digest', 'where read'],
    ...evidence.map((row) => [row.witness, row.digest ?? `– (${row.note ?? 'nothing'})`, row.where]),
  ]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd())
    .join('\n')
}

/** The error for witnesses that do not agree: every finding, then the table. */
export function disagreement(agreement: Agreement, hint: string): VerificationError {
  const [first] = agreement.findings
  const findings = agreement.findings.map((finding) => `${finding.code}: ${finding.message}`).join('\n')
  return new VerificationError(
    first?.code ?? 'NOT_SEALED',
    `The witnesses do not agree.\n${findings}\n\n${formatEvidence(agreement.evidence)}`,
    { hint },
  )
}
