import { appendFile, stat } from 'node:fs/promises'
import { messageOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'

/** GitHub drops a summary of more than 1 MiB without failing the step. */
const MAX_SUMMARY_BYTES = 1024 * 1024

/** Adds Markdown to the job summary. A summary is a courtesy: where it cannot be written, the step goes on. */
export async function writeSummary(
  environment: NodeJS.ProcessEnv,
  markdown: string,
  log: Log,
): Promise<void> {
  const path = environment['GITHUB_STEP_SUMMARY']
  if (path === undefined || path === '') return
  try {
    const used = await stat(path).then(
      (file) => file.size,
      () => 0,
    )
    const text = `${markdown}\n`
    if (used + Buffer.byteLength(text) <= MAX_SUMMARY_BYTES) await appendFile(path, text)
    else log.warning('The job summary is full; the summary of this step was left out.')
  } catch (error) {
    log.warning(`The job summary could not be written: ${messageOf(error)}`)
  }
}
