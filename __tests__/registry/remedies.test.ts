import { expect, test } from 'vitest'
import { blobOf, open, repositoryAt } from './support/access.ts'
import { htmlPage, ociError, type Script, serve } from './support/scripted-server.ts'

const LOCATION = '/v2/owner/app/blobs/uploads/1'
const STARTED: Script = { status: 202, headers: { location: LOCATION } }

async function hintOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Error && 'hint' in error ? error.hint : undefined
}

test.each([
  ['a web page', htmlPage(404), /login page in between/],
  ['plain text', { status: 404, headers: { 'content-type': 'text/plain' }, body: 'no' }, /registry host/],
  ['a body that is none', { status: 200, headers: { 'content-type': 'text/plain' } }, /./],
  ['an outage', { status: 503 }, /Run the job again/],
  ['a connection that breaks', 'reset', /runner reaches this host/],
  [
    'a redirect to the network of the runner',
    { status: 307, headers: { location: 'http://10.0.0.1/' } },
    /proxy/,
  ],
] satisfies [string, Script, RegExp][])(
  'a read that ends in %s says what to do',
  async (_name, script, says) => {
    const server = await serve(() => script)
    expect(await hintOf(open().registry.listTags(repositoryAt(server.host)))).toMatch(says)
  },
)

test.each([
  ['is too large for a proxy', STARTED, htmlPage(413), /client_max_body_size/],
  ['is too large for the registry', STARTED, ociError(413, 'SIZE_INVALID'), /client_max_body_size/],
  ['does not fit on the disk', STARTED, { status: 507 }, /storage of the registry is full/],
  ['goes to a mirror', ociError(405, 'UNSUPPORTED'), { status: 500 }, /takes no uploads here/],
  ['has no place', { status: 202 }, { status: 500 }, /registry host/],
  [
    'would go elsewhere',
    { status: 202, headers: { location: 'file:///x' } },
    { status: 500 },
    /registry host/,
  ],
] satisfies [string, Script, Script, RegExp][])(
  'an upload that %s says what to do',
  async (_name, start, end, says) => {
    const server = await serve(({ method }) => {
      if (method === 'HEAD') return { status: 404 }
      return method === 'POST' ? start : end
    })
    expect(await hintOf(open().registry.putBlob(repositoryAt(server.host), blobOf('content')))).toMatch(says)
  },
)
