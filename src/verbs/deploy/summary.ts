import { messageOf } from '../../domain/error.ts'
import { code, escapeMarkdown, humanDuration, propertyTable } from '../../domain/markdown.ts'
import type { Evidence } from '../../domain/record.ts'
import { formatRepository } from '../../domain/reference.ts'
import { describeFailure } from '../failure-text.ts'
import type { DeployFailure, DeployResult } from './run.ts'

function evidenceTable(evidence: readonly Evidence[]): string {
  const rows = evidence.map(
    (row) =>
      `| ${escapeMarkdown(row.witness)} | ${row.digest === null ? escapeMarkdown(row.note ?? 'nothing') : code(row.digest)} | ${code(row.where)} |`,
  )
  return ['| Witness | Digest | Where read |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The job summary of a deployment that succeeded, or of a dry run. */
export function deploySummary(result: DeployResult): string {
  const { target, verified, previousDigest, configDigest } = result
  const heading = result.planned === undefined ? '🚀 Deployed' : '🔎 Dry run: would deploy'
  const change =
    previousDigest === result.digest
      ? 'the same digest was deployed before'
      : previousDigest === undefined
        ? 'first deployment'
        : code(previousDigest)
  const rows: (readonly [string, string])[] = [
    ['Environment', escapeMarkdown(target.environment)],
    ['Commit', code(target.commit)],
    ['Image', code(formatRepository(target.repository))],
    [
      'Digest',
      `**${code(result.digest)}**${verified.agreement.child === undefined ? '' : ` (${escapeMarkdown(verified.agreement.child)} of the sealed index)`}`,
    ],
    ['Before', change],
    ...result.order.map(
      ({ environment, note }) => ['After', escapeMarkdown(`${environment} ${note}`)] as const,
    ),
    ...(result.isRollback ? [['Rollback', 'yes'] as const] : []),
    ['Configuration', configDigest === undefined ? 'not declared' : code(configDigest)],
    ['Release', code(result.releaseId)],
    ['Time', humanDuration(result.milliseconds)],
  ]
  const plan = (result.planned ?? []).map((step) => `\n- would ${escapeMarkdown(step)}`).join('')
  return `### ${heading} to ${escapeMarkdown(target.environment)}\n\n${propertyTable(rows)}\n${plan}\n\n${evidenceTable(verified.agreement.evidence)}\n`
}

/** The job summary of a refusal or failure. */
export function failureSummary({ target, error, state, seen }: DeployFailure): string {
  const heading = state === 'refused' ? '⛔ Refused to deploy' : '❌ Deployment failed'
  // The table behind a disagreement stands below as a real one.
  const [first = ''] = messageOf(error).split('\n\n', 1)
  const evidence = seen.agreement === undefined ? '' : `\n\n${evidenceTable(seen.agreement.evidence)}`
  return `### ${heading} to ${escapeMarkdown(target.environment)}\n\n${describeFailure(error, first)}${evidence}\n`
}

/** The job summary of a deployment that could not begin: nothing is known of it but the error. */
export function earlyFailureSummary(error: unknown): string {
  return `### ❌ Not deployed\n\n${describeFailure(error)}\n`
}
