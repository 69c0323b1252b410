import { printable } from './redact.ts'

export interface NetworkErrorDetails {
  readonly cause?: unknown
  /** What the user can do about it, when that is known. */
  readonly hint?: string
  /** True when something answered, but not as a registry should; false for an outage. */
  readonly isFault?: boolean
}

/** The exchange itself failed: no answer, or not a whole one. Becomes a RegistryError before it leaves this folder. */
export class NetworkError extends Error {
  readonly code: string
  /** True when the same request may succeed a moment later. */
  readonly isTransient: boolean
  readonly isFault: boolean
  readonly hint: string | undefined

  constructor(code: string, message: string, isTransient: boolean, details: NetworkErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = 'NetworkError'
    this.code = code
    this.isTransient = isTransient
    this.isFault = details.isFault ?? false
    this.hint = details.hint
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
])

const TRUST =
  'Trust the authority that signed it: set NODE_EXTRA_CA_CERTS to its certificate, add it to the system, or put it into /etc/docker/certs.d/<host:port>/ca.crt.'

/** Certificates that no authority we know has signed; one that the system trusts may have. */
const UNKNOWN_ISSUER = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

const OUT_OF_DATE = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

const CERTIFICATE =
  /^(?:CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_CA$|PATH_LENGTH_EXCEEDED$|INVALID_PURPOSE$|HOSTNAME_MISMATCH$|ERR_TLS_CERT_)/

/** True when the certificate was refused for want of an authority, which the system may know. */
export function hasUnknownIssuer(error: unknown): boolean {
  return error instanceof NetworkError && UNKNOWN_ISSUER.has(error.code)
}

/** True when TLS was spoken, but the certificate was refused. */
export function isCertificateError(error: NetworkError): boolean {
  return CERTIFICATE.test(error.code)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
}

/** Classifies what node:http throws. Certificate and protocol errors do not go away by asking again. */
export function networkError(error: unknown): NetworkError {
  if (error instanceof NetworkError) return error
  // Connecting to a name with several addresses fails with one error per address.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  const code = codeOf(error) === 'UNKNOWN' ? codeOf(first) : codeOf(error)
  const message = printable(first instanceof Error && first.message !== '' ? first.message : String(error))
  const found = explain(code, message)
  return new NetworkError(code, found.message ?? message, TRANSIENT.has(code), { ...found, cause: error })
}

interface Explanation extends NetworkErrorDetails {
  readonly message?: string
}

function explain(code: string, message: string): Explanation {
  if (CERTIFICATE.test(code)) return { isFault: true, ...explainCertificate(code, message) }
  if (/^(?:EPROTO|ERR_SSL_|ERR_TLS_)/.test(code)) return { isFault: true, ...explainTls(message) }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { isFault: true, message: 'the header of the answer is larger than 16 KiB' }
  }
  if (code.startsWith('HPE_')) {
    return { isFault: true, hint: 'What answers does not speak HTTP as it should; check the host and port.' }
  }
  if (code !== 'ENOTFOUND') return {}
  return { hint: 'The name of this host is not known here; check it, and the name servers of the runner.' }
}

function explainCertificate(code: string, message: string): Explanation {
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return { message: `the certificate is self-signed (${message})`, hint: TRUST }
  }
  if (UNKNOWN_ISSUER.has(code)) {
    return { message: `the certificate is signed by an unknown authority (${message})`, hint: TRUST }
  }
  if (OUT_OF_DATE.has(code)) {
    return {
      message: `the certificate is out of date (${message})`,
      hint: 'Renew the certificate of the registry; if it is valid, correct the clock of the runner.',
    }
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      message: `the certificate is for another host (${message})`,
      hint: 'Use the name the certificate was made for, or have one made for this name.',
    }
  }
  return {
    message: `the certificate was refused (${message})`,
    hint: 'Replace the certificate of the registry.',
  }
}

function explainTls(message: string): Explanation {
  // What OpenSSL says about an answer that begins with "HTTP/1.1" instead of a TLS record.
  if (/wrong version number|packet length too long|http request/i.test(message)) {
    return {
      message: 'it does not speak TLS',
      hint: 'Check the port. A registry without TLS must be named in `insecure`, with its port.',
    }
  }
  const said = message.replace(/^.*:SSL routines:[^:]*:/, '').replace(/:\.\..*$/, '')
  const wantsCertificate =
    /alert (?:certificate required|bad certificate|handshake failure|unknown ca)/i.test(said)
  return {
    message: `TLS could not be agreed on (${said})`,
    hint: wantsCertificate
      ? 'Where the registry asks for a certificate, put one into /etc/docker/certs.d/<host:port>/ (client.cert and client.key).'
      : 'The registry, or the proxy in between, must speak TLS 1.2 or later.',
  }
}

/** True when a kept-alive connection was closed by the server before it took the request. */
export function isClosedConnection(error: NetworkError): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** True when plain HTTP was answered with an alert of TLS (RFC 8446 §5.1). */
export function isTlsRecord({ cause }: NetworkError): boolean {
  if (!(cause instanceof Error) || !('rawPacket' in cause) || !(cause.rawPacket instanceof Uint8Array))
    return false
  return cause.rawPacket[0] === 0x15 && cause.rawPacket[1] === 0x03
}
