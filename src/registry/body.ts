/** A body read up to a limit. */
export interface Body {
  readonly bytes: Uint8Array
  /** True when there was more than the limit; the rest was not read. */
  readonly isTruncated: boolean
}

/** Reads a body, never holding more than the limit, whatever Content-Length says. */
export async function readBody(chunks: AsyncIterable<Uint8Array>, limit: number): Promise<Body> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    const room = limit - size
    if (chunk.byteLength > room) {
      parts.push(chunk.subarray(0, room))
      return { bytes: joined(parts), isTruncated: true }
    }
    size += chunk.byteLength
    parts.push(chunk)
  }
  return { bytes: joined(parts), isTruncated: false }
}

/** One plain array: a Buffer compares and serializes differently, which is nobody's business outside. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.concat(parts)
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength)
}
