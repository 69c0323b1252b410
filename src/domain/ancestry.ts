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

/** Asks one after the other until somebody knows. A commit needs nobody to be itself. */
export function firstToKnow(sources: readonly Ancestry[]): Ancestry {
  return {
    compare: async (base, head) => {
      if (base === head) return 'identical'
      for (const source of sources) {
        const relation = await source.compare(base, head)
        if (relation !== 'unknown') return relation
      }
      return 'unknown'
    },
  }
}
