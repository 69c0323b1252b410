import { performance } from 'node:perf_hooks'

/** One thing that is measured. */
export interface Case {
  readonly name: string
  /** Makes the state the run starts from; not measured. */
  readonly prepare?: (round: string) => Promise<void>
  /**
   * Does the work and resolves with the milliseconds it took. Fails where the outcome is not what it must be:
   * the time of a failed run means nothing.
   */
  readonly run: (round: string) => Promise<number>
}

/** How long a piece of work takes, and what it comes to. */
export async function timed<T>(work: () => Promise<T>): Promise<{ milliseconds: number; value: T }> {
  const start = performance.now()
  const value = await work()
  return { milliseconds: performance.now() - start, value }
}

/**
 * Measures all cases round by round, so that whatever else the machine does meets all of them alike. A first
 * round is not counted: it fills the caches of the system and of the builders.
 */
export async function measure(
  cases: readonly Case[],
  runs: number,
  onRound: (round: number) => void,
): Promise<ReadonlyMap<Case, readonly number[]>> {
  const samples = new Map<Case, number[]>(cases.map((one) => [one, []]))
  for (let round = 0; round <= runs; round += 1) {
    onRound(round)
    // Every other round backwards, so that no case always comes after the same one.
    for (const one of round % 2 === 0 ? cases : cases.toReversed()) {
      const milliseconds = await runCase(one, String(round))
      if (round > 0) samples.get(one)?.push(milliseconds)
    }
  }
  return samples
}

async function runCase(one: Case, round: string): Promise<number> {
  try {
    await one.prepare?.(round)
    return await one.run(round)
  } catch (cause) {
    throw new Error(
      `${one.name}, round ${round}: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    )
  }
}
