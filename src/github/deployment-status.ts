import { z } from 'zod'
import { ERROR_CODES } from '../domain/error-codes.ts'
import { isDigest } from '../domain/digest.ts'
import type { DeploymentRecord } from '../domain/record.ts'
import type { DeploymentPayload } from './deployment-payload.ts'

/** GitHub refuses longer ones. */
const MAX_DESCRIPTION = 140

/** A time as GitHub gives it. */
export const timeSchema = z.string().refine((text) => !Number.isNaN(Date.parse(text)), 'not a time')

/** Who made something; GitHub does not always say. */
export const creatorSchema = z.looseObject({ id: z.int(), login: z.string() }).nullish()

/** An account, as far as it is used. */
export type Creator = z.infer<typeof creatorSchema>

export const statusSchema = z.looseObject({
  id: z.int(),
  state: z.string(),
  description: z.string().nullish(),
  creator: creatorSchema,
  created_at: timeSchema,
})

/** A status of a deployment, as far as it is used. */
export type DeploymentStatus = z.infer<typeof statusSchema>

/** What is sent to end a deployment. */
export interface Ending {
  readonly state: 'success' | 'failure' | 'error'
  readonly description: string
}

const ROLLED_BACK = 'Rolled back: '
const REPLACES = 'Replaces '

/**
 * How a record ends its deployment. The description holds what was not known when it began, because only it can still be
 * written: what was replaced, and what was done out of the ordinary.
 */
export function endingOf(record: DeploymentRecord): Ending {
  const { state, reason, previousDigest } = record
  if (state === 'success') {
    const remarks = [
      ...(record.rollback ? ['rollback'] : []),
      ...(record.overrides.length === 0 ? [] : [`with ${record.overrides.join('+')}`]),
    ]
    const replaced = previousDigest === null ? 'First deployment' : `${REPLACES}${previousDigest}`
    return { state, description: shorten([replaced, ...remarks].join(', ')) }
  }
  const why = reason === null ? '' : `${reason.code}: ${reason.message}`
  const prefix = state === 'rolled-back' ? ROLLED_BACK : ''
  // Refused is what never reached the environment.
  return { state: state === 'refused' ? 'error' : 'failure', description: shorten(`${prefix}${why}`) }
}

/** One line, of at most as many characters as GitHub takes. */
export function shorten(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim()
  return line.length <= MAX_DESCRIPTION ? line : `${line.slice(0, MAX_DESCRIPTION - 1).trimEnd()}…`
}

/** How a deployment stands. */
export type Standing =
  /** `begun` while it deploys: what it is, should nothing more come. Else it waits itself. */
  | { readonly kind: 'open'; readonly since: string; readonly begun: DeploymentRecord | undefined }
  | { readonly kind: 'ended'; readonly record: DeploymentRecord; readonly isActive: boolean }

const ENDED = ['success', 'failure', 'error']

/**
 * Whether a status counts. That a deployment has succeeded is the word of whoever made it, and of nobody else who may
 * write statuses; that it has not, or is no longer there, is believed of anybody.
 */
function counts({ state, creator }: DeploymentStatus, author: Creator): boolean {
  return state !== 'success' || creator?.id === author?.id
}

/** Whether these statuses say how a deployment ended, or that it has not; if not, older ones are needed. */
export function isEnough(statuses: readonly DeploymentStatus[], author: Creator): boolean {
  return statuses.some((status) => status.state !== 'inactive' && counts(status, author))
}

/** What is known of a deployment beside its payload. */
export interface Circumstances {
  readonly createdAt: string
  readonly creator: Creator
}

/**
 * Reads how a deployment ended from its statuses, newest first. `inactive` ends what was there; whether it ever
 * was there is what the status before it says.
 */
export function standingOf(
  payload: DeploymentPayload,
  all: readonly DeploymentStatus[],
  { createdAt, creator }: Circumstances,
): Standing {
  const statuses = all.filter((status) => counts(status, creator))
  const newest = statuses[0]
  const begun =
    newest?.state === 'in_progress' ? recordOf(payload, { ...newest, description: '' }) : undefined
  const open = { kind: 'open', since: createdAt, begun } as const
  if (newest === undefined) return open
  const isActive = newest.state !== 'inactive'
  const ending = statuses.find(({ state }) => state !== 'inactive')
  if (ending === undefined || !ENDED.includes(ending.state)) {
    if (isActive) return open
    // Made inactive before it came to anything.
    return { kind: 'ended', isActive: false, record: recordOf(payload, { ...newest, state: 'error' }) }
  }
  const record = recordOf(payload, ending)
  // Abandoned before it was its turn.
  const isUntouched =
    ending.state === 'error' &&
    record.reason === null &&
    !statuses.some(({ state }) => state === 'in_progress')
  return {
    kind: 'ended',
    record: isUntouched ? { ...record, state: 'refused' } : record,
    isActive: isActive && ending.state === 'success',
  }
}

function recordOf(payload: DeploymentPayload, status: DeploymentStatus): DeploymentRecord {
  const { checkRunId: _, automaticDeployment: __, workflow_run_id: ___, ...intent } = payload
  const text = status.description ?? ''
  const finishedAt = new Date(status.created_at).toISOString()
  if (status.state !== 'success')
    return {
      ...intent,
      ...failureOf(status.state, text),
      ...{ previousDigest: null, finishedAt, rollback: false, overrides: [] },
    }
  const [first = '', ...remarks] = text.split(', ')
  const replaced = first.startsWith(REPLACES) ? first.slice(REPLACES.length) : ''
  return {
    ...intent,
    state: 'success',
    reason: null,
    previousDigest: isDigest(replaced) ? replaced : null,
    finishedAt,
    rollback: remarks.includes('rollback'),
    overrides: remarks.flatMap((remark) => (remark.startsWith('with ') ? remark.slice(5).split('+') : [])),
  }
}

function failureOf(state: string, text: string): Pick<DeploymentRecord, 'state' | 'reason'> {
  const isRolledBack = text.startsWith(ROLLED_BACK)
  const message = isRolledBack ? text.slice(ROLLED_BACK.length) : text
  const groups = /^(?<code>[A-Z_]{3,60}): (?<text>.*)$/s.exec(message)?.groups
  const code = groups?.['code'] ?? ''
  const isKnown = Object.hasOwn(ERROR_CODES, code)
  return {
    state: isRolledBack ? 'rolled-back' : state === 'error' && isKnown ? 'refused' : 'failure',
    reason: isKnown ? { code, message: groups?.['text'] ?? '' } : null,
  }
}
