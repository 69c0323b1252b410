import { RegistryError } from '../domain/error.ts'
import type { Deadline } from './deadline.ts'
import { addressFault, type Endpoint } from './endpoint.ts'
import { redactUrl } from './redact.ts'
import type { Incoming, Outgoing, Transport } from './transport.ts'

const MAX_REDIRECTS = 5

/** An answer and the address it came from. */
export interface Arrival {
  readonly incoming: Incoming
  readonly url: URL
}

/** True for the statuses that name another address for the same request. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** Sends a read and goes where the registry points, without credentials once it leaves the registry. */
export async function sendFollowing(
  transport: Transport,
  outgoing: Outgoing,
  endpoint: Endpoint,
  deadline: Deadline,
): Promise<Arrival> {
  let current = outgoing
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const incoming = await transport.send(current, deadline)
    if (!isRedirect(incoming.status)) return { incoming, url: current.url }
    incoming.discard()
    current = redirected(current, incoming.headers.location, endpoint)
  }
  throw refusal(outgoing, `it redirects more than ${MAX_REDIRECTS} times`)
}

function redirected(current: Outgoing, location: string | undefined, endpoint: Endpoint): Outgoing {
  const url = resolveLocation(location, current.url)
  if (url === undefined) throw refusal(current, 'it redirects without a usable Location')
  const fault = addressFault(url, endpoint)
  if (fault !== undefined)
    throw refusal(current, `it redirects to ${redactUrl(url)}, which is refused: ${fault}`)
  if (url.origin === current.url.origin) return { ...current, url }
  // Removed for good: coming back to the registry later does not bring the credentials back.
  const { authorization: _, ...headers } = current.headers
  return { ...current, url, headers }
}

/** Resolves a Location or Link target against the address of the request; undefined when it is no address. */
export function resolveLocation(location: string | undefined, base: URL): URL | undefined {
  if (location === undefined || location === '' || !URL.canParse(location, base.href)) return undefined
  const url = new URL(location, base)
  url.hash = ''
  return url
}

function refusal(outgoing: Outgoing, why: string): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `${outgoing.method} ${redactUrl(outgoing.url)} · ${why}`, {
    hint: 'Check the registry host, and any proxy in between.',
  })
}
