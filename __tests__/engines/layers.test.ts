import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Digest, digestOf } from '../../src/domain/digest.ts'
import { canonicalJson, type Json } from '../../src/domain/json.ts'
import { type Manifest, MEDIA_TYPES, type ManifestMediaType } from '../../src/domain/manifest.ts'
import { parseReference } from '../../src/domain/reference.ts'
import type { BuildRequest, EngineTools } from '../../src/engines/engine.ts'
import { createLayersEngine, type LayersInputs } from '../../src/engines/layers.ts'
import { blobOf } from '../../src/engines/publish.ts'
import { COMMIT, makeRequest, makeTools, REPOSITORY } from '../fixtures/engine-tools.ts'
import { createMemoryRegistry, type MemoryRegistry } from '../fixtures/memory-registry.ts'
import { type Content, temporaryFolder, writeTree } from '../fixtures/folders.ts'

const FILES: Content = { 'dist/index.js': 'console.log(1)', 'dist/bin/run': { run: '#!/bin/sh' } }
const BASE_REPOSITORY = { registry: 'base.example', path: 'library/node' }
const BASE_TAG = parseReference('base.example/library/node:24')

interface Config {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
  readonly created: string
  readonly author?: string
  readonly config: Record<string, unknown>
  readonly rootfs: { readonly diff_ids: readonly string[] }
  readonly history?: readonly Record<string, unknown>[]
}

function blob(bytes: Uint8Array, mediaType: string) {
  return { bytes, descriptor: { mediaType, digest: digestOf(bytes), size: bytes.byteLength } }
}

async function putJson(registry: MemoryRegistry, document: Json, mediaType: ManifestMediaType, tag?: string) {
  const bytes = Buffer.from(canonicalJson(document))
  return {
    mediaType,
    digest: await registry.putManifest(BASE_REPOSITORY, bytes, mediaType, tag),
    size: bytes.byteLength,
  }
}

/** A base image as Docker pushes it, with one layer; returns its descriptor. */
async function putBase(
  registry: MemoryRegistry,
  platform: Record<string, string>,
  change: Record<string, Json> = {},
  tag?: string,
) {
  const tar = Buffer.from(`base of ${canonicalJson(platform)}`)
  const layer = blob(gzipSync(tar), 'application/vnd.docker.image.rootfs.diff.tar.gzip')
  const document = {
    ...platform,
    author: 'somebody',
    created: '2020-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/bin', 'A=old'],
      Cmd: ['sh'],
      User: 'node',
      Labels: { theirs: 'kept', 'org.opencontainers.image.revision': 'of base' },
    },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created_by: 'ADD' }, { created_by: 'CMD', empty_layer: true }],
    ...change,
  }
  const config = blob(Buffer.from(canonicalJson(document)), 'application/vnd.docker.container.image.v1+json')
  await registry.putBlob(BASE_REPOSITORY, blobOf(layer))
  await registry.putBlob(BASE_REPOSITORY, blobOf(config))
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.dockerManifest,
    config: config.descriptor,
    layers: [layer.descriptor],
  }
  return { layer, tar, descriptor: await putJson(registry, manifest, MEDIA_TYPES.dockerManifest, tag) }
}

async function build(
  inputs: LayersInputs,
  {
    registry = createMemoryRegistry(),
    workspace = writeTree(temporaryFolder(), FILES),
    request = {},
    tools = {},
  }: {
    registry?: MemoryRegistry
    workspace?: string
    request?: Partial<BuildRequest>
    tools?: Partial<EngineTools>
  } = {},
) {
  const all = makeTools({ registry, ...tools })
  const engine = createLayersEngine({ path: 'dist', ...inputs }, all)
  expect(await engine.check({ workspace })).toEqual([])
  const { digest } = await engine.build(makeRequest({ workspace, temporary: temporaryFolder() }, request))
  return { digest: digest as Digest, registry, log: all.log }
}

async function readImage(registry: MemoryRegistry, digest: string) {
  const manifest = (await registry.readManifest(REPOSITORY, digest as Digest)) as Manifest & { kind: 'image' }
  const config = JSON.parse(
    Buffer.from(registry.blob(REPOSITORY, manifest.document.config.digest)).toString(),
  ) as Config
  return { manifest, document: manifest.document, config }
}

describe('from scratch', () => {
  test('is a complete OCI image of the files', async () => {
    const { digest, registry } = await build({
      entrypoint: ['/app/bin/run', 'a b'],
      cmd: ['--port', '80'],
      workdir: '/app/',
      env: [['A', 'b=c']],
      labels: [['l', 'v']],
      annotations: ['title=x,y', 'manifest:t=u'],
    })
    const { manifest, document, config } = await readImage(registry, digest)
    const defaults = {
      'org.opencontainers.image.created': '2026-01-02T03:04:05Z',
      'org.opencontainers.image.revision': COMMIT,
      'org.opencontainers.image.source': 'https://github.com/team/app',
    }
    expect(manifest.mediaType).toBe(MEDIA_TYPES.ociManifest)
    expect(document).toMatchObject({
      config: { mediaType: MEDIA_TYPES.ociConfig },
      layers: [{ mediaType: MEDIA_TYPES.ociTarGzip }],
    })
    expect(document.annotations).toEqual({ ...defaults, title: 'x,y', t: 'u' })
    const layer = registry.blob(REPOSITORY, document.layers[0]?.digest ?? '')
    expect(config).toEqual({
      os: 'linux',
      architecture: 'amd64',
      created: '2026-01-02T03:04:05Z',
      config: {
        Entrypoint: ['/app/bin/run', 'a b'],
        Cmd: ['--port', '80'],
        WorkingDir: '/app',
        Env: ['A=b=c'],
        Labels: { ...defaults, l: 'v' },
      },
      rootfs: { type: 'layers', diff_ids: [digestOf(gunzipSync(layer))] },
      history: [{ created: '2026-01-02T03:04:05Z', created_by: 'build-once layers' }],
    })
    const names = execFileSync('tar', ['-tz'], { input: layer }).toString()
    expect(names).toBe('app/\napp/bin/\napp/bin/run\napp/index.js\n')
    expect(registry.writes.at(-1)).toBe(`putManifest ${digest}`)
    expect(await registry.listTags(REPOSITORY)).toEqual([])
  })

  test('places the files at / without a workdir, and is for linux/amd64 unless told', async () => {
    const { digest, registry } = await build({ platforms: ['linux/arm/v7'] })
    const { document, config } = await readImage(registry, digest)
    expect(
      execFileSync('tar', ['-tz'], {
        input: registry.blob(REPOSITORY, document.layers[0]?.digest ?? ''),
      }).toString(),
    ).toBe('bin/\nbin/run\nindex.js\n')
    expect(config).toMatchObject({ os: 'linux', architecture: 'arm', variant: 'v7' })
    expect(config.config).not.toHaveProperty('WorkingDir')
  })

  test('for several platforms is an index of images that share the layer', async () => {
    const { digest, registry } = await build({
      platforms: ['linux/amd64', 'linux/arm64'],
      annotations: ['index:i=1', 'index,manifest:b=2', 'm=3'],
    })
    const index = await registry.readManifest(REPOSITORY, digest)
    if (index?.kind !== 'index') throw new Error('not an index')
    expect(index.document.manifests.map((child) => child.platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ])
    const images = await Promise.all(
      index.document.manifests.map(async (child) => await readImage(registry, child.digest)),
    )
    expect(images[0]?.document.layers).toEqual(images[1]?.document.layers)
    expect(index.document.annotations).toMatchObject({
      i: '1',
      b: '2',
      'org.opencontainers.image.revision': COMMIT,
    })
    expect(images[0]?.document.annotations).toMatchObject({ b: '2', m: '3' })
    expect(images[0]?.document.annotations).not.toHaveProperty('i')
  })

  test('is the same digest from another copy of the files, and without pushing', async () => {
    const workspace = writeTree(temporaryFolder(), FILES)
    const copy = temporaryFolder()
    cpSync(workspace, copy, { recursive: true })
    utimesSync(join(copy, 'dist/index.js'), 1, 1)
    const first = await build({ workdir: '/app' }, { workspace })
    const second = await build({ workdir: '/app' }, { workspace: copy })
    const dry = await build({ workdir: '/app' }, { workspace: copy, request: { push: false } })
    expect([second.digest, dry.digest]).toEqual([first.digest, first.digest])
    expect(dry.registry.writes).toEqual([])
  })

  test('a user label or annotation replaces the default', async () => {
    const { digest, registry } = await build({
      labels: [['org.opencontainers.image.source', 'l']],
      annotations: ['org.opencontainers.image.source=a'],
    })
    const { document, config } = await readImage(registry, digest)
    expect([
      document.annotations?.['org.opencontainers.image.source'],
      (config.config['Labels'] as Record<string, string>)['org.opencontainers.image.source'],
    ]).toEqual(['a', 'l'])
  })
})

describe('on a base', () => {
  test('adds one layer, keeps what the base says and names it', async () => {
    const registry = createMemoryRegistry()
    const base = await putBase(registry, { os: 'linux', architecture: 'amd64' }, {}, '24')
    const { digest } = await build({ base: BASE_TAG, cmd: ['serve'], env: [['A', 'new']] }, { registry })
    const { document, config } = await readImage(registry, digest)
    expect(document.layers[0]).toEqual({ ...base.layer.descriptor, mediaType: MEDIA_TYPES.ociTarGzip })
    expect(document.layers).toHaveLength(2)
    expect(config.rootfs.diff_ids[0]).toBe(digestOf(base.tar))
    expect(config).toMatchObject({
      author: 'somebody',
      config: { Env: ['PATH=/bin', 'A=new'], Cmd: ['serve'], User: 'node' },
    })
    expect(config.config['Labels']).toMatchObject({
      theirs: 'kept',
      'org.opencontainers.image.revision': COMMIT,
    })
    expect(config.history?.map((entry) => entry['created_by'])).toEqual(['ADD', 'CMD', 'build-once layers'])
    expect(document.annotations).toMatchObject({
      'org.opencontainers.image.base.name': 'base.example/library/node:24',
      'org.opencontainers.image.base.digest': base.descriptor.digest,
    })
    expect(registry.writes).toContain(`mountBlob ${base.layer.descriptor.digest}`)
  })

  test('an entrypoint resets the command of the base, no entrypoint keeps it', async () => {
    const registry = createMemoryRegistry()
    await putBase(registry, { os: 'linux', architecture: 'amd64' }, {}, '24')
    const reset = await readImage(
      registry,
      (await build({ base: BASE_TAG, entrypoint: ['/x'] }, { registry })).digest,
    )
    expect(reset.config.config).not.toHaveProperty('Cmd')
    const kept = await readImage(registry, (await build({ base: BASE_TAG }, { registry })).digest)
    expect(kept.config.config['Cmd']).toEqual(['sh'])
  })

  test('a history that does not fit the layers is left out', async () => {
    const registry = createMemoryRegistry()
    await putBase(
      registry,
      { os: 'linux', architecture: 'amd64' },
      { history: [{ created_by: 'squashed', empty_layer: true }] },
      '24',
    )
    expect(
      (await readImage(registry, (await build({ base: BASE_TAG }, { registry })).digest)).config,
    ).not.toHaveProperty('history')
  })

  test('a base whose index gives another size than the image has is refused', async () => {
    const registry = createMemoryRegistry()
    const platform = { os: 'linux', architecture: 'amd64' }
    const { descriptor } = await putBase(registry, platform)
    const manifests = [{ ...descriptor, platform, size: descriptor.size + 1 }]
    await putJson(
      registry,
      { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests },
      MEDIA_TYPES.ociIndex,
      '24',
    )
    await expect(build({ base: BASE_TAG }, { registry })).rejects.toMatchObject({
      code: 'CONTENT_CORRUPT',
      message: expect.stringContaining(`expected ${descriptor.size + 1} bytes, got ${descriptor.size}`),
    })
  })

  test('an index is resolved per platform; one platform gives an image, several an index', async () => {
    const registry = createMemoryRegistry()
    const platforms = [
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
      { os: 'linux', architecture: 'arm', variant: 'v6' },
    ]
    const manifests = await Promise.all(
      platforms.map(async (platform) => ({ ...(await putBase(registry, platform)).descriptor, platform })),
    )
    const { digest: baseDigest } = await putJson(
      registry,
      { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests },
      MEDIA_TYPES.ociIndex,
      '24',
    )
    const base = parseReference(`base.example/library/node:24@${baseDigest}`)
    const one = await readImage(
      registry,
      (await build({ base, platforms: ['linux/arm64'] }, { registry })).digest,
    )
    expect(one.config).toMatchObject({ architecture: 'arm64', variant: 'v8' })
    expect(one.document.annotations?.['org.opencontainers.image.base.digest']).toBe(baseDigest)
    const fallback = await readImage(registry, (await build({ base: BASE_TAG }, { registry })).digest)
    expect(fallback.config.architecture).toBe('amd64')
    const both = await registry.readManifest(
      REPOSITORY,
      (await build({ base: BASE_TAG, platforms: ['linux/amd64', 'linux/arm/v6'] }, { registry })).digest,
    )
    expect(both?.kind === 'index' && both.document.manifests.map((child) => child.platform)).toEqual([
      platforms[0],
      platforms[2],
    ])
    await expect(build({ base: BASE_TAG, platforms: ['linux/arm/v7'] }, { registry })).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(
        'expected linux/arm/v7, got linux/amd64, linux/arm64/v8, linux/arm/v6',
      ),
    })
  })

  test('an index of several platforms without the first index of the annotations is refused by check', async () => {
    const engine = createLayersEngine({ path: 'dist', annotations: ['index:a=b'] }, makeTools())
    expect(await engine.check({ workspace: writeTree(temporaryFolder(), FILES) })).toEqual([
      expect.stringContaining('needs an index'),
    ])
  })

  test.each([
    { description: 'is not there', change: undefined, message: 'is not in the registry' },
    {
      description: 'is for another platform',
      change: { architecture: 's390x' },
      message: 'expected linux/amd64, got linux/s390x',
    },
    {
      description: 'lists other diff ids',
      change: { rootfs: { type: 'layers', diff_ids: [] } },
      message: 'expected 1 diff ids, got 0',
    },
    { description: 'has no image configuration', change: { rootfs: 'x' }, message: 'not of an image' },
  ])('fails when the base $description', async ({ change, message }) => {
    const registry = createMemoryRegistry()
    if (change !== undefined) await putBase(registry, { os: 'linux', architecture: 'amd64' }, change, '24')
    const before = registry.writes.length
    await expect(build({ base: BASE_TAG, platforms: ['linux/amd64'] }, { registry })).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining(message),
    })
    expect(registry.writes).toHaveLength(before)
  })

  test('in the same repository needs no copy', async () => {
    const registry = createMemoryRegistry()
    await putBase(registry, { os: 'linux', architecture: 'amd64' }, {}, '24')
    const request = { repository: BASE_REPOSITORY }
    await build({ base: BASE_TAG }, { registry, request })
    expect(registry.writes.filter((line) => line.startsWith('mount'))).toEqual([])
  })
})

describe('memory of compressed layers', () => {
  const unchanged = (log: { lines: readonly string[] }): boolean =>
    log.lines.some((line) => line.includes('(unchanged)'))

  test('an unchanged tree is not compressed again, and gives the same digest', async () => {
    const memory = join(temporaryFolder(), 'cache')
    const workspace = writeTree(temporaryFolder(), FILES)
    const first = await build({}, { workspace, tools: { memory } })
    const second = await build({}, { workspace, registry: first.registry, tools: { memory } })
    expect([unchanged(first.log), unchanged(second.log), second.digest]).toEqual([false, true, first.digest])
    expect(readdirSync(memory)).toEqual(['layers.json'])
  })

  test('a changed tree, or a repository without the layer, is compressed', async () => {
    const memory = temporaryFolder()
    const workspace = writeTree(temporaryFolder(), FILES)
    const first = await build({}, { workspace, tools: { memory } })
    const elsewhere = await build({}, { workspace, tools: { memory } })
    expect([unchanged(elsewhere.log), elsewhere.digest]).toEqual([false, first.digest])
    writeFileSync(join(workspace, 'dist/index.js'), 'changed')
    const changed = await build({}, { workspace, registry: first.registry, tools: { memory } })
    expect([unchanged(changed.log), changed.digest === first.digest]).toEqual([false, false])
    writeFileSync(join(workspace, 'dist/index.js'), 'console.log(1)')
    expect(unchanged((await build({}, { workspace, registry: first.registry, tools: { memory } })).log)).toBe(
      true,
    )
  })

  test.each([
    '',
    '{',
    '[]',
    '{"schema":"build-once/layers/v2","layers":[]}',
    '{"schema":"build-once/layers/v1","layers":[{"diffId":"x"}]}',
    '\u0000'.repeat(100_000),
  ])('a malformed memory is ignored and replaced', async (text) => {
    const memory = temporaryFolder()
    writeFileSync(join(memory, 'layers.json'), text)
    const workspace = writeTree(temporaryFolder(), FILES)
    const { digest } = await build({}, { workspace, tools: { memory } })
    expect((await build({}, { workspace })).digest).toBe(digest)
    expect(
      (JSON.parse(readFileSync(join(memory, 'layers.json'), 'utf8')) as { layers: unknown[] }).layers,
    ).toHaveLength(1)
  })

  test('keeps the last 200 layers', async () => {
    const memory = temporaryFolder()
    const layers = Array.from({ length: 200 }, (_, index) => ({
      diffId: digestOf(`t${index}`),
      digest: digestOf(`g${index}`),
      size: index,
    }))
    writeFileSync(join(memory, 'layers.json'), JSON.stringify({ schema: 'build-once/layers/v1', layers }))
    await build({}, { tools: { memory } })
    const kept = JSON.parse(readFileSync(join(memory, 'layers.json'), 'utf8')) as { layers: typeof layers }
    expect(kept.layers.slice(1)).toEqual(layers.slice(0, 199))
  })
})

describe('check', () => {
  test.each<{ inputs: LayersInputs; content?: Content; faults: readonly string[] }>([
    { inputs: { path: 'gone' }, faults: ['path: "gone" does not exist'] },
    { inputs: { path: '' }, faults: ['path: is required'] },
    { inputs: { path: 'dist/index.js' }, faults: ['path: "dist/index.js" is not a folder'] },
    { inputs: { path: 'empty' }, content: { empty: null }, faults: ['path: "empty" is an empty folder'] },
    { inputs: {}, content: { 'dist/only/folders': null }, faults: [] },
    { inputs: {}, content: { 'dist/sub/.wh.x': '' }, faults: ['path: "sub/.wh.x" starts with ".wh."'] },
    {
      inputs: {
        workdir: 'app',
        platforms: ['amd64', 'linux/x86_64', 'linux/amd64'],
        annotations: ['a', 'index-descriptor:a=b', 'index:a=b'],
      },
      faults: [
        'platforms: "amd64" ·',
        'platforms: "linux/amd64" is there twice',
        'annotations: "a" · expected KEY=value',
        'annotations: "index-descriptor:a=b" ·',
        'workdir: "app" ·',
      ],
    },
    { inputs: { workdir: '/app/../etc' }, faults: ['workdir: "/app/../etc" ·'] },
  ])('$inputs $content', async ({ inputs, content = FILES, faults }) => {
    const found = await createLayersEngine({ path: 'dist', ...inputs }, makeTools()).check({
      workspace: writeTree(temporaryFolder(), content),
    })
    expect(found).toHaveLength(faults.length)
    for (const [index, fault] of faults.entries()) expect(found[index]).toContain(fault)
  })

  test('shows the first twenty faults and how many there are', async () => {
    const content = Object.fromEntries(Array.from({ length: 35 }, (_, index) => [`dist/.wh.${index}`, '']))
    const faults = await createLayersEngine({ path: 'dist' }, makeTools()).check({
      workspace: writeTree(temporaryFolder(), content),
    })
    expect(faults).toHaveLength(21)
    expect(faults.at(-1)).toBe('path: and 15 more faults of this kind')
  })

  test('a folder that goes bad after the check is SOURCE_INVALID', async () => {
    const workspace = temporaryFolder()
    const request = makeRequest({ workspace, temporary: workspace })
    await expect(createLayersEngine({ path: 'dist' }, makeTools()).build(request)).rejects.toMatchObject({
      code: 'SOURCE_INVALID',
    })
  })
})
