import { innerOf, type Network, outerOf } from './address.ts'
import { type Answer, MAX_ERROR_BODY, parseFaults, unexpected } from './answers.ts'
import { readBody } from './body.ts'
import { Deadline } from './deadline.ts'
import type { Endpoint } from './endpoint.ts'
import { isCertificateError, isClosedConnection, isTlsRecord, NetworkError } from './network-error.ts'
import type { Redactor } from './redact.ts'
import { type Arrival, sendFollowing } from './redirects.ts'
import type { Incoming, Outgoing, Transport } from './transport.ts'
import type { Warnings } from './warnings.ts'

/** How an answer is taken in. */
export interface Reading {
  /** The largest body of a success that is read. */
  readonly limit: number
  /** Goes where the registry redirects; for reads of manifests and blobs only. */
  readonly follows?: boolean
  /** Leaves the body of a success unread in `chunks`. */
  readonly streams?: boolean
  /** Drops the body of a success, for questions that the head of the answer settles. */
  readonly discards?: boolean
}

export interface WireOptions {
  readonly endpoint: Endpoint
  readonly transport: Transport
  readonly redactor: Redactor
  readonly warnings: Warnings
}

/** How long it may take to find out whether a registry that need not have TLS has it. */
const PROBE_MS = 2_000

/** Single attempts at one registry: which addresses it may name, where it redirects, how much of it is read. */
export class Wire {
  readonly #options: WireOptions
  /** The outermost network that the registry has answered from. */
  #network: Network | undefined
  /** True once something answered in plain HTTP, so that there is no doubt about TLS any more. */
  #hasAnswered = false
  #probing: Promise<boolean> | undefined

  constructor(options: WireOptions) {
    this.#options = options
  }

  /** @throws {NetworkError} when there is no whole answer. */
  async send(outgoing: Outgoing, reading: Reading, deadline: Deadline): Promise<Answer> {
    try {
      const answer = await this.#once(outgoing, reading, deadline)
      if (!this.#hintsAtTls(answer) || !(await this.#hasTls(deadline))) return answer
    } catch (error) {
      const isHint = error instanceof NetworkError && (isClosedConnection(error) || isTlsRecord(error))
      if (!isHint || !(await this.#hasTls(deadline))) throw error
    }
    return await this.#once(outgoing, reading, deadline)
  }

  async #once(outgoing: Outgoing, reading: Reading, deadline: Deadline): Promise<Answer> {
    const { endpoint } = this.#options
    const located = { ...outgoing, url: endpoint.locate(outgoing.url) }
    const transmit = async (current: Outgoing): Promise<Incoming> => await this.#transmit(current, deadline)
    if (reading.follows === true) {
      return await this.#take(await sendFollowing(transmit, located, endpoint), located, reading)
    }
    const arrival = { incoming: await transmit(located), url: located.url, isOwn: endpoint.owns(located.url) }
    return await this.#take(arrival, located, reading)
  }

  async #transmit(outgoing: Outgoing, deadline: Deadline): Promise<Incoming> {
    const { endpoint, transport } = this.#options
    // The user chose this host, whatever its name means here; it may name itself.
    const isItself = outgoing.url.hostname === endpoint.hostname
    const isChosen = isItself || outgoing.isChosen === true
    const namedFrom = innerOf(endpoint.network, this.#network ?? 'public')
    const incoming = await transport.send(isChosen ? outgoing : { ...outgoing, namedFrom }, deadline)
    if (isItself && incoming.status !== 400) this.#hasAnswered = true
    if (isItself && incoming.network !== undefined) {
      this.#network = outerOf(this.#network ?? incoming.network, incoming.network)
    }
    return incoming
  }

  async #take({ incoming, url, isOwn }: Arrival, outgoing: Outgoing, reading: Reading): Promise<Answer> {
    const { redactor, warnings, endpoint } = this.#options
    const { status, headers, challenges, chunks } = incoming
    if (isOwn) warnings.show(endpoint.registry, incoming.warnings)
    const head = { method: outgoing.method, url, isOwn, status, headers, challenges }
    const nothing = { body: new Uint8Array(), faults: [] }
    const isSuccess = status >= 200 && status < 300
    if (isSuccess && reading.discards === true) {
      incoming.discard()
      return { ...head, ...nothing }
    }
    if (isSuccess && reading.streams === true) return { ...head, ...nothing, chunks }
    const { bytes, isTruncated } = await readBody(chunks, isSuccess ? reading.limit : MAX_ERROR_BODY)
    if (!isSuccess)
      return { ...head, body: bytes, faults: parseFaults(bytes, (text) => redactor.clean(text)) }
    if (isTruncated) throw unexpected(head, `its body is larger than ${reading.limit} bytes`)
    const encoding = headers['content-encoding'] ?? ''
    if (bytes.byteLength > 0 && !/^(?:identity)?$/i.test(encoding.trim())) {
      throw unexpected(head, 'it is compressed, which was not asked for')
    }
    return { ...head, body: bytes, faults: [] }
  }

  /** Servers with TLS say so in HTTP, or just end the connection, when they are spoken to without. */
  #hintsAtTls(answer: Answer): boolean {
    if (!answer.isOwn || answer.url.protocol === 'https:') return false
    const { status, faults, body } = answer
    const isHint =
      status === 400 && faults.length === 0 && /https|ssl|tls/i.test(Buffer.from(body).toString())
    if (!isHint) this.#hasAnswered = true
    return isHint
  }

  /** True when a registry that may do without TLS has it after all, trusted or not. Asked once. */
  async #hasTls(deadline: Deadline): Promise<boolean> {
    const { endpoint } = this.#options
    if (this.#hasAnswered || !endpoint.mayUpgrade) return false
    this.#probing ??= this.#probe(new Deadline(Math.min(PROBE_MS, deadline.remaining)))
    return await this.#probing
  }

  async #probe(deadline: Deadline): Promise<boolean> {
    const { endpoint, transport } = this.#options
    const url = new URL(`https://${endpoint.host}/v2/`)
    try {
      const incoming = await transport.send({ method: 'GET', url, headers: {} }, deadline)
      incoming.discard()
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      // A certificate that is refused is TLS as well; the request itself will say what is wrong with it.
      if (!isCertificateError(error)) return false
    }
    endpoint.upgrade()
    return true
  }
}
