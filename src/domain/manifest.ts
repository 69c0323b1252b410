import { z } from 'zod'
import { algorithmOf, type Digest, digestOf, isDigest } from './digest.ts'
import { RegistryError } from './error.ts'
import { parseStrictJson } from './json.ts'
import { otherwiseSpelled } from './manifest-fields.ts'
import { quoted } from './quoted.ts'

export const MEDIA_TYPES = {
  ociIndex: 'application/vnd.oci.image.index.v1+json',
  ociManifest: 'application/vnd.oci.image.manifest.v1+json',
  dockerIndex: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
  ociConfig: 'application/vnd.oci.image.config.v1+json',
  ociEmpty: 'application/vnd.oci.empty.v1+json',
  ociTar: 'application/vnd.oci.image.layer.v1.tar',
  ociTarGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

/**
 * The media types asked for on every manifest read. Leaving one out makes some registries answer 404 for a
 * manifest that exists, which must never be read as "not built".
 */
export const MANIFEST_MEDIA_TYPES = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
] as const
export type ManifestMediaType = (typeof MANIFEST_MEDIA_TYPES)[number]

/** The limit registries and clients agree on (distribution-spec §Pushing manifests: at least 4 MB). */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024

/** The two-byte JSON object `{}` that OCI artifacts use where there is no configuration. */
export const EMPTY_CONFIG = {
  bytes: new TextEncoder().encode('{}'),
  descriptor: {
    mediaType: MEDIA_TYPES.ociEmpty,
    digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a' as Digest,
    size: 2,
  },
} as const

const digest = z.string().refine(isDigest, 'not a supported digest')
const size = z.int().nonnegative()
const annotations = z.record(z.string(), z.string())

// Both are required by the specification, but tools leave them out or write them empty, and nothing depends on it.
const platform = z.looseObject({
  os: z.string().optional(),
  architecture: z.string().optional(),
  variant: z.string().optional(),
  'os.version': z.string().optional(),
})

// Loose: unknown fields are kept by keeping the raw bytes; only what we act on is judged.
const descriptor = z.looseObject({
  mediaType: z.string().min(1).max(255),
  digest,
  size,
  urls: z.array(z.string()).optional(),
  annotations: annotations.optional(),
  artifactType: z.string().optional(),
  platform: platform.optional(),
})

/** A pointer to content: media type, digest and size in bytes (image-spec descriptor.md). */
export type Descriptor = z.infer<typeof descriptor>

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  subject: descriptor.optional(),
  annotations: annotations.optional(),
}
const imageSchema = z.looseObject({ ...common, config: descriptor, layers: z.array(descriptor) })
const indexSchema = z.looseObject({ ...common, manifests: z.array(descriptor) })

export type ImageManifest = z.infer<typeof imageSchema>
export type ImageIndex = z.infer<typeof indexSchema>

/** A manifest as read: its exact bytes, their digest, and what they say. */
export type Manifest = {
  readonly bytes: Uint8Array
  readonly digest: Digest
  readonly mediaType: ManifestMediaType
} & (
  | { readonly kind: 'image'; readonly document: ImageManifest }
  | { readonly kind: 'index'; readonly document: ImageIndex }
)

/** Types that registries hold and nobody should meet any more, and what they are. */
const WITHDRAWN: Readonly<Record<string, string>> = {
  'application/vnd.docker.distribution.manifest.v1+json': 'a Docker schema 1 manifest',
  'application/vnd.docker.distribution.manifest.v1+prettyjws': 'a Docker schema 1 manifest',
  'application/vnd.oci.artifact.manifest.v1+json': 'an OCI artifact manifest, which was withdrawn',
}

function unexpected(what: string, why: string, cause?: unknown): RegistryError {
  return new RegistryError('REGISTRY_UNEXPECTED', `${what} is not a usable manifest: ${why}`, {
    hint: 'build-once reads OCI and Docker schema 2 manifests and indexes only.',
    cause,
  })
}

/** Drops media type parameters and case: `application/JSON; charset=utf-8` → `application/json`. */
export function bareMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function isManifestMediaType(type: string): type is ManifestMediaType {
  return (MANIFEST_MEDIA_TYPES as readonly string[]).includes(type)
}

/**
 * Parses manifest bytes. The type is decided by the Content-Type and must agree with the body: its
 * `mediaType` where it has one, and exclusively `manifests` or `config` and `layers` (CVE-2021-41190).
 * @param digest the name the bytes were asked for by and verified against, where that is not their sha256.
 * @throws {RegistryError} REGISTRY_UNEXPECTED.
 */
export function parseManifest(
  bytes: Uint8Array,
  contentType: string | undefined,
  what: string,
  digest: Digest = digestOf(bytes),
): Manifest {
  const mediaType = bareMediaType(contentType)
  if (!isManifestMediaType(mediaType)) throw unsupported(what, mediaType)
  let body: unknown
  try {
    body = parseStrictJson(bytes, { maxBytes: MAX_MANIFEST_BYTES })
  } catch (cause) {
    throw unexpected(what, cause instanceof Error ? cause.message : 'not JSON', cause)
  }
  const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex
  const fault = shapeFault(body, mediaType, isIndex)
  if (fault !== undefined) throw unexpected(what, fault)
  const identity = { bytes, digest, mediaType }
  const document = tolerated(body)
  return isIndex
    ? { ...identity, kind: 'index', document: checked(indexSchema, { manifests: [], ...document }, what) }
    : { ...identity, kind: 'image', document: checked(imageSchema, { layers: [], ...document }, what) }
}

function unsupported(what: string, mediaType: string): RegistryError {
  const known = WITHDRAWN[mediaType]
  if (known === undefined) return unexpected(what, `its media type is ${quoted(mediaType, 100)}`)
  return new RegistryError(
    'REGISTRY_UNEXPECTED',
    `${what} is ${known} · expected an OCI or Docker schema 2 manifest`,
    {
      hint: 'Push it again with a current tool, which gives it a new digest.',
    },
  )
}

/** Where a writer in Go (and in others) puts null for what it leaves empty; every other client takes it for absent. */
const NULLABLE = [
  ...['annotations', 'artifactType', 'subject', 'layers', 'manifests', 'urls', 'platform', 'data'],
  ...['variant', 'os', 'architecture', 'os.version', 'os.features', 'features'],
]

/** A manifest, descriptor or platform and what is inside, without the fields that are null and may be absent. */
function tolerated(value: unknown): object {
  if (!isObject(value)) return {}
  const inner = (entry: unknown): unknown => (isObject(entry) ? tolerated(entry) : entry)
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, field]) => {
      if (field === null && NULLABLE.includes(key)) return []
      if (['config', 'subject', 'platform'].includes(key)) return [[key, inner(field)]]
      const isList = ['layers', 'manifests'].includes(key) && Array.isArray(field)
      return [[key, isList ? field.map(inner) : field]]
    }),
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shapeFault(body: unknown, mediaType: string, isIndex: boolean): string | undefined {
  if (!isObject(body)) return 'it is not a JSON object'
  if ('schemaVersion' in body && body.schemaVersion === 1)
    return 'it is a Docker schema 1 manifest · expected schemaVersion 2, got 1'
  if ('mediaType' in body && body.mediaType !== mediaType) {
    return `the body says ${JSON.stringify(body.mediaType).slice(0, 100)}, the registry said "${mediaType}"`
  }
  const other = otherwiseSpelled(body)
  if (other !== undefined) return `some clients read ${quoted(other, 40)} as a field of another case`
  const looksLikeIndex = 'manifests' in body
  const looksLikeImage = 'layers' in body || 'config' in body
  if (looksLikeIndex && looksLikeImage) return 'it has the fields of an index and of an image'
  if (looksLikeIndex !== isIndex) return `it does not have the fields of "${mediaType}"`
  return undefined
}

function checked<T>(schema: z.ZodType<T>, body: unknown, what: string): T {
  const result = schema.safeParse(body)
  if (!result.success) throw unexpected(what, z.prettifyError(result.error).slice(0, 500))
  return result.data
}

/** The manifest under its sha256 digest, by which seals and records name it whatever it was asked for by. */
export function bySha256(manifest: Manifest): Manifest {
  return algorithmOf(manifest.digest) === 'sha256'
    ? manifest
    : { ...manifest, digest: digestOf(manifest.bytes) }
}

/**
 * Checks the size that a descriptor gives for a manifest read by its digest (image-spec descriptor.md §Properties).
 * @throws {RegistryError} CONTENT_CORRUPT.
 */
export function assertSize(manifest: Manifest, descriptor: Descriptor, what: string): void {
  const { byteLength } = manifest.bytes
  if (byteLength === descriptor.size) return
  throw new RegistryError(
    'CONTENT_CORRUPT',
    `${what} has another size than its index says · expected ${descriptor.size} bytes, got ${byteLength}`,
    { hint: 'The index was not made for this manifest. Push both again.' },
  )
}

/** The descriptor of a manifest: what another document points at it with. */
export function descriptorOf(manifest: Manifest): Descriptor {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength }
}

/** A child of an index that a machine can run: attestation children (`unknown/unknown`) are not artifacts. */
function isRunnable(child: Descriptor): boolean {
  if (child.annotations?.['vnd.docker.reference.type'] !== undefined) return false
  // An index may list what is no image at all, such as a blob.
  return isManifestMediaType(child.mediaType) && child.platform?.os !== 'unknown'
}

/** `linux/arm64/v8`, or `unknown` where the descriptor does not say. */
export function platformOf(child: Descriptor): string {
  const { os, architecture, variant } = child.platform ?? {}
  // Go writes a platform that nobody filled in as two empty texts.
  if (os === undefined || os === '' || architecture === undefined || architecture === '') return 'unknown'
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/')
}

/** The runnable children of an index, in the order of the index; none for a single image. */
export function platformChildren(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.document.manifests.filter(isRunnable) : []
}

/** How a digest relates to a sealed manifest. */
export type Identity = { readonly same: true; readonly child?: string } | { readonly same: false }

/**
 * Index-aware equality: the sealed digest itself, the same bytes named by another algorithm, or a runnable
 * platform child of the sealed index, is the same artifact. Runtimes report any of them.
 */
export function identify(digest: Digest, sealed: Manifest): Identity {
  if (digest === sealed.digest) return { same: true }
  const algorithm = algorithmOf(digest)
  if (algorithm !== algorithmOf(sealed.digest) && digest === digestOf(sealed.bytes, algorithm))
    return { same: true }
  const child = platformChildren(sealed).find((entry) => entry.digest === digest)
  return child === undefined ? { same: false } : { same: true, child: platformOf(child) }
}
