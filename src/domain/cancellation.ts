import { BuildOnceError } from './error.ts'

/** Somebody stopped the job. */
export class CancelledError extends BuildOnceError {
  constructor(how: string) {
    super('CANCELLED', `The job was cancelled (${how})`, {
      hint: 'What it had started was ended. Run the job again if it was not meant to stop.',
    })
  }
}

/**
 * Waits for work; once it is cancelled, only as long as `grace` takes. Work that is left behind must look at the signal
 * itself before it does anything that counts.
 * @param isEnding true while the work writes down how it ended, which is waited for in any case.
 * @throws what the signal was aborted with.
 */
export async function untilStopped<T>(
  work: Promise<T>,
  cancelled: AbortSignal | undefined,
  grace: () => Promise<void>,
  isEnding: () => boolean = () => false,
): Promise<T> {
  if (cancelled === undefined) return await work
  const stopped = aborted(cancelled).then(async () => {
    await grace()
    if (isEnding()) return await work
    throw cancelled.reason
  })
  return await Promise.race([work, stopped])
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
