import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestOf, header, makeFolder, openRegistry, pushBlob, pushImage, send } from './client.ts'

test('blobs, manifests and tags survive a restart; an unfinished upload does not', async () => {
  const directory = await makeFolder()
  const options = { storage: { kind: 'disk', directory } } as const
  const before = await openRegistry('disk', options)
  const digest = await pushImage(before, 'a/b', 'v1', 'layer')
  await pushImage(before, 'a/b', 'v2', 'other')
  const location = header(await send(before, 'POST', '/v2/a/b/blobs/uploads/'), 'location')
  const read = await send(before, 'GET', '/v2/a/b/manifests/v1')
  await before.close()

  const after = await openRegistry('disk', options)
  const again = await send(after, 'GET', '/v2/a/b/manifests/v1')
  expect([again.status, again.body, again.headers['content-type']]).toEqual([
    200,
    read.body,
    read.headers['content-type'],
  ])
  expect(again.headers['docker-content-digest']).toBe(digest)
  expect((await send(after, 'GET', `/v2/a/b/blobs/${digestOf('layer')}`)).body.toString()).toBe('layer')
  expect(await after.tags('a/b')).toEqual(['v1', 'v2'])
  expect((await send(after, 'GET', '/v2/_catalog')).body.toString()).toContain('a/b')
  expect((await send(after, 'GET', location)).status).toBe(404)
  expect(await readdir(join(directory, 'temporary'))).toEqual([])
})

test('what a killed process left half-written is dropped', async () => {
  const directory = await makeFolder()
  await mkdir(join(directory, 'temporary'))
  await writeFile(join(directory, 'temporary', 'half'), 'ha')
  await openRegistry('disk', { storage: { kind: 'disk', directory } })
  expect(await readdir(join(directory, 'temporary'))).toEqual([])
})

test('memory forgets', async () => {
  const before = await openRegistry('memory')
  await pushImage(before, 'a', 'v1')
  await before.close()
  const after = await openRegistry('memory')
  expect((await send(after, 'GET', '/v2/a/manifests/v1')).status).toBe(404)
})

test('no name of a request becomes a name on the disk', async () => {
  const directory = await makeFolder()
  const registry = await openRegistry('disk', { storage: { kind: 'disk', directory } })
  await pushImage(registry, 'secret/name', 'release-1.0')
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const names = entries.map((entry) => entry.name)
  expect(names.filter((name) => /secret|release/u.test(name))).toEqual([])
  expect(names.filter((name) => !/^[a-z0-9-]+$/u.test(name))).toEqual([])
})

test('a mounted blob is one file on the disk', async () => {
  const directory = await makeFolder()
  const registry = await openRegistry('disk', { storage: { kind: 'disk', directory } })
  const digest = await pushBlob(registry, 'a', 'content')
  await send(registry, 'POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)
  await send(registry, 'POST', `/v2/b/blobs/uploads/?mount=${digest}&from=a`)
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && entry.name.includes(digest.slice(7)))
  expect(files).toHaveLength(2)
  for (const file of files) {
    expect(await readFile(join(file.parentPath, file.name), 'utf8')).toBe('content')
  }
  expect(await readdir(join(directory, 'temporary'))).toEqual([])
})
