import { describe, expect, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { parseHttpDate } from '../../src/registry/http-date.ts'
import { retryAfter } from '../../src/registry/retry.ts'
import { blobOf, failureWith, fastClock, open, repositoryAt, sampleManifest } from './support/access.ts'
import { ociError, type Script, type Seen, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const other = sampleManifest('b')
const NOW = new Date('2026-08-01T12:00:00Z')

function manifest(what = sample): Script {
  return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: what.bytes }
}

describe('an HTTP date', () => {
  test.each([
    ['Sun, 06 Nov 1994 08:49:37 GMT', '1994-11-06T08:49:37Z'],
    ['Sunday, 06-Nov-94 08:49:37 GMT', '1994-11-06T08:49:37Z'],
    ['Sun Nov  6 08:49:37 1994', '1994-11-06T08:49:37Z'],
    ['Sat, 01 Aug 2026 12:00:05 GMT', '2026-08-01T12:00:05Z'],
    ['Saturday, 01-Aug-26 12:00:05 GMT', '2026-08-01T12:00:05Z'],
    ['Sat Aug  1 12:00:05 2026', '2026-08-01T12:00:05Z'],
    ['Fri, 31 Dec 2027 23:59:60 GMT', '2028-01-01T00:00:00Z'],
    // Two digits: at most fifty years ahead.
    ['Saturday, 01-Aug-76 00:00:00 GMT', '2076-08-01T00:00:00Z'],
    ['Saturday, 01-Aug-77 00:00:00 GMT', '1977-08-01T00:00:00Z'],
  ])('%s', (text, expected) => {
    expect(parseHttpDate(text, NOW)).toBe(Date.parse(expected))
  })

  test.each([
    '',
    'tomorrow',
    '2026-08-01T12:00:05Z',
    'Sat, 01 Aug 2026 12:00:05',
    'Sat, 01 Aug 2026 12:00:05 CEST',
    'Sat, 31 Feb 2026 12:00:05 GMT',
    'Sat, 01 Foo 2026 12:00:05 GMT',
    'Sat, 01 Aug 2026 25:00:05 GMT',
    'Sat, 01 Aug 2026 12:61:05 GMT',
    `Sat, 01 Aug 2026 12:00:05 GMT${' '.repeat(50_000)}x`,
  ])('not %j', (text) => {
    expect(parseHttpDate(text.slice(0, 100_000), NOW)).toBeUndefined()
  })
})

test.each([
  ['0', 0],
  ['5', 5_000],
  [' 5 ', 5_000],
  ['86400', 86_400_000],
  ['Sat, 01 Aug 2026 12:00:05 GMT', 5_000],
  ['Saturday, 01-Aug-26 12:00:05 GMT', 5_000],
  ['Sat Aug  1 12:00:05 2026', 5_000],
  ['Sat, 01 Aug 2026 11:00:00 GMT', 0],
  ['-1', undefined],
  ['+5', undefined],
  ['5.5', undefined],
  ['1e3', undefined],
  ['NaN', undefined],
  ['5, 10', undefined],
  ['9'.repeat(400), undefined],
  [undefined, undefined],
])('Retry-After: %j', (header, expected) => {
  expect(retryAfter(header, NOW)).toBe(expected)
})

describe('which answers are asked for again', () => {
  async function timesAsked(script: Script): Promise<number> {
    const server = await serve(() => script)
    const { registry } = open({ retry: { tries: 3 } })
    await registry.readTag(repositoryAt(server.host), 'v1').catch(() => undefined)
    return server.seen.length
  }

  test.each([408, 429, 500, 502, 503, 504])('%d', async (status) => {
    expect(await timesAsked({ status })).toBe(3)
  })

  test.each([400, 403, 404, 405, 406, 409, 410, 412, 413, 415, 416, 418, 501, 505, 507])(
    'not %d',
    async (status) => {
      expect(await timesAsked({ status, body: '{}' })).toBe(1)
    },
  )

  test.each([201, 202, 203, 204, 205, 206])('not %d', async (status) => {
    const body = status === 204 || status === 205 ? {} : { body: sample.bytes }
    const server = await serve(() => ({
      status,
      headers: { 'content-type': MEDIA_TYPES.ociManifest },
      ...body,
    }))
    const read = open().registry.readTag(repositoryAt(server.host), 'v1')
    const error = await failureWith('REGISTRY_UNEXPECTED', read)
    expect(error.message).toContain(`answered ${status}`)
    expect(server.seen).toHaveLength(1)
  })
})

describe('pauses', () => {
  test('double up to their longest, each drawn anew from zero', async () => {
    const pauses: number[] = []
    const server = await serve(() => ({ status: 503 }))
    const clock = fastClock(pauses)
    const { registry } = open({ clock, retry: { tries: 60, baseMs: 500, capMs: 4_000 } })
    await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(pauses).toHaveLength(59)
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(0)
      expect(pause).toBeLessThanOrEqual(Math.min(4_000, 500 * 2 ** index))
    }
    expect(new Set(pauses).size).toBe(59)
    expect(Math.min(...pauses.slice(3))).toBeLessThan(2_000)
    expect(Math.max(...pauses.slice(3))).toBeGreaterThan(2_000)
  })

  test('never go beyond the time for the whole', async () => {
    const pauses: number[] = []
    const server = await serve(() => ({ status: 503 }))
    const { registry } = open({
      clock: fastClock(pauses),
      retry: { tries: 50, baseMs: 60_000, capMs: 60_000 },
      timeouts: { totalMs: 1_000 },
    })
    await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.seen.length).toBeLessThan(50)
    for (const pause of pauses) expect(pause).toBeLessThan(1_000)
  })

  test('count against one time for the whole, with and without credentials', async () => {
    const pauses: number[] = []
    const server = await serve(async ({ headers }) => {
      if (headers.authorization !== undefined) return { status: 503, headers: { 'retry-after': '1' } }
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
    })
    const credentials = { find: async () => ({ kind: 'password', username: 'u', password: 'pass' }) as const }
    const clock = fastClock(pauses)
    const { registry } = open({ credentials, clock, timeouts: { totalMs: 1_200 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    // The first answer took so much of it that a second is too long.
    expect(error.message).toContain('it asks to wait 1 s')
    expect(pauses).toEqual([])
  })

  test('that are asked for and longer than what is left: the number is named', async () => {
    const pauses: number[] = []
    const server = await serve(() => ({ status: 503, headers: { 'retry-after': '30' } }))
    const { registry } = open({ clock: fastClock(pauses), timeouts: { totalMs: 20_000 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('it asks to wait 30 s')
    expect(error.status).toBe(503)
    expect(pauses).toEqual([])
  })

  test('that are asked for in a date beyond a minute: the number is named', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString()
    const server = await serve(() => ({ status: 429, headers: { 'retry-after': date } }))
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).toMatch(/it asks to wait 3(?:600|599) s/)
    expect(server.seen).toHaveLength(1)
  })
})

describe('a manifest whose answer is lost', () => {
  /** A registry that stores what is put, and loses every answer to it. */
  async function start(lose: Script, stores = (_seen: Seen): boolean => true) {
    let there: string | undefined
    const server = await serve((seen) => {
      if (seen.method === 'PUT') {
        if (stores(seen)) there = seen.body
        return lose
      }
      if (there === undefined) return ociError(404, 'MANIFEST_UNKNOWN')
      return { status: 200, headers: { 'content-type': MEDIA_TYPES.ociManifest }, body: there }
    })
    const put = async (tag: string | undefined, withinMs?: number): Promise<unknown> =>
      await open().registry.putManifest(
        repositoryAt(server.host),
        sample.bytes,
        MEDIA_TYPES.ociManifest,
        tag,
        withinMs,
      )
    const methods = (): string => server.seen.map(({ method }) => method).join(' ')
    return { put, methods }
  }

  test.each([
    ['by a reset', 'reset'],
    ['by a body that breaks off', { status: 201, body: 'x', cut: true }],
    ['behind a 500', { status: 500 }],
    ['behind a 504', { status: 504 }],
  ] satisfies [string, Script][])('%s is found to be there, by tag and by digest', async (_name, lose) => {
    for (const tag of ['v1', undefined]) {
      const { put, methods } = await start(lose)
      await expect(put(tag)).resolves.toBe(sample.digest)
      expect(methods()).toBe('PUT PUT PUT GET')
    }
  })

  test('and is not there is an outage', async () => {
    const { put, methods } = await start('reset', () => false)
    const error = await failureWith('REGISTRY_UNAVAILABLE', put('v1'))
    expect(error.message).toContain('(3 tries)')
    expect(methods()).toBe('PUT PUT PUT GET')
  })

  test('while something else is there is an outage', async () => {
    const server = await serve(({ method }) => (method === 'PUT' ? 'reset' : manifest(other)))
    const { registry } = open()
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await failureWith('REGISTRY_UNAVAILABLE', put)
  })

  test('is not looked for by a write that must not come late: its caller looks', async () => {
    const { put, methods } = await start('reset')
    await failureWith('REGISTRY_UNAVAILABLE', put('v1', 5_000))
    expect(methods()).toBe('PUT')
  })

  test('is not looked for when the registry asks for less', async () => {
    const server = await serve(() => ({ status: 429 }))
    const { registry } = open()
    const put = registry.putManifest(repositoryAt(server.host), sample.bytes, MEDIA_TYPES.ociManifest, 'v1')
    await failureWith('REGISTRY_UNAVAILABLE', put)
    expect(server.seen.map(({ method }) => method)).toEqual(['PUT', 'PUT', 'PUT'])
  })
})

describe('what is corrupt is read once more', () => {
  test.each([
    ['by digest', sample.digest, {}],
    ['by tag, where a header names other bytes', 'v1', { 'docker-content-digest': sample.digest }],
  ])('%s', async (_name, name, headers) => {
    const good = {
      ...(manifest() as object),
      status: 200,
      headers: { 'content-type': MEDIA_TYPES.ociManifest, ...headers },
    }
    const bad = { ...good, body: other.bytes }
    const read = async (answers: readonly Script[]): Promise<readonly [unknown, number]> => {
      const server = await serve((_seen, index) => answers[index] ?? { status: 500 })
      const { registry } = open()
      const repository = repositoryAt(server.host)
      const reading =
        name === 'v1' ? registry.readTag(repository, 'v1') : registry.readManifest(repository, sample.digest)
      const outcome = await reading.catch((error: unknown) => error)
      return [outcome, server.seen.length]
    }
    expect(await read([bad, good])).toMatchObject([{ digest: sample.digest }, 2])
    expect(await read([bad, bad, good])).toMatchObject([{ code: 'CONTENT_CORRUPT' }, 2])
  })
})

describe('HEAD for a blob', () => {
  const blob = blobOf('content')
  test.each([405, 501])('that is answered %d is a GET that only begins', async (status) => {
    const sent = [new Uint8Array(50_000_000), 'content']
    const server = await serve(({ method }, index) =>
      method === 'HEAD' ? { status } : { status: 200, body: sent[index >> 1] ?? '' },
    )
    const { registry } = open()
    await expect(registry.hasBlob(repositoryAt(server.host), blob.digest)).resolves.toBe(true)
    await expect(registry.putBlob(repositoryAt(server.host), blob)).resolves.toBe('present')
    expect(server.seen.map(({ method }) => method)).toEqual(['HEAD', 'GET', 'HEAD', 'GET'])
  })

  test('that is answered 405 where GET says that it is not there', async () => {
    const server = await serve(({ method }) =>
      method === 'HEAD' ? { status: 405 } : ociError(404, 'BLOB_UNKNOWN'),
    )
    await expect(open().registry.hasBlob(repositoryAt(server.host), blob.digest)).resolves.toBe(false)
  })

  test('without a length, a type or a digest is fine', async () => {
    const server = await serve(() => ({ status: 200, headers: { 'content-length': [] } }))
    await expect(open().registry.hasBlob(repositoryAt(server.host), blob.digest)).resolves.toBe(true)
  })

  test('may be answered with a challenge and no body', async () => {
    const server = await serve(({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }
        : { status: 200 },
    )
    const credentials = { find: async () => ({ kind: 'password', username: 'u', password: 'pass' }) as const }
    const { registry } = open({ credentials })
    await expect(registry.hasBlob(repositoryAt(server.host), blob.digest)).resolves.toBe(true)
  })

  test('is not asked about manifests, so what it says of them does not matter', async () => {
    const server = await serve(({ method }) => (method === 'HEAD' ? { status: 404 } : manifest()))
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.seen.map(({ method }) => method)).toEqual(['GET'])
  })
})
