import type { IncomingHttpHeaders } from 'node:http'
import type { Network } from './address.ts'
import type { Trust } from './certificates.ts'
import type { Deadline } from './deadline.ts'
import { Exchange, noTime, StaleConnectionError } from './exchange.ts'
import { type Names, systemNames } from './lookup.ts'
import { hasUnknownIssuer, NetworkError } from './network-error.ts'
import { createRoutes } from './routes.ts'

export type Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'

/** A body that is opened anew for every attempt. */
export interface StreamBody {
  readonly size: number
  open(): AsyncIterable<Uint8Array>
  /** True when nobody else needs the chunks, so that their memory can be given back as soon as they are sent. */
  readonly isOwned?: boolean
}

/** One request as it goes over the wire. */
export interface Outgoing {
  readonly method: Method
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array | StreamBody
  /** Sent on a connection of its own, so that it never has to be sent again because a kept one was closed. */
  readonly isSentOnce?: boolean
  /** The network of the registry that named this address; absent for an address the user named. */
  readonly namedFrom?: Network
  /** True for an address of which the user said that the registry may name it. */
  readonly isChosen?: boolean
  /** Ends the exchange at once, wherever it is. */
  readonly signal?: AbortSignal | undefined
}

/** The head of one answer; the body follows in `chunks`, which must be read or discarded. */
export interface Incoming {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Every WWW-Authenticate header, one entry each. */
  readonly challenges: readonly string[]
  /** Every Warning header, one entry each. */
  readonly warnings: readonly string[]
  /** The network of the address that answered; undefined when a proxy knows it and we do not. */
  readonly network: Network | undefined
  /** Throws NetworkError when the body breaks off. */
  readonly chunks: AsyncIterable<Uint8Array>
  discard(): void
}

/** Sends requests exactly as given: no redirect, no decompression, no retry but for a stale connection. */
export interface Transport {
  send(outgoing: Outgoing, deadline: Deadline): Promise<Incoming>
  /** Ends all connections, so that the process can exit at once. */
  close(): void
}

export interface TransportOptions {
  /** Where proxy settings are read from (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */
  readonly environment: NodeJS.ProcessEnv
  /** How long a connection may be silent; milliseconds. */
  readonly idleMs: number
  /** The same between the last byte of a streamed body and the answer to it; milliseconds. */
  readonly commitMs: number
  /** How long it may take to get a connection, with everything that belongs to it; milliseconds. */
  readonly connectMs: number
  /** Hides a secret of a proxy in the log and in messages. */
  hide(secret: string): void
  /** How names become addresses; the system's way by default. */
  readonly names?: Names
  /** The folders with certificates of registries; those of docker and podman by default. */
  readonly certificates?: readonly string[]
}

export function createTransport(options: TransportOptions): Transport {
  const { names = systemNames, idleMs, commitMs, connectMs } = options
  const routes = createRoutes({ ...options, names, hide: (secret) => options.hide(secret) })
  /** Origins whose certificate only the system could vouch for. */
  const vouched = new Set<string>()
  /** What still runs beside work that has failed would otherwise open new connections, which nobody ends. */
  let isClosed = false

  const once = async (outgoing: Outgoing, deadline: Deadline, isShared: boolean): Promise<Incoming> => {
    const { url, namedFrom } = outgoing
    const trust: Trust = vouched.has(url.origin) ? 'system' : 'usual'
    const route = await routes.find({ url, isShared, namedFrom, trust })
    // What waited for a token or a connection until its time was over must not be sent any more: a write that
    // relies on what was read before would come too late.
    if (deadline.remaining === 0) throw noTime(deadline)
    if (isClosed) throw new NetworkError('ERR_CLOSED', 'the client has been closed', false)
    return await new Exchange({ outgoing, deadline, idleMs, commitMs, connectMs, route, names }).run()
  }

  /** Reading the certificates of the system takes long and is rarely needed, so it is done when it is. */
  const trusting = async (outgoing: Outgoing, deadline: Deadline, isShared: boolean): Promise<Incoming> => {
    try {
      return await once(outgoing, deadline, isShared)
    } catch (error) {
      const { origin } = outgoing.url
      if (!hasUnknownIssuer(error) || vouched.has(origin)) throw error
      // Refused during the handshake, so nothing of the request has been sent.
      vouched.add(origin)
      return await once(outgoing, deadline, isShared)
    }
  }

  return {
    async send(outgoing, deadline) {
      if (outgoing.isSentOnce === true) return await trusting(outgoing, deadline, false)
      try {
        return await trusting(outgoing, deadline, true)
      } catch (error) {
        if (!(error instanceof StaleConnectionError)) throw error
        return await trusting(outgoing, deadline, false)
      }
    },
    close() {
      isClosed = true
      routes.close()
    },
  }
}
