import type { Agreement } from '../../domain/agreement.ts'
import { CancelledError } from '../../domain/cancellation.ts'
import { messageOf, PolicyError, VerificationError } from '../../domain/error.ts'
import { code, escapeMarkdown, humanDuration, propertyTable } from '../../domain/markdown.ts'
import { formatRepository } from '../../domain/reference.ts'
import { describeFailure } from '../failure-text.ts'
import type { DeployFailure, DeployResult } from './run.ts'

function evidenceTable({ evidence, findings }: Agreement): string {
  const rows = evidence.map(
    (row) =>
      `| ${escapeMarkdown(row.witness)} | ${row.digest === null ? escapeMarkdown(row.note ?? 'nothing') : code(row.digest)} | ${code(row.where)} |`,
  )
  const title = findings.length === 0 ? 'The witnesses agree:' : 'What the witnesses said:'
  return [title, '', '| Witness | Digest | Where read |', '| --- | --- | --- |', ...rows].join('\n')
}

function headingOf({ planned, isRollback, target }: DeployResult): string {
  const environment = escapeMarkdown(target.environment)
  if (planned !== undefined)
    return `🔎 Dry run: would ${isRollback ? 'roll back' : 'deploy to'} ${environment}`
  return isRollback ? `⏪ Rolled back ${environment}` : `🚀 Deployed to ${environment}`
}

/** The job summary of a deployment that succeeded, or of a dry run. */
export function deploySummary(result: DeployResult): string {
  const { target, verified, previousDigest, configDigest, deploymentId } = result
  const change =
    previousDigest === result.digest
      ? 'nothing: the same digest was deployed before'
      : previousDigest === undefined
        ? 'nothing: this is the first deployment'
        : code(previousDigest)
  const rows: (readonly [string, string])[] = [
    ['Environment', escapeMarkdown(target.environment)],
    ['Commit', code(target.commit)],
    ['Image', code(formatRepository(target.repository))],
    [
      'Digest',
      `**${code(result.digest)}**${verified.agreement.child === undefined ? '' : ` (${escapeMarkdown(verified.agreement.child)} of the sealed index)`}`,
    ],
    ['Replaces', change],
    ...result.order.map(
      ({ environment, note }) => ['After', escapeMarkdown(`${environment} ${note}`)] as const,
    ),
    ...(result.isRollback ? [['Rollback', 'yes'] as const] : []),
    ['Configuration', configDigest === undefined ? 'not declared' : code(configDigest)],
    ['Release', code(result.releaseId)],
    ...(deploymentId === undefined ? [] : [['Deployment', code(deploymentId)] as const]),
    ['Time', humanDuration(result.milliseconds)],
  ]
  const plan = (result.planned ?? []).map((step) => `\n- would ${escapeMarkdown(step)}`).join('')
  const said = evidenceTable(verified.agreement)
  return `### ${headingOf(result)}\n\n${propertyTable(rows)}\n${plan === '' ? '' : `${plan}\n`}\n${said}\n`
}

/** The job summary of a refusal or failure. */
export function failureSummary(failure: DeployFailure): string {
  const { target, error, seen } = failure
  // The table behind a disagreement stands below as a real one.
  const [first = ''] = messageOf(error).split('\n\n', 1)
  const asked = propertyTable([
    ['Commit', code(target.commit)],
    ['Image', code(formatRepository(target.repository))],
  ])
  const evidence = seen.agreement === undefined ? '' : `\n\n${evidenceTable(seen.agreement)}`
  return `### ${failureHeading(failure)} to ${escapeMarkdown(target.environment)}\n\n${describeFailure(error, first)}\n\n${asked}${evidence}\n`
}

function failureHeading({ error, state }: DeployFailure): string {
  if (error instanceof CancelledError) return '🛑 Deployment cancelled'
  if (state === 'failure') return '❌ Deployment failed'
  const isRefusal = error instanceof PolicyError || error instanceof VerificationError
  return isRefusal ? '⛔ Refused to deploy' : '❌ Not deployed'
}

/** The job summary of a deployment that could not begin: nothing is known of it but the error. */
export function earlyFailureSummary(error: unknown): string {
  return `### ❌ Not deployed\n\n${describeFailure(error)}\n`
}
