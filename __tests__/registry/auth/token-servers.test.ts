import { describe, expect, test } from 'vitest'
import type { ErrorCode } from '../../../src/domain/error-codes.ts'
import { failureWith, keptLog, open, repositoryAt } from '../support/access.ts'
import { serveRaw } from '../support/raw-server.ts'
import { htmlPage, ociError, type Script, serve } from '../support/scripted-server.ts'
import {
  always,
  basic,
  BASIC,
  bearer,
  challenge,
  formOf,
  found,
  identity,
  password,
  PASSWORD,
  registryWith,
  token,
} from '../support/token-registry.ts'

const oauth = (value: string, more: object = {}): Script => ({
  status: 200,
  body: JSON.stringify({ access_token: value, ...more }),
})

describe('a token server that takes no GET', () => {
  test.each([404, 405])('(%s) is asked by POST, with the password in the form', async (status) => {
    const server = await registryWith(bearer, ({ method }) => (method === 'GET' ? { status } : oauth('good')))
    const { registry } = open({ credentials: always(password) })
    await registry.readTag(repositoryAt(server.host), 'v1')
    const [first, second] = server.asked()
    expect([first?.method, first?.headers.authorization]).toEqual(['GET', BASIC])
    expect([second?.method, second?.headers.authorization]).toEqual(['POST', undefined])
    expect(second?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect([...(second?.query ?? [])]).toEqual([])
    expect(formOf(second)).toEqual({
      grant_type: 'password',
      username: 'someone',
      password: PASSWORD,
      client_id: 'build-once',
      service: 'svc',
      scope: 'repository:owner/app:pull',
    })
  })

  test('is asked by POST at once from then on', async () => {
    const server = await registryWith(bearer, ({ method }) =>
      method === 'GET' ? { status: 405 } : oauth('good'),
    )
    const { registry } = open({ credentials: always(password) })
    await registry.readTag(repositoryAt(server.host), 'v1')
    await registry.readTag(repositoryAt(server.host, 'owner/other'), 'v1')
    expect(server.asked().map(({ method }) => method)).toEqual(['GET', 'POST', 'POST'])
  })

  test('and no POST either is what it says to GET', async () => {
    const server = await registryWith(bearer, ({ method }) => ({ status: method === 'GET' ? 404 : 405 }))
    const { registry } = open({ credentials: always(password) })
    const error = await failureWith('REGISTRY_UNEXPECTED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toMatch(/^GET .*\/token answered 404/)
    expect(server.asked()).toHaveLength(2)
  })

  test('gets nothing by POST from whoever has no password', async () => {
    const server = await registryWith(bearer, () => ({ status: 405 }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked().map(({ method }) => method)).toEqual(['GET'])
  })

  test('gets nothing by POST where GET was refused', async () => {
    const server = await registryWith(bearer, () => ({ status: 401 }))
    const { registry } = open({ credentials: always(password) })
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked().map(({ method }) => method)).toEqual(['GET'])
  })
})

describe('an identity token', () => {
  test.each([
    [400, '{"error":"invalid_grant"}', 'invalid_grant', 'expired'],
    [401, '', 'answered 401', 'expired'],
    [403, '', 'answered 403', 'expired'],
    [404, '', 'answered 404', 'takes no identity token'],
    [405, '', 'answered 405', 'takes no identity token'],
  ])('that is answered with %s %s', async (status, body, message, hint) => {
    const server = await registryWith(bearer, () => ({ status, body }))
    const { registry } = open({ credentials: always(identity) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    // There is no way to show it that a token server could be asked for: it is neither sent by GET nor as Basic.
    expect(server.asked().map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['POST', undefined],
    ])
    expect(server.asked()[0]?.query.toString()).toBe('')
  })

  test('that is replaced is not used again, and the new one is masked', async () => {
    const log = keptLog()
    const server = await registryWith(bearer, (_seen, count) =>
      oauth('good', { refresh_token: `rotated-${count}-token` }),
    )
    const { registry } = open({ credentials: always(identity), log })
    for (const name of ['owner/app', 'owner/b', 'owner/c'])
      await registry.readTag(repositoryAt(server.host, name), 'v1')
    expect(server.asked().map((seen) => formOf(seen)['refresh_token'])).toEqual([
      'refresh-me-please',
      'rotated-1-token',
      'rotated-2-token',
    ])
    expect(log.masked).toEqual(
      expect.arrayContaining(['refresh-me-please', 'rotated-1-token', 'rotated-3-token']),
    )
  })

  test('that is good for one use only survives many requests at a time', async () => {
    let current = 'refresh-me-please'
    const server = await registryWith(bearer, async (seen, count) => {
      const shown = formOf(seen)['refresh_token']
      if (shown !== current) return { status: 400, body: '{"error":"invalid_grant"}' }
      current = `rotated-${count}`
      await new Promise((resolve) => setTimeout(resolve, 20))
      return oauth('good', { refresh_token: current })
    })
    const { registry } = open({ credentials: always(identity) })
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `owner/${name}`)
    const reads = names.map(async (name) => await registry.readTag(repositoryAt(server.host, name), 'v1'))
    await expect(Promise.all(reads)).resolves.toHaveLength(5)
  })

  test('that is kept is used again', async () => {
    const server = await registryWith(bearer, () => oauth('good'))
    const { registry } = open({ credentials: always(identity) })
    for (const name of ['owner/app', 'owner/b']) await registry.readTag(repositoryAt(server.host, name), 'v1')
    expect(new Set(server.asked().map((seen) => formOf(seen)['refresh_token']))).toEqual(
      new Set(['refresh-me-please']),
    )
  })

  test('does not hold up the next one when it fails', async () => {
    const server = await registryWith(bearer, (_seen, count) =>
      count === 1 ? { status: 403 } : oauth('good'),
    )
    const { registry } = open({ credentials: always(identity) })
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })
})

describe('an answer with a token', () => {
  test('under both names: the one that oauth2 and docker take', async () => {
    const log = keptLog()
    const server = await registryWith(bearer, () => token('other-token', { access_token: 'good' }))
    await open({ log }).registry.readTag(repositoryAt(server.host), 'v1')
    expect(log.masked).toEqual(expect.arrayContaining(['good', 'other-token']))
  })

  test.each([
    ['an empty one', { token: 'good', access_token: '' }],
    ['none', { token: 'good', access_token: null }],
    ['the same', { token: 'good', access_token: 'good' }],
  ])('beside %s under the other name', async (_name, body) => {
    const server = await registryWith(bearer, () => ({ status: 200, body: JSON.stringify(body) }))
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
  })

  test.each([
    ['a large one of 20 KB', 'x'.repeat(20 * 1024)],
    [
      'one with every sign there may be',
      String.fromCodePoint(...Array.from({ length: 94 }, (_, n) => n + 33)),
    ],
  ])('%s', async (_name, value) => {
    const server = await registryWith(
      bearer,
      () => token(value),
      (_seen, authorization) => (authorization === `Bearer ${value}` ? found : undefined),
    )
    // Node.js takes 16 KiB of headers, unless it is told otherwise; so does nearly every registry.
    const large = value.length > 16_000
    const reading = open().registry.readTag(repositoryAt(server.host), 'v1')
    if (large) await failureWith('REGISTRY_UNEXPECTED', reading)
    else await expect(reading).resolves.toBeDefined()
  })

  test.each([
    ['a duplicate key', '{"token":"good","token":"bad"}'],
    ['a byte order mark', '\uFEFF{"token":"good"}'],
    ['a list', '["good"]'],
    ['a text', '"good"'],
    ['null', 'null'],
    ['a number in the other name', '{"token":"good","access_token":1}'],
    ['a header in it', '{"token":"good\\r\\nX-Injected: 1"}'],
    ['a NUL', '{"token":"good\\u0000"}'],
    ['nothing', ''],
    ['text behind it', '{"token":"good"} x'],
    ['an error beside', '{"errors":[{"code":"DENIED"}],"tokens":"good"}'],
  ])('that holds %s is none', async (_name, body) => {
    const server = await registryWith(bearer, () => ({ status: 200, body }))
    const error = await failureWith(
      'REGISTRY_UNEXPECTED',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).not.toContain('good')
    expect(server.seen.every(({ headers }) => headers.authorization === undefined)).toBe(true)
  })

  test.each([
    [
      '128 KiB of it',
      { status: 200, body: `{"token":"good","x":"${'y'.repeat(128 * 1024)}"}` },
      'REGISTRY_UNEXPECTED',
    ],
    ['a page', htmlPage(200), 'REGISTRY_UNEXPECTED'],
    ['nothing at all', { status: 204 }, 'REGISTRY_UNEXPECTED'],
    ['a token and another status', { status: 201, body: '{"token":"good"}' }, 'REGISTRY_UNEXPECTED'],
    ['half a body', { status: 200, body: '{"token":"good"}', cut: true }, 'REGISTRY_UNAVAILABLE'],
    ['a hang-up', 'reset', 'REGISTRY_UNAVAILABLE'],
    ['407', { status: 407 }, 'REGISTRY_UNEXPECTED'],
  ] satisfies [string, Script, ErrorCode][])('is not %s', async (_name, script, code) => {
    const server = await registryWith(bearer, () => script)
    await failureWith(code, open().registry.readTag(repositoryAt(server.host), 'v1'))
  })
})

describe('time', () => {
  test.each([
    ['a busy token server (429)', { status: 429, headers: { 'retry-after': '7' } }],
    ['one that fails (503)', { status: 503 }],
    ['one that hangs up', 'reset'],
  ] satisfies [string, Script][])('%s is asked again', async (_name, script) => {
    const server = await registryWith(bearer, (_seen, count) => (count < 3 ? script : token('good')))
    await expect(open().registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.asked()).toHaveLength(3)
  })

  test('a token server that asks to wait for a day is not waited for', async () => {
    const server = await registryWith(bearer, () => ({ status: 429, headers: { 'retry-after': '86400' } }))
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      open().registry.readTag(repositoryAt(server.host), 'v1'),
    )
    expect(error.message).toContain('86400 s')
  })

  test('a token server that sends a letter at a time is given up', async () => {
    const slow = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n')
      const timer = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(timer))
      socket.on('error', () => undefined)
    })
    // The token server of a loopback registry may be at another port, where it sees no credentials.
    const server = await serve(() => challenge(`Bearer realm="http://${slow.host}/token"`))
    const { registry } = open({ timeouts: { totalMs: 600 } })
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('/token')
  })

  test('a token is renewed before its time is over, without a refusal in between', async () => {
    let now = Date.now()
    const clock = { now: () => new Date(now), sleep: async () => await Promise.resolve() }
    const server = await registryWith(
      bearer,
      (_seen, count) => token(`t${count}`, { expires_in: 300 }),
      (_seen, authorization) => (authorization === '' ? undefined : found),
    )
    const { registry } = open({ clock })
    for (const passed of [0, 294_000, 2_000]) {
      now += passed
      await registry.readTag(repositoryAt(server.host), 'v1')
    }
    expect(
      server.seen.filter(({ path }) => path !== '/token').map(({ headers }) => headers.authorization),
    ).toEqual([undefined, 'Bearer t1', 'Bearer t1', 'Bearer t2'])
  })

  test.each(['now', '', '2199-01-01T00:00:00Z', '1970-01-01T00:00:00Z', 17, null])(
    'what the token server takes for the time does not count: %s',
    async (issued_at) => {
      const server = await registryWith(bearer, () => token('good', { issued_at, expires_in: 300 }))
      const { registry } = open()
      for (const tag of ['a', 'b']) await registry.readTag(repositoryAt(server.host), tag)
      expect(server.asked()).toHaveLength(1)
    },
  )

  test.each([1.5, '1e9', 'soon', '-5', true, [], {}, '9'.repeat(400)])(
    'a lifetime nobody can read is a short one: %s',
    async (expires_in) => {
      let now = Date.now()
      const clock = { now: () => new Date(now), sleep: async () => await Promise.resolve() }
      const server = await registryWith(bearer, () => token('good', { expires_in }))
      const { registry } = open({ clock })
      for (const passed of [0, 54_000, 2_000]) {
        now += passed
        await registry.readTag(repositoryAt(server.host), 'v1')
      }
      expect(server.asked()).toHaveLength(2)
    },
  )

  test('a token whose time passes while a request is repeated is replaced', async () => {
    let now = Date.now()
    const clock = {
      now: () => new Date(now),
      sleep: async (milliseconds: number) => {
        now += milliseconds
        await Promise.resolve()
      },
    }
    let busy = 2
    const server = await registryWith(
      bearer,
      (_seen, count) => token(`t${count}`, { expires_in: 60 }),
      (_seen, authorization) => {
        if (authorization === '') return undefined
        if (busy > 0) {
          busy -= 1
          return { status: 429, headers: { 'retry-after': '30' } }
        }
        return authorization === 'Bearer t2' ? found : undefined
      },
    )
    const { registry } = open({ clock, timeouts: { totalMs: 200_000 } })
    await expect(registry.readTag(repositoryAt(server.host), 'v1')).resolves.toBeDefined()
    expect(server.asked()).toHaveLength(2)
  })
})

describe('a denial', () => {
  test.each([
    ['without credentials', undefined, 'Log in before this step'],
    ['of a password', password, 'were refused'],
  ])('%s says what to do', async (_name, credentials, hint) => {
    const server = await registryWith(bearer, () => ociError(403, 'DENIED', 'requested access is denied'))
    const { registry } = open({ credentials: always(credentials) })
    const error = await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(error.message).toContain('requested access is denied')
    expect(error.hint).toContain(hint)
    expect(server.asked()).toHaveLength(1)
  })

  test('of credentials is not answered by asking without', async () => {
    const server = await registryWith(bearer, ({ headers }) =>
      headers.authorization === undefined ? token('good') : { status: 401 },
    )
    const { registry } = open({ credentials: always(password) })
    await failureWith('REGISTRY_DENIED', registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(1)
  })
})

describe('a token server that redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    '(%s) is not followed, with or without credentials',
    async (status) => {
      const elsewhere = await serve(() => token('good'))
      for (const credentials of [undefined, password, identity]) {
        const server = await registryWith(bearer, () => ({
          status,
          headers: { location: `${elsewhere.origin}/token` },
        }))
        const { registry } = open({ credentials: always(credentials) })
        const error = await failureWith(
          'REGISTRY_UNEXPECTED',
          registry.readTag(repositoryAt(server.host), 'v1'),
        )
        expect(error.message).toContain('not followed')
      }
      expect(elsewhere.seen).toEqual([])
    },
  )

  test('to itself is not followed either', async () => {
    const server = await registryWith(bearer, () => ({ status: 302, headers: { location: '/token?again' } }))
    await failureWith('REGISTRY_UNEXPECTED', open().registry.readTag(repositoryAt(server.host), 'v1'))
    expect(server.asked()).toHaveLength(1)
  })
})

describe('what a registry says about its token server', () => {
  test('reaches it as it was written', async () => {
    const log: string[] = []
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token?a=b%20c&d=%2F&service=own#x",service="s&x=y z\\"\u00fc"`,
      (seen) => {
        log.push(String(seen.query))
        return token('good')
      },
    )
    await open({ credentials: always(password) }).registry.readTag(repositoryAt(server.host), 'v1')
    const [seen] = server.asked()
    expect(seen?.query.get('a')).toBe('b c')
    expect(seen?.query.get('d')).toBe('/')
    expect(seen?.query.getAll('service')).toEqual(['own', 's&x=y z"ü'])
    expect(seen?.query.get('x')).toBeNull()
    expect(seen?.query.getAll('scope')).toEqual(['repository:owner/app:pull'])
  })

  test.each(['', ',service=""'])('may leave out the service (%s)', async (service) => {
    const server = await registryWith(
      (origin) => `Bearer realm="${origin}/token"${service}`,
      () => token('good'),
    )
    await open().registry.readTag(repositoryAt(server.host), 'v1')
    expect(server.asked()[0]?.query.has('service')).toBe(false)
  })

  test('does not bring the user name into the address', async () => {
    const server = await registryWith(bearer, () => token('good'))
    const credentials = always({ kind: 'password', username: 'robot$org+name', password: 'p' })
    await open({ credentials }).registry.readTag(repositoryAt(server.host), 'v1')
    expect(server.asked()[0]?.query.toString()).not.toContain('robot')
    expect(server.asked()[0]?.headers.authorization).toBe(basic('robot$org+name', 'p'))
  })
})
