import { type ClientRequest, request, type RequestOptions } from 'node:http'
import { bareHost, serverName } from './address.ts'
import { portOf } from './proxy.ts'
import type { Route } from './routes.ts'
import type { Outgoing } from './transport.ts'

/** The largest header of an answer that is read. */
const MAX_HEADER = 16 * 1024

/** Opens the request of an exchange, to the registry itself or to the proxy that forwards it. */
export function openRequest(outgoing: Outgoing, { agent, proxy, isForwarded }: Route): ClientRequest {
  const { method, url, signal } = outgoing
  const headers = { ...outgoing.headers, ...lengthOf(outgoing) }
  const stop = signal === undefined ? {} : { signal }
  // Said explicitly, because NODE_OPTIONS changes the defaults. All headers within the limit count.
  const options: RequestOptions = {
    method,
    agent,
    maxHeaderSize: MAX_HEADER,
    insecureHTTPParser: false,
    ...stop,
  }
  const send = (opened: ClientRequest): ClientRequest => {
    opened.maxHeadersCount = 0
    return opened
  }
  // Whether TLS is spoken is up to the agent: node:https would only add one of its own.
  if (proxy === undefined || !isForwarded) return send(request(url, { ...options, headers }))
  const host = bareHost(proxy.url.hostname)
  const authorization = proxy.authorization
  const forwarded = {
    ...options,
    protocol: proxy.url.protocol,
    host,
    servername: serverName(host),
    port: portOf(proxy.url),
    path: url.href,
    headers: {
      ...headers,
      host: url.host,
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
  }
  return send(request(forwarded))
}

function lengthOf(outgoing: Outgoing): Record<string, string> {
  const { body, method } = outgoing
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) }
  if (body !== undefined) return { 'content-length': String(body.size) }
  return method === 'PUT' || method === 'POST' ? { 'content-length': '0' } : {}
}
