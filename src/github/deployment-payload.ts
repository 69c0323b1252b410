import { z } from 'zod'
import { oneLine } from '../domain/error.ts'
import type { DeploymentIntent } from '../domain/deployment-log.ts'
import type { Holder } from '../domain/lock.ts'
import { deploymentRecordSchema } from '../domain/record.ts'

/** Nothing says how much GitHub keeps in a payload; the whole evidence is in the job summary. */
const MAX_EVIDENCE = 10

const { schema, id, releaseId, environment, repository, digest, commit } = deploymentRecordSchema.shape
const { configDigest, evidence, workflowRun, actor, startedAt, reason } = deploymentRecordSchema.shape
const number = z.int().nonnegative().nullable()

const payloadSchema = z.strictObject({
  ...{ schema, id, releaseId, environment, repository, digest, commit },
  ...{ configDigest, evidence, workflowRun, actor, startedAt },
  checkRunId: number,
  /** The deployment GitHub made for the job by itself. */
  automaticDeployment: number,
  /** Links the deployment to the workflow run in GitHub's pages. */
  workflow_run_id: number.optional(),
  /** Why it was refused, where that was known before it was created: then nobody has to ask how it ended. */
  refused: reason.unwrap().optional(),
})

/** What our deployments on GitHub hold. It cannot be changed afterwards, so it holds what was known at the beginning. */
export type DeploymentPayload = z.infer<typeof payloadSchema>

/** What is known beside the intent. */
export type JobFacts = Pick<DeploymentPayload, 'checkRunId' | 'automaticDeployment' | 'refused'>

/** The payload of a deployment that is about to begin. */
export function payloadOf(intent: DeploymentIntent, job: JobFacts): DeploymentPayload {
  const run = Number(intent.workflowRun?.id ?? Number.NaN)
  return {
    ...pick(intent),
    evidence: intent.evidence.slice(0, MAX_EVIDENCE),
    ...job,
    ...(Number.isSafeInteger(run) ? { workflow_run_id: run } : {}),
  }
}

/** A record has more fields than an intent. */
function pick(intent: DeploymentIntent): DeploymentIntent {
  return {
    ...{ schema: intent.schema, id: intent.id, releaseId: intent.releaseId, environment: intent.environment },
    ...{ repository: intent.repository, digest: intent.digest, commit: intent.commit },
    ...{ configDigest: intent.configDigest, evidence: intent.evidence, workflowRun: intent.workflowRun },
    ...{ actor: intent.actor, startedAt: intent.startedAt },
  }
}

/** Who deploys, as the payload says. */
export function holderOf({ id, workflowRun, checkRunId, actor }: DeploymentPayload): Holder {
  return { id, workflowRun, checkRunId, actor }
}

/** A payload of ours, one that claims to be ours and cannot be read, or the payload of anybody else's deployment. */
export type ReadPayload =
  | { readonly kind: 'ours'; readonly payload: DeploymentPayload }
  | { readonly kind: 'broken'; readonly why: string }
  | { readonly kind: 'foreign' }

/** Reads the payload of any deployment; some servers give as a text what was sent as an object. */
export function readPayload(value: unknown): ReadPayload {
  const body = typeof value === 'string' ? parsed(value) : value
  const isClaimed =
    typeof body === 'object' &&
    body !== null &&
    'schema' in body &&
    typeof body.schema === 'string' &&
    body.schema.startsWith('build-once/')
  if (!isClaimed) return { kind: 'foreign' }
  const result = payloadSchema.safeParse(body)
  if (result.success) return { kind: 'ours', payload: result.data }
  return { kind: 'broken', why: oneLine(z.prettifyError(result.error)).slice(0, 300) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
