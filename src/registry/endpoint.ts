import { BlockList, isIP } from 'node:net'
import type { Repository } from '../domain/reference.ts'

/** Where the API of a registry is, and what may be asked of addresses it names. */
export interface Endpoint {
  /** The registry as references name it. */
  readonly registry: string
  /** `https://host` or, for loopback and explicitly insecure registries only, `http://host`. */
  readonly origin: string
  readonly host: string
  /** False when the registry itself is in a private network, so that it may name private addresses. */
  readonly isPublic: boolean
  /** True when plain http to a host is allowed. */
  allowsPlainHttp(url: URL): boolean
}

const HUB_API = 'registry-1.docker.io'
const HUB_NAMES = ['docker.io', 'index.docker.io']

const PRIVATE = new BlockList()
const SUBNETS = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['::', 127, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const
for (const [address, bits, family] of SUBNETS) PRIVATE.addSubnet(address, bits, family)

/** `[::1]` → `::1`; the dot of a fully qualified name is dropped. */
function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/** True for the literal names of this machine: localhost, 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * True for a literal address of a private, link-local or loopback network, and for localhost. Ask it about
 * `URL.hostname` only: the URL parser turns `2130706433`, `0x7f.1` and full-width digits into 127.0.0.1.
 */
export function isPrivateAddress(hostname: string): boolean {
  const host = bareHost(hostname)
  const family = isIP(host)
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost')
  return PRIVATE.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

function isInternalName(hostname: string): boolean {
  const host = bareHost(hostname)
  return isIP(host) === 0 && (!host.includes('.') || /\.(?:internal|local|lan|corp|home)$/.test(host))
}

/** Finds the API of a registry. `insecure` lists the registries that may be spoken to without TLS. */
export function endpointOf(registry: string, insecure: readonly string[]): Endpoint {
  const host = HUB_NAMES.includes(registry) ? HUB_API : registry
  const allowsPlainHttp = (url: URL): boolean => isLoopback(url.hostname) || insecure.includes(url.host)
  const { hostname } = new URL(`https://${host}`)
  const isInsecure = isLoopback(hostname) || insecure.includes(registry)
  const url = new URL(`${isInsecure ? 'http' : 'https'}://${host}`)
  return {
    registry,
    origin: url.origin,
    host: url.host,
    isPublic: !(isPrivateAddress(hostname) || isInternalName(hostname) || isInsecure),
    allowsPlainHttp,
  }
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
  // A registry on the internet has no business in the network of the runner (cloud metadata services).
  if (endpoint.isPublic && isPrivateAddress(url.hostname)) return 'it is in a private network'
  return undefined
}
