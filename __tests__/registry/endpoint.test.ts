import { describe, expect, test } from 'vitest'
import { isPrivateAddress } from '../../src/registry/address.ts'
import { addressFault, apiPath, endpointOf } from '../../src/registry/endpoint.ts'
import { judgeRealm } from '../../src/registry/realm.ts'

describe('where the API of a registry is', () => {
  test.each([
    ['ghcr.io', 'https://ghcr.io', 'public'],
    ['docker.io', 'https://registry-1.docker.io', 'public'],
    ['index.docker.io', 'https://registry-1.docker.io', 'public'],
    ['localhost:5000', 'http://localhost:5000', 'loopback'],
    ['127.0.0.1:5000', 'http://127.0.0.1:5000', 'loopback'],
    ['[::1]:5000', 'http://[::1]:5000', 'loopback'],
    ['registry.internal:5000', 'https://registry.internal:5000', 'private'],
    ['10.1.2.3:5000', 'https://10.1.2.3:5000', 'private'],
    ['plain.example.com:5000', 'http://plain.example.com:5000', 'private'],
    // Only what is listed, port and all.
    ['plain.example.com', 'https://plain.example.com', 'public'],
    ['plain.example.com:5001', 'https://plain.example.com:5001', 'public'],
    ['a.plain.example.com:5000', 'https://a.plain.example.com:5000', 'public'],
    ['notplain.example.com:5000', 'https://notplain.example.com:5000', 'public'],
    ['127.0.0.1.example.com', 'https://127.0.0.1.example.com', 'public'],
    ['localhost.example.com', 'https://localhost.example.com', 'public'],
  ])('%s → %s', (registry, origin, network) => {
    const endpoint = endpointOf(registry, ['plain.example.com:5000'])
    expect(endpoint).toMatchObject({ registry, origin, network })
  })

  test.each([
    ['docker.io', 'busybox', 'library/busybox'],
    ['docker.io', 'owner/app', 'owner/app'],
    ['registry-1.docker.io', 'busybox', 'busybox'],
    ['ghcr.io', 'app', 'app'],
  ])('%s/%s is %s in the API', (registry, path, expected) => {
    expect(apiPath({ registry, path })).toBe(expected)
  })
})

test.each(['plain.example.com', 'plain.example.com:80'])(
  'a registry without TLS at the usual port may name itself, when it is listed as %s',
  (name) => {
    const endpoint = endpointOf(name, [name])
    expect(endpoint.origin).toBe('http://plain.example.com')
    const upload = new URL('http://plain.example.com/v2/a/blobs/uploads/1')
    expect(addressFault(upload, endpoint)).toBeUndefined()
    expect(judgeRealm('http://plain.example.com/token', endpoint).isTrusted).toBe(true)
    for (const other of ['http://plain.example.com:8080/', 'http://other.example.com/'])
      expect(addressFault(new URL(other), endpoint)).toBe('it is not https')
  },
)

describe('private addresses, as the URL parser writes them', () => {
  test.each([
    '169.254.169.254',
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '127。0。0。1',
    '[::ffff:127.0.0.1]',
    '[::1]',
    '[fe80::1]',
    '[fd00::1]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '0.0.0.0',
    'localhost',
    'localhost.',
    'a.localhost',
  ])('%s', (host) => {
    expect(isPrivateAddress(new URL(`https://${host}/`).hostname)).toBe(true)
  })

  test.each(['ghcr.io', '140.82.112.33', '[2606:50c0::1]', '172.32.0.1', 'localhost.example.com'])(
    'not %s',
    (host) => {
      expect(isPrivateAddress(new URL(`https://${host}/`).hostname)).toBe(false)
    },
  )
})

describe('token servers', () => {
  test.each([
    ['ghcr.io', 'https://ghcr.io/token', true],
    ['registry.example.com:8443', 'https://registry.example.com:8443/token', true],
    ['docker.io', 'https://auth.docker.io/token', true],
    ['registry.gitlab.com', 'https://gitlab.com/jwt/auth', true],
    // Everyone else may give an anonymous token, but never sees a password.
    ['ghcr.io', 'https://ghcr.io.evil.example/token', false],
    ['ghcr.io', 'https://ghcr.io:8443/token', false],
    ['registry.example.com:8443', 'https://registry.example.com/token', false],
    ['ghcr.io', 'https://auth.docker.io/token', false],
    ['docker.io', 'https://auth.docker.io:8443/token', false],
    ['registry.gitlab.example', 'https://gitlab.com/jwt/auth', false],
  ])('%s names %s: trusted %s', (registry, realm, isTrusted) => {
    expect(judgeRealm(realm, endpointOf(registry, [])).isTrusted).toBe(isTrusted)
  })

  test.each([
    '/token',
    '//evil.example/token',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'http://ghcr.io/token',
    'https://user:password@ghcr.io/token',
    'https://169.254.169.254/latest/meta-data',
    'https://127.0.0.1/token',
    'https://2130706433/token',
    'https://localhost./token',
    'https://[::ffff:127.0.0.1]/token',
    'https://',
    '',
  ])('refused: %s', (realm) => {
    expect(() => judgeRealm(realm, endpointOf('ghcr.io', []))).toThrow(/token server .* refused/)
  })

  test('the address of a token server never brings a user name into the message', () => {
    expect(() => judgeRealm('https://user:hunter2@ghcr.io/token', endpointOf('ghcr.io', []))).toThrow(
      /^(?!.*hunter2)/,
    )
  })
})

test('a registry with TLS is not left for one without', () => {
  const endpoint = endpointOf('ghcr.io', ['plain.example.com'])
  expect(addressFault(new URL('http://plain.example.com/x'), endpoint)).toBe('it leaves https')
  expect(addressFault(new URL('https://plain.example.com/x'), endpoint)).toBeUndefined()
})
