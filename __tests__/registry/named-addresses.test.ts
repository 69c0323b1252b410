import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { guardedLookup } from '../../src/registry/lookup.ts'
import type { RegistryAccess } from '../../src/registry/index.ts'
import { temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { createAuthority } from '../fixtures/tls/certificates.ts'
import { blobOf, failureWith, open, repositoryAt, sampleManifest } from './support/access.ts'
import { startProxy } from './support/http-proxy.ts'
import { testNames } from './support/names.ts'
import { handle, type Script, type Seen } from './support/scripted-server.ts'
import { serveTls } from './support/tls-server.ts'

const sample = sampleManifest('a')
const authority = createAuthority()
const identity = authority.issue({ hosts: ['*.example.test'] })

const PUBLIC = '127.0.0.2'
const PRIVATE = '127.0.0.3'

function manifest(): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: sample.bytes }
}

interface World extends RegistryAccess {
  readonly place: string
  /** The requests that another host than the registry got. */
  readonly elsewhere: () => readonly Seen[]
}

/** A registry that points at another host; both are one server, told apart by name. */
async function start(
  hosts: Readonly<Record<string, string | readonly string[]>>,
  answer: (other: string, seen: Seen) => Script,
  options: { readonly listen?: string; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<World> {
  const server = await serveTls(
    identity,
    (seen) =>
      String(seen.headers.host).startsWith('registry.')
        ? answer(`other.example.test:${server.port}`, seen)
        : manifest(),
    options.listen ?? '0.0.0.0',
  )
  const place = `registry.example.test:${server.port}`
  const certificates = [
    writeTree(temporaryFolder(), {
      [`${place}/ca.crt`]: authority.cert,
      [`other.example.test:${server.port}/ca.crt`]: authority.cert,
    }),
  ]
  const { environment = {} } = options
  return {
    ...open({ names: testNames(hosts), certificates, environment }),
    place,
    elsewhere: () => server.seen.filter(({ headers }) => String(headers.host).startsWith('other.')),
  }
}

const redirect = (other: string): Script => ({ status: 307, headers: { location: `https://${other}/there` } })
const realm = (other: string): Script => ({
  status: 401,
  headers: { 'www-authenticate': `Bearer realm="https://${other}/token",service="x"` },
})
const upload = (other: string, { method }: Seen): Script =>
  method === 'HEAD' ? { status: 404 } : { status: 202, headers: { location: `https://${other}/upload` } }

const read = async ({ registry, place }: World): Promise<unknown> =>
  await registry.readTag(repositoryAt(place), 'v1')
const push = async ({ registry, place }: World): Promise<unknown> =>
  await registry.putBlob(repositoryAt(place), blobOf('x'))

describe('a registry on the internet names a host', () => {
  const ways = [
    ['by a redirect', redirect, read],
    ['as its token server', realm, read],
    ['for an upload', upload, push],
  ] as const

  test.each(ways)('that is in a private network, %s', async (_name, answer, ask) => {
    const world = await start({ 'registry.example.test': PUBLIC, 'other.example.test': PRIVATE }, answer)
    const error = await failureWith('REGISTRY_UNEXPECTED', ask(world))
    expect(error.message).toContain('other.example.test is in a private network')
    expect(world.elsewhere()).toEqual([])
  })

  test.each([
    ['the metadata service', '169.254.169.254', 'a link-local address'],
    ['this machine', '127.0.0.1', 'a loopback address'],
    ['this machine, in IPv6', '::1', 'a loopback address'],
    ['this machine, mapped', '::ffff:127.0.0.1', 'a loopback address'],
    ['this machine, unspecified', '0.0.0.0', 'a loopback address'],
    ['a private network behind NAT64', '64:ff9b::10.0.0.1', 'in a private network'],
  ])('that is %s', async (_name, address, where) => {
    const world = await start({ 'registry.example.test': PUBLIC, 'other.example.test': address }, redirect)
    const error = await failureWith('REGISTRY_UNEXPECTED', read(world))
    expect(error.message).toContain(where)
    expect(world.elsewhere()).toEqual([])
  })

  test('that the user named as well: a connection that is open already is not lent to it', async () => {
    const world = await start({ 'registry.example.test': PUBLIC, 'other.example.test': PRIVATE }, redirect)
    const other = world.place.replace('registry.', 'other.')
    await expect(world.registry.readTag(repositoryAt(other), 'v1')).resolves.toBeDefined()
    await failureWith('REGISTRY_UNEXPECTED', read(world))
    expect(world.elsewhere()).toHaveLength(1)
  })

  test('that is on the internet, too', async () => {
    const world = await start({ 'registry.example.test': PUBLIC, 'other.example.test': PUBLIC }, redirect)
    await expect(read(world)).resolves.toMatchObject({ digest: sample.digest })
  })

  test('that is in both: only the address on the internet is contacted', async () => {
    const addresses = [PRIVATE, PUBLIC]
    const world = await start(
      { 'registry.example.test': PUBLIC, 'other.example.test': addresses },
      redirect,
      { listen: PUBLIC },
    )
    await expect(read(world)).resolves.toBeDefined()
  })

  test('that has another address when it is looked up again', async () => {
    // The guard is the look-up of the connection itself: there is no second one to answer differently.
    let asked = 0
    const names = testNames({})
    const turning = guardedLookup(
      {
        ...names,
        lookup: (_host, _options, callback) => {
          asked += 1
          callback(null, [{ address: asked === 1 ? PUBLIC : PRIVATE, family: 4 }])
        },
      },
      'public',
    )
    const look = async (): Promise<unknown> =>
      await new Promise((resolve, reject) => {
        turning('other.example.test', { all: true }, (error, found) =>
          error === null ? resolve(found) : reject(error),
        )
      })
    await expect(look()).resolves.toEqual([{ address: PUBLIC, family: 4 }])
    await expect(look()).rejects.toThrow('in a private network')
  })
})

describe('a registry of a company, whose name means a private address here', () => {
  const hosts = { 'registry.example.test': PRIVATE, 'other.example.test': PRIVATE }

  test('works, and may name itself', async () => {
    const world = await start(hosts, (_other, { path, headers }) => {
      if (path === '/token') return { status: 200, body: '{"token":"t"}' }
      if (path === '/there') return manifest()
      if (headers.authorization === undefined) return realm(String(headers.host))
      return { status: 302, headers: { location: '/there' } }
    })
    await expect(read(world)).resolves.toMatchObject({ digest: sample.digest })
  })

  test('may name other hosts of the company', async () => {
    const world = await start(hosts, redirect)
    await expect(read(world)).resolves.toBeDefined()
    expect(world.elsewhere()).toHaveLength(1)
  })

  test.each(['127.0.0.1', '169.254.169.254', '::1'])(
    'may not name the machine or its link: %s',
    async (address) => {
      const world = await start({ ...hosts, 'other.example.test': address }, redirect)
      await failureWith('REGISTRY_UNEXPECTED', read(world))
      expect(world.elsewhere()).toEqual([])
    },
  )
})

test('a proxy looks up for itself, and may be anywhere', async () => {
  const proxy = await startProxy()
  const world = await start({}, redirect, { environment: { HTTPS_PROXY: `http://${proxy.host}` } })
  await expect(read(world)).resolves.toBeDefined()
  expect(proxy.asked).toHaveLength(2)
})

test('a host that only answers at one of its addresses, the second', async () => {
  const server = createServer((request, response) => handle(request, response, manifest))
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  onTestFinished(() => void server.close())
  const place = `dual.example.test:${(server.address() as AddressInfo).port}`
  const names = testNames({ 'dual.example.test': ['127.0.0.2', '::1'] })
  const { registry } = open({ names, insecure: [place] })
  await expect(registry.readTag(repositoryAt(place), 'v1')).resolves.toBeDefined()
  const first = testNames({ 'dual.example.test': ['::1', '127.0.0.2'] })
  await expect(
    open({ names: first, insecure: [place] }).registry.readTag(repositoryAt(place), 'v1'),
  ).resolves.toBeDefined()
})
