import type { Repository } from '../domain/reference.ts'
import { isInternalName, isLoopback, isPrivateAddress, type Network, networkByName } from './address.ts'

/** Where the API of a registry is, and what may be asked of addresses it names. */
export interface Endpoint {
  /** The registry as references name it. */
  readonly registry: string
  /** `https://host` or, for loopback and explicitly insecure registries that have no TLS, `http://host`. */
  readonly origin: string
  readonly host: string
  readonly hostname: string
  /** The network that the name of the registry tells; where it is not public, private addresses may be named. */
  readonly network: Network
  /** True when the registry need not have TLS, but could at the same port. */
  readonly mayUpgrade: boolean
  /** The registry turned out to have TLS; from now on nothing is sent to it without. */
  upgrade(): void
  /** True for an address of the registry itself. */
  owns(url: URL): boolean
  /** An address of the registry as it is spoken to now, when it was made before an upgrade. */
  locate(url: URL): URL
  /** True when plain http to a host is allowed. */
  allowsPlainHttp(url: URL): boolean
}

const HUB_API = 'registry-1.docker.io'
const HUB_NAMES = ['docker.io', 'index.docker.io']

/** Finds the API of a registry. `insecure` lists the registries that may be spoken to without TLS. */
export function endpointOf(registry: string, insecure: readonly string[]): Endpoint {
  const host = HUB_NAMES.includes(registry) ? HUB_API : registry
  // Read as addresses, in which port 80 goes without saying; what is none allows nothing.
  const addresses = insecure.map((name) => URL.parse(`http://${name}`))
  const plainHosts = addresses.flatMap((address) => (address === null ? [] : [address.host]))
  const allowsPlainHttp = (url: URL): boolean => isLoopback(url.hostname) || plainHosts.includes(url.host)
  const { hostname } = new URL(`https://${host}`)
  const isInsecure = isLoopback(hostname) || insecure.includes(registry)
  const first = new URL(`${isInsecure ? 'http' : 'https'}://${host}`)
  const secure = new URL(`https://${host}`)
  let current = first
  const isFirst = (url: URL): boolean => url.origin === first.origin
  return {
    registry,
    get origin() {
      return current.origin
    },
    host: first.host,
    hostname,
    network: networkOfName(hostname, isInsecure),
    get mayUpgrade() {
      return current.protocol === 'http:' && current.port !== ''
    },
    upgrade() {
      current = secure
    },
    owns: (url) => url.origin === current.origin || isFirst(url),
    locate(url) {
      if (!isFirst(url)) return url
      const located = new URL(url)
      located.protocol = current.protocol
      return located
    },
    allowsPlainHttp,
  }
}

function networkOfName(hostname: string, isInsecure: boolean): Network {
  if (isPrivateAddress(hostname)) return networkByName(hostname)
  return isInsecure || isInternalName(hostname) ? 'private' : 'public'
}

/** The name of a repository in the API: official images of Docker Hub live below `library/`. */
export function apiPath(repository: Repository): string {
  const isOfficial = HUB_NAMES.includes(repository.registry) && !repository.path.includes('/')
  return isOfficial ? `library/${repository.path}` : repository.path
}

/**
 * Why an address that a registry named (redirect, upload location, next page, token server) must not be
 * contacted; undefined when it may.
 */
export function addressFault(url: URL, endpoint: Endpoint): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return `its scheme is "${url.protocol}"`
  if (url.username !== '' || url.password !== '') return 'it holds a user name'
  if (url.protocol === 'http:' && !endpoint.allowsPlainHttp(url)) return 'it is not https'
  if (url.protocol === 'http:' && endpoint.origin.startsWith('https:')) return 'it leaves https'
  const named = networkByName(url.hostname)
  // A registry on the internet has no business in the network of the runner.
  if (endpoint.network === 'public' && named !== 'public') return 'it is in a private network'
  // Nor has any other in its link, where cloud metadata services are.
  if (named === 'link-local' && endpoint.network !== 'link-local') return 'it is a link-local address'
  return undefined
}
