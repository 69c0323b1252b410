import { describe, expect, test } from 'vitest'
import {
  agree,
  disagreement,
  formatEvidence,
  type RecordedArtifact,
  recordFor,
  type Testimony,
} from '../../src/domain/agreement.ts'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import type { BuildRecord } from '../../src/domain/record.ts'
import {
  amd64,
  arm64,
  attestation,
  buildRecord,
  commit,
  digestWith,
  IMAGE,
  imageManifest,
  index,
  otherCommit,
} from '../fixtures/samples.ts'

const moved = imageManifest('moved')

function recorded(digest: Digest, ...records: readonly Partial<BuildRecord>[]): RecordedArtifact {
  return { digest, records: records.map((fields) => buildRecord({ digest, ...fields })) }
}

/** The sealed image, as every witness says it. */
function testimony(fields: Partial<Testimony> = {}): Testimony {
  return {
    commit,
    repository: IMAGE,
    requested: amd64.digest,
    tag: amd64,
    atTag: recorded(amd64.digest, {}),
    atRequested: undefined,
    workflowArtifacts: [],
    ...fields,
  }
}

const REF = 'refs/build-once/registry-test-owner-app-0123456789ab/1'

/** What the git ref says: the record of a digest, or nothing. */
function inGit(digest: Digest | undefined): Partial<Testimony> {
  return { gitSeal: { ref: REF, record: digest === undefined ? undefined : buildRecord({ digest }) } }
}

const artifact = (digest: Digest, name = 'build-once-1.json') => ({ name, digest })

describe('the witnesses agree', () => {
  test.each([
    { description: 'on the digest', given: testimony(), digest: amd64.digest },
    { description: 'on whatever is sealed', given: testimony({ requested: 'sealed' }), digest: amd64.digest },
    {
      description: 'with the artifacts of this workflow run, also when there are several attempts',
      given: testimony({ workflowArtifacts: [artifact(amd64.digest, 'a'), artifact(amd64.digest, 'b')] }),
      digest: amd64.digest,
    },
    {
      description: 'on a child of the sealed index',
      given: testimony({ requested: arm64.digest, tag: index, atTag: recorded(index.digest, {}) }),
      digest: arm64.digest,
      child: 'linux/arm64/v8',
    },
    {
      description: 'on the index itself',
      given: testimony({ requested: index.digest, tag: index, atTag: recorded(index.digest, {}) }),
      digest: index.digest,
    },
    {
      description: 'on the sealed bytes under their sha512, which stand for the sealed digest',
      given: testimony({ requested: digestOf(amd64.bytes, 'sha512') }),
      digest: amd64.digest,
    },
    {
      description: 'with the git seal',
      given: testimony(inGit(amd64.digest)),
      digest: amd64.digest,
    },
    {
      description: 'with the git seal of the index, on a child of it',
      given: testimony({
        requested: arm64.digest,
        tag: index,
        atTag: recorded(index.digest, {}),
        ...inGit(index.digest),
      }),
      digest: arm64.digest,
      child: 'linux/arm64/v8',
    },
    {
      description: 'when other commits built the same bytes',
      given: testimony({
        atTag: recorded(amd64.digest, { commit: otherCommit }, {}, { repository: 'other.test/app' }),
      }),
      digest: amd64.digest,
    },
  ])('$description', ({ given, digest, ...rest }) => {
    const agreement = agree(given)
    expect(agreement.findings).toEqual([])
    expect(agreement.digest).toBe(digest)
    expect(agreement.child).toBe('child' in rest ? rest.child : undefined)
    expect(agreement.record).toMatchObject({ commit, repository: IMAGE, digest: given.tag?.digest })
  })
})

describe('the witnesses do not agree', () => {
  test.each([
    {
      description: 'nothing is sealed in git',
      given: testimony(inGit(undefined)),
      findings: [['NOT_SEALED', `${REF} does not exist`]],
    },
    {
      description: 'neither git nor registry has a seal',
      given: testimony({ tag: undefined, atTag: undefined, ...inGit(undefined) }),
      findings: [
        ['NOT_SEALED', 'no build of this commit was sealed'],
        ['NOT_SEALED', `${REF} does not exist`],
      ],
    },
    {
      description: 'the build ended between git seal and tag',
      given: testimony({ tag: undefined, atTag: undefined, ...inGit(amd64.digest) }),
      findings: [['NOT_SEALED', 'ended before it set the tag']],
    },
    {
      description: 'the tag was moved after it was sealed in git',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest),
        atRequested: recorded(amd64.digest, {}),
        ...inGit(amd64.digest),
      }),
      findings: [['TAG_MOVED', `expected ${amd64.digest} (git seal), got ${moved.digest} (SHA tag)`]],
    },
    {
      description: 'the tag was moved to another artifact of this commit after it was sealed in git',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest, {}),
        atRequested: recorded(amd64.digest, {}),
        ...inGit(amd64.digest),
      }),
      findings: [['TAG_MOVED', 'not what was sealed in git']],
    },
    {
      description: 'the tag was moved, and whatever is sealed was asked for',
      given: testimony({
        requested: 'sealed',
        tag: moved,
        atTag: recorded(moved.digest, {}),
        ...inGit(amd64.digest),
      }),
      findings: [['TAG_MOVED', 'not what was sealed in git']],
    },
    {
      description: 'the tag and what was asked for are the same, but not what was sealed in git',
      given: testimony({
        tag: moved,
        requested: moved.digest,
        atTag: recorded(moved.digest, {}),
        ...inGit(amd64.digest),
      }),
      findings: [['TAG_MOVED', 'not what was sealed in git']],
    },
    {
      description: 'what was asked for is the build that lost the race in git',
      given: testimony({
        requested: arm64.digest,
        atRequested: recorded(arm64.digest, {}),
        ...inGit(amd64.digest),
      }),
      findings: [['DIGEST_MISMATCH', `expected ${amd64.digest} (sealed), got ${arm64.digest}`]],
    },
    {
      description: 'nothing was sealed',
      given: testimony({ tag: undefined, atTag: undefined }),
      findings: [['NOT_SEALED', `${IMAGE}:${commit} does not exist`]],
    },
    {
      description: 'nothing was sealed, and whatever is sealed was asked for',
      given: testimony({ requested: 'sealed', tag: undefined, atTag: undefined }),
      findings: [['NOT_SEALED', 'does not exist']],
    },
    {
      description: 'the tag is gone, but the digest has a record',
      given: testimony({ tag: undefined, atTag: undefined, atRequested: recorded(amd64.digest, {}) }),
      findings: [['NOT_SEALED', 'does not exist']],
    },
    {
      description: 'the tag has no record',
      given: testimony({ atTag: recorded(amd64.digest) }),
      findings: [['NOT_SEALED', 'has no build record · a tag alone proves nothing']],
    },
    {
      description: 'the record names another commit',
      given: testimony({ atTag: recorded(amd64.digest, { commit: otherCommit }) }),
      findings: [['RECORD_MISMATCH', `expected ${IMAGE} ${commit}, got ${IMAGE} ${otherCommit}`]],
    },
    {
      description: 'the record names another repository',
      given: testimony({ atTag: recorded(amd64.digest, { repository: 'other.test/app' }) }),
      findings: [['RECORD_MISMATCH', 'got other.test/app']],
    },
    {
      description: 'the record names another digest than the one it is attached to',
      given: testimony({ atTag: recorded(amd64.digest, { digest: moved.digest }) }),
      findings: [['RECORD_MISMATCH', moved.digest]],
    },
    {
      description: 'the tag was moved to something without a record',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest),
        atRequested: recorded(amd64.digest, {}),
      }),
      findings: [['TAG_MOVED', `expected ${amd64.digest} (asked for), got ${moved.digest} (SHA tag)`]],
    },
    {
      description: 'the tag was moved to the build of another commit',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest, { commit: otherCommit }),
        atRequested: recorded(amd64.digest, {}),
      }),
      findings: [['TAG_MOVED', 'the SHA tag was moved after the build']],
    },
    {
      description: 'both digests hold a record of this commit',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest, {}),
        atRequested: recorded(amd64.digest, {}),
      }),
      findings: [['BUILT_TWICE', `${amd64.digest} and ${moved.digest}`]],
    },
    {
      description: 'the digest asked for has no record',
      given: testimony({ requested: moved.digest, atRequested: recorded(moved.digest) }),
      findings: [
        [
          'DIGEST_MISMATCH',
          `it has no build record at all) · expected ${amd64.digest} (sealed), got ${moved.digest}`,
        ],
      ],
    },
    {
      description: 'the digest asked for was built for another commit',
      given: testimony({
        requested: moved.digest,
        atRequested: recorded(moved.digest, { commit: otherCommit }),
      }),
      findings: [['DIGEST_MISMATCH', `it was built for ${IMAGE} ${otherCommit}`]],
    },
    {
      description: 'neither the digest nor the tag has a record',
      given: testimony({
        requested: moved.digest,
        atRequested: recorded(moved.digest),
        atTag: recorded(amd64.digest),
      }),
      findings: [
        ['DIGEST_MISMATCH', 'no build record at all'],
        ['NOT_SEALED', 'has no build record'],
      ],
    },
    {
      description: 'an attestation of the sealed index is asked for',
      given: testimony({
        requested: attestation.digest,
        tag: index,
        atTag: recorded(index.digest, {}),
        atRequested: recorded(attestation.digest),
      }),
      findings: [['DIGEST_MISMATCH', 'no build record at all']],
    },
    {
      description: 'the index is asked for where one of its children is sealed',
      given: testimony({ requested: index.digest, atRequested: recorded(index.digest) }),
      findings: [['DIGEST_MISMATCH', `expected ${amd64.digest} (sealed), got ${index.digest}`]],
    },
    {
      description: 'the artifact of this workflow run names another digest',
      given: testimony({ workflowArtifacts: [artifact(moved.digest)] }),
      findings: [
        ['DIGEST_MISMATCH', `expected ${moved.digest} (workflow artifact), got ${amd64.digest} (SHA tag)`],
      ],
    },
    {
      description:
        'the artifact of this workflow run names another digest, and whatever is sealed is asked for',
      given: testimony({ requested: 'sealed', workflowArtifacts: [artifact(moved.digest)] }),
      findings: [['DIGEST_MISMATCH', 'this workflow run built another digest']],
    },
    {
      description: 'the artifacts of this workflow run disagree among themselves',
      given: testimony({ workflowArtifacts: [artifact(amd64.digest), artifact(moved.digest)] }),
      findings: [['BUILT_TWICE', `name 2 digests · ${amd64.digest}, ${moved.digest}`]],
    },
    {
      description: 'the artifacts disagree and nothing is sealed',
      given: testimony({
        tag: undefined,
        atTag: undefined,
        workflowArtifacts: [artifact(amd64.digest), artifact(moved.digest)],
      }),
      findings: [
        ['NOT_SEALED', 'does not exist'],
        ['BUILT_TWICE', 'name 2 digests'],
      ],
    },
    {
      description: 'the tag was moved and the artifact shows it too',
      given: testimony({
        tag: moved,
        atTag: recorded(moved.digest),
        atRequested: recorded(amd64.digest, {}),
        workflowArtifacts: [artifact(amd64.digest)],
      }),
      findings: [
        ['TAG_MOVED', 'was moved'],
        ['DIGEST_MISMATCH', `expected ${amd64.digest} (workflow artifact)`],
      ],
    },
  ])('$description', ({ given, findings }) => {
    const agreement = agree(given)
    expect(agreement.digest).toBeUndefined()
    expect(agreement.child).toBeUndefined()
    expect(agreement.findings.map(({ code }) => code)).toEqual(findings.map(([code]) => code))
    for (const [position, [, says]] of findings.entries())
      expect(agreement.findings[position]?.message).toContain(says)

    const error = disagreement(agreement, 'What to do.')
    expect(error.code).toBe(findings[0]?.[0])
    expect(error.hint).toBe('What to do.')
    for (const finding of agreement.findings)
      expect(error.message).toContain(`${finding.code}: ${finding.message}`)
    expect(error.message).toContain(formatEvidence(agreement.evidence))
  })
})

describe('the table', () => {
  test('names every witness, its digest and where it was read', () => {
    const given = testimony({
      requested: amd64.digest,
      tag: moved,
      atTag: recorded(moved.digest, { commit: otherCommit }),
      atRequested: recorded(amd64.digest, {}),
      workflowArtifacts: [artifact(amd64.digest, 'build-once-x.json')],
    })
    expect(formatEvidence(agree(given).evidence).split('\n')).toEqual([
      `  witness            digest${' '.repeat(65)}  where read`,
      `  workflow output    ${amd64.digest}  input digest`,
      `  build record       ${amd64.digest}  referrer of ${IMAGE}@${amd64.digest}`,
      `  build record       – (only for commit ${otherCommit})${' '.repeat(13)}referrer of ${IMAGE}@${moved.digest}`,
      `  SHA tag            ${moved.digest}  ${IMAGE}:${commit}`,
      `  workflow artifact  ${amd64.digest}  artifact build-once-x.json`,
    ])
  })

  test('says what is not there', () => {
    const rows = agree(testimony({ requested: 'sealed', tag: undefined, atTag: undefined })).evidence
    expect(rows).toEqual([
      { witness: 'workflow output', digest: null, where: 'input digest', note: 'asks for the sealed digest' },
      { witness: 'SHA tag', digest: null, where: `${IMAGE}:${commit}`, note: 'not there' },
    ])
    expect(agree(testimony({ atTag: recorded(amd64.digest) })).evidence).toContainEqual({
      witness: 'build record',
      digest: null,
      where: `referrer of ${IMAGE}@${amd64.digest}`,
      note: 'none attached',
    })
  })

  test('keeps its bounds whatever records and artifacts are called', () => {
    const records = Array.from({ length: 60 }, (_, n) => ({
      commit: digestWith('a').slice(7, 47 - (n % 2)) as typeof commit,
    }))
    const given = testimony({
      atTag: recorded(amd64.digest, ...records),
      workflowArtifacts: [artifact(amd64.digest, 'x'.repeat(2000))],
    })
    for (const row of agree(given).evidence) {
      expect(row.where.length).toBeLessThanOrEqual(600)
      expect((row.note ?? '').length).toBeLessThanOrEqual(300)
    }
  })
})

describe('recordFor', () => {
  const early = '2026-11-23T09:00:00.000Z'
  const late = '2026-11-23T10:00:00.000Z'
  test.each([
    { description: 'the earliest stands', times: [late, early], expected: 1 },
    { description: 'whatever the order they are listed in', times: [early, late], expected: 0 },
  ])('$description', ({ times, expected }) => {
    const { digest, records } = recorded(amd64.digest, ...times.map((createdAt) => ({ createdAt })))
    expect(recordFor({ digest, records }, IMAGE, commit)).toBe(records[expected])
  })

  test('of records of one moment the lower nonce stands', () => {
    const nonces = ['f'.repeat(32), '0'.repeat(32), '7'.repeat(32)]
    const { digest, records } = recorded(amd64.digest, ...nonces.map((nonce) => ({ nonce })))
    expect(recordFor({ digest, records }, IMAGE, commit)?.nonce).toBe('0'.repeat(32))
  })

  test('an earlier record of another commit, repository or digest does not stand', () => {
    const artifactHere = recorded(
      amd64.digest,
      { createdAt: early, commit: otherCommit },
      { createdAt: early, repository: 'other.test/app' },
      { createdAt: early, digest: moved.digest },
      { createdAt: late },
    )
    expect(recordFor(artifactHere, IMAGE, commit)).toBe(artifactHere.records[3])
    expect(recordFor(undefined, IMAGE, commit)).toBeUndefined()
    expect(recordFor(recorded(amd64.digest), IMAGE, commit)).toBeUndefined()
  })
})
