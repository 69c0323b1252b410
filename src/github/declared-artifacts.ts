import { appendFile } from 'node:fs/promises'
import { messageOf } from '../domain/error.ts'
import type { Log } from '../platform/log.ts'

/**
 * Declares what this step built to the runner (`$GITHUB_ARTIFACTS`, runner 2.336 and later), where
 * actions/attest finds its subjects. The runner ignores the file while the feature is switched off, and
 * fails the step itself when one name is declared with two digests.
 */
export async function declareArtifact(
  environment: NodeJS.ProcessEnv,
  reference: string,
  log: Log,
): Promise<void> {
  const path = environment['GITHUB_ARTIFACTS']
  if (path === undefined || path === '') return
  try {
    await appendFile(path, `${reference}\n`)
  } catch (error) {
    log.warning(`The artifact could not be declared to the runner: ${messageOf(error)}`)
  }
}
