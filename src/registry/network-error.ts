/** The exchange itself failed: no answer, or not a whole one. Becomes a RegistryError before it leaves this folder. */
export class NetworkError extends Error {
  readonly code: string
  /** True when the same request may succeed a moment later. */
  readonly isTransient: boolean

  constructor(code: string, message: string, isTransient: boolean, cause?: unknown) {
    super(message, { cause })
    this.name = 'NetworkError'
    this.code = code
    this.isTransient = isTransient
  }
}

// Node reports a body shorter than its Content-Length as ECONNRESET or ERR_STREAM_PREMATURE_CLOSE.
const TRANSIENT = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_PROXY_TUNNEL',
])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

/** Classifies what node:http throws. Certificate and protocol errors do not go away by asking again. */
export function networkError(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error
  // Connecting to a name with several addresses fails with one error per address.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = codeOf(error) === 'UNKNOWN' ? codeOf(first) : codeOf(error)
  const message = first instanceof Error && first.message !== '' ? first.message : String(error)
  return new NetworkError(code, message, TRANSIENT.has(code), error)
}

/** True when a kept-alive connection was closed by the server before it took the request. */
export function isClosedConnection(error: NetworkError): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}
