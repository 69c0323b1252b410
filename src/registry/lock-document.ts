import { z } from 'zod'
import { RecordError } from '../domain/error.ts'
import { canonicalJson, type Json, parseStrictJson } from '../domain/json.ts'
import { EMPTY_CONFIG, type Manifest, MEDIA_TYPES } from '../domain/manifest.ts'
import { deploymentRecordSchema } from '../domain/record.ts'

const TYPE = 'application/vnd.build-once.lock.v1+json'
const ANNOTATION = 'dev.build-once.lock'
const MAX_BYTES = 8 * 1024

const { id, environment, repository, workflowRun, actor, startedAt: time } = deploymentRecordSchema.shape

const lockSchema = z.strictObject({
  schema: z.literal('build-once/lock/v1'),
  repository,
  environment,
  state: z.enum(['held', 'free']),
  holder: z.strictObject({ id, workflowRun, checkRunId: z.int().nonnegative().nullable(), actor }),
  takenAt: time,
  renewedAt: time,
})

/** Who deploys, or did last. */
export type LockDocument = z.infer<typeof lockSchema>

/** A lock is a manifest without content: one request reads it, and one writes it. */
export function encodeLock(lock: LockDocument): Uint8Array {
  const manifest: Json = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: TYPE,
    config: EMPTY_CONFIG.descriptor,
    layers: [EMPTY_CONFIG.descriptor],
    annotations: { [ANNOTATION]: canonicalJson(lockSchema.parse(lock)) },
  }
  return new TextEncoder().encode(canonicalJson(manifest))
}

/**
 * Reads a lock that anybody with push rights may have written.
 * @throws {RecordError} for anything else.
 */
export function decodeLock({ document }: Manifest, what: string): LockDocument {
  const text = document.annotations?.[ANNOTATION]
  const isLock = document.artifactType === TYPE && text !== undefined
  if (!isLock) throw notLock(what, `it is no artifact of type ${TYPE}`)
  let body: Json
  try {
    body = parseStrictJson(new TextEncoder().encode(text), { maxBytes: MAX_BYTES, maxDepth: 4 })
  } catch (cause) {
    throw notLock(what, cause instanceof Error ? cause.message : 'not JSON')
  }
  const result = lockSchema.safeParse(body)
  if (!result.success) throw notLock(what, z.prettifyError(result.error).slice(0, 500))
  return result.data
}

function notLock(what: string, why: string): RecordError {
  return new RecordError(`${what} holds no lock: ${why}`, {
    hint: 'Somebody else wrote this tag, or a newer version of build-once. When nothing is being deployed, delete it.',
  })
}
