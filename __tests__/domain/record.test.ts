import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { RecordError } from '../../src/domain/error.ts'
import type { Json } from '../../src/domain/json.ts'
import {
  type BuildRecord,
  decodeBuildRecord,
  decodeDeploymentRecord,
  type DeploymentRecord,
  encodeRecord,
  MAX_RECORD_BYTES,
  recordTime,
} from '../../src/domain/record.ts'
import { buildRecord, deploymentRecord, digestWith, json } from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const build = buildRecord({ nonce: '0'.repeat(32) })
const deployment = deploymentRecord({ id: '1'.repeat(32) })

type Fields = Readonly<Record<string, Json | undefined>>

describe('a record', () => {
  test.each([
    { description: 'of a build', record: build },
    { description: 'of a build outside GitHub', record: buildRecord({ source: null, workflowRun: null }) },
    { description: 'of a build without platforms', record: buildRecord({ platforms: [] }) },
    { description: 'with text in any script', record: buildRecord({ actor: 'Ζωή 👩🏽‍💻 \u202e' }) },
  ])('$description is read back as it was', ({ record }) => {
    expect(decodeBuildRecord(encodeRecord(record), 'it')).toEqual(record)
  })

  test.each([
    { description: 'of a deployment', record: deployment },
    {
      description: 'of a deployment without a digest',
      record: deploymentRecord({ digest: null, evidence: [] }),
    },
    {
      description: 'of a refusal, whose reason has lines',
      record: deploymentRecord({ state: 'refused', reason: { code: 'TAG_MOVED', message: 'a\nb' } }),
    },
    {
      description: 'with evidence that is a remark',
      record: deploymentRecord({
        evidence: [{ witness: 'SHA tag', digest: null, where: 'x', note: 'not there' }],
      }),
    },
  ])('$description is read back as it was', ({ record }) => {
    expect(decodeDeploymentRecord(encodeRecord(record), 'it')).toEqual(record)
  })

  test('is the same bytes whatever the order of its fields, without white space', () => {
    const turned = Object.fromEntries(Object.entries(build).toReversed()) as unknown as BuildRecord
    expect(encodeRecord(turned)).toEqual(encodeRecord(build))
    expect(new TextDecoder().decode(encodeRecord(build))).toMatch(
      /^\{"actor":"octocat","commit":"1{40}","createdAt":/,
    )
  })

  // The bytes are addressed by their digest in registries that hold records already.
  test('has bytes that never change for the same content', () => {
    expect(digestOf(encodeRecord(build))).toMatchInlineSnapshot(
      `"sha256:bda81a74db6268f2e2cd27ae5fe98430af7bfeed96da25aefc9749980aded7df"`,
    )
    expect(digestOf(encodeRecord(deployment))).toMatchInlineSnapshot(
      `"sha256:512058fae57f0e50e4e9a95d666ec54689f680fb4cf26a69b4bfcc0a1fd25510"`,
    )
  })

  test('is read back for any text without control characters', () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((value) => !/\p{Cc}/u.test(value))
    fc.assert(
      fc.property(text, text, (actor, name) => {
        const record = buildRecord({ actor, engine: { name: name.slice(0, 40), version: '' } })
        expect(decodeBuildRecord(encodeRecord(record), 'it')).toEqual(record)
      }),
    )
  })
})

const run = { id: '1', attempt: 1, url: 'https://x', workflow: 'CI', job: 'build' }
const many = <T>(length: number, value: T): T[] => Array.from({ length }, () => value)

describe('decodeBuildRecord refuses', () => {
  const faults: readonly { description: string; fields: Fields }[] = [
    { description: 'a newer version', fields: { schema: 'build-once/build/v2' } },
    { description: 'a deployment record', fields: { schema: 'build-once/deployment/v1' } },
    { description: 'no version', fields: { schema: undefined } },
    { description: 'an unknown field', fields: { approved: true } },
    {
      description: 'an unknown field inside',
      fields: { engine: { name: 'docker', version: '1', path: '/' } },
    },
    { description: 'a field called constructor', fields: { constructor: {} } },
    ...Object.keys(build).map((name) => ({ description: `no ${name}`, fields: { [name]: undefined } })),
    { description: 'a short commit', fields: { commit: '1111111' } },
    { description: 'a commit in upper case', fields: { commit: 'A'.repeat(40) } },
    { description: 'a malformed digest', fields: { digest: 'sha256:x' } },
    { description: 'a malformed inputsDigest', fields: { inputsDigest: '' } },
    { description: 'a negative size', fields: { size: -1 } },
    { description: 'a fraction as size', fields: { size: 1.5 } },
    { description: 'a size as text', fields: { size: '7' } },
    { description: 'a line feed in the actor', fields: { actor: 'a\n::set-output name=x::y' } },
    { description: 'an escape sequence in the event', fields: { event: '\u001b[31mpush' } },
    { description: 'a NUL in a platform', fields: { platforms: ['linux\0'] } },
    { description: 'a C1 control character', fields: { actor: 'a\u0085b' } },
    { description: 'DEL', fields: { actor: 'a\u007fb' } },
    { description: 'a long actor', fields: { actor: 'a'.repeat(201) } },
    { description: 'a long repository', fields: { repository: 'a'.repeat(261) } },
    { description: 'a long media type', fields: { mediaType: 'a'.repeat(256) } },
    { description: 'a long event', fields: { event: 'a'.repeat(101) } },
    { description: 'many platforms', fields: { platforms: many(201, 'linux/amd64') } },
    { description: 'a platform that is no text', fields: { platforms: [7] } },
    { description: 'attempt 0', fields: { workflowRun: { ...run, attempt: 0 } } },
    { description: 'a workflow run id as a number', fields: { workflowRun: { ...run, id: 1 } } },
    { description: 'a long URL', fields: { workflowRun: { ...run, url: 'x'.repeat(501) } } },
    { description: 'a time without milliseconds', fields: { createdAt: '2026-11-23T10:00:00Z' } },
    { description: 'a time with an offset', fields: { createdAt: '2026-11-23T10:00:00.000+01:00' } },
    { description: 'a day that does not exist', fields: { createdAt: '2026-02-30T10:00:00.000Z' } },
    { description: 'a time as a number', fields: { createdAt: 1 } },
    { description: 'a short nonce', fields: { nonce: '0'.repeat(31) } },
    { description: 'a nonce in upper case', fields: { nonce: 'A'.repeat(32) } },
  ]
  test.each(faults)('$description', async ({ fields }) => {
    const bytes = json({ ...build, ...fields })
    const error = await expectCode(() => decodeBuildRecord(bytes, 'The record'), 'RECORD_INVALID')
    expect(error.message).toMatch(/^The record is not a valid record:/)
    expect(error.message.length).toBeLessThan(1200)
  })

  test.each([
    { description: 'not JSON', bytes: new TextEncoder().encode('hello'), says: 'JSON' },
    { description: 'nothing', bytes: new Uint8Array(), says: 'JSON' },
    { description: 'a list', bytes: json([build]), says: 'expected object' },
    { description: 'null', bytes: json(null), says: 'expected object' },
    {
      description: 'a key twice',
      bytes: new TextEncoder().encode(JSON.stringify(build).replace('{', `{"commit":"${'2'.repeat(40)}",`)),
      says: 'the key "commit" is there twice',
    },
    {
      description: '__proto__',
      bytes: new TextEncoder().encode(JSON.stringify(build).replace('{', '{"__proto__":{},')),
      says: '"__proto__" is not allowed',
    },
    {
      description: 'too deep',
      bytes: json({ ...build, platforms: [[[[[[[[]]]]]]]] }),
      says: 'nested deeper than 8',
    },
    {
      description: 'more than 64 KiB',
      bytes: Buffer.concat([encodeRecord(build), Buffer.alloc(MAX_RECORD_BYTES, ' ')]),
      says: 'larger than 65536 bytes',
    },
  ])('$description', async ({ bytes, says }) => {
    const error = await expectCode(() => decodeBuildRecord(bytes, 'The record'), 'RECORD_INVALID')
    expect(error.message).toContain(says)
  })

  test('any bytes with a RecordError', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(() => decodeBuildRecord(bytes, 'it')).toThrow(RecordError)
      }),
    )
  })
})

describe('decodeDeploymentRecord refuses', () => {
  const evidence = { witness: 'SHA tag', digest: digestWith('a'), where: 'x' }
  const faults: readonly { description: string; fields: Fields }[] = [
    { description: 'a newer version', fields: { schema: 'build-once/deployment/v2' } },
    { description: 'a build record', fields: { schema: 'build-once/build/v1' } },
    { description: 'an unknown field', fields: { force: true } },
    ...Object.keys(deployment).map((name) => ({ description: `no ${name}`, fields: { [name]: undefined } })),
    { description: 'an unknown state', fields: { state: 'ok' } },
    { description: 'a malformed id', fields: { id: 'x' } },
    { description: 'a malformed digest', fields: { digest: 'latest' } },
    { description: 'a malformed previous digest', fields: { previousDigest: 'sha256:' } },
    { description: 'a control character in the environment', fields: { environment: 'a\nb' } },
    { description: 'a long environment', fields: { environment: 'a'.repeat(256) } },
    { description: 'a long reason', fields: { reason: { code: 'X', message: 'a'.repeat(4001) } } },
    { description: 'much evidence', fields: { evidence: many(51, evidence) } },
    { description: 'evidence with an unknown field', fields: { evidence: [{ ...evidence, trust: 1 }] } },
    { description: 'evidence with a malformed digest', fields: { evidence: [{ ...evidence, digest: 'x' }] } },
    {
      description: 'evidence with a control character',
      fields: { evidence: [{ ...evidence, note: '\u001b[2J' }] },
    },
    { description: 'many overrides', fields: { overrides: many(51, 'x') } },
    { description: 'rollback as a text', fields: { rollback: 'false' } },
  ]
  test.each(faults)('$description', async ({ fields }) => {
    const bytes = json({ ...deployment, ...fields })
    await expectCode(() => decodeDeploymentRecord(bytes, 'The record'), 'RECORD_INVALID')
  })
})

describe('encodeRecord refuses what nobody could read back', () => {
  test.each([
    { description: 'a control character', record: buildRecord({ actor: 'a\tb' }) },
    { description: 'a text that is too long', record: buildRecord({ platforms: ['x'.repeat(81)] }) },
    { description: 'an empty commit', record: buildRecord({ commit: '' as BuildRecord['commit'] }) },
    {
      description: 'a state that does not exist',
      record: deploymentRecord({ state: 'ok' as DeploymentRecord['state'] }),
    },
  ])('$description', async ({ record }) => {
    const error = await expectCode(() => encodeRecord(record), 'RECORD_INVALID')
    expect(error.message).toMatch(/^The record cannot be written:/)
  })
})

test('recordTime has milliseconds and ends with Z', () => {
  expect(recordTime(new Date(Date.UTC(2026, 10, 23, 1, 43, 50)))).toBe('2026-11-23T01:43:50.000Z')
})
