/** Bytes of a blob; `end` is inclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The bytes a `Range` header asks for: nothing for a header that does not concern a single byte range
 * (RFC 9110 section 14.2 lets a server ignore those), `unsatisfiable` for one that must be answered 416.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | 'unsatisfiable' | undefined {
  const spec = /^bytes=([^,]*)$/u.exec(header ?? '')?.[1]
  if (spec === undefined) return undefined
  const [, first = '', last = ''] = /^(\d*)-(\d*)$/u.exec(spec.trim()) ?? []
  if (first === '' && last === '') return 'unsatisfiable'
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  return start > end ? 'unsatisfiable' : { start, end }
}
