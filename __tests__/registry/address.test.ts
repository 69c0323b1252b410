import { describe, expect, test } from 'vitest'
import {
  innerOf,
  isInternalName,
  mayName,
  type Network,
  networkOf,
  outerOf,
} from '../../src/registry/address.ts'

describe('the network of an address', () => {
  test.each([
    [
      'loopback',
      ['127.0.0.1', '127.255.0.1', '0.0.0.0', '0.1.2.3', '::1', '::', '::ffff:127.0.0.1', '::127.0.0.1'],
    ],
    ['link-local', ['169.254.169.254', 'fe80::1', 'fe80::1%eth0', '::ffff:169.254.1.1']],
    ['link-local', ['224.0.0.1', '239.1.1.1', '255.255.255.255', 'ff02::1']],
    [
      'private',
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '192.0.0.8', '198.18.0.1'],
    ],
    [
      'private',
      ['198.19.255.255', '240.0.0.1', 'fc00::1', 'fd12::1', 'fec0::1', '::ffff:10.0.0.1', '::ffff:a00:1'],
    ],
    // NAT64, 6to4, Teredo and the like stand for what is inside of them.
    [
      'private',
      ['64:ff9b::10.0.0.1', '64:ff9b:1::1', '2002:a00:1::', '2002:c0a8:101::1', '2001:0:1::1', '::10.0.0.1'],
    ],
    ['link-local', ['64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1']],
    ['loopback', ['64:ff9b::7f00:1', '2002:7f00:1::']],
    ['private', ['::ffff:0:10.0.0.1']],
    [
      'public',
      [
        '140.82.112.33',
        '9.255.255.255',
        '11.0.0.0',
        '172.15.0.1',
        '172.32.0.1',
        '192.169.0.1',
        '100.128.0.1',
      ],
    ],
    [
      'public',
      ['2606:50c0::1', '64:ff9b::8c52:7021', '2002:8c52:7021::1', '192.0.1.1', '198.20.0.1', '223.1.1.1'],
    ],
  ] satisfies [Network, string[]][])('%s: %j', (network, addresses) => {
    expect(addresses.map((address) => [address, networkOf(address)])).toEqual(
      addresses.map((address) => [address, network]),
    )
  })

  test('what is no address tells nothing', () => {
    expect(['', 'localhost', 'example.com', '1.2.3', '::g'].map(networkOf)).toEqual(Array(5).fill('public'))
  })
})

test.each([
  ['public', ['public']],
  ['private', ['public', 'private']],
  ['link-local', ['public', 'private', 'link-local']],
  ['loopback', ['public', 'private', 'loopback']],
] satisfies [Network, Network[]][])('a registry in a %s network may name %j', (from, allowed) => {
  const networks: readonly Network[] = ['public', 'private', 'link-local', 'loopback']
  expect(networks.filter((to) => mayName(from, to))).toEqual(allowed)
})

test('inside and outside', () => {
  expect([innerOf('public', 'private'), innerOf('loopback', 'private')]).toEqual(['private', 'loopback'])
  expect([outerOf('public', 'private'), outerOf('loopback', 'private')]).toEqual(['public', 'private'])
})

test('names that only an organisation knows', () => {
  const inside = ['registry', 'registry.internal', 'registry.corp.', 'a.local', 'b.lan', 'c.home']
  const outside = ['ghcr.io', 'internal.example.com', 'registry.corp.example', '10.0.0.1', '[::1]']
  expect(inside.map(isInternalName)).toEqual(Array(6).fill(true))
  expect(outside.map(isInternalName)).toEqual(Array(5).fill(false))
})
