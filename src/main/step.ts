import { writeSummary } from '../github/summary.ts'
import { githubLog } from '../github/log.ts'
import { cancellable } from './cancellation.ts'
import { reportFailure } from './failure.ts'

/** Writes Markdown to the summary of the job. */
export type Tell = (markdown: string) => Promise<void>

/** What differs between the actions when their step fails. */
export interface Action {
  /** Of the action in its repository: empty for build. */
  readonly folder: string
  /** For the summary of a step that ended before it wrote one. */
  readonly failureSummary: (error: unknown) => string
}

/** Does the work of an action's step, which can be cancelled. Whatever goes wrong in it ends here. */
export async function runStep(
  { folder, failureSummary }: Action,
  work: (tell: Tell, cancelled: AbortSignal) => Promise<void>,
): Promise<void> {
  let isTold = false
  const tell = async (markdown: string): Promise<void> => {
    isTold = true
    await writeSummary(process.env, markdown, githubLog)
  }
  await cancellable(async (cancelled) => {
    try {
      await work(tell, cancelled)
    } catch (error) {
      await reportFailure(error, folder)
      if (!isTold) await tell(failureSummary(error))
    }
  })
}
