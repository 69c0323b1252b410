import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { mayName, type Network, networkOf } from './address.ts'
import { NetworkError } from './network-error.ts'
import { printable } from './redact.ts'

/** How names become addresses, and what is known about an address. */
export interface Names {
  readonly lookup: LookupFunction
  networkOf(address: string): Network
}

/** The names as the system knows them. */
export const systemNames: Names = { lookup: systemLookup, networkOf }

/** The refusal to contact an address that a registry in another network named. */
export function refusedAddress(host: string, network: Network): NetworkError {
  const where = network === 'private' ? 'in a private network' : `a ${network} address`
  return new NetworkError(
    'EADDRREFUSED',
    `${printable(host, 100)} is ${where}, which the registry must not name`,
    false,
    {
      isFault: true,
      hint: 'A registry names its token server, storage and redirects; check what it is configured to name.',
    },
  )
}

/**
 * A look-up for a host that a registry named: addresses that a registry in its network has no business with are
 * left out at the moment of connecting, so that a name cannot first show one address and then another.
 */
export function guardedLookup(names: Names, from: Network): LookupFunction {
  return (hostname, options, callback) => {
    names.lookup(hostname, { ...options, all: true }, (error, found, family = 4) => {
      if (error !== null) return callback(error, [])
      const addresses = typeof found === 'string' ? [{ address: found, family }] : found
      const allowed = addresses.filter(({ address }) => mayName(from, names.networkOf(address)))
      const [first] = allowed
      if (first === undefined) {
        const network = names.networkOf(addresses[0]?.address ?? '')
        return callback(refusedAddress(hostname, network), [])
      }
      if (options.all === true) callback(null, [...allowed])
      else callback(null, first.address, first.family)
    })
  }
}
