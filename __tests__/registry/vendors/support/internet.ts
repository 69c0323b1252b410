import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Authority, createAuthority, type Identity } from '../../../fixtures/tls/certificates.ts'
import { startProxy } from '../../support/http-proxy.ts'
import type { Script, Seen } from '../../support/scripted-server.ts'
import { serveTls } from '../../support/tls-server.ts'

/** What stands for the internet: every host is this machine, reached through a proxy, with a certificate. */
export interface Internet {
  /** The settings under which a client reaches it. */
  readonly environment: NodeJS.ProcessEnv
  readonly seen: readonly Seen[]
}

const identities = new Map<string, Identity>()
let trusted: Authority | undefined

/**
 * A certificate for some hosts, by an authority that this process trusts from now on. Its name is its own: of two
 * authorities with one name only the first would be asked.
 */
function identityFor(hosts: readonly string[]): Identity {
  const names = hosts.join(' ')
  if (trusted === undefined) {
    trusted = createAuthority('build-once test internet')
    setDefaultCACertificates([...getCACertificates('default'), trusted.cert])
  }
  const identity = identities.get(names) ?? trusted.issue({ hosts })
  identities.set(names, identity)
  return identity
}

/** Starts hosts for one test. A host that is not among them cannot be reached. */
export async function startInternet(
  hosts: readonly string[],
  answer: (seen: Seen) => Script | Promise<Script>,
): Promise<Internet> {
  const { port, seen } = await serveTls(identityFor(hosts), answer)
  const leadsTo = (address: string): number | undefined =>
    hosts.some((host) => address === `${host}:443`) ? port : undefined
  const proxy = await startProxy({ leadsTo })
  return { environment: { HTTPS_PROXY: `http://${proxy.host}` }, seen }
}
