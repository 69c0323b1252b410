import type { Commit } from './commit.ts'

/**
 * How a commit relates to the one it is compared with: `ahead` contains it, `behind` is contained in it. `unknown`
 * where nobody who could say was able to.
 */
export type Relation = 'identical' | 'ahead' | 'behind' | 'diverged' | 'unknown'

/** Who knows which commit came from which. */
export interface Ancestry {
  /** How `head` relates to `base`. */
  compare(base: Commit, head: Commit): Promise<Relation>
}

/**
 * Asks one after the other until somebody knows. A commit needs nobody to be itself. That somebody failed matters only
 * where nobody else knows.
 */
export function firstToKnow(sources: readonly Ancestry[]): Ancestry {
  return {
    compare: async (base, head) => {
      if (base === head) return 'identical'
      const failures: unknown[] = []
      for (const source of sources) {
        try {
          const relation = await source.compare(base, head)
          if (relation !== 'unknown') return relation
        } catch (error) {
          failures.push(error)
        }
      }
      if (failures.length > 0) throw failures[0]
      return 'unknown'
    },
  }
}
