import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { FAULT_KINDS } from '../../../sandbox/faults/draw.ts'
import { createChooser } from '../../../sandbox/faults/plan.ts'
import { describeInjected, type Fault, type FaultProxy } from '../../../sandbox/faults/proxy.ts'
import { type Behind, openConnection, openProxy, parseAnswer, requestText, startBehind } from './wire.ts'

/** One request through one fault. */
async function through(fault: Fault, method = 'GET', body = '', behind?: Behind) {
  const target = behind ?? (await startBehind())
  const proxy = await openProxy(target.origin, { rules: [{ fault }] })
  const connection = openConnection(proxy.host)
  connection.write(requestText(method, '/v2/x', body))
  return { proxy, target, connection }
}

/** Looks often: these tests wait for much that takes a millisecond. */
function eventually<T>(look: () => T) {
  return expect.poll(look, { interval: 5 })
}

/** Waits for text on a connection. */
async function until(connection: ReturnType<typeof openConnection>, expected: RegExp): Promise<string> {
  await eventually(() => connection.received()).toMatch(expected)
  return connection.received()
}

async function untilEnded(connection: ReturnType<typeof openConnection>): Promise<string> {
  await eventually(() => connection.state()).not.toBe('open')
  return connection.received()
}

/** Whole answers of the server behind, as they pass. */
const WHOLE = /\r\n\r\n0123456789$/u

describe('without faults', () => {
  test('requests and answers pass as they are', async () => {
    const target = await startBehind((got, response) => {
      response.writeHead(202, [
        'Location',
        '/next?a=b',
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'X-Odd-Case',
        'é',
      ])
      response.end(
        `${got.method} ${got.url} ${String(got.headers['x-mine'])} ${got.headers.host} ${got.body}`,
      )
    })
    const proxy = await openProxy(target.origin, {})
    const headers = { 'x-mine': 'yes' }
    const answer = await fetch(`${proxy.url}/a/b?c=d%20e`, { method: 'PUT', headers, body: 'body' })
    expect(answer.status).toBe(202)
    expect(answer.headers.get('location')).toBe('/next?a=b')
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('x-odd-case')).toBe('é')
    expect(await answer.text()).toBe(`PUT /a/b?c=d%20e yes ${proxy.host} body`)
    expect(proxy.injected).toEqual([])
  })

  test('what an answer to HEAD declares is kept', async () => {
    const target = await startBehind((_got, response) => {
      response.writeHead(200, { 'Content-Length': '1234' })
      response.end()
    })
    const proxy = await openProxy(target.origin, {})
    const answer = await fetch(proxy.url, { method: 'HEAD' })
    expect(answer.headers.get('content-length')).toBe('1234')
  })

  test('a connection serves many requests', async () => {
    const proxy = await openProxy((await startBehind()).origin, {})
    const connection = openConnection(proxy.host)
    for (let index = 1; index <= 3; index += 1) {
      connection.write(requestText('GET', `/${index}`))
      await eventually(() => connection.received().match(/0123456789/gu)?.length).toBe(index)
    }
    expect([proxy.requests, proxy.connections]).toEqual([3, 1])
  })

  test('a target that cannot be reached breaks the connection', async () => {
    const proxy = await openProxy('http://127.0.0.1:1', {})
    await expect(fetch(proxy.url)).rejects.toThrow('fetch failed')
  })
})

describe('on the way to the target', () => {
  test.each([
    { after: { byte: 4 }, body: '0123' },
    { after: { share: 0.5 }, body: '01234' },
    { after: { byte: 0 }, body: '' },
  ])('a request is cut at $after', async ({ after, body }) => {
    const { connection, target } = await through({ kind: 'cut-request', after }, 'PUT', '0123456789')
    expect(await untilEnded(connection)).toBe('')
    // A head without any of its body may not even become a request.
    if (body !== '') await eventually(() => target.got).toMatchObject([{ body, isWhole: false }])
    expect(target.got.filter(({ isWhole }) => isWhole)).toEqual([])
  })

  test('one byte of a request changes', async () => {
    const fault = { kind: 'corrupt-request', at: { byte: 2 } } as const
    const { connection, target } = await through(fault, 'PUT', '0123456789')
    await until(connection, WHOLE)
    expect(target.got).toMatchObject([{ body: '0133456789', isWhole: true }])
  })

  test.each([
    { answer: 'first', expected: '1' },
    { answer: 'second', expected: '2' },
  ] as const)('a request arrives twice, and the $answer answer counts', async ({ answer, expected }) => {
    const behind: Behind = await startBehind((_got, response) => response.end(String(behind.got.length)))
    const { connection } = await through({ kind: 'send-twice', together: false, answer }, 'PUT', 'x', behind)
    await until(connection, new RegExp(`\r\n\r\n${expected}$`, 'u'))
    expect(behind.got.map(({ body }) => body)).toEqual(['x', 'x'])
  })

  test('two copies of a request are on their way at once', async () => {
    let waiting: (() => void)[] = []
    const behind = await startBehind((_got, response) => {
      waiting.push(() => response.end('both'))
      if (waiting.length < 2) return
      for (const go of waiting) go()
      waiting = []
    })
    const fault = { kind: 'send-twice', together: true, answer: 'first' } as const
    const { connection } = await through(fault, 'PUT', 'x', behind)
    await until(connection, /both$/u)
  })

  test('a request waits until another was answered', async () => {
    const fault = { kind: 'hold-request', others: 1, ms: 60_000 } as const
    const { connection, proxy, target } = await through(fault)
    await eventually(() => proxy.requests).toBe(1)
    expect(await (await fetch(`${proxy.url}/other`)).text()).toBe('0123456789')
    await until(connection, WHOLE)
    expect(target.got.map(({ url }) => url)).toEqual(['/other', '/v2/x'])
  })

  test('a request waits no longer than it may', async () => {
    const { connection } = await through({ kind: 'hold-request', others: 1, ms: 20 })
    await until(connection, WHOLE)
  })

  test('a request that stalls for ever never arrives', async () => {
    const { connection, proxy, target } = await through({ kind: 'stall-request' })
    await eventually(() => proxy.injected.length).toBe(1)
    await proxy.close()
    expect([await untilEnded(connection), target.got]).toEqual(['', []])
  })

  test('a request that stalls for a while arrives', async () => {
    const { connection } = await through({ kind: 'stall-request', ms: 10 })
    await until(connection, WHOLE)
  })

  test('a request whose client has left is not passed on', async () => {
    const target = await startBehind()
    const fault = { kind: 'stall-request', ms: 300 } as const
    const proxy = await openProxy(target.origin, { rules: [{ fault }] })
    const impatient = fetch(proxy.url, { signal: AbortSignal.timeout(50) })
    await expect(impatient).rejects.toThrow('timeout')
    await proxy.idle()
    expect(target.got).toEqual([])
  })
})

describe('in place of the target', () => {
  test.each([
    { status: 429, retryAfter: '7', body: 'oci', isProcessed: false },
    { status: 503, retryAfter: 'soon', body: 'html', isProcessed: false },
    { status: 504, body: 'none', isProcessed: true },
    { status: 500, body: 'text', isProcessed: true },
  ] as const)('an answer $status', async (fault) => {
    const { connection, target } = await through({ kind: 'status', ...fault })
    const { status, head, body } = parseAnswer(await until(connection, /\r\n\r\n/u))
    expect(status).toBe(fault.status)
    expect(/^Retry-After: (.*)$/mu.exec(head)?.[1]).toBe('retryAfter' in fault ? fault.retryAfter : undefined)
    expect(body === '').toBe(fault.body === 'none')
    expect(target.got.length).toBe(fault.isProcessed ? 1 : 0)
  })

  test('a storm lasts as long as it is told', async () => {
    const fault = { kind: 'status', status: 429, body: 'oci', isProcessed: false } as const
    const rules = [{ fault, method: 'GET', path: /^\/v2\//u, from: 1, times: 3 }]
    const proxy = await openProxy((await startBehind()).origin, { rules })
    const statuses: number[] = []
    for (const path of ['/v2/a', '/other', '/v2/a', '/v2/b', '/other', '/v2/a', '/v2/a'])
      statuses.push((await fetch(proxy.url + path)).status)
    expect(statuses).toEqual([200, 200, 429, 429, 200, 429, 200])
  })

  test.each([200, 404])('a web page with status %i', async (status) => {
    const { connection, target } = await through({ kind: 'page', status })
    const answer = parseAnswer(await until(connection, /<\/html>$/u))
    expect([answer.status, target.got]).toEqual([status, []])
    expect(answer.head).toContain('Content-Type: text/html')
  })

  test.each([
    { to: 'self', expected: '/v2/x' },
    { to: 'https://elsewhere.test/x', expected: 'https://elsewhere.test/x' },
  ])('a redirect to $to', async ({ to, expected }) => {
    const { connection } = await through({ kind: 'redirect', status: 307, to })
    const { status, head } = parseAnswer(await until(connection, /\r\n\r\n/u))
    expect([status, /^Location: (.*)$/mu.exec(head)?.[1]]).toEqual([307, expected])
  })

  test('what was answered before', async () => {
    const behind: Behind = await startBehind((_got, response) => response.end(String(behind.got.length)))
    const proxy = await openProxy(behind.origin, {
      rules: [{ fault: { kind: 'stale' }, from: 1, times: 2 }],
    })
    const answers: string[] = []
    for (const path of ['/a', '/a', '/b', '/a']) answers.push(await (await fetch(proxy.url + path)).text())
    // The second is the first again; of /b there is no earlier answer.
    expect(answers).toEqual(['1', '1', '2', '3'])
  })
})

describe('the answer is changed', () => {
  test.each([
    { fault: { kind: 'corrupt-body', at: { byte: 0 } }, body: '1123456789' },
    { fault: { kind: 'corrupt-body', at: { share: 1 } }, body: '0123456788' },
    { fault: { kind: 'repeat-chunk', at: { byte: 2 }, length: 3 }, body: '0123423456789' },
    { fault: { kind: 'swap-chunks', at: { byte: 2 }, length: 3 }, body: '0156723489' },
    { fault: { kind: 'swap-chunks', at: { share: 1 }, length: 3 }, body: '0123789456' },
    { fault: { kind: 'empty-body' }, body: '' },
  ] as const)('$fault', async ({ fault, body }) => {
    const { connection } = await through(fault)
    const answer = parseAnswer(await until(connection, new RegExp(`\r\n\r\n${body}$`, 'u')))
    expect(answer.head).toContain(`Content-Length: ${body.length}`)
    expect(answer.status).toBe(200)
  })

  test.each([true, false])('it is compressed, declared: %s', async (isDeclared) => {
    const { connection } = await through({ kind: 'gzip', isDeclared })
    const answer = parseAnswer(await until(connection, /\r\n\r\n.{20}/su))
    expect(answer.head.includes('Content-Encoding: gzip')).toBe(isDeclared)
    expect(gunzipSync(Buffer.from(answer.body, 'latin1')).toString()).toBe('0123456789')
  })

  test.each([
    { name: 'Docker-Content-Digest', at: { share: 1 }, expected: 'Docker-Content-Digest: sha256:0124' },
    { name: 'Content-Type', at: { byte: 0 }, expected: 'Content-Type: xext/plain' },
    { name: 'Content-Length', at: { byte: 1 }, expected: 'Content-Length: 11' },
  ])('a byte of $name', async ({ name, at, expected }) => {
    const { connection } = await through({ kind: 'corrupt-header', name, at })
    expect(parseAnswer(await until(connection, WHOLE)).head).toContain(expected)
  })

  test.each([
    { location: 'http://127.0.0.1:5000/v2/x', expected: 'http://127.0.0.1:5000/x2/x' },
    { location: '/v2/x', expected: '/x2/x' },
    { location: '/', expected: '/' },
  ])('a corrupted $location keeps its host', async ({ location, expected }) => {
    const behind = await startBehind((_got, response) => response.setHeader('Location', location).end())
    const fault = { kind: 'corrupt-header', name: 'location', at: { byte: 0 } } as const
    const { connection } = await through(fault, 'GET', '', behind)
    expect(await until(connection, /\r\n\r\n/u)).toContain(`Location: ${expected}\r\n`)
  })

  test('a header is missing', async () => {
    const { connection } = await through({ kind: 'drop-header', name: 'docker-content-digest' })
    expect(await until(connection, WHOLE)).not.toMatch(/digest/iu)
  })

  test.each([
    { value: undefined, expected: ['sha256:0123', 'sha256:0123'] },
    { value: 'other', expected: ['sha256:0123', 'other'] },
  ])('a header comes twice, again with $value', async ({ value, expected }) => {
    const name = 'Docker-Content-Digest'
    const again = value === undefined ? { name } : { name, value }
    const { connection } = await through({ kind: 'repeat-header', ...again })
    const { head } = parseAnswer(await until(connection, WHOLE))
    expect([...head.matchAll(/^Docker-Content-Digest: (.*)$/gmu)].map((match) => match[1])).toEqual(expected)
  })
})

describe('on the way back', () => {
  test('the answer is lost after the target has processed the request', async () => {
    const { connection, target } = await through({ kind: 'lose-answer' }, 'PUT', 'x')
    expect([await untilEnded(connection), connection.state()]).toEqual(['', 'reset'])
    expect(target.got).toMatchObject([{ body: 'x', isWhole: true }])
  })

  test.each([{ byte: 0 }, { byte: 20 }, { share: 1 }])('the head is cut at %j', async (after) => {
    const { connection } = await through({ kind: 'cut-head', after })
    const text = await untilEnded(connection)
    expect('HTTP/1.1 200 OK\r\nContent-Type'.startsWith(text.slice(0, 20))).toBe(true)
    expect(text).not.toContain('\r\n\r\n')
    if ('byte' in after) expect(text.length).toBe(after.byte)
  })

  test.each([
    { framing: 'length', head: 'Content-Length: 10', body: '012' },
    { framing: 'chunked', head: 'Transfer-Encoding: chunked', body: '3\r\n012\r\n' },
    { framing: 'close', head: 'Connection: close', body: '012' },
  ] as const)('the body is cut, framed by $framing', async ({ framing, head, body }) => {
    const { connection } = await through({ kind: 'cut-body', after: { byte: 3 }, framing })
    const answer = parseAnswer(await untilEnded(connection))
    expect(answer.head).toContain(head)
    expect(answer.head.includes('Content-Length')).toBe(framing === 'length')
    expect(answer.body).toBe(body)
  })

  test('the head is late', async () => {
    const { connection, target } = await through({ kind: 'stall-head', ms: 10 })
    await until(connection, WHOLE)
    expect(target.got.length).toBe(1)
  })

  test('the head never comes', async () => {
    const { connection, proxy, target } = await through({ kind: 'stall-head' })
    await eventually(() => target.got.length).toBe(1)
    await proxy.close()
    expect(await untilEnded(connection)).toBe('')
  })

  test('the body stops in the middle', async () => {
    const { connection, proxy } = await through({ kind: 'stall-body', at: { byte: 4 } })
    expect(parseAnswer(await until(connection, /\r\n\r\n0123$/u)).head).toContain('Content-Length: 10')
    await proxy.close()
    expect(await untilEnded(connection)).toMatch(/\r\n\r\n0123$/u)
  })

  test('the body comes in small pieces', async () => {
    const { connection } = await through({ kind: 'drip', bytes: 3, ms: 5 })
    await until(connection, WHOLE)
  })

  test('answers overtake each other', async () => {
    const { connection, proxy, target } = await through({ kind: 'hold-answer', others: 1, ms: 60_000 })
    await eventually(() => target.got.length).toBe(1)
    expect(connection.received()).toBe('')
    await fetch(`${proxy.url}/other`)
    await until(connection, WHOLE)
  })

  test.each([
    { by: 5, declared: 15 },
    { by: -4, declared: 6 },
  ])('the length is wrong by $by', async ({ by, declared }) => {
    const { connection } = await through({ kind: 'wrong-length', by })
    const { head } = parseAnswer(await until(connection, WHOLE))
    expect(head.match(/Content-Length: \d+/gu)).toEqual([`Content-Length: ${declared}`])
    expect(connection.state()).toBe('open')
  })

  test.each([0, 5])('there are more bytes behind the answer, after %i ms', async (ms) => {
    const { connection } = await through({ kind: 'extra-bytes', bytes: 'more', ms })
    const { head } = parseAnswer(await until(connection, /\r\n\r\n0123456789more$/u))
    expect(head).toContain('Content-Length: 10')
    expect(connection.state()).toBe('open')
  })

  test.each([0, 5])('the answer comes twice, after %i ms', async (ms) => {
    const { connection } = await through({ kind: 'answer-twice', ms })
    await until(connection, /^HTTP[^]*\r\n\r\n0123456789HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n0123456789$/u)
    expect(connection.state()).toBe('open')
  })

  test('a connection closes behind a whole answer', async () => {
    const { connection } = await through({ kind: 'close-idle', on: 'answer' })
    expect(await untilEnded(connection)).toMatch(WHOLE)
    expect(connection.received()).toContain('Connection: keep-alive')
  })

  test('a connection breaks when the next request comes', async () => {
    const { connection, target } = await through({ kind: 'close-idle', on: 'next-request' })
    await until(connection, WHOLE)
    expect(connection.state()).toBe('open')
    connection.write(requestText('GET', '/next'))
    await untilEnded(connection)
    expect([connection.state(), target.got.length]).toEqual(['reset', 1])
  })

  test('a half-closed connection takes requests and never answers', async () => {
    const { connection, target } = await through({ kind: 'half-close' })
    expect(await untilEnded(connection)).toMatch(WHOLE)
    connection.write(requestText('GET', '/next'))
    connection.write(requestText('GET', '/another'))
    expect([connection.state(), target.got.length]).toEqual(['ended', 1])
  })
})

describe('a connection before any request', () => {
  test.each(['reset', 'end'] as const)('is dropped: %s', async (how) => {
    const proxy = await openProxy((await startBehind()).origin, {
      rules: [{ fault: { kind: 'drop-connection', how } }],
    })
    const connection = openConnection(proxy.host)
    expect(await untilEnded(connection)).toBe('')
    expect(connection.state()).toBe(how === 'end' ? 'ended' : 'reset')
    expect(proxy.injected.map(describeInjected)).toEqual([`#0 CONNECTION : drop-connection how=${how}`])
    expect((await fetch(proxy.url)).status).toBe(200)
  })

  test('is open, and mute', async () => {
    const target = await startBehind()
    const proxy = await openProxy(target.origin, {
      rules: [{ fault: { kind: 'drop-connection', how: 'mute' } }],
    })
    await expect(fetch(proxy.url, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout')
    expect(target.got).toEqual([])
  })
})

describe('luck', () => {
  const paths = ['/v2/a/manifests/x', '/v2/a/blobs/y', '/v2/a/manifests/x', '/v2/a/tags/list']
  const asked = Array.from({ length: 15 }, () => paths).flat()

  async function play(seed: string, order: readonly string[]): Promise<FaultProxy> {
    const { origin } = await startBehind()
    const kinds = ['status', 'page', 'corrupt-body', 'empty-body', 'stale', 'gzip'] as const
    const lottery = { seed, probability: 0.4, kinds }
    const proxy = await openProxy(origin, { lottery })
    for (const path of order) await fetch(proxy.url + path).then((answer) => answer.arrayBuffer(), String)
    return proxy
  }

  function perPath({ injected }: FaultProxy): Record<string, unknown[]> {
    const entries = paths.map((path) => [
      path,
      injected.filter((one) => one.path === path).map(({ fault }) => fault),
    ])
    return Object.fromEntries(entries) as Record<string, unknown[]>
  }

  test('is the same for the same seed and requests', async () => {
    const [first, again, other] = [
      await play('one', asked),
      await play('one', asked),
      await play('two', asked),
    ]
    expect(first.injected.length).toBeGreaterThan(10)
    expect(again.injected).toEqual(first.injected)
    expect(perPath(other)).not.toEqual(perPath(first))
  })

  test('does not depend on which request comes first', async () => {
    expect(perPath(await play('one', asked.toSorted()))).toEqual(perPath(await play('one', asked)))
  })

  test('does not depend on the names of upload sessions', async () => {
    const sessions = (names: readonly string[]) => names.map((name) => `/v2/a/blobs/uploads/${name}`)
    const names = Array.from({ length: 30 }, (_, index) => String(index))
    const first = await play('one', sessions(names))
    const again = await play('one', sessions(names.map((name) => `other-${name}`)))
    expect(first.injected.length).toBeGreaterThan(5)
    expect(again.injected.map(({ fault }) => fault)).toEqual(first.injected.map(({ fault }) => fault))
  })

  test('draws every kind, and only those that are permitted', async () => {
    const drawn = (permits: (fault: Fault) => boolean) => {
      const lottery = { seed: 1, probability: 1, permits, elsewhere: ['http://elsewhere.test/'] }
      const chooser = createChooser({ lottery })
      const faults = Array.from({ length: 2000 }, (_, index) =>
        chooser.forRequest({ method: 'GET', path: `/${index}` }),
      )
      return new Set(faults.flatMap((fault) => (fault === undefined ? [] : [fault.kind])))
    }
    expect([...drawn(() => true)].toSorted()).toEqual([...FAULT_KINDS].toSorted())
    expect([...drawn(({ kind }) => kind === 'gzip')]).toEqual(['gzip'])
  })

  test('drops connections as it is told', async () => {
    const draw = () => {
      const chooser = createChooser({ lottery: { seed: 3, probability: 0, connectionProbability: 0.3 } })
      return Array.from({ length: 200 }, () => chooser.forConnection()?.how)
    }
    expect(draw()).toEqual(draw())
    expect(new Set(draw())).toEqual(new Set([undefined, 'reset', 'end', 'mute']))
  })
})

test('every fault in one line', async () => {
  const fault = { kind: 'cut-body', after: { share: 0.25 }, framing: 'close' } as const
  const { connection, proxy } = await through(fault)
  await untilEnded(connection)
  expect(proxy.injected.map(describeInjected)).toEqual(['#0 GET /v2/x: cut-body after=25.0% framing=close'])
})

test('closing ends everything that is under way', async () => {
  const { connection, proxy } = await through({ kind: 'stall-head' })
  await eventually(() => proxy.requests).toBe(1)
  await proxy.close()
  await untilEnded(connection)
  expect(proxy.connections).toBe(0)
})
