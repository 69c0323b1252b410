import { isDigest } from '../domain/digest.ts'
import { RegistryError } from '../domain/error.ts'
import { addressFault, type Endpoint } from './endpoint.ts'
import { redactUrl } from './redact.ts'
import type { Incoming, Outgoing } from './transport.ts'

const MAX_REDIRECTS = 5

/** An answer and the address it came from. */
export interface Arrival {
  readonly incoming: Incoming
  readonly url: URL
  /** True when the registry itself answered, without any other host on the way. */
  readonly isOwn: boolean
}

/** True for the statuses that name another address for the same request. */
export function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

/** Sends a read and goes where the registry points, without credentials once it leaves the registry. */
export async function sendFollowing(
  send: (outgoing: Outgoing) => Promise<Incoming>,
  outgoing: Outgoing,
  endpoint: Endpoint,
): Promise<Arrival> {
  let current = outgoing
  let isOwn = endpoint.owns(outgoing.url)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const incoming = await send(current)
    if (!isRedirect(incoming.status)) return { incoming, url: current.url, isOwn }
    incoming.discard()
    const url = targetOf(current, incoming.headers.location, endpoint)
    const fault = endpoint.owns(url) ? pathFault(outgoing.url, url) : undefined
    if (fault !== undefined) throw refusedTarget(current, url, fault)
    isOwn = isOwn && endpoint.owns(url)
    current = moved(current, url)
  }
  throw refusal(outgoing, `it redirects more than ${MAX_REDIRECTS} times`)
}

function targetOf(current: Outgoing, location: string | undefined, endpoint: Endpoint): URL {
  const url = resolveLocation(location, current.url)
  if (url === undefined) throw refusal(current, 'it redirects without a usable Location')
  const fault = addressFault(url, endpoint)
  if (fault !== undefined) throw refusedTarget(current, url, fault)
  return url
}

/**
 * A registry that cleans a path, or renames, redirects to another repository; what is there was not asked for.
 * Its own storage outside of the API is as good as that of another host.
 */
function pathFault(asked: URL, target: URL): string | undefined {
  if (!target.pathname.toLowerCase().startsWith('/v2/')) return undefined
  const [folder, name] = splitPath(asked)
  const [targetFolder, targetName] = splitPath(target)
  if (folder !== targetFolder) return 'it is another repository'
  return name === targetName || isDigest(targetName) ? undefined : 'it is another tag'
}

function splitPath({ pathname }: URL): readonly [folder: string, name: string] {
  const slash = pathname.lastIndexOf('/')
  return [pathname.slice(0, slash), pathname.slice(slash + 1)]
}

function moved(current: Outgoing, url: URL): Outgoing {
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

function refusedTarget(outgoing: Outgoing, url: URL, why: string): RegistryError {
  return refusal(outgoing, `it redirects to ${redactUrl(url)}, which is refused: ${why}`)
}

function refusal(outgoing: Outgoing, why: string): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `${outgoing.method} ${redactUrl(outgoing.url)} · ${why}`, {
    hint: 'Check the registry host, and any proxy in between.',
  })
}
