import { networkOf } from '../../../src/registry/address.ts'
import type { Names } from '../../../src/registry/lookup.ts'

/**
 * Names of a test: localhost, hosts as given, and nothing else. 127.0.0.2 stands for the internet and 127.0.0.3
 * for a private network, because tests stay on this machine.
 */
export function testNames(hosts: Readonly<Record<string, string | readonly string[]>>): Names {
  return {
    lookup: (hostname, options, callback) => {
      const found = hostname === 'localhost' ? '127.0.0.1' : hosts[hostname]
      if (found === undefined) {
        const error = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' })
        callback(error, [])
        return
      }
      const all = [found].flat().map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
      if (options.all === true) callback(null, all)
      else callback(null, all[0]?.address ?? '', all[0]?.family ?? 4)
    },
    networkOf: (address) => {
      if (address === '127.0.0.2') return 'public'
      return address === '127.0.0.3' ? 'private' : networkOf(address)
    },
  }
}
