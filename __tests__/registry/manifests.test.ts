import { describe, expect, onTestFinished, test } from 'vitest'
import { startRegistry } from '../../sandbox/registry/server.ts'
import { digestOf } from '../../src/domain/digest.ts'
import type { ErrorCode } from '../../src/domain/error-codes.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { bytesOf, failureWith, fastClock, open, repositoryAt, sampleManifest } from './support/access.ts'
import { htmlPage, ociError, type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const other = sampleManifest('b')

function manifestAnswer(manifest = sample, headers: Record<string, string> = {}): Script {
  return {
    status: 200,
    headers: { 'content-type': MEDIA_TYPES.ociManifest, ...headers },
    body: manifest.bytes,
  }
}

describe('a look-up that says neither yes nor no is an error, never an absence', () => {
  const cases: readonly (readonly [string, Script, Parameters<typeof failureWith>[0]])[] = [
    ['401 without a challenge', { status: 401 }, 'REGISTRY_UNEXPECTED'],
    ['403', ociError(403, 'DENIED'), 'REGISTRY_DENIED'],
    ['403 that says MANIFEST_UNKNOWN', ociError(403, 'MANIFEST_UNKNOWN'), 'REGISTRY_DENIED'],
    ['408', { status: 408 }, 'REGISTRY_UNAVAILABLE'],
    ['429', ociError(429, 'TOOMANYREQUESTS'), 'REGISTRY_UNAVAILABLE'],
    ['500', ociError(500, 'MANIFEST_UNKNOWN'), 'REGISTRY_UNAVAILABLE'],
    ['502', htmlPage(502), 'REGISTRY_UNAVAILABLE'],
    ['503', { status: 503 }, 'REGISTRY_UNAVAILABLE'],
    ['504', { status: 504 }, 'REGISTRY_UNAVAILABLE'],
    ['507', { status: 507 }, 'REGISTRY_UNAVAILABLE'],
    ['a page with 200', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['a page with 404', htmlPage(404), 'REGISTRY_UNEXPECTED'],
    ['text with 404', { status: 404, body: '404 page not found' }, 'REGISTRY_UNEXPECTED'],
    [
      'JSON with 404 that is no OCI error',
      { status: 404, body: '{"message":"gone"}' },
      'REGISTRY_UNEXPECTED',
    ],
    ['404 with errors: null', { status: 404, body: '{"errors":null}' }, 'REGISTRY_UNEXPECTED'],
    ['404 with errors: []', { status: 404, body: '{"errors":[]}' }, 'REGISTRY_UNEXPECTED'],
    ['404 with a numeric code', { status: 404, body: '{"errors":[{"code":404}]}' }, 'REGISTRY_UNEXPECTED'],
    ['404 with another code', ociError(404, 'UNSUPPORTED'), 'REGISTRY_UNEXPECTED'],
    ['204', { status: 204 }, 'REGISTRY_UNEXPECTED'],
    ['206', { ...(manifestAnswer() as object), status: 206 }, 'REGISTRY_UNEXPECTED'],
    ['400', ociError(400, 'NAME_INVALID'), 'REGISTRY_UNEXPECTED'],
    ['a dropped connection', 'reset', 'REGISTRY_UNAVAILABLE'],
  ]
  test.each(cases)('%s', async (_name, script, code) => {
    const server = await serve(() => script)
    await failureWith(code, open().registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test('404 where some errors say more than absence', async () => {
    const body = JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN' }, { code: 'UNAUTHORIZED' }] })
    const server = await serve(() => ({ status: 404, body }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test('silence', async () => {
    const server = await serve(() => 'hang')
    const { registry } = open({ timeouts: { idleMs: 60 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('silent for 0.1 s')
  })

  test('an answer that takes too long although it never stops', async () => {
    const server = await serve(() => 'hang')
    const { registry } = open({ timeouts: { totalMs: 80 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('no complete answer within 0.1 s')
  })

  test('nothing listens', async () => {
    const server = await serve(() => 'hang')
    const host = server.host.replace(/\d+$/, '1')
    await failureWith('REGISTRY_UNAVAILABLE', open().registry.readTag(repositoryAt(host), 'v1'))
  })

  test('something that does not speak HTTP is no outage and not asked again', async () => {
    const server = await serve(() => ({ status: 200, headers: { 'x-long': 'y'.repeat(20_000) } }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen).toHaveLength(1)
  })
})

describe('absence', () => {
  test.each(['MANIFEST_UNKNOWN', 'NAME_UNKNOWN', 'NOT_FOUND', 'BLOB_UNKNOWN'])('404 %s', async (code) => {
    const server = await serve(() => ociError(404, code))
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeUndefined()
    expect(server.seen).toHaveLength(1)
  })

  test('an empty 404 of something that is known to be a registry', async () => {
    const server = await serve(({ path }) =>
      path === '/v2/'
        ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
        : { status: 404 },
    )
    const { registry } = open()
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeUndefined()
    await expect(registry.readTag(repositoryAt(server.host), 'v2')).resolves.toBeUndefined()
    expect(server.seen.map(({ path }) => path).filter((path) => path === '/v2/')).toHaveLength(1)
  })

  test.each([
    ['nothing', { status: 404 }],
    ['a page', htmlPage(200)],
    ['another API', { status: 200, body: 'welcome' }],
  ] satisfies [string, Script][])('an empty 404 of something whose /v2/ is %s', async (_name, root) => {
    const server = await serve(({ path }) => (path === '/v2/' ? root : { status: 404 }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test.each([
    ['a page', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['an outage', { status: 503, headers: { 'retry-after': '86400' } }, 'REGISTRY_UNAVAILABLE'],
  ] satisfies [string, Script, ErrorCode][])('%s at /v2/ counts once only', async (_name, script, code) => {
    let pings = 0
    const server = await serve(({ path }) => {
      if (path !== '/v2/') return { status: 404 }
      pings += 1
      return pings === 1
        ? script
        : { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
    })
    const { registry } = open()
    await failureWith(code, registry.readTag(repositoryAt(server.host), 'v1'))
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeUndefined()
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeUndefined()
    expect(pings).toBe(2)
  })

  test('all manifest types are asked for, uncompressed', async () => {
    const server = await serve(() => ociError(404, 'MANIFEST_UNKNOWN'))
    await open().registry.readTag(repositoryAt(server.host), 'v1')
    const headers = server.seen[0]?.headers
    for (const type of [
      MEDIA_TYPES.ociIndex,
      MEDIA_TYPES.ociManifest,
      MEDIA_TYPES.dockerIndex,
      MEDIA_TYPES.dockerManifest,
    ]) {
      expect(headers?.accept).toContain(type)
    }
    expect(headers).toMatchObject({ 'accept-encoding': 'identity' })
    expect(headers?.authorization).toBeUndefined()
  })
})

describe('what comes back is what its digest says', () => {
  test('by tag the digest is computed; a missing header is fine', async () => {
    const server = await serve(() => manifestAnswer())
    const manifest = await open().registry.readTag(repositoryAt(server.host), 'v1')
    expect(manifest).toMatchObject({ digest: sample.digest, kind: 'image' })
  })

  test.each([
    ['another digest', other.digest],
    ['no digest', 'sha256:abc'],
    ['two digests', `${sample.digest}, ${other.digest}`],
    ['another sha512', `sha512:${'a'.repeat(128)}`],
  ])('a header that names %s', async (_name, header) => {
    const server = await serve(() => manifestAnswer(sample, { 'docker-content-digest': header }))
    const { registry } = open()
    await failureWith('CONTENT_CORRUPT', registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test('by digest other bytes are refused, whatever the header says', async () => {
    const server = await serve(() => manifestAnswer(other, { 'docker-content-digest': sample.digest }))
    const error = await failureWith(
      'CONTENT_CORRUPT',
      open().registry.readManifest(repositoryAt(server.host), sample.digest),
    )
    expect(error.message).toContain(sample.digest)
    expect(error.message).toContain(other.digest)
  })

  test('sha512 is checked as sha512', async () => {
    const server = await serve(() => manifestAnswer())
    const { registry } = open()
    const digest = digestOf(sample.bytes, 'sha512')
    // The name that was asked for and verified stays the name of what was read.
    await expect(registry.readManifest(repositoryAt(server.host), digest)).resolves.toMatchObject({
      digest,
      bytes: sample.bytes,
    })
    const wrong = digestOf(other.bytes, 'sha512')
    await failureWith('CONTENT_CORRUPT', registry.readManifest(repositoryAt(server.host), wrong))
  })

  test('a body that breaks off is read again', async () => {
    const server = await serve((_seen, index) =>
      index === 0 ? { ...(manifestAnswer() as object), status: 200, cut: true } : manifestAnswer(),
    )
    const manifest = await open().registry.readTag(repositoryAt(server.host), 'v1')
    expect(manifest?.digest).toBe(sample.digest)
    expect(server.seen).toHaveLength(2)
  })

  test('a body that always breaks off is an outage', async () => {
    const server = await serve(() => ({ ...(manifestAnswer() as object), status: 200, cut: true }))
    await failureWith('REGISTRY_UNAVAILABLE', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen).toHaveLength(3)
  })

  test.each([
    ['compressed', { ...(manifestAnswer(sample, { 'content-encoding': 'gzip' }) as object), status: 200 }],
    [
      'too large',
      {
        status: 200,
        headers: { 'content-type': MEDIA_TYPES.ociManifest },
        body: 'x'.repeat(4 * 1024 * 1024 + 1),
      },
    ],
    [
      'of an unknown type',
      { ...(manifestAnswer() as object), status: 200, headers: { 'content-type': 'text/plain' } },
    ],
    [
      'typed as something else',
      { ...(manifestAnswer(sample, { 'content-type': MEDIA_TYPES.ociIndex }) as object), status: 200 },
    ],
  ] satisfies [string, Script][])('a body that is %s', async (_name, script) => {
    const server = await serve(() => script)
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  })
})

describe('redirects', () => {
  test('a read goes along, without credentials once it leaves the registry', async () => {
    const storage = await serve(() => manifestAnswer())
    const server = await serve((seen) =>
      seen.headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : { status: 307, headers: { location: `${storage.origin}/there` } },
    )
    const { registry } = open({
      credentials: { find: async () => ({ kind: 'password', username: 'u', password: 'hunter2' }) },
    })
    const manifest = await registry.readTag(repositoryAt(server.host), 'v1')
    expect(manifest?.digest).toBe(sample.digest)
    expect(storage.seen.map(({ headers }) => headers.authorization)).toEqual([undefined])
  })

  test('credentials stay away also after coming back', async () => {
    let back = ''
    const elsewhere = await serve(() => ({ status: 302, headers: { location: back } }))
    const server = await serve(({ path, headers }) => {
      if (path === '/back') return manifestAnswer()
      if (headers.authorization === undefined)
        return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
      return { status: 302, headers: { location: `${elsewhere.origin}/x` } }
    })
    back = `${server.origin}/back`
    const { registry } = open({
      credentials: { find: async () => ({ kind: 'password', username: 'u', password: 'hunter2' }) },
    })
    await registry.readTag(repositoryAt(server.host), 'v1')
    expect(server.seen.at(-1)).toMatchObject({ path: '/back' })
    expect(server.seen.at(-1)?.headers.authorization).toBeUndefined()
  })

  test.each([
    ['in a circle', '/v2/owner/app/manifests/v1'],
    ['nowhere', ''],
    ['to another scheme', 'file:///etc/passwd'],
    ['to a plain host that is not this machine', 'http://registry.example.com/'],
    ['with a user name', 'https://user:hunter2@registry.example.com/'],
  ])('%s: refused', async (_name, location) => {
    const server = await serve(() => ({ status: 302, headers: { location } }))
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).not.toContain('hunter2')
  })

  test('an absence said by another host is none', async () => {
    const elsewhere = await serve(() => ociError(404, 'MANIFEST_UNKNOWN'))
    const server = await serve(() => ({ status: 303, headers: { location: `${elsewhere.origin}/x` } }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  })

  test('a write is never redirected', async () => {
    const elsewhere = await serve(() => ({ status: 201 }))
    const server = await serve(() => ({ status: 307, headers: { location: `${elsewhere.origin}/x` } }))
    const { registry } = open()
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await failureWith('REGISTRY_UNEXPECTED', put)
    expect(elsewhere.seen).toEqual([])
  })
})

describe('writing', () => {
  async function start(options: Parameters<typeof startRegistry>[0] = {}) {
    const sandbox = await startRegistry(options)
    onTestFinished(async () => await sandbox.close())
    const access = open()
    const repository = repositoryAt(sandbox.host)
    const config = {
      ...EMPTY_CONFIG.descriptor,
      async *open() {
        yield EMPTY_CONFIG.bytes
      },
    }
    await access.registry.putBlob(repository, config)
    const put = async (manifest = sample, tag?: string) =>
      await access.registry.putManifest(repository, manifest.bytes, MEDIA_TYPES.ociManifest, tag)
    return { sandbox, ...access, repository, put }
  }

  test('exact bytes, by digest and by tag', async () => {
    const { registry, repository, put, sandbox } = await start()
    await expect(put()).resolves.toBe(sample.digest)
    await expect(put(sample, 'v1')).resolves.toBe(sample.digest)
    const there = await sandbox.readManifest('owner/app', 'v1')
    expect(there?.bytes).toEqual(Buffer.from(sample.bytes))
    await expect(registry.readTag(repository, 'v1')).resolves.toMatchObject({ digest: sample.digest })
    await expect(registry.readManifest(repository, sample.digest)).resolves.toMatchObject({
      digest: sample.digest,
    })
    await expect(registry.readTag(repository, 'v2')).resolves.toBeUndefined()
  })

  test.each([
    { status: 400, code: 'TAG_INVALID' },
    { status: 403, code: 'DENIED' },
    { status: 405, code: 'REGISTRY_DISALLOWED_OPERATION' },
    { status: 409, code: 'TAG_IMMUTABLE' },
    { status: 412, code: 'PRECONDITION' },
  ])('an immutable tag answered with $status $code', async ({ status, code }) => {
    const { put } = await start({
      immutableTags: true,
      immutableAnswer: { status, code, message: 'immutable' },
    })
    await put(sample, 'v1')
    // The same bytes again are what was wanted, although the registry refuses them.
    await expect(put(sample, 'v1')).resolves.toBe(sample.digest)
    const error = await failureWith('REGISTRY_REFUSED', put(other, 'v1'))
    expect(error.message).toContain(sample.digest)
    expect(error.message).toContain(other.digest)
    expect(error.message).toContain(`answered ${status} ${code}: immutable`)
    expect(error).toMatchObject({ status, ociCodes: [code] })
  })

  test('a lost answer is not a lost write, also where the second attempt is refused', async () => {
    let lost = 0
    const { put, sandbox } = await start({
      immutableTags: true,
      onResponse: ({ method, reference }) => {
        if (method !== 'PUT' || reference !== 'v1' || lost > 0) return undefined
        lost += 1
        return 'reset'
      },
    })
    await expect(put(sample, 'v1')).resolves.toBe(sample.digest)
    expect(lost).toBe(1)
    expect(await sandbox.readManifest('owner/app', 'v1')).toMatchObject({ digest: sample.digest })
  })

  test.each([
    ['invalid', ociError(400, 'MANIFEST_INVALID', 'no'), 'REGISTRY_REFUSED'],
    ['too large', { status: 413 }, 'REGISTRY_REFUSED'],
    ['denied', ociError(403, 'DENIED', 'no'), 'REGISTRY_DENIED'],
    ['a page', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['a page that refuses', htmlPage(405), 'REGISTRY_UNEXPECTED'],
    ['an outage', { status: 503 }, 'REGISTRY_UNAVAILABLE'],
  ] satisfies [string, Script, ErrorCode][])(
    'refused as %s, with nothing there',
    async (_name, script, code) => {
      const server = await serve(({ method }) =>
        method === 'PUT' ? script : ociError(404, 'MANIFEST_UNKNOWN'),
      )
      const put = open().registry.putManifest(
        repositoryAt(server.host),
        sample.bytes,
        MEDIA_TYPES.ociManifest,
        'v1',
      )
      await failureWith(code, put)
    },
  )

  // What distribution 2.8 on a file system answers while another client writes the same blob.
  test.each([
    { refusals: 2, description: 'for a moment only' },
    { refusals: Number.POSITIVE_INFINITY, description: 'for good' },
  ])('a blob that is missing $description', async ({ refusals }) => {
    const errors = [{ code: 'DIGEST_INVALID' }, { code: 'MANIFEST_BLOB_UNKNOWN' }]
    const server = await serve((_seen, index) =>
      index < refusals ? { status: 400, body: JSON.stringify({ errors }) } : { status: 201 },
    )
    const { registry } = open({ clock: fastClock() })
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await (refusals === 2 ? expect(put).resolves.toBe(sample.digest) : failureWith('REGISTRY_REFUSED', put))
    expect(server.seen).toHaveLength(3)
  })

  test('a registry that stored something else says so itself', async () => {
    const server = await serve(() => ({ status: 201, headers: { 'docker-content-digest': other.digest } }))
    const { registry } = open()
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await failureWith('CONTENT_CORRUPT', put)
  })

  test('what could not be read back is not written', async () => {
    const { registry, repository } = await start()
    const large = bytesOf(' '.repeat(4 * 1024 * 1024 + 1))
    await failureWith('REGISTRY_REFUSED', registry.putManifest(repository, large, MEDIA_TYPES.ociManifest))
  })
})

describe('repeating', () => {
  test('what passes is waited for', async () => {
    const pauses: number[] = []
    const server = await serve((_seen, index) => (index < 2 ? { status: 503 } : manifestAnswer()))
    const { registry } = open({ clock: fastClock(pauses), retry: { baseMs: 100, capMs: 150 } })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(pauses).toHaveLength(2)
    expect(pauses[0]).toBeLessThanOrEqual(100)
    expect(pauses[1]).toBeLessThanOrEqual(150)
  })

  test.each([
    ['seconds', () => '5', 5_000],
    ['zero', () => '0', 0],
    ['a date', () => new Date(Date.now() + 30_000).toUTCString(), 30_000],
  ])('Retry-After in %s', async (_name, header, expected) => {
    const pauses: number[] = []
    const server = await serve((_seen, index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': header() } } : manifestAnswer(),
    )
    const { registry } = open({ clock: fastClock(pauses), timeouts: { totalMs: 60_000 } })
    await registry.readTag(repositoryAt(server.host), 'v1')
    expect(pauses).toHaveLength(1)
    expect(Math.abs((pauses[0] ?? Number.NaN) - expected)).toBeLessThanOrEqual(2_000)
  })

  test.each(['-1', 'NaN', 'soon', ''])('a Retry-After of "%s" is ignored', async (header) => {
    const pauses: number[] = []
    const server = await serve((_seen, index) =>
      index === 0 ? { status: 429, headers: { 'retry-after': header } } : manifestAnswer(),
    )
    await open({ clock: fastClock(pauses) }).registry.readTag(repositoryAt(server.host), 'v1')
    expect(pauses[0]).toBeLessThanOrEqual(500)
  })

  test('a Retry-After beyond a minute fails at once and names the time', async () => {
    const server = await serve(() => ({ status: 429, headers: { 'retry-after': '86400' } }))
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).toContain('86400 s')
    expect(server.seen).toHaveLength(1)
  })

  test('the number of attempts is bounded and named', async () => {
    const server = await serve(() => ociError(503, 'UNAVAILABLE', 'try later'))
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      open({ retry: { tries: 4 } }).registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(server.seen).toHaveLength(4)
    expect(error.message).toBe(
      `GET ${server.origin}/v2/owner/app/manifests/v1 answered 503 UNAVAILABLE: try later · after 4 tries`,
    )
    expect(error).toMatchObject({ status: 503, ociCodes: ['UNAVAILABLE'] })
  })

  test('a kept-alive connection that was closed meanwhile costs no attempt', async () => {
    const server = await serve((_seen, index) => (index === 1 ? 'reset' : manifestAnswer()))
    const { registry } = open({ retry: { tries: 1 } })
    await registry.readTag(repositoryAt(server.host), 'v1')
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.seen).toHaveLength(3)
  })
})

test('messages carry no control characters and no query', async () => {
  const server = await serve(() => ociError(403, 'DENIED', `no\n::error::forged\u001b[0m${'x'.repeat(5000)}`))
  const error = await failureWith('REGISTRY_DENIED', open().registry.readTag(repositoryAt(server.host), 'v1'))
  expect(error.message).not.toMatch(/\p{Cc}/u)
  expect(error.message.length).toBeLessThan(500)
  expect(error.hint).toContain('No credentials')
})
