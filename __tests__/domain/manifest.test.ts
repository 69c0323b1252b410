import { describe, expect, test } from 'vitest'
import { digestOf } from '../../src/domain/digest.ts'
import {
  assertSize,
  bareMediaType,
  bySha256,
  descriptorOf,
  EMPTY_CONFIG,
  identify,
  MAX_MANIFEST_BYTES,
  MEDIA_TYPES,
  parseManifest,
  platformChildren,
  platformOf,
} from '../../src/domain/manifest.ts'
import {
  amd64,
  arm64,
  attestation,
  digestWith,
  imageManifest,
  index,
  indexManifest,
  json,
} from '../fixtures/samples.ts'
import { expectCode } from '../fixtures/to-throw-code.ts'

const { ociManifest, ociIndex, dockerManifest, dockerIndex, ociConfig, ociTarGzip } = MEDIA_TYPES

function descriptor(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { mediaType: ociTarGzip, digest: digestWith('a'), size: 7, ...fields }
}

function image(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { schemaVersion: 2, config: descriptor({ mediaType: ociConfig }), layers: [descriptor()], ...fields }
}

function imageIndex(fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { schemaVersion: 2, manifests: [descriptor({ mediaType: ociManifest })], ...fields }
}

function without(document: Readonly<Record<string, unknown>>, name: string) {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key !== name))
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('parseManifest refuses', () => {
  test.each([
    { description: 'not JSON', bytes: text('<html>login</html>'), says: 'JSON' },
    { description: 'nothing', bytes: text(''), says: 'JSON' },
    { description: 'a byte order mark', bytes: text(`\uFEFF${JSON.stringify(image())}`), says: 'JSON' },
    { description: 'text behind the JSON', bytes: text(`${JSON.stringify(image())}x`), says: 'JSON' },
    {
      description: 'a key twice',
      bytes: text(JSON.stringify(image()).replace('"layers"', '"config":{},"layers"')),
      says: 'the key "config" is there twice',
    },
    {
      description: 'a digest twice, once escaped',
      bytes: text(JSON.stringify(image()).replace('"digest"', String.raw`"\u0064igest":"x","digest"`)),
      says: 'the key "digest" is there twice',
    },
    {
      description: '__proto__',
      bytes: text(JSON.stringify(image()).replace('"layers"', '"__proto__":{},"layers"')),
      says: '"__proto__" is not allowed',
    },
    {
      description: 'a depth of 100,000',
      bytes: text(`{"a":${'['.repeat(100_000)}`),
      says: 'nested deeper than 32',
    },
    {
      description: 'invalid UTF-8',
      bytes: Buffer.concat([text('{"a":"'), Buffer.from([0xff]), text('"}')]),
      says: 'not valid UTF-8',
    },
    {
      description: 'one byte more than 4 MiB',
      bytes: Buffer.concat([json(image()), Buffer.alloc(MAX_MANIFEST_BYTES + 1, 0x20)]).subarray(
        0,
        MAX_MANIFEST_BYTES + 1,
      ),
      says: `larger than ${MAX_MANIFEST_BYTES} bytes`,
    },
    { description: 'a list', bytes: json([]), says: 'it is not a JSON object' },
    { description: 'null', bytes: json(null), says: 'it is not a JSON object' },
    { description: 'a text', bytes: json('{}'), says: 'it is not a JSON object' },
    { description: 'an empty object', bytes: json({}), says: 'config' },
    {
      description: 'manifests and layers in one document',
      bytes: json({ ...image(), ...imageIndex() }),
      says: 'the fields of an index and of an image',
    },
    {
      description: 'manifests and a config in one document',
      bytes: json({ ...imageIndex(), config: descriptor() }),
      says: 'the fields of an index and of an image',
    },
    {
      description: 'an index that is called an image',
      bytes: json(imageIndex()),
      says: 'does not have the fields',
    },
    {
      description: 'an image that is called an index',
      type: ociIndex,
      bytes: json(image()),
      says: 'does not have the fields',
    },
    {
      description: 'a mediaType that is not the Content-Type',
      bytes: json(image({ mediaType: dockerManifest })),
      says: `the body says "${dockerManifest}", the registry said "${ociManifest}"`,
    },
    {
      description: 'a mediaType in other case than the Content-Type',
      bytes: json(image({ mediaType: ociManifest.toUpperCase() })),
      says: 'the body says',
    },
    {
      description: 'a mediaType that is no text',
      bytes: json(image({ mediaType: null })),
      says: 'the body says null',
    },
    {
      description: 'plain JSON',
      type: 'application/json',
      bytes: json(image()),
      says: 'its media type is "application/json"',
    },
    { description: 'no Content-Type', type: '', bytes: json(image()), says: 'its media type is ""' },
    { description: 'schemaVersion 1', bytes: json(image({ schemaVersion: 1 })), says: 'schemaVersion' },
    {
      description: 'schemaVersion as a text',
      bytes: json(image({ schemaVersion: '2' })),
      says: 'schemaVersion',
    },
    {
      description: 'no schemaVersion',
      bytes: json(without(image(), 'schemaVersion')),
      says: 'schemaVersion',
    },
    {
      description: 'schemaVersion 1 as the body of schema 1 says it',
      bytes: json({ schemaVersion: 1, name: 'o/app', tag: 'v1', fsLayers: [], history: [], signatures: [] }),
      says: 'it is a Docker schema 1 manifest · expected schemaVersion 2, got 1',
    },
    { description: 'neither config nor layers', bytes: json({ schemaVersion: 2 }), says: 'config' },
    { description: 'a config that is null', bytes: json(image({ config: null })), says: 'config' },
    { description: 'a config that is a list', bytes: json(image({ config: [] })), says: 'config' },
    { description: 'layers that are an object', bytes: json(image({ layers: {} })), says: 'layers' },
    { description: 'a layer that is null', bytes: json(image({ layers: [null] })), says: 'layers' },
    {
      description: 'manifests that are null beside layers',
      bytes: json(image({ manifests: null })),
      says: 'the fields of an index and of an image',
    },
    {
      description: 'layers that are null beside manifests',
      type: ociIndex,
      bytes: json(imageIndex({ layers: null })),
      says: 'the fields of an index and of an image',
    },
    {
      description: 'no manifests',
      type: ociIndex,
      bytes: json(without(imageIndex(), 'manifests')),
      says: 'does not have the fields',
    },
    {
      description: 'a child that is null',
      type: ociIndex,
      bytes: json(imageIndex({ manifests: [null] })),
      says: 'manifests',
    },
    {
      description: 'a platform that is a text',
      type: ociIndex,
      bytes: json(imageIndex({ manifests: [descriptor({ platform: 'linux/amd64' })] })),
      says: 'platform',
    },
    {
      description: 'an os that is a number',
      type: ociIndex,
      bytes: json(imageIndex({ manifests: [descriptor({ platform: { os: 7, architecture: 'amd64' } })] })),
      says: 'os',
    },
    {
      description: 'an annotation that is null',
      bytes: json(image({ annotations: { a: null } })),
      says: 'annotations',
    },
    { description: 'no config', bytes: json(without(image(), 'config')), says: 'config' },
    ...[-1, 1.5, 1e30, '7', null, undefined].map((size) => ({
      description: `a size of ${JSON.stringify(size)}`,
      bytes: json(image({ layers: [descriptor({ size })] })),
      says: 'size',
    })),
    ...[
      'md5:d41d8cd98f00b204e9800998ecf8427e',
      'sha256:../../x',
      'sha256:',
      '',
      digestWith('A'),
      `sha512:${'a'.repeat(64)}`,
      null,
    ].map((digest) => ({
      description: `a layer with the digest ${JSON.stringify(digest)}`,
      bytes: json(image({ layers: [descriptor({ digest })] })),
      says: 'digest',
    })),
    {
      description: 'a child with a malformed digest',
      type: ociIndex,
      bytes: json(imageIndex({ manifests: [descriptor({ digest: 'sha256:x' })] })),
      says: 'digest',
    },
    {
      description: 'a descriptor without mediaType',
      bytes: json(image({ layers: [descriptor({ mediaType: '' })] })),
      says: 'mediaType',
    },
    {
      description: 'urls that are no list',
      bytes: json(image({ layers: [descriptor({ urls: 'https://x' })] })),
      says: 'urls',
    },
    {
      description: 'annotations that are no texts',
      bytes: json(image({ annotations: { a: 1 } })),
      says: 'annotations',
    },
    {
      description: 'a subject without size',
      bytes: json(image({ subject: { mediaType: ociManifest, digest: digestWith('b') } })),
      says: 'size',
    },
    {
      description: 'a subject with a malformed digest',
      bytes: json(image({ subject: descriptor({ digest: 'x' }) })),
      says: 'digest',
    },
    {
      description: 'an artifactType that is no text',
      bytes: json(image({ artifactType: 7 })),
      says: 'artifactType',
    },
  ])('$description', async ({ bytes, says, ...given }) => {
    const type = 'type' in given ? given.type : ociManifest
    const error = await expectCode(() => parseManifest(bytes, type, 'The manifest'), 'REGISTRY_UNEXPECTED')
    expect(error.message).toMatch(/^The manifest is not a usable manifest: /)
    expect(error.message).toContain(says)
    expect(error.message.length).toBeLessThan(700)
  })
})

test.each([
  {
    description: 'schema 1',
    type: 'application/vnd.docker.distribution.manifest.v1+json',
    says: 'a Docker schema 1 manifest',
  },
  {
    description: 'signed schema 1',
    type: 'application/vnd.docker.distribution.manifest.v1+prettyjws; charset=utf-8',
    says: 'a Docker schema 1 manifest',
  },
  {
    description: 'the withdrawn artifact manifest',
    type: 'application/vnd.oci.artifact.manifest.v1+json',
    says: 'an OCI artifact manifest, which was withdrawn',
  },
])('parseManifest says what $description is, and what to do', async ({ type, says }) => {
  const error = await expectCode(
    () => parseManifest(json(image()), type, 'The manifest'),
    'REGISTRY_UNEXPECTED',
  )
  expect(error.message).toBe(`The manifest is ${says} · expected an OCI or Docker schema 2 manifest`)
  expect(error.hint).toContain('Push it again with a current tool')
})

describe('a field that clients in Go read as one in another case is refused', () => {
  test.each([
    { description: 'children', document: imageIndex({ Manifests: [] }), type: ociIndex, says: '"Manifests"' },
    { description: 'children beside layers', document: image({ MANIFESTS: [] }), says: '"MANIFESTS"' },
    { description: 'layers', document: image({ Layers: [] }), says: '"Layers"' },
    { description: 'a type', document: image({ MediaType: dockerManifest }), says: '"MediaType"' },
    { description: 'with a long s', document: image({ 'layer\u017f': [] }), says: String.raw`"layer\u017f"` },
    {
      description: 'a digest of a layer',
      document: image({ layers: [descriptor({ Digest: digestWith('b') })] }),
      says: '"Digest"',
    },
    {
      description: 'a size of the subject',
      document: image({ subject: descriptor({ sIze: 1 }) }),
      says: '"sIze"',
    },
    {
      description: 'a platform of a child',
      document: imageIndex({
        manifests: [descriptor({ mediaType: ociManifest, platform: { os: 'linux', OS: 'windows' } })],
      }),
      type: ociIndex,
      says: '"OS"',
    },
  ])('$description', async ({ document, type = ociManifest, says }) => {
    const error = await expectCode(() => parseManifest(json(document), type, 'x'), 'REGISTRY_UNEXPECTED')
    expect(error.message).toContain(`some clients read ${says} as a field of another case`)
  })

  test('but annotations and unknown fields may be called as they like', () => {
    const document = image({ annotations: { Digest: 'x', LAYERS: 'y' }, extra: { Manifests: [] } })
    expect(parseManifest(json(document), ociManifest, 'x').document).toEqual(document)
  })
})

describe('null where a field may be missing is a missing field, as for every client in Go', () => {
  test.each([
    { description: 'annotations', document: image({ annotations: null }), as: image() },
    { description: 'layers', document: image({ layers: null }), as: image({ layers: [] }) },
    {
      description: 'layers that are not there at all',
      document: without(image(), 'layers'),
      as: image({ layers: [] }),
    },
    {
      description: 'a subject and its type',
      document: image({ subject: null, artifactType: null }),
      as: image(),
    },
    {
      description: 'urls and annotations of layers',
      document: image({ layers: [descriptor({ urls: null, annotations: null, data: null })] }),
      as: image(),
    },
    {
      description: 'annotations of the config and the subject',
      document: image({
        config: descriptor({ mediaType: ociConfig, annotations: null }),
        subject: descriptor({ annotations: null }),
      }),
      as: image({ subject: descriptor() }),
    },
    {
      description: 'manifests',
      type: ociIndex,
      document: imageIndex({ manifests: null }),
      as: imageIndex({ manifests: [] }),
    },
    {
      description: 'platforms',
      type: ociIndex,
      document: imageIndex({
        manifests: [
          descriptor({ platform: null }),
          descriptor({ platform: { os: 'linux', architecture: 'arm64', variant: null, 'os.version': null } }),
        ],
      }),
      as: imageIndex({
        manifests: [descriptor(), descriptor({ platform: { os: 'linux', architecture: 'arm64' } })],
      }),
    },
  ])('$description', ({ document, as, ...given }) => {
    const bytes = json(document)
    const manifest = parseManifest(bytes, 'type' in given ? given.type : ociManifest, 'it')
    expect(manifest.document).toEqual(as)
    expect(manifest.bytes).toBe(bytes)
    expect(manifest.digest).toBe(digestOf(bytes))
  })

  test('an unknown field keeps its null', () => {
    const document = image({ unknown: null, config: descriptor({ mediaType: ociConfig, other: [null] }) })
    expect(parseManifest(json(document), ociManifest, 'it').document).toEqual(document)
  })
})

describe('parseManifest takes', () => {
  test.each([
    { description: 'an OCI image', type: ociManifest, document: image(), kind: 'image' },
    {
      description: 'an OCI image that says so',
      type: ociManifest,
      document: image({ mediaType: ociManifest }),
      kind: 'image',
    },
    {
      description: 'a Docker image',
      type: dockerManifest,
      document: image({ mediaType: dockerManifest }),
      kind: 'image',
    },
    { description: 'an OCI index', type: ociIndex, document: imageIndex(), kind: 'index' },
    {
      description: 'a Docker index',
      type: dockerIndex,
      document: imageIndex({ mediaType: dockerIndex }),
      kind: 'index',
    },
    {
      description: 'an index without children',
      type: ociIndex,
      document: imageIndex({ manifests: [] }),
      kind: 'index',
    },
    {
      description: 'an image without layers',
      type: ociManifest,
      document: image({ layers: [] }),
      kind: 'image',
    },
    {
      description: 'an empty blob',
      type: ociManifest,
      document: image({ layers: [descriptor({ size: 0 })] }),
      kind: 'image',
    },
    {
      description: 'layers of unknown types',
      type: ociManifest,
      document: image({ layers: [descriptor({ mediaType: 'x/y+zstd' })] }),
      kind: 'image',
    },
    {
      description: 'layers with urls, which are never fetched',
      type: ociManifest,
      document: image({ layers: [descriptor({ urls: ['http://169.254.169.254/'] })] }),
      kind: 'image',
    },
    {
      description: 'data, which is never used',
      type: ociManifest,
      document: image({ config: descriptor({ data: 'AAAA' }) }),
      kind: 'image',
    },
    {
      description: 'unknown fields at every level',
      type: ociIndex,
      document: imageIndex({
        'x-new': { deep: [1] },
        manifests: [
          descriptor({ x: 1, platform: { os: 'linux', architecture: 'amd64', features: ['sse4'], y: {} } }),
        ],
      }),
      kind: 'index',
    },
    {
      description: 'platforms without os or architecture, and of systems nobody knows',
      type: ociIndex,
      document: imageIndex({
        manifests: [{}, { os: '' }, { architecture: 'amd64' }, { os: 'plan9', architecture: 'mill' }].map(
          (platform) => descriptor({ platform }),
        ),
      }),
      kind: 'index',
    },
    {
      description: 'one platform twice',
      type: ociIndex,
      document: imageIndex({
        manifests: ['a', 'b'].map((digit) =>
          descriptor({ digest: digestWith(digit), platform: { os: 'linux', architecture: 'amd64' } }),
        ),
      }),
      kind: 'index',
    },
    {
      description: 'an index inside an index',
      type: dockerIndex,
      document: imageIndex({ manifests: [descriptor({ mediaType: ociIndex })] }),
      kind: 'index',
    },
    {
      description: 'lone surrogates and control characters in annotations',
      type: ociManifest,
      document: image({
        annotations: { a: '\ud800', b: '\n::set-output name=x::y', c: 'x'.repeat(100_000) },
      }),
      kind: 'image',
    },
    {
      description: 'an artifactType of any text',
      type: ociManifest,
      document: image({ artifactType: 'a\r\nb' }),
      kind: 'image',
    },
    {
      description: 'an index about a subject',
      type: ociIndex,
      document: imageIndex({ subject: descriptor({ digest: digestWith('c') }), artifactType: 'a/b' }),
      kind: 'index',
    },
    {
      description: 'a key called constructor',
      type: ociManifest,
      document: image({ constructor: 1 }),
      kind: 'image',
    },
    {
      description: 'a subject',
      type: ociManifest,
      document: image({ subject: descriptor(), artifactType: 'a/b' }),
      kind: 'image',
    },
    {
      description: 'sha512',
      type: ociManifest,
      document: image({ layers: [descriptor({ digest: `sha512:${'a'.repeat(128)}` })] }),
      kind: 'image',
    },
    {
      description: 'a Content-Type with parameters, in other case',
      type: `${ociManifest.toUpperCase()}; charset=utf-8`,
      document: image(),
      kind: 'image',
    },
  ])('$description', ({ type, document, kind }) => {
    const bytes = json(document)
    const manifest = parseManifest(bytes, type, 'The manifest')
    expect(manifest.kind).toBe(kind)
    expect(manifest.mediaType).toBe(bareMediaType(type))
    expect(manifest.document).toEqual(document)
    expect(manifest.bytes).toBe(bytes)
  })

  test('a digest that is that of the raw bytes, white space included', () => {
    const bytes = text(`${JSON.stringify(image(), null, 3)}\n`)
    expect(parseManifest(bytes, ociManifest, 'it').digest).toBe(digestOf(bytes))
    expect(digestOf(bytes)).not.toBe(digestOf(json(image())))
  })

  test('as many children as fit', () => {
    const manifests = Array.from({ length: 20_000 }, (_, n) =>
      descriptor({ digest: digestOf(String(n)), mediaType: ociManifest }),
    )
    const manifest = parseManifest(json(imageIndex({ manifests })), ociIndex, 'it')
    expect(platformChildren(manifest)).toHaveLength(20_000)
  })
})

describe('a name by sha512', () => {
  const sha512 = digestOf(index.bytes, 'sha512')
  const named = parseManifest(index.bytes, index.mediaType, 'it', sha512)

  test('stays the name of what was read, and is the same artifact as its sha256', () => {
    expect(named.digest).toBe(sha512)
    expect(bySha256(named)).toEqual(index)
    expect(bySha256(index)).toBe(index)
    expect(identify(sha512, index)).toEqual({ same: true })
    expect(identify(index.digest, named)).toEqual({ same: true })
    expect(identify(amd64.digest, named)).toEqual({ same: true, child: 'linux/amd64' })
  })

  test('of other bytes is another artifact', () => {
    expect(identify(digestOf(amd64.bytes, 'sha512'), index)).toEqual({ same: false })
    expect(
      identify(
        amd64.digest,
        parseManifest(arm64.bytes, arm64.mediaType, 'it', digestOf(arm64.bytes, 'sha512')),
      ),
    ).toEqual({
      same: false,
    })
  })
})

test('assertSize compares with what the index says', async () => {
  const { digest, mediaType, bytes } = amd64
  assertSize(amd64, { digest, mediaType, size: bytes.byteLength }, 'it')
  const error = await expectCode(
    () => assertSize(amd64, { digest, mediaType, size: 1 }, 'The child'),
    'CONTENT_CORRUPT',
  )
  expect(error.message).toBe(
    `The child has another size than its index says · expected 1 bytes, got ${bytes.byteLength}`,
  )
})

describe('identify', () => {
  const nested = indexManifest([
    { manifest: index },
    { manifest: imageManifest('windows'), os: 'windows', architecture: 'amd64' },
  ])
  const unknown = imageManifest('unknown')
  const marked = imageManifest('marked')
  const odd = indexManifest([
    { manifest: unknown, os: 'unknown', architecture: 'unknown' },
    {
      manifest: marked,
      os: 'linux',
      architecture: 'amd64',
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    },
    { manifest: amd64 },
  ])

  test.each([
    {
      description: 'a single image is itself',
      digest: amd64.digest,
      sealed: amd64,
      expected: { same: true },
    },
    { description: 'another image is not', digest: arm64.digest, sealed: amd64, expected: { same: false } },
    { description: 'an index is itself', digest: index.digest, sealed: index, expected: { same: true } },
    {
      description: 'a child of the index',
      digest: amd64.digest,
      sealed: index,
      expected: { same: true, child: 'linux/amd64' },
    },
    {
      description: 'a child with a variant',
      digest: arm64.digest,
      sealed: index,
      expected: { same: true, child: 'linux/arm64/v8' },
    },
    {
      description: 'an attestation is no artifact',
      digest: attestation.digest,
      sealed: index,
      expected: { same: false },
    },
    {
      description: 'a child unknown/unknown without annotation',
      digest: unknown.digest,
      sealed: odd,
      expected: { same: false },
    },
    {
      description: 'an attestation with a platform',
      digest: marked.digest,
      sealed: odd,
      expected: { same: false },
    },
    {
      description: 'a child without a platform',
      digest: amd64.digest,
      sealed: odd,
      expected: { same: true, child: 'unknown' },
    },
    {
      description: 'an index inside an index',
      digest: index.digest,
      sealed: nested,
      expected: { same: true, child: 'unknown' },
    },
    {
      description: 'a child two levels down',
      digest: amd64.digest,
      sealed: nested,
      expected: { same: false },
    },
    {
      description: 'a layer',
      digest: EMPTY_CONFIG.descriptor.digest,
      sealed: amd64,
      expected: { same: false },
    },
    {
      description: 'the index, asked about its child',
      digest: index.digest,
      sealed: amd64,
      expected: { same: false },
    },
  ])('$description', ({ digest, sealed, expected }) => {
    expect(identify(digest, sealed)).toEqual(expected)
  })

  test('what is listed as no manifest is not the artifact', () => {
    const blob = { ...descriptorOf(amd64), mediaType: ociTarGzip }
    const odd = parseManifest(json(imageIndex({ manifests: [blob] })), ociIndex, 'it')
    expect(identify(amd64.digest, odd)).toEqual({ same: false })
    expect(platformChildren(odd)).toEqual([])
  })

  test.each([
    { platform: undefined, expected: 'unknown' },
    { platform: {}, expected: 'unknown' },
    { platform: { os: 'linux' }, expected: 'unknown' },
    { platform: { os: '', architecture: '' }, expected: 'unknown' },
    { platform: { os: 'linux', architecture: 'arm', variant: '' }, expected: 'linux/arm' },
    { platform: { os: 'linux', architecture: 'arm', variant: 'v7' }, expected: 'linux/arm/v7' },
  ])('platformOf($platform) is $expected', ({ platform, expected }) => {
    const child = { ...descriptorOf(amd64), ...(platform === undefined ? {} : { platform }) }
    expect(platformOf(child)).toBe(expected)
  })

  test('platformChildren leaves attestations out and keeps the order', () => {
    expect(platformChildren(index).map((child) => platformOf(child))).toEqual([
      'linux/amd64',
      'linux/arm64/v8',
    ])
    expect(platformChildren(amd64)).toEqual([])
  })
})

test('the empty config is what it says', () => {
  expect(digestOf(EMPTY_CONFIG.bytes)).toBe(EMPTY_CONFIG.descriptor.digest)
  expect(EMPTY_CONFIG.bytes.byteLength).toBe(EMPTY_CONFIG.descriptor.size)
})

test.each([
  { given: undefined, expected: '' },
  { given: '', expected: '' },
  { given: 'Application/JSON ; charset=utf-8', expected: 'application/json' },
  { given: ';', expected: '' },
])('bareMediaType($given)', ({ given, expected }) => {
  expect(bareMediaType(given)).toBe(expected)
})
