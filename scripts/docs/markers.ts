/**
 * Replaces what stands between `<!-- api-start:NAME -->` and `<!-- api-end:NAME -->`.
 * @throws {Error} when a marker is missing, repeated, or the two are the wrong way round.
 */
export function replaceBetweenMarkers(text: string, name: string, content: string): string {
  const start = `<!-- api-start:${name} -->`
  const end = `<!-- api-end:${name} -->`
  const [before, rest, ...moreStarts] = text.split(start)
  const [, after, ...moreEnds] = (rest ?? '').split(end)
  const isWellFormed =
    before !== undefined && after !== undefined && moreStarts.length === 0 && moreEnds.length === 0
  if (!isWellFormed || before.includes(end)) throw new Error(`Expected exactly one ${start} … ${end}`)
  return `${before}${start}\n\n${content}\n\n${end}${after}`
}
