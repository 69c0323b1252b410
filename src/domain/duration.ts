const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** A duration in the two units that matter, as inputs spell them: `7d`, `1h 5m`, `40s`; whole seconds, rounded up. */
export function formatDuration(milliseconds: number): string {
  let left = Math.ceil(Math.max(0, milliseconds) / 1000) * 1000
  const parts = UNITS.flatMap(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count === 0 ? [] : [`${count}${unit}`]
  })
  return parts.length === 0 ? '0s' : parts.slice(0, 2).join(' ')
}
