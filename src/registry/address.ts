import { BlockList, isIP } from 'node:net'

/** How far an address can be reached from; anything else than `public` is only reachable from nearby. */
export type Network = 'public' | 'private' | 'link-local' | 'loopback'

type Subnet = readonly [address: string, bits: number]

function listOf(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList()
  for (const [address, bits] of subnets) list.addSubnet(address, bits, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  return list
}

// BlockList judges IPv4-mapped IPv6 addresses (`::ffff:10.0.0.1`) by the IPv4 rules.
const NETWORKS = [
  {
    network: 'loopback',
    // The unspecified address reaches this machine, too.
    list: listOf([
      ['0.0.0.0', 8],
      ['127.0.0.0', 8],
      ['::', 127],
    ]),
  },
  {
    network: 'link-local',
    // Cloud metadata services live here. Multicast and broadcast reach the same link.
    list: listOf([
      ['169.254.0.0', 16],
      ['224.0.0.0', 4],
      ['255.255.255.255', 32],
      ['fe80::', 10],
      ['ff00::', 8],
    ]),
  },
  {
    network: 'private',
    list: listOf([
      ['10.0.0.0', 8],
      ['100.64.0.0', 10],
      ['172.16.0.0', 12],
      ['192.0.0.0', 24],
      ['192.168.0.0', 16],
      ['198.18.0.0', 15],
      ['240.0.0.0', 4],
      // Local translation prefixes and Teredo hide an IPv4 address that nobody here can judge.
      ['64:ff9b:1::', 48],
      ['::ffff:0:0:0', 96],
      ['2001::', 32],
      ['fc00::', 7],
      ['fec0::', 10],
    ]),
  },
] as const

/** The network of an IP address; what is no IP address at all is taken for public. */
export function networkOf(address: string): Network {
  const family = isIP(address)
  if (family === 0) return 'public'
  const inner = family === 6 ? embedded(address) : undefined
  if (inner !== undefined) return networkOf(inner)
  const type = family === 6 ? 'ipv6' : 'ipv4'
  return NETWORKS.find(({ list }) => list.check(address, type))?.network ?? 'public'
}

/** The IPv4 address that NAT64 (64:ff9b::/96), 6to4 (2002::/16) or an IPv4-compatible address stands for. */
function embedded(address: string): string | undefined {
  const groups = groupsOf(address)
  const isNat64 = groups.slice(0, 6).join(':') === '64:ff9b:0:0:0:0'
  // `::` and `::1` are addresses of their own.
  const isCompatible = groups.slice(0, 6).every((group) => group === '0') && groups[6] !== '0'
  if (isNat64 || isCompatible) return ipv4Of(groups[6], groups[7])
  return groups[0] === '2002' ? ipv4Of(groups[1], groups[2]) : undefined
}

/** The eight groups of an IPv6 address, without leading zeros; the URL parser knows every way to write one. */
function groupsOf(address: string): readonly string[] {
  const bare = address.replace(/%.*$/, '')
  const [head = '', tail] = new URL(`http://[${bare}]`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after]
}

function ipv4Of(high = '0', low = '0'): string {
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .map((value) => `${value >> 8}.${value & 255}`)
    .join('.')
}

const ORDER: readonly Network[] = ['public', 'private', 'link-local', 'loopback']

/** The network that is further inside. */
export function innerOf(a: Network, b: Network): Network {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b
}

/** The network that is further outside. */
export function outerOf(a: Network, b: Network): Network {
  return innerOf(a, b) === a ? b : a
}

/**
 * True when a registry in one network may name an address in another: its own network and, from inside, the
 * public and the private one, but never the link or the machine of the runner from elsewhere.
 */
export function mayName(from: Network, to: Network): boolean {
  return to === 'public' || to === from || (to === 'private' && from !== 'public')
}

/** `[::1]` → `::1`; the dot of a fully qualified name is dropped. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
}

/**
 * The name that a certificate must be for; empty for an address, which is compared by itself. Given explicitly,
 * because node:https takes it from the Host header, which names another host where a proxy is asked.
 */
export function serverName(host: string): string {
  return isIP(host) === 0 ? host : ''
}

/** True for the literal names of this machine: localhost, 127.0.0.0/8 and ::1. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname)
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * The network that a host name tells by itself, without a look-up. Ask it about `URL.hostname` only: the URL
 * parser turns `2130706433`, `0x7f.1` and full-width digits into 127.0.0.1.
 */
export function networkByName(hostname: string): Network {
  const host = bareHost(hostname)
  if (host === 'localhost' || host.endsWith('.localhost')) return 'loopback'
  return networkOf(host)
}

/** True for a literal address of a private, link-local or loopback network, and for localhost. */
export function isPrivateAddress(hostname: string): boolean {
  return networkByName(hostname) !== 'public'
}

/** True for names that are only known inside of an organisation. */
export function isInternalName(hostname: string): boolean {
  const host = bareHost(hostname)
  return isIP(host) === 0 && (!host.includes('.') || /\.(?:internal|local|lan|corp|home)$/.test(host))
}
