/** What one process did to one seal, and what it saw. Times are in microseconds of one clock. */
export interface Operation {
  readonly commit: string
  readonly kind: 'read' | 'claim'
  readonly start: number
  /** Undefined for an operation that failed: nobody knows when it took effect, or whether it did. */
  readonly end: number | undefined
  readonly won: boolean | undefined
  /** The nonce of the record that was seen; undefined for none. */
  readonly nonce: string | undefined
  readonly error?: string
}

/**
 * Why a history of one seal is not that of something that is written once, in words; empty when it is. The operations
 * of such a thing can be put in one order, in which none comes before another that had ended when it began: first the
 * reads that see nothing, then the claim that wins, then everything that sees its record.
 */
export function faultsOf(history: readonly Operation[]): readonly string[] {
  const done = history.filter((one) => one.end !== undefined)
  const seen = done.filter(({ nonce }) => nonce !== undefined)
  const nonces = [...new Set(seen.map(({ nonce }) => nonce))]
  const faults: string[] = []
  if (nonces.length > 1) faults.push(`${nonces.length} records were seen: ${nonces.join(', ')}`)
  const winners = done.filter(({ won }) => won === true)
  if (winners.length > 1) faults.push(`${winners.length} claims have won`)
  const unseen = done.filter(({ kind, nonce }) => kind === 'claim' && nonce === undefined)
  if (unseen.length > 0) faults.push(`${unseen.length} claims ended without a record`)
  const firstSeen = Math.min(...seen.map(({ end }) => end ?? Infinity))
  for (const { kind, nonce, start } of done)
    if (kind === 'read' && nonce === undefined && start > firstSeen)
      faults.push(`a read that began at ${start} saw nothing, although a record was seen by ${firstSeen}`)
  const [winner] = winners
  if (winner !== undefined && winner.start > firstSeen)
    faults.push(`a record was seen by ${firstSeen}, before its claim began at ${winner.start}`)
  if (winner !== undefined && nonces.some((nonce) => nonce !== winner.nonce))
    faults.push('the record that was seen is not that of the claim that won')
  return faults
}
