import * as core from '@actions/core'
import { BuildOnceError, messageOf } from '../domain/error.ts'

/** The one place where an error ends a step: the message and the remedy for everyone, the causes for debugging. */
export function reportFailure(error: unknown): void {
  if (error instanceof BuildOnceError) {
    core.setFailed(`${error.code}: ${error.message}${error.hint === undefined ? '' : `\n→ ${error.hint}`}`)
  } else {
    core.setFailed(
      `INTERNAL: ${messageOf(error)}\n→ This is a defect in build-once; please report it with the log of a run with debug logging.`,
    )
    if (error instanceof Error && error.stack !== undefined) core.debug(error.stack)
  }
  for (let cause = causeOf(error); cause !== undefined; cause = causeOf(cause))
    core.debug(`Caused by: ${messageOf(cause)}`)
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined
}
