import { describe, expect, test } from 'vitest'
import { endpointOf } from '../../src/registry/endpoint.ts'
import { judgeRealm } from '../../src/registry/realm.ts'

function judge(
  registry: string,
  realm: string,
  tokenHosts: readonly string[] = [],
  insecure: readonly string[] = [],
) {
  return judgeRealm(realm, endpointOf(registry, insecure), tokenHosts)
}

describe('the address of a token server', () => {
  test.each([
    ['in capitals', 'HTTPS://GHCR.IO/Token', 'https://ghcr.io/Token'],
    ['with the port of its scheme', 'https://ghcr.io:443/token', 'https://ghcr.io/token'],
    ['with a query of its own', 'https://ghcr.io/token?a=b%20c&d', 'https://ghcr.io/token?a=b%20c&d'],
    ['with a fragment, which is dropped', 'https://ghcr.io/token#x?y', 'https://ghcr.io/token'],
    ['without a path', 'https://ghcr.io', 'https://ghcr.io/'],
    ['with full-width letters', 'https://ｇｈｃｒ.io/token', 'https://ghcr.io/token'],
  ])('%s is the registry itself', (_name, realm, href) => {
    const { url, isTrusted } = judge('ghcr.io', realm)
    expect({ href: url.href, isTrusted }).toEqual({ href, isTrusted: true })
  })

  test.each([
    ['a dot at its end', 'ghcr.io', 'https://ghcr.io./token'],
    ['another port', 'ghcr.io', 'https://ghcr.io:444/token'],
    ['the port of the registry missing', 'ghcr.io:5000', 'https://ghcr.io/token'],
    ['a part more', 'ghcr.io', 'https://auth.ghcr.io/token'],
    ['a part less', 'auth.ghcr.io', 'https://ghcr.io/token'],
    ['letters that look alike', 'ghcr.io', 'https://ghcг.io/token'],
    ['a host that starts like it', 'ghcr.io', 'https://ghcr.io.example/token'],
    ['a host that ends like it', 'ghcr.io', 'https://evilghcr.io/token'],
    ['the registry in its path', 'ghcr.io', 'https://evil.example/ghcr.io/token'],
    ['the registry in its query', 'ghcr.io', 'https://evil.example/?ghcr.io'],
    ['the registry before a backslash', 'ghcr.io', 'https://evil.example\\@ghcr.io/token'],
    ['the token server of another registry', 'ghcr.io', 'https://auth.docker.io/token'],
    ['the name of Docker Hub that is no API', 'docker.io', 'https://docker.io/token'],
    ['the port of plain HTTP', 'registry.gitlab.com', 'https://gitlab.com:80/jwt/auth'],
  ])('with %s gets no credentials', (_name, registry, realm) => {
    expect(judge(registry, realm).isTrusted).toBe(false)
  })

  test.each([
    ['a user name', 'ghcr.io', 'https://x@ghcr.io/token'],
    ['an empty user name and a password', 'ghcr.io', 'https://:y@ghcr.io/token'],
    ['no TLS', 'ghcr.io', 'http://ghcr.io/token'],
    ['no TLS at its known place', 'docker.io', 'http://auth.docker.io/token'],
    ['no TLS at the port of TLS', 'ghcr.io', 'http://ghcr.io:443/token'],
    ['another scheme', 'ghcr.io', 'ftp://ghcr.io/token'],
    ['no scheme', 'ghcr.io', 'ghcr.io/token'],
    ['a scheme that is not followed by a host', 'ghcr.io', 'https:/token'],
    ['a space before it', 'ghcr.io', ' https://ghcr.io/token'],
    ['a host that is none', 'ghcr.io', 'https://a b/token'],
    ['a port that is none', 'ghcr.io', 'https://ghcr.io:99999/token'],
    ['the runner', 'ghcr.io', 'http://127.0.0.1:8080/token'],
    ['the runner by name', 'ghcr.io', 'https://app.localhost/token'],
    ['the runner in eights', 'ghcr.io', 'https://0177.1/token'],
    ['the metadata of the cloud', 'ghcr.io', 'https://169.254.169.254/'],
    [
      'the metadata of the cloud, for a registry in a private network',
      '10.0.0.1:5000',
      'https://169.254.169.254/',
    ],
    ['the metadata of the cloud as IPv6', 'ghcr.io', 'https://[::ffff:169.254.169.254]/'],
    ['a private network', 'ghcr.io', 'https://10.0.0.1/token'],
    ['a private network as IPv6', 'ghcr.io', 'https://[fd00::1]/token'],
  ])('with %s is refused', (_name, registry, realm) => {
    expect(() => judge(registry, realm)).toThrow(/which is refused: /)
  })
})

describe('hosts that the user allows', () => {
  test.each([
    ['by host', 'auth.example.com', 'https://auth.example.com/token'],
    ['by host, where the port is written out', 'auth.example.com', 'https://auth.example.com:443/token'],
    ['by host and port', 'auth.example.com:8443', 'https://auth.example.com:8443/token'],
    ['by the port that is usual', 'auth.example.com:443', 'https://auth.example.com/token'],
    ['in whatever case it is named', 'auth.example.com', 'https://AUTH.example.com/token'],
    ['in its spelling in ASCII', 'xn--bcher-kva.example', 'https://bücher.example/token'],
    ['in a private network', '10.0.0.1:8443', 'https://10.0.0.1:8443/token'],
    ['on this machine, which needs no TLS', '127.0.0.1:5001', 'http://127.0.0.1:5001/token'],
    ['as IPv6', '[2001:db8::1]:8443', 'https://[2001:db8::1]:8443/token'],
  ])('%s', (_name, host, realm) => {
    expect(judge('ghcr.io', realm, ['other.example', host])).toMatchObject({
      isTrusted: true,
      isChosen: true,
    })
  })

  test.each([
    ['another port', 'auth.example.com', 'https://auth.example.com:8443/token'],
    ['the port of plain HTTP', 'auth.example.com:80', 'https://auth.example.com/token'],
    ['a part more', 'example.com', 'https://auth.example.com/token'],
    ['a part less', 'auth.example.com', 'https://example.com/token'],
    ['an end that is longer', 'auth.example.com', 'https://auth.example.com.evil.example/token'],
    ['a dot at its end', 'auth.example.com', 'https://auth.example.com./token'],
  ])('allow nothing with %s', (_name, host, realm) => {
    expect(judge('ghcr.io', realm, [host])).toMatchObject({ isTrusted: false, isChosen: false })
  })

  test('need TLS', () => {
    const realm = 'http://auth.example.com/token'
    expect(() => judge('ghcr.io', realm, ['auth.example.com'])).toThrow('it is not https')
    expect(() => judge('ghcr.io', realm, ['auth.example.com'], ['auth.example.com:8080'])).toThrow(
      'it is not https',
    )
  })

  test('need no TLS where the user says that, too', () => {
    const hosts = ['auth.example.com:8080']
    const realm = 'http://auth.example.com:8080/token'
    expect(judge('ghcr.io', realm, hosts, hosts)).toMatchObject({ isTrusted: true })
  })

  test('are no reason to send a user name that the registry wrote', () => {
    expect(() => judge('ghcr.io', 'https://x:y@auth.example.com/token', ['auth.example.com'])).toThrow(
      'user name',
    )
  })

  test('a private host says how to allow it', () => {
    const hint = expect.stringContaining('`token-hosts: 10.0.0.1:8443`') as unknown
    expect(() => judge('ghcr.io', 'https://10.0.0.1:8443/token')).toThrow(expect.objectContaining({ hint }))
  })
})

test('plain HTTP of a registry is what it was found to be', () => {
  const endpoint = endpointOf('127.0.0.1:5000', [])
  expect(judgeRealm('http://127.0.0.1:5000/token', endpoint)).toMatchObject({ isTrusted: true })
  expect(judgeRealm('https://127.0.0.1:5000/token', endpoint)).toMatchObject({ isTrusted: false })
  endpoint.upgrade()
  const { url, isTrusted } = judgeRealm('http://127.0.0.1:5000/token?a', endpoint)
  expect([url.href, isTrusted]).toEqual(['https://127.0.0.1:5000/token?a', true])
  expect(() => judgeRealm('http://127.0.0.1:5001/token', endpoint)).toThrow('it leaves https')
})
