import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { proxyFor } from '../../src/registry/proxy.ts'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { createAuthority } from '../fixtures/tls/certificates.ts'
import {
  blobOf,
  bytesOf,
  failureWith,
  keptLog,
  open,
  repositoryAt,
  sampleManifest,
} from './support/access.ts'
import { startProxy } from './support/http-proxy.ts'
import { testNames } from './support/names.ts'
import { type Script, serve } from './support/scripted-server.ts'
import { serveTls, type TlsServer } from './support/tls-server.ts'

const sample = sampleManifest('a')
const HOST = 'registry.example.test'
const authority = createAuthority()
const identity = authority.issue({ hosts: [HOST] })

function manifest(): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: sample.bytes }
}

interface Site {
  readonly server: TlsServer
  readonly place: string
  /** Makes a client; no name is known to it, so that only a proxy can find the host. */
  readonly client: (
    environment: NodeJS.ProcessEnv,
    options?: Parameters<typeof open>[0],
  ) => ReturnType<typeof open>
}

async function start(answer: () => Script = manifest): Promise<Site> {
  const server = await serveTls(identity, answer)
  const place = `${HOST}:${server.port}`
  const certificates = [writeTree(temporaryFolder(), { [`${place}/ca.crt`]: authority.cert })]
  return {
    server,
    place,
    client: (environment, options) => open({ environment, certificates, names: testNames({}), ...options }),
  }
}

describe('https through a tunnel', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])('%s', async (variable) => {
    const { place, client } = await start()
    const proxy = await startProxy()
    const { registry } = client({ [variable]: `http://${proxy.host}` })
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toMatchObject({
      digest: sample.digest,
    })
    expect(proxy.asked).toEqual([`CONNECT ${place}`])
    expect(proxy.headers[0]?.['proxy-authorization']).toBeUndefined()
  })

  test('one tunnel serves many requests, also with bodies', async () => {
    const { server, place, client } = await start()
    const proxy = await startProxy()
    const { registry } = client({ HTTPS_PROXY: `http://${proxy.host}` })
    for (let index = 0; index < 5; index += 1) await registry.readTag(repositoryAt(place), 'v1')
    expect(server.seen).toHaveLength(5)
    expect(proxy.asked).toHaveLength(1)
  })

  test('the registry is verified, not the proxy believed', async () => {
    const { server, place, client } = await start()
    const proxy = await startProxy()
    const { registry } = client({ HTTPS_PROXY: `http://${proxy.host}` }, { certificates: [] })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain('unknown authority')
    expect(server.seen).toEqual([])
  })

  test('in TLS as well, where the proxy has a certificate', async () => {
    const { server, place } = await start()
    const proxy = await startProxy({ identity: authority.issue({ hosts: ['127.0.0.1'] }) })
    const folder = writeTree(temporaryFolder(), { 'authority.pem': authority.cert })
    // A process of its own, because the authorities for proxies are those that it starts with.
    const read = async (environment: Record<string, string>, host = place): Promise<string> => {
      const reader = fileURLToPath(new URL('support/reader.ts', import.meta.url))
      const env = {
        ...COMPILE_CACHE,
        PATH: process.env['PATH'],
        HTTPS_PROXY: `https://user:hunter22@${proxy.host}`,
        ...environment,
      }
      return (await promisify(execFile)(process.execPath, [reader, host, folder], { env })).stdout
    }
    expect(await read({ NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem') })).toContain(sample.digest)
    expect(proxy.headers[0]?.['proxy-authorization']).toBe(`Basic ${btoa('user:hunter22')}`)
    // Whoever the proxy is, it is not told the password before it has shown a certificate that counts.
    const refused = await read({})
    expect(refused).toContain('REGISTRY_UNEXPECTED')
    expect(refused).toContain('unknown authority')
    expect(refused).not.toContain('hunter22')
    expect([proxy.asked.length, server.seen.length]).toEqual([1, 1])

    const plain = await serve(manifest)
    const listed = plain.host.replace('127.0.0.1', HOST)
    const forward = { NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'), INSECURE: listed }
    expect(await read({ ...forward, HTTP_PROXY: `https://${proxy.host}` }, listed)).toContain(sample.digest)
    expect(proxy.asked.at(-1)).toBe(`GET http://${listed}/v2/owner/app/manifests/v1`)
  })

  test('a blob of several megabytes', async () => {
    const blob = blobOf('x'.repeat(3_000_000), 50)
    let stored = 0
    const server = await serveTls(identity, ({ method, body }) => {
      if (method === 'HEAD') return { status: 404 }
      if (method === 'POST') return { status: 202, headers: { location: '/upload' } }
      stored = body.length
      return { status: 201 }
    })
    const place = `${HOST}:${server.port}`
    const certificates = [writeTree(temporaryFolder(), { [`${place}/ca.crt`]: authority.cert })]
    const proxy = await startProxy()
    const environment = { HTTPS_PROXY: `http://${proxy.host}` }
    const { registry } = open({ environment, certificates, names: testNames({}) })
    await expect(registry.putBlob(repositoryAt(place), blob)).resolves.toBe('uploaded')
    expect(stored).toBe(blob.size)
  })
})

describe('http by the whole address', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('%s', async (variable) => {
    const server = await serve(manifest)
    const place = server.host.replace('127.0.0.1', HOST)
    const proxy = await startProxy()
    const environment = { [variable]: `http://user:hunter22@${proxy.host}` }
    const { registry } = open({ environment, insecure: [place], names: testNames({}) })
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
    expect(proxy.asked).toEqual([`GET http://${place}/v2/owner/app/manifests/v1`])
    expect(server.seen[0]?.headers.host).toBe(place)
    expect(proxy.headers[0]?.['proxy-authorization']).toBe(`Basic ${btoa('user:hunter22')}`)
  })

  test('a proxy for https is not one for http', async () => {
    const proxy = await startProxy()
    const place = `${HOST}:5000`
    const environment = { HTTPS_PROXY: `http://${proxy.host}` }
    const { registry } = open({ environment, insecure: [place], names: testNames({}) })
    await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(place), 'v1'))
    expect(proxy.asked).toEqual([])
  })
})

describe('a proxy that does not do what it is asked', () => {
  const secrets = ['hunter22', 'user:hunter22', btoa('user:hunter22')]

  test.each([
    [407, 'REGISTRY_UNEXPECTED', 1, /user name and password/],
    [403, 'REGISTRY_UNEXPECTED', 1, /NO_PROXY/],
    [502, 'REGISTRY_UNAVAILABLE', 3, /NO_PROXY/],
    [503, 'REGISTRY_UNAVAILABLE', 3, /NO_PROXY/],
  ] as const)('%d', async (refuses, code, times, hint) => {
    const { place, client } = await start()
    const log = keptLog()
    const proxy = await startProxy({ refuses })
    const { registry } = client({ HTTPS_PROXY: `http://user:hunter22@${proxy.host}` }, { log })
    const error = await failureWith(code, registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain(`the proxy http://${proxy.host} (HTTPS_PROXY) answered ${refuses}`)
    expect(error.hint).toMatch(hint)
    expect(proxy.asked).toHaveLength(times)
    for (const secret of secrets) expect(`${error.message}${error.hint}${error.stack}`).not.toContain(secret)
    expect(log.masked).toEqual(expect.arrayContaining(['hunter22', 'user:hunter22']))
  })

  test('407 also without a tunnel', async () => {
    const proxy = await startProxy({ refuses: 407 })
    const place = `${HOST}:5000`
    const environment = { http_proxy: `http://user:hunter22@${proxy.host}` }
    const { registry } = open({ environment, insecure: [place], names: testNames({}) })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain(`the proxy http://${proxy.host} (http_proxy) answered 407`)
    expect(error.message).not.toContain('hunter22')
  })

  test('a moment later it does', async () => {
    const { place, client } = await start()
    const proxy = await startProxy({ refuses: (index) => (index === 0 ? 503 : undefined) })
    const { registry } = client({ HTTPS_PROXY: `http://${proxy.host}` })
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
  })

  test.each(['https', 'http'])('nobody is there (%s)', async (scheme) => {
    const place = `${HOST}:5000`
    const variable = `${scheme}_proxy`
    const environment = { [variable]: 'http://user:hunter22@127.0.0.1:1' }
    const insecure = scheme === 'http' ? [place] : []
    const { registry } = open({ environment, insecure, names: testNames({}) })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain(`the proxy http://127.0.0.1:1 (${variable}) cannot be used`)
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.message).not.toContain('hunter22')
  })

  test('it never answers', async () => {
    const { place, client } = await start()
    const proxy = await startProxy({ refuses: 'hang' })
    const { registry } = client({ HTTPS_PROXY: `http://${proxy.host}` }, { timeouts: { connectMs: 80 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toMatch(/within 0\.1 s/)
  })

  test('it answers with a header that is too large', async () => {
    const { place, client } = await start()
    const proxy = await startProxy({ refuses: 502, lines: `x: ${'y'.repeat(100_000)}\r\n` })
    const { registry } = client({ HTTPS_PROXY: `http://${proxy.host}` })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(place), 'v1'))
    expect(error.message).toContain('larger than 16 KiB')
  })
})

describe('a variable that names no proxy', () => {
  test.each([
    ['https_proxy', 'http://', 'it is no address'],
    ['HTTPS_PROXY', 'http://proxy.example.test:99999', 'it is no address'],
    ['HTTPS_PROXY', 'http://proxy .example.test', 'it is no address'],
    ['HTTPS_PROXY', 'http://user:hunter22@:3128', 'it is no address'],
    ['HTTPS_PROXY', 'user:hunter22@proxy.example.test:port', 'it is no address'],
    ['HTTPS_PROXY', 'http://proxy\r\nx: y', 'it is no address'],
    ['HTTPS_PROXY', 'socks5://proxy.example.test:1080', 'are not supported'],
    ['HTTPS_PROXY', 'http://user:hunter%2@proxy.example.test', 'not percent-encoded'],
  ])('%s=%j', async (variable, value, why) => {
    const { registry } = open({ environment: { [variable]: value } })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt('ghcr.io'), 'v1'))
    expect(error.message).toContain(`The proxy in ${variable} cannot be used`)
    expect(error.message).toContain(why)
    expect(error.message).not.toContain('hunter')
  })

  test('is of no interest to a registry on loopback', async () => {
    const server = await serve(manifest)
    const { registry } = open({ environment: { http_proxy: 'socks5://x', https_proxy: 'http://' } })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })
})

describe('which proxy', () => {
  const choose = (address: string, environment: Record<string, string>): string | undefined =>
    proxyFor(new URL(address), environment, () => undefined)?.url.host

  test.each([
    ['none', {}, undefined],
    ['an empty variable', { HTTPS_PROXY: '' }, undefined],
    ['lower case first', { HTTPS_PROXY: 'http://a:1', https_proxy: 'http://b:1' }, 'b:1'],
    ['an empty one in lower case', { HTTPS_PROXY: 'http://a:1', https_proxy: '' }, 'a:1'],
    ['without a scheme', { HTTPS_PROXY: 'proxy.example.test:3128' }, 'proxy.example.test:3128'],
    [
      'with a password without a scheme',
      { HTTPS_PROXY: 'u:p@proxy.example.test:3128' },
      'proxy.example.test:3128',
    ],
    ['for the other scheme only', { HTTP_PROXY: 'http://a:1' }, undefined],
  ])('%s', (_name, environment, expected) => {
    expect(choose('https://ghcr.io/', environment as Record<string, string>)).toBe(expected)
  })

  test.each(['http://localhost:5000', 'http://127.0.0.1:5000', 'http://[::1]:5000', 'https://127.9.9.9'])(
    'never for this machine: %s',
    (address) => {
      expect(choose(address, { HTTPS_PROXY: 'http://a:1', HTTP_PROXY: 'http://a:1' })).toBeUndefined()
    },
  )

  const direct = [
    ['*', 'https://ghcr.io'],
    ['ghcr.io', 'https://ghcr.io'],
    ['GHCR.io', 'https://ghcr.io'],
    [' a.example , ghcr.io ', 'https://ghcr.io'],
    ['a.example ghcr.io', 'https://ghcr.io'],
    ['example.com', 'https://registry.example.com'],
    ['.example.com', 'https://registry.example.com'],
    ['.example.com', 'https://example.com'],
    ['*.example.com', 'https://registry.example.com'],
    ['ghcr.io:443', 'https://ghcr.io'],
    ['registry.example.com:5000', 'https://registry.example.com:5000'],
    ['.example.com:5000', 'https://registry.example.com:5000'],
    ['10.1.2.3', 'https://10.1.2.3:5000'],
    ['10.1.2.3:5000', 'https://10.1.2.3:5000'],
    ['10.0.0.0/8', 'https://10.1.2.3'],
    ['10.1.2.0-10.1.2.9', 'https://10.1.2.3'],
    ['2001:db8::1', 'https://[2001:db8::1]'],
    ['[2001:db8::1]:5000', 'https://[2001:db8::1]:5000'],
    ['2001:db8::/32', 'https://[2001:db8::1]'],
    ['ghcr.io.', 'https://ghcr.io'],
  ] as const
  test.each(direct)('NO_PROXY=%j reaches %s directly', (list, address) => {
    expect(choose(address, { HTTPS_PROXY: 'http://a:1', NO_PROXY: list })).toBeUndefined()
    expect(choose(address, { HTTPS_PROXY: 'http://a:1', no_proxy: list, NO_PROXY: 'x' })).toBeUndefined()
  })

  test.each([
    ['', 'https://ghcr.io'],
    ['ghcr.io:80', 'https://ghcr.io'],
    ['ghcr.io:443', 'https://ghcr.io:8443'],
    ['hcr.io', 'https://ghcr.io'],
    ['ghcr.io', 'https://ghcr.io.evil.example'],
    ['.', 'https://ghcr.io'],
    ['*ghcr.io', 'https://x.ghcr.io.example'],
    ['10.0.0.0/33', 'https://10.1.2.3'],
    ['10.0.0.0/', 'https://10.1.2.3'],
    ['10.0.0.0/8', 'https://11.1.2.3'],
    ['10.1.2.3', 'https://10.1.2.33'],
    ['2.3', 'https://10.1.2.3'],
    ['10.0.0.0/8', 'https://[2001:db8::1]'],
    ['10.0.0.0/8', 'https://10.example.com'],
  ])('NO_PROXY=%j leaves %s to the proxy', (list, address) => {
    expect(choose(address, { HTTPS_PROXY: 'http://a:1', NO_PROXY: list })).toBe('a:1')
  })
})

test('secrets of a proxy are hidden as they are written and as they are sent', () => {
  const hidden: string[] = []
  const proxy = proxyFor(
    new URL('https://ghcr.io'),
    { HTTPS_PROXY: 'http://user:p%40ss%3Aword@proxy.example.test' },
    (secret) => hidden.push(secret),
  )
  expect(hidden).toEqual(['user:p%40ss%3Aword', 'p%40ss%3Aword', 'user:p@ss:word', 'p@ss:word'])
  expect(proxy?.authorization).toBe(`Basic ${Buffer.from('user:p@ss:word').toString('base64')}`)
  expect(bytesOf(proxy?.name ?? '').toString()).not.toContain('word')
})
