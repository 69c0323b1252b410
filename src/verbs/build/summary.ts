import { CancelledError } from '../../domain/cancellation.ts'
import { code, escapeMarkdown, humanDuration, link, propertyTable } from '../../domain/markdown.ts'
import type { BuildRecord } from '../../domain/record.ts'
import { digestReference, formatReference, formatRepository } from '../../domain/reference.ts'
import { describeFailure } from '../failure-text.ts'
import { describeBackfill } from './backfill.ts'
import type { BuildResult, Outcome } from './run.ts'
import { reasonOf, unbuiltText } from './withheld.ts'

const HEADINGS: Readonly<Record<Outcome, string>> = {
  built: '📦 Built once',
  reused: '♻️ Reused: this commit was built before',
  'adopted-winner': '🤝 Another build of this commit stands',
  'adopted-tag': '🏷️ Adopted what was under the SHA tag',
  'not-pushed': '🧪 Built, not published',
}

/** The job summary of a build, in Markdown. Every text that came from elsewhere is escaped. */
export function buildSummary(result: BuildResult): string {
  const { outcome, sealed, target } = result
  const image = formatRepository(target.repository)
  const rows: (readonly [string, string])[] = [['Commit', code(target.commit)]]
  if (sealed === undefined) {
    rows.push(['Image', code(image)])
    if (result.unbuilt === undefined) {
      const { localDigest } = result
      rows.push(['Digest', localDigest === undefined ? 'not known without pushing' : code(localDigest)])
    }
    rows.push(['Published', 'no · nothing was pushed or sealed, so nothing can be deployed from this run'])
    if (result.unbuilt !== undefined) rows.push(['Built', unbuiltText(result.unbuilt)])
    rows.push(['Not done', result.leftOut.join(' · ')])
    if (result.withheld !== undefined) rows.push(['Why', reasonOf(result.withheld)])
  } else {
    rows.push(['Digest', `**${code(sealed.manifest.digest)}**`], ['Image', code(image)])
    rows.push(['Built by', builtBy(sealed.record)])
    rows.push([
      'Platforms',
      sealed.record.platforms.map((platform) => code(platform)).join(' ') || 'none (not an image)',
    ])
    rows.push(['Tags', [target.commit, ...result.tags].map((tag) => code(tag)).join(' ')])
  }
  if (result.backfilled !== undefined)
    rows.push(['Backfill', describeBackfill(result.backfilled).replace('Backfill: ', '')])
  rows.push(['Time', humanDuration(result.milliseconds)])
  const deploy =
    sealed === undefined
      ? ''
      : `\nDeploy exactly this: ${code(formatReference(digestReference(target.repository, sealed.manifest.digest)))}\n`
  const heading = result.unbuilt === undefined ? HEADINGS[outcome] : '🧪 Not published'
  return `### ${heading}\n\n${propertyTable(rows)}\n${deploy}`
}

function builtBy(record: BuildRecord): string {
  const engine = `${escapeMarkdown(record.engine.name)} ${escapeMarkdown(record.engine.version)}`
  const time = escapeMarkdown(record.createdAt.slice(0, 16).replace('T', ' '))
  if (record.workflowRun === null) return `${engine} · ${time} UTC`
  const { id, attempt, url } = record.workflowRun
  return `${link(`workflow run ${id}, attempt ${attempt}`, url)} · ${engine} · ${time} UTC`
}

/** The job summary of a build that failed, also of one that could not begin. */
export function buildFailureSummary(error: unknown): string {
  const heading = error instanceof CancelledError ? '🛑 Build cancelled' : '❌ Build failed'
  return `### ${heading}\n\n${describeFailure(error)}\n`
}
