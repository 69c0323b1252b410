import { performance } from 'node:perf_hooks'
import type { Sample } from './table.ts'

/** One thing that is measured. */
export interface Case {
  readonly name: string
  /** Makes the state the run starts from; not measured. */
  readonly prepare?: (round: string) => Promise<void>
  /**
   * Does the work and resolves with the milliseconds it took, or with these and its memory. Fails where the
   * outcome is not what it must be: the time of a failed run means nothing.
   */
  readonly run: (round: string) => Promise<number | Sample>
  /** For what takes long: it is not warmed up, and measured no more often than this. */
  readonly atMost?: number
  /** What becomes of the digest; `run` fails where it is not so. */
  readonly digest?: 'unchanged' | 'another'
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
): Promise<ReadonlyMap<Case, readonly Sample[]>> {
  const samples = new Map<Case, Sample[]>(cases.map((one) => [one, []]))
  for (let round = 0; round <= runs; round += 1) {
    onRound(round)
    const due = cases.filter(({ atMost }) => atMost === undefined || (round > 0 && round <= atMost))
    // Every other round backwards, so that no case always comes after the same one.
    for (const one of round % 2 === 0 ? due : due.toReversed()) {
      const sample = await runCase(one, String(round))
      if (round > 0) samples.get(one)?.push(sample)
    }
  }
  return samples
}

async function runCase(one: Case, round: string): Promise<Sample> {
  try {
    await one.prepare?.(round)
    const outcome = await one.run(round)
    return typeof outcome === 'number' ? { milliseconds: outcome } : outcome
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${one.name}, round ${round}: ${why}`, { cause })
  }
}
