import { z } from 'zod'
import { ERROR_CODES } from '../domain/error-codes.ts'
import { isDigest } from '../domain/digest.ts'
import { oneLine } from '../domain/error.ts'
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
const SINCE = / \[since (?<id>\d{1,15})\]$/
const REPLACES = 'Replaces '

/**
 * How a record ends its deployment. The description holds what was not known when it began, because only it can still be
 * written: what was replaced, and what was done out of the ordinary.
 * @param since nothing between that deployment and this one counts any more, see {@link Standing}.
 */
export function endingOf(record: DeploymentRecord, since?: number): Ending {
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
  const suffix = since === undefined ? '' : ` [since ${since}]`
  const description = `${shorten(`${prefix}${why}`, MAX_DESCRIPTION - suffix.length)}${suffix}`
  return { state: state === 'refused' ? 'error' : 'failure', description }
}

/** One line, of at most as many characters as GitHub takes. */
export function shorten(text: string, length = MAX_DESCRIPTION): string {
  const line = oneLine(text)
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`
}

/** How a deployment stands. */
export type Standing =
  /** `begun` while it deploys: what it is, should nothing more come. Else it waits itself. */
  | { readonly kind: 'open'; readonly since: string; readonly begun: DeploymentRecord | undefined }
  | {
      readonly kind: 'ended'
      readonly record: DeploymentRecord
      readonly isActive: boolean
      /** It had its turn, so that all before it had ended by then. */
      readonly hadTurn: boolean
      /**
       * All between that deployment and this one were refused, or have failed before this one did; 0 for all before it.
       * There may be thousands, and asking for the end of each takes more requests than there are.
       */
      readonly since: number | undefined
    }

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
    const record = recordOf(payload, { ...newest, state: 'error' })
    return { kind: 'ended', isActive: false, hadTurn: false, since: undefined, record }
  }
  const record = recordOf(payload, ending)
  const isOwn = (status: DeploymentStatus): boolean => status.creator?.id === creator?.id
  // Abandoned before it was its turn.
  const isUntouched =
    ending.state === 'error' &&
    record.reason === null &&
    !statuses.some(({ state }) => state === 'in_progress')
  return {
    kind: 'ended',
    record: isUntouched ? { ...record, state: 'refused' } : record,
    isActive: isActive && ending.state === 'success',
    hadTurn: statuses.some((status) => status.state === 'in_progress' && isOwn(status)),
    since: isOwn(ending) && ending.state !== 'success' ? sinceOf(ending) : undefined,
  }
}

/** How a deployment stands that was refused before it was created. */
export function standingOfRefused(
  payload: DeploymentPayload,
  reason: NonNullable<DeploymentRecord['reason']>,
  createdAt: string,
): Standing {
  const status = { id: 0, state: 'error', created_at: createdAt }
  const record = { ...recordOf(payload, status), state: 'refused', reason } as const
  return { kind: 'ended', record, isActive: false, hadTurn: false, since: undefined }
}

function sinceOf({ description }: DeploymentStatus): number | undefined {
  const id = SINCE.exec(description ?? '')?.groups?.['id']
  return id === undefined ? undefined : Number(id)
}

function recordOf(payload: DeploymentPayload, status: DeploymentStatus): DeploymentRecord {
  const { checkRunId: _, automaticDeployment: __, workflow_run_id: ___, refused: ____, ...intent } = payload
  const text = (status.description ?? '').replace(SINCE, '')
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
