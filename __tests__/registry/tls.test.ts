import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { COMPILE_CACHE } from '../fixtures/compile-cache.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { createAuthority, type Identity, selfSigned } from '../fixtures/tls/certificates.ts'
import { failureWith, open, repositoryAt, sampleManifest } from './support/access.ts'
import { testNames } from './support/names.ts'
import { type Script, serve } from './support/scripted-server.ts'
import { serveTls, type TlsServer } from './support/tls-server.ts'

const sample = sampleManifest('a')
const HOST = 'registry.example.test'
const DAY = 24 * 3600 * 1000

const authority = createAuthority()
const identity = authority.issue({ hosts: [HOST, 'localhost', '127.0.0.1', '::1'] })
const names = testNames({ [HOST]: '127.0.0.1', 'other.example.test': '127.0.0.1' })

function manifest(): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: sample.bytes }
}

/** A server that looks at the first bytes of a connection. */
async function serveFront(meet: (socket: Socket, first: Buffer) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (first) => meet(socket, first))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

interface Meeting {
  readonly server: TlsServer
  readonly read: (files: Readonly<Record<string, string>>, host?: string) => Promise<unknown>
}

async function meet(own: Identity = identity, options: object = {}): Promise<Meeting> {
  const server = await serveTls({ ...own, ...options }, manifest)
  return {
    server,
    read: async (files, host = HOST) => {
      const place = `${host}:${server.port}`
      const named = Object.fromEntries(
        Object.entries(files).map(([name, content]) => [name.replace('HERE', place), content]),
      )
      const certificates = [writeTree(temporaryFolder(), named)]
      return await open({ names, certificates }).registry.readTag(repositoryAt(place), 'v1')
    },
  }
}

describe('who is believed', () => {
  test('an authority in the folder of the registry', async () => {
    const { server, read } = await meet()
    await expect(read({ 'HERE/ca.crt': authority.cert })).resolves.toMatchObject({ digest: sample.digest })
    expect(server.seen).toHaveLength(1)
  })

  test('any of several authorities, in one file or in two', async () => {
    const { read } = await meet()
    const another = createAuthority('another')
    await expect(read({ 'HERE/both.crt': another.cert + authority.cert })).resolves.toBeDefined()
    await expect(read({ 'HERE/a.crt': another.cert, 'HERE/b.crt': authority.cert })).resolves.toBeDefined()
  })

  test('a self-signed certificate that is its own authority', async () => {
    const own = selfSigned([HOST])
    const { read } = await meet(own)
    await expect(read({ 'HERE/ca.crt': own.cert })).resolves.toBeDefined()
  })

  test('nobody for another port or host', async () => {
    const { server, read } = await meet()
    const other = `${HOST}:${server.port === 443 ? 444 : 443}/ca.crt`
    const files = { [other]: authority.cert, 'other.example.test/ca.crt': authority.cert }
    await failureWith('REGISTRY_UNEXPECTED', read(files))
    expect(server.seen).toEqual([])
  })

  test('by its folder a registry on loopback', async () => {
    const { read } = await meet()
    await expect(read({ 'HERE/ca.crt': authority.cert }, 'localhost')).resolves.toBeDefined()
    await expect(read({ 'HERE/ca.crt': authority.cert }, '127.0.0.1')).resolves.toBeDefined()
  })

  test.each([
    ['not PEM', { 'HERE/ca.crt': 'DER' }, 'not in PEM'],
    ['a certificate without a key', { 'HERE/client.cert': authority.cert }, 'lacks client.key'],
    ['a key without a certificate', { 'HERE/client.key': identity.key }, 'lacks client.cert'],
    ['a folder', { 'HERE/ca.crt/x': 'x' }, 'no file of at most'],
    ['too large', { 'HERE/ca.crt': 'x'.repeat(1024 * 1024 + 1) }, 'no file of at most'],
    [
      'a key that does not fit',
      { 'HERE/client.cert': identity.cert, 'HERE/client.key': selfSigned([]).key },
      'cannot be used',
    ],
  ])('a file that is %s is an error', async (_name, files, message) => {
    const { server, read } = await meet()
    const error = await failureWith('CREDENTIALS_INVALID', read(files))
    expect(error.message).toContain(message)
    expect(server.connections()).toBe(0)
  })
})

describe('a certificate of ours', () => {
  const client = createAuthority('clients')
  const { cert, key } = client.issue({ hosts: ['build-once'] })
  const mutual = { ca: client.cert, requestCert: true, rejectUnauthorized: true }

  test('is shown to the registry it is for', async () => {
    const { read } = await meet(identity, mutual)
    const files = { 'HERE/ca.crt': authority.cert, 'HERE/client.cert': cert, 'HERE/client.key': key }
    await expect(read(files)).resolves.toBeDefined()
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('is asked for and missing, in %s', async (maxVersion) => {
    const { server, read } = await meet(identity, { ...mutual, maxVersion })
    const error = await failureWith('REGISTRY_UNEXPECTED', read({ 'HERE/ca.crt': authority.cert }))
    expect(error.hint).toContain('client.cert')
    expect(server.seen).toEqual([])
  })
})

describe('who is not believed, at once and for good', () => {
  const before = new Date(Date.now() - 2 * DAY)
  const later = new Date(Date.now() + 2 * DAY)
  test.each([
    ['self-signed', selfSigned([HOST]), /is self-signed/, /NODE_EXTRA_CA_CERTS/],
    [
      'of another authority',
      createAuthority('another').issue({ hosts: [HOST] }),
      /unknown authority/,
      /ca\.crt/,
    ],
    [
      'expired',
      authority.issue({ hosts: [HOST], from: new Date(0), until: before }),
      /out of date .*expired/,
      /Renew/,
    ],
    [
      'not valid yet',
      authority.issue({ hosts: [HOST], from: later, until: new Date(later.getTime() + DAY) }),
      /out of date .*not yet valid/,
      /clock/,
    ],
    ['of another host', authority.issue({ hosts: ['other.example.test'] }), /another host/, /name/],
    ['of a host above', authority.issue({ hosts: ['example.test'] }), /another host/, /name/],
  ])('%s', async (_name, own, message, hint) => {
    const { server, read } = await meet(own)
    const error = await failureWith('REGISTRY_UNEXPECTED', read({ 'HERE/ca.crt': authority.cert }))
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
    expect(`${error.message}${error.hint}`).not.toMatch(/REJECT_UNAUTHORIZED|disable|insecure/i)
    expect(server.seen).toEqual([])
    // Once for what Node.js trusts and, where an authority is missing, once for what the system trusts.
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  test('TLS older than 1.2', async () => {
    const { read } = await meet(identity, {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const error = await failureWith('REGISTRY_UNEXPECTED', read({ 'HERE/ca.crt': authority.cert }))
    expect(error.message).toContain('TLS could not be agreed on')
  })
})

describe('with TLS or without is never guessed', () => {
  test('a registry that must have TLS is not spoken to without', async () => {
    const server = await serve(manifest)
    const place = server.host.replace('127.0.0.1', HOST)
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open({ names }).registry.readTag(repositoryAt(place), 'v1'),
    )
    expect(error.message).toContain('it does not speak TLS')
    expect(error.hint).toContain('insecure')
    expect(server.seen).toEqual([])
  })

  test.each([
    ['another port', ({ port }: { port: string }) => `${HOST}:${Number(port) + 1}`],
    ['no port', () => HOST],
    ['a host below', ({ port }: { port: string }) => `sub.${HOST}:${port}`],
    ['a host above', ({ port }: { port: string }) => `example.test:${port}`],
    ['a longer port', ({ port }: { port: string }) => `${HOST}:${port}0`],
  ])('not for %s of an insecure registry either', async (_name, listed) => {
    const server = await serve(manifest)
    const place = server.host.replace('127.0.0.1', HOST)
    const insecure = [listed(new URL(server.origin))]
    await failureWith(
      'REGISTRY_UNEXPECTED',
      open({ names, insecure }).registry.readTag(repositoryAt(place), 'v1'),
    )
    expect(server.seen).toEqual([])
  })

  test('an insecure registry may do without', async () => {
    const server = await serve(manifest)
    const place = server.host.replace('127.0.0.1', HOST)
    const { registry } = open({ names, insecure: [place] })
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
    expect(server.seen).toHaveLength(1)
  })

  test('an insecure registry that has TLS is spoken to with it, and verified', async () => {
    const server = await serveTls(identity, manifest)
    const place = `${HOST}:${server.port}`
    const certificates = [writeTree(temporaryFolder(), { [`${place}/ca.crt`]: authority.cert })]
    const { registry } = open({ names, certificates, insecure: [place] })
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
    await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open({ names, insecure: [place] }).registry.readTag(repositoryAt(place), 'v1'),
    )
    expect(error.message).toContain('unknown authority')
  })

  test('a server that answers plain HTTP with an alert', async () => {
    const target = await serveTls(identity, manifest)
    const front = await serveFront((socket, first) => {
      // The first byte of a handshake is 0x16.
      if (first[0] === 0x16) {
        const onward = connect(target.port, '127.0.0.1', () => onward.write(first))
        onward.pipe(socket).pipe(onward)
      } else {
        socket.end(Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x16]))
      }
    })
    const place = `localhost:${front}`
    const certificates = [writeTree(temporaryFolder(), { [`${place}/ca.crt`]: authority.cert })]
    await expect(open({ certificates }).registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
  })

  test.each([
    'Client sent an HTTP request to an HTTPS server.\n',
    '<html><h1>400 The plain HTTP request was sent to HTTPS port</h1></html>',
  ])('a server that says so in plain HTTP: %s', async (body) => {
    // Nothing with TLS is at that port, so what it says stays the answer.
    const server = await serve(() => ({ status: 400, body }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen).toHaveLength(1)
  })
})

describe('a process of its own', () => {
  const reader = fileURLToPath(new URL('support/reader.ts', import.meta.url))

  async function readIn(environment: Record<string, string>, place: string): Promise<Record<string, string>> {
    const folder = temporaryFolder()
    const env = { ...COMPILE_CACHE, PATH: process.env['PATH'], ...environment }
    const { stdout } = await promisify(execFile)(process.execPath, [reader, place, folder], { env })
    return JSON.parse(stdout) as Record<string, string>
  }

  async function start(): Promise<{ place: string; file: string }> {
    const server = await serveTls(identity, manifest)
    const folder = writeTree(temporaryFolder(), { 'authority.pem': authority.cert })
    return { place: `localhost:${server.port}`, file: join(folder, 'authority.pem') }
  }

  test('believes NODE_EXTRA_CA_CERTS', async () => {
    const { place, file } = await start()
    await expect(readIn({ NODE_EXTRA_CA_CERTS: file }, place)).resolves.toEqual({ digest: sample.digest })
  })

  test('believes what the system believes (SSL_CERT_FILE)', async () => {
    const { place, file } = await start()
    await expect(readIn({ SSL_CERT_FILE: file }, place)).resolves.toEqual({ digest: sample.digest })
  })

  test('verifies whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    const { place } = await start()
    const outcome = await readIn({ NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' }, place)
    expect(outcome).toMatchObject({ code: 'REGISTRY_UNEXPECTED' })
    expect(outcome['message']).toContain('unknown authority')
  })
})
