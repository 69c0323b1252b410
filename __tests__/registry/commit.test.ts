import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { anonymous } from '../../src/registry/credentials.ts'
import { blobOf, failureWith, open, repositoryAt, sampleManifest } from './support/access.ts'
import { type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('a')
const STARTED = { status: 202, headers: { location: '/v2/owner/app/blobs/uploads/1' } }

/** A blob whose source pauses for longer than a connection may be silent. */
function slowSource() {
  const blob = blobOf('content', 2)
  let opened = 0
  const open = async function* (): AsyncGenerator<Uint8Array> {
    opened += 1
    for await (const chunk of blob.open()) {
      yield chunk
      await pause(400)
    }
  }
  return { blob: { ...blob, open }, openings: (): number => opened }
}

/** Uploads a blob to a registry that takes its time: for the answer, or between the head and the body of it. */
async function upload(slow: () => Promise<Script>, commitMs: number, blob = blobOf('content', 3)) {
  const server = await serve(async ({ method }) => {
    if (method === 'HEAD') return { status: 404 }
    return method === 'POST' ? STARTED : await slow()
  })
  const timeouts = { idleMs: 150, commitMs }
  const { registry } = open({ timeouts, retry: { tries: 1 } })
  return registry.putBlob(repositoryAt(server.host), blob)
}

describe('a registry that is silent while it brings a blob to its storage', () => {
  test('may be so for longer than any other', async () => {
    const slow = async (): Promise<Script> => {
      await pause(600)
      return { status: 201 }
    }
    await expect(upload(slow, 10_000)).resolves.toBe('uploaded')
  })

  test('may not be so forever', async () => {
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      upload(async () => 'hang', 300),
    )
    expect(error.message).toContain('silent for 0.3 s')
  })

  test('has to send the rest of its answer at once', async () => {
    const cut = async (): Promise<Script> => ({ status: 201, headers: { 'content-length': '5' }, body: 'x' })
    const error = await failureWith('REGISTRY_UNAVAILABLE', upload(cut, 10_000))
    expect(error.message).toContain('silent for 0.2 s')
  })

  test('is not waited for before it has the whole blob', async () => {
    const server = createServer((request, response) => {
      // The body of an upload is never read.
      if (request.method === 'HEAD') response.writeHead(404).end()
      if (request.method === 'POST') response.writeHead(202, STARTED.headers).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    onTestFinished(() => void server.close())
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const { registry } = open({ timeouts: { idleMs: 150, commitMs: 60_000 }, retry: { tries: 1 } })
    const large = blobOf('x'.repeat(32 * 1024 * 1024), 64)
    const error = await failureWith('REGISTRY_UNAVAILABLE', registry.putBlob(repositoryAt(host), large))
    expect(error.message).toContain('silent for 0.2 s')
  })

  test('is noticed after the source has been silent for longer than that', async () => {
    const { openings, blob } = slowSource()
    const error = await failureWith(
      'REGISTRY_UNAVAILABLE',
      upload(async () => 'hang', 300, blob),
    )
    expect(error.message).toContain('silent for 0.3 s')
    expect(openings()).toBe(1)
  })
})

test('a manifest whose time is over while a token is waited for is not sent any more', async () => {
  const server = await serve(async ({ path, headers }) => {
    const realm = `Bearer realm="http://${headers.host}/token",service="s"`
    if (path !== '/token') return { status: 401, headers: { 'www-authenticate': realm } }
    await pause(400)
    return { status: 200, body: '{"token":"a-token-that-came-late"}' }
  })
  const { registry } = open({ credentials: anonymous })
  const put = registry.putManifest(
    repositoryAt(server.host),
    sample.bytes,
    MEDIA_TYPES.ociManifest,
    'v1',
    200,
  )
  const error = await failureWith('REGISTRY_UNAVAILABLE', put)
  expect(error.message).toContain('no complete answer within 0.2 s')
  expect(server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PUT /v2/owner/app/manifests/v1',
    'GET /token',
  ])
})
