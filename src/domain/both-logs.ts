import type { DeploymentLog, LoggedDeployment } from './deployment-log.ts'

/** Two logs give one deployment different times: of other clocks, of before and after a request. */
const TOLERANCE_MS = 600_000

/**
 * Two logs as one. What is written goes into both, the second one last; what is read is what either has. Where both have
 * it, the second one counts, because it also knows what is no longer active.
 */
export function bothLogs(first: DeploymentLog, second: DeploymentLog): DeploymentLog {
  return {
    now: second.now ?? first.now,
    open: async (repository, intent) => await second.open(repository, intent),
    append: async (repository, record, subject, open) => {
      try {
        await first.append(repository, record, subject)
      } catch (error) {
        // Others wait for the end of what was announced; a success has to be in both.
        if (record.state !== 'success') await second.append(repository, record, subject, open)
        throw error
      }
      return await second.append(repository, record, subject, open)
    },
    list: (repository, environment, isOfInterest) =>
      merged(
        first.list(repository, environment, isOfInterest),
        second.list(repository, environment, isOfInterest),
      ),
  }
}

/** Newest first, and each deployment once: nothing of the one list goes out before the other had its say. */
async function* merged(
  one: AsyncIterable<LoggedDeployment>,
  leading: AsyncIterable<LoggedDeployment>,
): AsyncGenerator<LoggedDeployment> {
  const source = leading[Symbol.asyncIterator]()
  let waiting: LoggedDeployment[] = []
  const known = new Set<string>()
  let oldest = Infinity
  const readUntil = async (time: number): Promise<void> => {
    while (oldest >= time) {
      const { done, value } = await source.next()
      if (done === true) oldest = -Infinity
      else {
        waiting.push(value)
        known.add(value.record.id)
        // Who gave up waiting has ended before whoever was waited for, and stands before it where turns make the order.
        if (value.record.state !== 'refused') oldest = timeOf(value)
      }
    }
    waiting = waiting.toSorted((entry, other) => timeOf(other) - timeOf(entry))
  }
  for await (const entry of one) {
    await readUntil(timeOf(entry) - TOLERANCE_MS)
    if (known.has(entry.record.id)) continue
    const newer = waiting.findIndex((other) => timeOf(other) < timeOf(entry))
    yield* waiting.splice(0, newer < 0 ? waiting.length : newer)
    yield entry
  }
  yield* waiting
  while (oldest !== -Infinity) {
    const { done, value } = await source.next()
    if (done === true) return
    yield value
  }
}

function timeOf({ record }: LoggedDeployment): number {
  return Date.parse(record.finishedAt)
}
