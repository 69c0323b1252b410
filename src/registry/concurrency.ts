/**
 * Maps with at most `limit` at a time; results keep the order of the input. The first failure ends it: nothing
 * new is begun, the signal tells what is under way to stop, and the failure is thrown once all of it has.
 */
export async function mapLimited<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = items.entries()
  const stop = new AbortController()
  const failures: unknown[] = []
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      if (stop.signal.aborted) return
      try {
        results[index] = await work(item, stop.signal)
      } catch (error) {
        // What fails after the first failure was stopped by it.
        failures.push(error)
        stop.abort()
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failures.length > 0) throw failures[0]
  return results
}
