import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Digest } from '../../src/domain/digest.ts'
import { linkFault } from '../../src/domain/files-artifact.ts'
import { EMPTY_CONFIG, MEDIA_TYPES } from '../../src/domain/manifest.ts'
import { createFilesEngine, type FilesInputs } from '../../src/engines/files.ts'
import { COMMIT, makeRequest, makeTools, REPOSITORY } from '../fixtures/engine-tools.ts'
import { type Content, temporaryFolder, writeTree } from '../fixtures/folders.ts'

const FILES: Content = { 'site/dist/index.html': 'hello', 'site/dist/css/latest': { link: '../index.html' } }

async function build(inputs: FilesInputs, push = true, workspace = writeTree(temporaryFolder(), FILES)) {
  const tools = makeTools()
  const engine = createFilesEngine(inputs, tools)
  expect(await engine.check({ workspace })).toEqual([])
  const { digest } = await engine.build(makeRequest({ workspace, temporary: temporaryFolder() }, { push }))
  return { digest: digest as Digest, registry: tools.registry }
}

test('the artifact is the folder under its own name, as oras expects it', async () => {
  const { digest, registry } = await build({ path: 'site/dist/', annotations: ['a=b'] })
  const manifest = await registry.readManifest(REPOSITORY, digest)
  if (manifest?.kind !== 'image') throw new Error('not a manifest')
  const [layer] = manifest.document.layers
  expect(manifest.document).toEqual({
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    artifactType: 'application/vnd.build-once.files.v1',
    config: EMPTY_CONFIG.descriptor,
    layers: [layer],
    annotations: {
      'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
      'org.opencontainers.image.revision': COMMIT,
      'org.opencontainers.image.source': 'https://github.com/team/app',
      a: 'b',
    },
  })
  expect(layer?.mediaType).toBe(MEDIA_TYPES.ociTarGzip)
  expect(layer?.annotations).toMatchObject({
    'org.opencontainers.image.title': 'dist',
    'io.deis.oras.content.unpack': 'true',
  })
  const names = execFileSync('tar', ['-tz'], {
    input: registry.blob(REPOSITORY, layer?.digest ?? ''),
  }).toString()
  expect(names).toBe('dist/\ndist/css/\ndist/css/latest\ndist/index.html\n')
  expect(registry.writes.at(-1)).toBe(`putManifest ${digest}`)
})

test('the digest is the same twice and without pushing, and follows the name of the folder', async () => {
  const { digest } = await build({ path: 'site/dist' })
  const dry = await build({ path: 'site/dist' }, false)
  expect(dry.digest).toBe(digest)
  expect(dry.registry.writes).toEqual([])
  expect((await build({ path: 'site' })).digest).not.toBe(digest)
})

test.each<{ inputs: FilesInputs; content: Content; faults: readonly string[] }>([
  { inputs: { path: 'gone' }, content: {}, faults: ['path: "gone" does not exist'] },
  {
    inputs: { path: 'd' },
    content: { 'd/up': { link: '../../etc' }, 'd/abs': { link: '/etc' }, 'd/in': { link: 'x' } },
    faults: [
      'path: "abs" is a link to "/etc": it leads to an absolute path',
      'path: "up" is a link to "../../etc": it leads out',
    ],
  },
  {
    inputs: { path: '/' },
    content: {},
    faults: ['path: "" cannot be the title of the artifact: it is not a folder name'],
  },
  {
    inputs: { path: 'a\nb' },
    content: { 'a\nb/x': '' },
    faults: ['it holds a separator or a control character'],
  },
  {
    inputs: { path: 'd', annotations: ['index:a=b'] },
    content: { 'd/x': '' },
    faults: ['annotations: "index:a=b" needs an index'],
  },
])('check $inputs', async ({ inputs, content, faults }) => {
  const workspace = writeTree(temporaryFolder(), content)
  const found = await createFilesEngine(inputs, makeTools()).check({ workspace })
  expect(found).toHaveLength(faults.length)
  for (const [index, fault] of faults.entries()) expect(found[index]).toContain(fault)
})

describe('links', () => {
  test.each([
    ['a', 'b'],
    ['a', './b'],
    ['a', '.'],
    ['d/a', '..'],
    ['d/a', '../b'],
    ['d/e/a', '../../b/c'],
    ['a', 'gone/anywhere'],
    ['a', '...'],
    ['a', '..b'],
  ])('%s -> %s stays inside', (link, target) => expect(linkFault(link, target)).toBeUndefined())
  test.each([
    ['a', ''],
    ['a', '/'],
    ['a', '/etc'],
    ['a', '..'],
    ['a', '../b'],
    ['d/a', '../..'],
    ['d/a', '../../d/b'],
    ['a', './../b'],
    ['a', 'b/../c'],
    ['d/a', 'x/../../../etc'],
    ['a', 'C:\\x'],
    ['a', 'C:x'],
    ['a', '\\\\server\\x'],
  ])('%s -> %s could leave', (link, target) => expect(linkFault(link, target)).toBeDefined())
})
