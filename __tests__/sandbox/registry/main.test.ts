import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { runMain, spawnMain } from '../mains.ts'
import { makeFolder } from './client.ts'

async function start(...args: string[]) {
  const child = spawnMain('registry', args)
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  const host = /^registry listening on (127\.0\.0\.1:\d+)$/u.exec(line)?.[1]
  if (host === undefined) throw new Error(`unexpected line: ${line}`)
  return { child, url: `http://${host}` }
}

async function pushEmptyBlob(url: string): Promise<number> {
  const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  return (await fetch(`${url}/v2/a/blobs/uploads/?digest=${digest}`, { method: 'POST' })).status
}

test.each(['SIGTERM', 'SIGINT'] as const)('serves from a directory until %s', async (signal) => {
  const directory = await makeFolder()
  const first = await start('--directory', directory)
  expect(await pushEmptyBlob(first.url)).toBe(201)
  first.child.kill(signal)
  expect(await once(first.child, 'exit')).toEqual([0, null])
  const second = await start('--directory', directory)
  expect(await (await fetch(`${second.url}/v2/_catalog`)).json()).toEqual({ repositories: ['a'] })
})

test('takes its switches', async () => {
  const { url } = await start('--no-referrers', '--immutable', '--auth', 'joe:pass:word')
  expect((await fetch(`${url}/v2/`)).status).toBe(401)
  const headers = { Authorization: `Basic ${Buffer.from('joe:pass:word').toString('base64')}` }
  expect((await fetch(`${url}/v2/`, { headers })).status).toBe(200)
  const referrers = await fetch(`${url}/v2/a/referrers/sha256:${'a'.repeat(64)}`, { headers })
  expect(await referrers.text()).toBe('404 page not found\n')
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }
  const push = {
    method: 'PUT',
    headers: { ...headers, 'Content-Type': index.mediaType },
    body: JSON.stringify(index),
  }
  expect((await fetch(`${url}/v2/a/manifests/v1`, push)).status).toBe(201)
  expect((await fetch(`${url}/v2/a/manifests/v1`, push)).status).toBe(400)
})

test('hands out tokens', async () => {
  const { url } = await start('--token-auth', 'joe:secret')
  const challenge = (await fetch(`${url}/v2/`)).headers.get('www-authenticate')
  expect(challenge).toContain(`Bearer realm="${url}/token"`)
})

test.each([
  [['--port', '70000'], '--port: expected 0 to 65535, got "70000"'],
  [['--port', '80x'], '--port'],
  [['--auth', 'joe'], '--auth: expected USER:PASSWORD'],
  [['--token-auth', ':x'], '--token-auth'],
  [['--auth', 'a:b', '--token-auth', 'a:b'], 'exclude each other'],
  [['--unknown'], '--unknown'],
  [['extra'], 'extra'],
])('%j is a mistake it explains', async (args, message) => {
  const { code, errors } = await runMain('registry', args)
  expect(code).toBe(2)
  expect(errors).toContain(message)
  expect(errors).toContain('usage:')
})

test('a port in use is a failure', async () => {
  const { url } = await start()
  const { code, errors } = await runMain('registry', ['--port', new URL(url).port])
  expect(code).toBe(1)
  expect(errors).toContain('EADDRINUSE')
})
