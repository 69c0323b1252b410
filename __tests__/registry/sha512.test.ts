import { expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import { MEDIA_TYPES } from '../../src/domain/manifest.ts'
import {
  blobOf,
  bytesOf,
  failureWith,
  open,
  readAll,
  repositoryAt,
  sampleManifest,
} from './support/access.ts'
import { type Script, serve } from './support/scripted-server.ts'

const sample = sampleManifest('sample')
const sha512 = digestOf(sample.bytes, 'sha512')

async function readAgainst(headers: Readonly<Record<string, string>>) {
  const script: Script = {
    status: 200,
    headers: { 'content-type': MEDIA_TYPES.ociManifest, ...headers },
    body: sample.bytes,
  }
  const server = await serve(() => script)
  return open().registry.readManifest(repositoryAt(server.host), sha512)
}

test.each([
  ['no digest', {}],
  ['the sha512 digest', { 'docker-content-digest': sha512 }],
  ['the sha256 digest', { 'docker-content-digest': sample.digest }],
])(
  'a manifest asked for by its sha512 is verified by it where the registry names %s',
  async (_name, headers) => {
    await expect(readAgainst(headers as Record<string, string>)).resolves.toMatchObject({ digest: sha512 })
  },
)

test.each([
  ['another sha512', digestOf('x', 'sha512')],
  ['another sha256', digestOf('x')],
])('and is refused where the registry names %s', async (_name, digest) => {
  await failureWith('CONTENT_CORRUPT', readAgainst({ 'docker-content-digest': digest }))
})

test('a blob named by its sha512 is verified by it', async () => {
  const { size } = blobOf('content')
  const good = { mediaType: 'text/plain', digest: digestOf('content', 'sha512'), size }
  const bad = { ...good, digest: digestOf('CONTENT', 'sha512') }
  const server = await serve(() => ({ status: 200, body: bytesOf('content') }))
  const { registry } = open()
  const repository = repositoryAt(server.host)
  await expect(readAll(registry.readBlob(repository, good))).resolves.toBe('content')
  const error = await failureWith('CONTENT_CORRUPT', readAll(registry.readBlob(repository, bad)))
  expect(error.message).toContain(bad.digest)
})
