import * as core from '@actions/core'
import { CancelledError } from '../domain/cancellation.ts'
import { systemClock } from '../platform/clock.ts'

/**
 * The runner sends SIGINT to this process alone, SIGTERM after 7.5 seconds, and after 10 it kills. Ours has to have
 * ended before, and to have ended what it started.
 */
const LONGEST_MS = 6_500

/** How long work may take to stop, which is as long as a script has for it, before it is left behind. */
const GRACE_MS = 3_000

/** Gives work that is cancelled a while to stop by itself. */
export async function grace(): Promise<void> {
  await systemClock.sleep(GRACE_MS)
}

/**
 * Does the work of a step that can be cancelled: its signal is aborted with a `CancelledError` when the process is told to
 * stop. Such a process ends when the work has, whatever else it waits for, and in any case before the runner kills it.
 */
export async function cancellable(work: (cancelled: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return
    core.info(`Cancelled (${name}): stopping what this step has started`)
    setTimeout(giveUp, LONGEST_MS)
    controller.abort(new CancelledError(name))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
  if (controller.signal.aborted) process.exit()
}

/** Whoever comes next finds out by itself that this job has ended. */
function giveUp(): never {
  core.error(
    'CANCELLED: The job was cancelled, and stopping took too long, so that not all of it is recorded.',
  )
  process.exit(1)
}
