import { execFileSync } from 'node:child_process'
import {
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import { FILES_ARTIFACT, FILES_LIMITS } from '../../src/domain/files-artifact.ts'
import { canonicalJson, type Json } from '../../src/domain/json.ts'
import { EMPTY_CONFIG, type Manifest, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { createFilesEngine } from '../../src/engines/files.ts'
import { blobOf } from '../../src/engines/publish.ts'
import { unpackFiles } from '../../src/targets/unpack.ts'
import { nameFault } from '../../src/targets/unpack-entry.ts'
import { makeRequest, makeTools, recordingLog, REPOSITORY } from '../fixtures/engine-tools.ts'
import { type Content, temporaryFolder, writeTree } from '../fixtures/folders.ts'
import { createMemoryRegistry, type MemoryRegistry } from '../fixtures/memory-registry.ts'
import { makeTar, makeTarGzip, type RawEntry } from '../fixtures/tar.ts'

const FILES: Content = {
  'dist/index.html': 'hello',
  'dist/bin/run': { run: '#!/bin/sh' },
  'dist/bin/latest': { link: 'run' },
  'dist/up': { link: 'bin/latest' },
  'dist/empty/folder': null,
  [`dist/${'long/'.repeat(50)}ünïcödé\nname`]: 'x'.repeat(5000),
}

interface Change {
  readonly manifest?: Record<string, Json>
  readonly layer?: Record<string, Json>
  readonly annotations?: Record<string, string>
}

/** Publishes a layer as a files artifact, changed as told. */
async function publish(layer: Uint8Array, change: Change = {}, registry = createMemoryRegistry()) {
  const descriptor = { mediaType: MEDIA_TYPES.ociTarGzip, digest: digestOf(layer), size: layer.byteLength }
  await registry.putBlob(REPOSITORY, blobOf({ bytes: layer, descriptor }))
  await registry.putBlob(REPOSITORY, blobOf(EMPTY_CONFIG))
  const annotations = {
    [FILES_ARTIFACT.title]: 'dist',
    [FILES_ARTIFACT.contentDigest]: tarDigest(layer),
    ...change.annotations,
  }
  const document = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: FILES_ARTIFACT.artifactType,
    config: EMPTY_CONFIG.descriptor,
    layers: [{ ...descriptor, annotations, ...change.layer }],
    ...change.manifest,
  }
  const digest = await registry.putManifest(
    REPOSITORY,
    Buffer.from(canonicalJson(document)),
    MEDIA_TYPES.ociManifest,
  )
  return { registry, manifest: (await registry.readManifest(REPOSITORY, digest)) as Manifest }
}

function tarDigest(layer: Uint8Array): string {
  try {
    return digestOf(gunzipSync(layer))
  } catch {
    return digestOf('not gzip')
  }
}

async function unpack(artifact: { registry: MemoryRegistry; manifest: Manifest }, directory: string) {
  return await unpackFiles({ ...artifact, repository: REPOSITORY, directory, log: recordingLog() })
}

/** Expects the refusal, and that nothing but the folder the test made is left. */
async function expectRefused(
  artifact: { registry: MemoryRegistry; manifest: Manifest },
  message: string | RegExp,
) {
  const parent = temporaryFolder()
  await expect(unpack(artifact, join(parent, 'out'))).rejects.toMatchObject({
    code: 'UNPACK_FAILED',
    message: expect.stringMatching(message) as string,
  })
  expect(readdirSync(parent)).toEqual([])
}

const ROOT: RawEntry = { name: 'dist/', type: '5', mode: 0o755 }

async function refuse(entries: readonly RawEntry[], message: string | RegExp) {
  await expectRefused(await publish(makeTarGzip([ROOT, ...entries])), message)
}

describe('what the engine files published', () => {
  async function published() {
    const workspace = writeTree(temporaryFolder(), FILES)
    const tools = makeTools()
    const { digest } = await createFilesEngine({ path: 'dist' }, tools).build(
      makeRequest({ workspace, temporary: temporaryFolder() }),
    )
    return {
      workspace,
      registry: tools.registry,
      manifest: (await tools.registry.readManifest(REPOSITORY, digest as Digest)) as Manifest,
    }
  }

  test.each(['new', 'deep/new/folder', 'empty'])('is restored into the %s folder', async (name) => {
    const { workspace, ...artifact } = await published()
    const parent = writeTree(temporaryFolder(), { empty: null })
    const target = join(parent, name)
    const result = await unpack(artifact, target)
    expect(result).toEqual({ files: 3, bytes: 5 + 9 + 5000 })
    expect(execFileSync('diff', ['-r', '--no-dereference', join(workspace, 'dist'), target]).toString()).toBe(
      '',
    )
    expect(readlinkSync(join(target, 'bin/latest'))).toBe('run')
    expect(statSync(join(target, 'bin/run')).mode & 0o111).not.toBe(0)
    expect(statSync(join(target, 'index.html')).mode & 0o111).toBe(0)
    expect(readdirSync(join(target, 'empty'))).toEqual(['folder'])
    expect(readdirSync(parent).toSorted()).toEqual(
      [...new Set(['empty', name.split('/')[0] ?? ''])].toSorted(),
    )
  })

  test('never overwrites: a folder with content, a file, a link', async () => {
    const artifact = await published()
    const parent = writeTree(temporaryFolder(), { 'full/mine': 'x', file: 'y', other: null })
    symlinkSync('other', join(parent, 'link'))
    for (const name of ['full', 'file', 'link', 'full/mine/below']) {
      await expect(unpack(artifact, join(parent, name))).rejects.toMatchObject({ code: 'UNPACK_FAILED' })
    }
    expect(readdirSync(parent).toSorted()).toEqual(['file', 'full', 'link', 'other'])
    expect(readdirSync(join(parent, 'other'))).toEqual([])
  })
})

describe('what other tools wrote', () => {
  test('GNU tar: hard links inside the folder', async () => {
    const workspace = writeTree(temporaryFolder(), { 'dist/a': 'same' })
    execFileSync('ln', ['a', 'b'], { cwd: join(workspace, 'dist') })
    const layer = execFileSync('tar', ['-cz', '--sort=name', '-C', workspace, 'dist'])
    const target = join(temporaryFolder(), 'out')
    expect(await unpack(await publish(layer), target)).toEqual({ files: 2, bytes: 4 })
    expect(readFileSync(join(target, 'b'), 'utf8')).toBe('same')
  })
})

describe('the manifest', () => {
  const layer = makeTarGzip([ROOT])
  test.each<{ description: string; change: Change; message: string }>([
    {
      description: 'of another type',
      change: { manifest: { artifactType: 'application/vnd.other' } },
      message: 'got application/vnd.other',
    },
    {
      description: 'of two layers',
      change: { manifest: { layers: [EMPTY_CONFIG.descriptor, EMPTY_CONFIG.descriptor] } },
      message: 'expected one layer, got 2',
    },
    {
      description: 'of no layer',
      change: { manifest: { layers: [] } },
      message: 'expected one layer, got 0',
    },
    {
      description: 'of an uncompressed layer',
      change: { layer: { mediaType: MEDIA_TYPES.ociTar } },
      message: 'expected a layer of type',
    },
    { description: 'without a title', change: { layer: { annotations: {} } }, message: 'its title ""' },
    {
      description: 'with a title that goes up',
      change: { annotations: { [FILES_ARTIFACT.title]: '..' } },
      message: 'its title',
    },
    {
      description: 'with a title of two parts',
      change: { annotations: { [FILES_ARTIFACT.title]: 'a/b' } },
      message: 'separator',
    },
    {
      description: 'with a malformed content digest',
      change: { annotations: { [FILES_ARTIFACT.contentDigest]: 'md5:1' } },
      message: 'a digest',
    },
    {
      description: 'with another content digest',
      change: { annotations: { [FILES_ARTIFACT.contentDigest]: digestOf('other') } },
      message: 'The archive is corrupt',
    },
  ])('$description is refused', async ({ change, message }) => {
    await expectRefused(await publish(layer, change), message)
  })

  test('that is an image index, or without artifactType, is refused', async () => {
    const { registry, manifest } = await publish(layer)
    const index = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPES.ociIndex,
      manifests: [
        { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength },
      ],
    }
    const digest = await registry.putManifest(
      REPOSITORY,
      Buffer.from(canonicalJson(index)),
      MEDIA_TYPES.ociIndex,
    )
    await expectRefused(
      { registry, manifest: (await registry.readManifest(REPOSITORY, digest)) as Manifest },
      'got an index',
    )
  })
})

describe('the layer', () => {
  test.each<{ description: string; stream: (bytes: Uint8Array) => Iterable<Uint8Array>; message: string }>([
    { description: 'cut short', stream: (bytes) => [bytes.subarray(0, -1)], message: 'The layer is corrupt' },
    { description: 'too long', stream: (bytes) => [bytes, new Uint8Array(1)], message: 'got more' },
    {
      description: 'changed',
      stream: (bytes) => [bytes.with(20, (bytes[20] ?? 0) ^ 1)],
      message: 'The layer is corrupt',
    },
  ])('$description on its way is refused before it is read', async ({ stream, message }) => {
    const artifact = await publish(makeTarGzip([ROOT]))
    const readBlob: MemoryRegistry['readBlob'] = async function* (repository, { digest }) {
      yield* stream(artifact.registry.blob(repository, digest))
    }
    await expectRefused({ ...artifact, registry: { ...artifact.registry, readBlob } }, message)
  })

  test('an error of the registry stays what it is', async () => {
    const artifact = await publish(makeTarGzip([ROOT]))
    const parent = temporaryFolder()
    const readBlob: MemoryRegistry['readBlob'] = async function* (repository) {
      yield artifact.registry.blob(repository, digestOf('gone'))
    }
    const registry = { ...artifact.registry, readBlob }
    await expect(unpack({ ...artifact, registry }, join(parent, 'out'))).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
    })
    expect(readdirSync(parent)).toEqual([])
  })

  test.each<{ description: string; layer: () => Uint8Array }>([
    { description: 'not gzip', layer: () => Buffer.from('hello') },
    { description: 'gzip of something else', layer: () => gzipSync('hello'.repeat(1000)) },
    {
      description: 'a tar that is cut short',
      layer: () => gzipSync(makeTar([ROOT, { name: 'dist/a', body: 'x'.repeat(2000) }]).subarray(0, 1600)),
    },
    {
      description: 'a gzip that is cut short',
      layer: () => makeTarGzip([ROOT, { name: 'dist/a', body: 'hello' }]).subarray(0, -9),
    },
    { description: 'a tar with a wrong checksum', layer: () => gzipSync(makeTar([ROOT]).with(0, 0x65)) },
    {
      description: 'a tar with something behind its end',
      layer: () => gzipSync(Buffer.concat([makeTar([ROOT]), Buffer.from('x'.repeat(512))])),
    },
    { description: 'empty', layer: () => gzipSync('') },
  ])('$description is refused', async ({ layer }) => {
    await expectRefused(await publish(layer()), 'could not be unpacked')
  })
})

describe('malicious entries are refused, leaving nothing behind', () => {
  test.each<{ name: string; message: string }>([
    { name: '/etc/passwd', message: 'absolute' },
    { name: '../evil', message: 'goes up' },
    { name: 'dist/../../evil', message: 'goes up' },
    { name: 'dist/..', message: 'goes up' },
    { name: 'dist//evil', message: 'empty part' },
    { name: 'dist/./evil', message: 'empty part' },
    { name: './dist/evil', message: 'empty part' },
    { name: 'evil', message: 'not in the folder "dist"' },
    { name: 'distant', message: 'not in the folder "dist"' },
    { name: 'dist', message: 'not in the folder "dist"' },
    { name: 'dist/new/file', message: 'not a folder of the archive' },
  ])('name $name', async ({ name, message }) => {
    await refuse([{ name, body: 'evil' }], message)
  })

  test.each([
    { type: '3', message: 'character-device' },
    { type: '4', message: 'block-device' },
    { type: '6', message: 'fifo' },
  ])('type $message', async ({ type, message }) => {
    await refuse([{ name: 'dist/x', type }], `entries of type ${message}`)
  })

  test.each(['/etc', '..', '../x', 'sub/../../x', ''])('symbolic link to "%s"', async (linkname) => {
    await refuse([{ name: 'dist/l', type: '2', linkname }], 'it is a link to')
  })

  test.each(['/etc/passwd', 'dist/later', 'dist', 'dist/', 'dist/l', '../x', 'dist/../x', 'other/x'])(
    'hard link to %s',
    async (linkname) => {
      await refuse(
        [
          { name: 'dist/l', type: '2', linkname: 'x' },
          { name: 'dist/h', type: '1', linkname },
          { name: 'dist/later' },
        ],
        'hard link',
      )
    },
  )

  test('a file through a symbolic link', async () => {
    await refuse(
      [
        { name: 'dist/sub/', type: '5' },
        { name: 'dist/l', type: '2', linkname: 'sub' },
        { name: 'dist/l/evil', body: 'x' },
      ],
      'not a folder of the archive',
    )
  })

  test.each<{ description: string; entries: readonly RawEntry[] }>([
    { description: 'two files', entries: [{ name: 'dist/a' }, { name: 'dist/a' }] },
    { description: 'a file and a folder', entries: [{ name: 'dist/a' }, { name: 'dist/a/', type: '5' }] },
    {
      description: 'two folders',
      entries: [
        { name: 'dist/a/', type: '5' },
        { name: 'dist/a/', type: '5' },
      ],
    },
    {
      description: 'a link and a file',
      entries: [{ name: 'dist/a', type: '2', linkname: 'b' }, { name: 'dist/a' }],
    },
    { description: 'the folder itself', entries: [ROOT] },
  ])('one name for $description', async ({ entries }) => {
    await refuse(entries, 'there twice')
  })

  test('more bytes than allowed, before any is written', async () => {
    const record = `size=${FILES_LIMITS.bytes + 1}\n`
    const entries = [{ name: 'x', type: 'x', body: `${record.length + 3} ${record}` }, { name: 'dist/huge' }]
    await refuse(entries, `more than ${FILES_LIMITS.bytes} bytes`)
  })

  test('more entries than allowed', async () => {
    const links = Array.from({ length: FILES_LIMITS.entries }, (_, index) => ({
      name: `dist/${index}`,
      type: '2',
      linkname: 'x',
    }))
    await refuse(links, `more than ${FILES_LIMITS.entries} entries`)
  })

  test('long names of GNU and pax headers are judged as well', async () => {
    const record = 'path=dist/../../evil\n'
    await refuse(
      [
        { name: 'x', type: 'x', body: `${record.length + 3} ${record}` },
        { name: 'dist/harmless', body: 'x' },
      ],
      'goes up',
    )
    await refuse(
      [{ name: '././@LongLink', type: 'L', body: '/etc/evil\0' }, { name: 'dist/harmless' }],
      'absolute',
    )
    await refuse(
      [
        { name: '././@LongLink', type: 'K', body: '/etc\0' },
        { name: 'dist/l', type: '2', linkname: 'harmless' },
      ],
      'absolute path',
    )
  })

  test('set-user-id bits are not restored', async () => {
    const target = join(temporaryFolder(), 'out')
    await unpack(await publish(makeTarGzip([ROOT, { name: 'dist/su', mode: 0o6777 }])), target)
    expect(lstatSync(join(target, 'su')).mode & 0o7000).toBe(0)
  })
})

test.each([
  ['a\\b', 'another place on Windows'],
  ['C:evil', 'another place on Windows'],
  ['a\0b', 'NUL'],
])('name %j', (name, fault) => {
  expect(nameFault(name, true)).toContain(fault)
})

test('a backslash is a character like any other where it does not separate', () => {
  expect(nameFault('a\\b', false)).toBeUndefined()
})

test('a folder that cannot be made is an UNPACK_FAILED', async () => {
  const parent = temporaryFolder()
  writeFileSync(join(parent, 'file'), '')
  const artifact = await publish(makeTarGzip([ROOT]))
  await expect(unpack(artifact, join(parent, 'file/below'))).rejects.toMatchObject({ code: 'UNPACK_FAILED' })
  expect(readdirSync(parent)).toEqual(['file'])
})
