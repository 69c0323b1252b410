import { BlockList, isIP } from 'node:net'
import { RegistryError } from '../domain/error.ts'
import { bareHost, isLoopback } from './address.ts'

/** A proxy to go through, from an environment variable. */
export interface Proxy {
  readonly url: URL
  /** `Basic …`, when the variable holds a user name. */
  readonly authorization: string | undefined
  /** How messages name it: without user name and password, with the variable it comes from. */
  readonly name: string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy for an address, as curl, git and docker choose it; undefined for a direct connection.
 * @param hide is given every secret of a proxy before it is used.
 * @throws {RegistryError} when the variable that decides does not name a usable proxy.
 */
export function proxyFor(
  target: URL,
  environment: Environment,
  hide: (secret: string) => void,
): Proxy | undefined {
  const scheme = target.protocol === 'https:' ? 'https' : 'http'
  // The lower-case name is the older convention and counts first.
  const names = [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase()]
  const variable = names.find((name) => (environment[name] ?? '') !== '')
  if (variable === undefined || isBypassed(target, environment)) return undefined
  return parseProxy(environment[variable] ?? '', variable, hide)
}

/** The port of a proxy: what its address says, else what its scheme means. */
export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port)
  return url.protocol === 'https:' ? 443 : 80
}

function parseProxy(value: string, variable: string, hide: (secret: string) => void): Proxy {
  // Hidden as a whole first: what cannot be parsed may hold a password as well.
  const userinfo = /^(?:[^:/?#]+:\/\/)?([^/?#]*)@/.exec(value)?.[1] ?? ''
  hideUserinfo(userinfo, hide)
  // `proxy.example.com:3128` is what many administrators write.
  const text = value.includes('://') ? value : `http://${value}`
  if (/[\s\p{Cc}]/u.test(value) || !URL.canParse(text)) throw invalid(variable, 'it is no address')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalid(variable, `proxies of the kind "${url.protocol}" are not supported`)
  }
  const [username, password] = [decoded(url.username, variable), decoded(url.password, variable)]
  hideUserinfo(`${username}:${password}`, hide)
  const isOpen = username === '' && password === ''
  return {
    url,
    authorization: isOpen ? undefined : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    name: `the proxy ${url.protocol}//${url.host} (${variable})`,
  }
}

function hideUserinfo(userinfo: string, hide: (secret: string) => void): void {
  const colon = userinfo.indexOf(':')
  if (colon < 0 || colon === userinfo.length - 1) return
  hide(userinfo)
  hide(userinfo.slice(colon + 1))
}

function decoded(text: string, variable: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw invalid(variable, 'its user name or password is not percent-encoded')
  }
}

function invalid(variable: string, why: string): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `The proxy in ${variable} cannot be used: ${why}`, {
    hint: `Set ${variable} to an address like http://user:password@proxy.example.com:3128, or unset it.`,
  })
}

/** True when a target is reached directly: this machine always, others as NO_PROXY says. */
function isBypassed(target: URL, environment: Environment): boolean {
  // A proxy cannot reach the loopback of this machine.
  if (isLoopback(target.hostname)) return true
  const lower = environment['no_proxy'] ?? ''
  const list = lower === '' ? (environment['NO_PROXY'] ?? '') : lower
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port
  const host = bareHost(target.hostname).toLowerCase()
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, host, port))
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true
  const [, bracketed, plain, entryPort] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? []
  // An IPv6 address without brackets has no port.
  const name = bracketed ?? plain ?? entry
  if (entryPort !== undefined && entryPort !== port) return false
  if (isIP(host) !== 0) return coversAddress(name, host)
  const suffix = name.replace(/^\*?\./, '').replace(/\.$/, '')
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`))
}

/** An address, a subnet (`10.0.0.0/8`) or a range (`10.0.0.1-10.0.0.9`). */
function coversAddress(entry: string, address: string): boolean {
  const [first = '', second = ''] = entry.split(/[/-]/)
  const family = isIP(first)
  if (family === 0 || family !== isIP(address)) return false
  const type = family === 6 ? 'ipv6' : 'ipv4'
  const list = new BlockList()
  if (entry.includes('/')) {
    if (!/^\d{1,3}$/.test(second) || Number(second) > (family === 6 ? 128 : 32)) return false
    list.addSubnet(first, Number(second), type)
  } else if (entry.includes('-')) {
    if (isIP(second) !== family) return false
    list.addRange(first, second, type)
  } else {
    list.addAddress(first, type)
  }
  return list.check(address, type)
}
