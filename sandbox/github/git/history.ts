import type { Commit, GitObjects } from './objects.ts'

/** A commit and everything it was made from. */
function ancestorsOf(objects: GitObjects, sha: string): ReadonlyMap<string, Commit> {
  const found = new Map<string, Commit>()
  const next = [sha]
  for (let one = next.pop(); one !== undefined; one = next.pop()) {
    const commit = objects.commit(one)
    if (commit === undefined || found.has(one)) continue
    found.set(one, commit)
    next.push(...commit.parents)
  }
  return found
}

/** Whether a history contains a commit. */
export function contains(objects: GitObjects, history: string, sha: string): boolean {
  return ancestorsOf(objects, history).has(sha)
}

/** How two histories relate. */
export interface Comparison {
  readonly status: 'ahead' | 'behind' | 'diverged' | 'identical'
  readonly mergeBase: Commit
  /** What the head has and the base has not, oldest first. */
  readonly ahead: readonly Commit[]
  readonly behind: readonly Commit[]
}

function statusOf(ahead: number, behind: number): Comparison['status'] {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind'
  return behind === 0 ? 'ahead' : 'diverged'
}

function byTime(a: Commit, b: Commit): number {
  return a.author.date.getTime() - b.author.date.getTime()
}

/** The newest common ancestor that no other one comes from. */
function findMergeBase(common: readonly Commit[]): Commit | undefined {
  const inherited = new Set(common.flatMap(({ parents }) => parents))
  return common
    .filter(({ sha }) => !inherited.has(sha))
    .toSorted(byTime)
    .at(-1)
}

/** Compares two commits; undefined when their histories have nothing in common. */
export function compareHistories(objects: GitObjects, base: string, head: string): Comparison | undefined {
  const [left, right] = [ancestorsOf(objects, base), ancestorsOf(objects, head)]
  const mergeBase = findMergeBase([...left.values()].filter(({ sha }) => right.has(sha)))
  if (mergeBase === undefined) return undefined
  // Found from the newest to the oldest, so among equal times the reverse is the order they were made in.
  const ahead = [...right.values()].filter(({ sha }) => !left.has(sha)).toReversed()
  const behind = [...left.values()].filter(({ sha }) => !right.has(sha))
  return {
    status: statusOf(ahead.length, behind.length),
    mergeBase,
    ahead: ahead.toSorted(byTime),
    behind,
  }
}
