import { z } from 'zod'
import { isCommit } from './commit.ts'
import { isDigest } from './digest.ts'
import { RecordError } from './error.ts'
import { canonicalJson, type Json, parseStrictJson } from './json.ts'

/** artifactType of the OCI artifacts that carry records (design: records are referrers of the artifact). */
export const RECORD_TYPES = {
  build: 'application/vnd.build-once.build.v1+json',
  deployment: 'application/vnd.build-once.deployment.v1+json',
} as const
export type RecordType = (typeof RECORD_TYPES)[keyof typeof RECORD_TYPES]

/** A record is small by design; anything larger is not one of ours. */
export const MAX_RECORD_BYTES = 64 * 1024

// Control characters have no place in a record and could forge workflow commands or terminal output.
const text = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^\P{Cc}*$/u, 'holds control characters')
const digest = z.string().refine(isDigest, 'not a digest')
const commit = z.string().refine(isCommit, 'not a full commit id')
const time = z.iso.datetime({ precision: 3 })

const workflowRun = z.strictObject({
  id: text(40),
  attempt: z.int().min(1),
  url: text(500),
  workflow: text(300),
  job: text(200),
})

/** Which workflow run did it; ids as GitHub gives them, the URL of the run's page. */
export type WorkflowRun = z.infer<typeof workflowRun>

const source = z.strictObject({
  server: text(300),
  repository: text(300),
  gitRef: text(300),
})

/** Where the commit comes from: server URL, `owner/name`, full git ref. */
export type Source = z.infer<typeof source>

export const buildRecordSchema = z
  .strictObject({
    schema: z.literal('build-once/build/v1'),
    repository: text(260),
    commit,
    digest,
    mediaType: text(255),
    size: z.int().nonnegative(),
    platforms: z.array(text(80)).max(200),
    event: text(100),
    engine: z.strictObject({ name: text(40), version: text(100) }),
    inputsDigest: digest,
    source: source.nullable(),
    workflowRun: workflowRun.nullable(),
    actor: text(200),
    createdAt: time,
    nonce: z.string().regex(/^[0-9a-f]{32}$/),
  })
  .describe('One build: the artifact that was built from a commit, once.')

/** The document attached to an artifact when it is built. */
export type BuildRecord = z.infer<typeof buildRecordSchema>

const witness = z.strictObject({
  witness: text(60),
  digest: digest.nullable(),
  where: text(600),
  note: text(300).optional(),
})

/** One independent source that says which digest was built. */
export type Evidence = z.infer<typeof witness>

export const deploymentRecordSchema = z
  .strictObject({
    schema: z.literal('build-once/deployment/v1'),
    id: z.string().regex(/^[0-9a-f]{32}$/),
    releaseId: text(80).nullable(),
    environment: text(255),
    repository: text(260),
    digest: digest.nullable(),
    commit,
    state: z.enum(['success', 'failure', 'refused', 'rolled-back']),
    reason: z.strictObject({ code: text(60), message: z.string().max(4000) }).nullable(),
    configDigest: digest.nullable(),
    previousDigest: digest.nullable(),
    evidence: z.array(witness).max(50),
    workflowRun: workflowRun.nullable(),
    actor: text(200),
    startedAt: time,
    finishedAt: time,
    rollback: z.boolean(),
    overrides: z.array(text(100)).max(50),
  })
  .describe('One attempt to deploy an artifact to an environment, also when it failed or was refused.')

/** The document appended to the log for each attempt to deploy. */
export type DeploymentRecord = z.infer<typeof deploymentRecordSchema>

/**
 * A record as bytes: canonical JSON, so that writing the same record twice gives the same digest.
 * @throws {RecordError} for a record nobody could read again; better no seal than one that cannot be read.
 */
export function encodeRecord(record: BuildRecord | DeploymentRecord): Uint8Array {
  const schema = record.schema === 'build-once/build/v1' ? buildRecordSchema : deploymentRecordSchema
  const result = schema.safeParse(record)
  if (!result.success)
    throw new RecordError(`The record cannot be written:\n${z.prettifyError(result.error).slice(0, 1000)}`)
  return new TextEncoder().encode(canonicalJson(record as unknown as Json))
}

function decode<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let body: Json
  try {
    body = parseStrictJson(bytes, { maxBytes: MAX_RECORD_BYTES, maxDepth: 8 })
  } catch (cause) {
    throw new RecordError(`${what} is not a record: ${cause instanceof Error ? cause.message : 'not JSON'}`, {
      cause,
    })
  }
  const result = schema.safeParse(body)
  if (!result.success) {
    throw new RecordError(`${what} is not a valid record:\n${z.prettifyError(result.error).slice(0, 1000)}`, {
      hint: 'A newer version of build-once may have written it; update build-once.',
    })
  }
  return result.data
}

/**
 * Reads a build record written by a stranger: bounded, strict, unknown fields and versions refused.
 * @throws {RecordError}
 */
export function decodeBuildRecord(bytes: Uint8Array, what: string): BuildRecord {
  return decode(buildRecordSchema, bytes, what)
}

/**
 * Reads a deployment record written by a stranger.
 * @throws {RecordError}
 */
export function decodeDeploymentRecord(bytes: Uint8Array, what: string): DeploymentRecord {
  return decode(deploymentRecordSchema, bytes, what)
}

/** `2026-11-23T01:43:50.000Z`, the only form of time in records. */
export function recordTime(time: Date): string {
  return time.toISOString()
}
