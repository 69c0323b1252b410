import { RegistryError } from '../domain/error.ts'
import { addressFault, type Endpoint } from './endpoint.ts'
import { printable, redactUrl } from './redact.ts'

/** A token server, and whether it may be shown credentials. */
export interface Realm {
  readonly url: URL
  readonly isTrusted: boolean
  /** True where the user named the host, so that it may be in any network. */
  readonly isChosen: boolean
}

/** Registries whose token server is known to be on another host. */
const KNOWN_TOKEN_HOSTS: Readonly<Record<string, string>> = {
  'registry-1.docker.io': 'auth.docker.io',
  'registry.gitlab.com': 'gitlab.com',
}

/**
 * Judges the token server a registry names. Other clients send the password wherever the registry says; here
 * it goes to the registry's own host and port, to the known token host of that registry, or to one the user
 * allowed for it (`tokenHosts`, `host` or `host:port`), and nowhere else.
 * @throws {RegistryError} REGISTRY_UNEXPECTED when the address must not be contacted at all.
 */
export function judgeRealm(text: string, endpoint: Endpoint, tokenHosts: readonly string[] = []): Realm {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw refusal(endpoint, `"${printable(text, 100)}"`, 'it is not an absolute http(s) address')
  }
  const url = endpoint.locate(new URL(text))
  url.hash = ''
  const isChosen = isChosenByUser(url, endpoint, tokenHosts)
  const fault = isChosen ? undefined : addressFault(url, endpoint)
  if (fault !== undefined) {
    const host = url.protocol === 'https:' && url.username + url.password === '' ? url.host : undefined
    throw refusal(endpoint, redactUrl(url), fault, host)
  }
  const isKnown = url.protocol === 'https:' && KNOWN_TOKEN_HOSTS[endpoint.host] === url.host
  return { url, isTrusted: url.origin === endpoint.origin || isKnown || isChosen, isChosen }
}

/** A host that the user named may be anywhere, but its password does not go there without TLS unasked. */
function isChosenByUser(url: URL, endpoint: Endpoint, tokenHosts: readonly string[]): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol === 'http:' && !endpoint.allowsPlainHttp(url)) return false
  // Read as an address, so that a host without a port is the port of the scheme, and nothing but that.
  return tokenHosts.some((host) => new URL(`${url.protocol}//${host}`).host === url.host)
}

function refusal(endpoint: Endpoint, realm: string, why: string, host?: string): RegistryError {
  const remedy = host === undefined ? '' : ` If that host is the right one, add \`token-hosts: ${host}\`.`
  return new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${endpoint.registry} names the token server ${realm}, which is refused: ${why}`,
    { hint: `Check the registry host; no credentials were sent.${remedy}` },
  )
}
