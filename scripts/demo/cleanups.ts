/** What must be undone at the end, however the demo ends. */
export interface Cleanups {
  /** The last one added runs first. Returns a function that runs this one now and forgets it. */
  add(undo: () => Promise<void>): () => Promise<void>
  /** Runs all of them, once. */
  run(): Promise<void>
}

/** Makes an empty stack of cleanups. */
export function createCleanups(): Cleanups {
  const stack: (() => Promise<void>)[] = []
  let running: Promise<void> | undefined
  const runAll = async (): Promise<void> => {
    const failures: unknown[] = []
    for (let undo = stack.pop(); undo !== undefined; undo = stack.pop()) {
      // One that fails must not keep the others from running.
      await undo().catch((error: unknown) => failures.push(error))
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not everything could be stopped')
  }
  return {
    add(undo) {
      stack.push(undo)
      return async () => {
        const index = stack.indexOf(undo)
        if (index < 0) return
        stack.splice(index, 1)
        await undo()
      }
    },
    run: async () => await (running ??= runAll()),
  }
}
