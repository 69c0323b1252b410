import { z } from 'zod'
import { type Digest, digestOf, isDigest } from './digest.ts'
import { RegistryError } from './error.ts'
import { parseStrictJson } from './json.ts'

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

const platform = z.looseObject({
  os: z.string(),
  architecture: z.string(),
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
 * @throws {RegistryError} REGISTRY_UNEXPECTED.
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined, what: string): Manifest {
  const mediaType = bareMediaType(contentType)
  if (!isManifestMediaType(mediaType))
    throw unexpected(what, `its media type is ${JSON.stringify(mediaType.slice(0, 100))}`)
  let body: unknown
  try {
    body = parseStrictJson(bytes, { maxBytes: MAX_MANIFEST_BYTES })
  } catch (cause) {
    throw unexpected(what, cause instanceof Error ? cause.message : 'not JSON', cause)
  }
  const isIndex = mediaType === MEDIA_TYPES.ociIndex || mediaType === MEDIA_TYPES.dockerIndex
  const fault = shapeFault(body, mediaType, isIndex)
  if (fault !== undefined) throw unexpected(what, fault)
  const identity = { bytes, digest: digestOf(bytes), mediaType }
  return isIndex
    ? { ...identity, kind: 'index', document: checked(indexSchema, body, what) }
    : { ...identity, kind: 'image', document: checked(imageSchema, body, what) }
}

function shapeFault(body: unknown, mediaType: string, isIndex: boolean): string | undefined {
  if (typeof body !== 'object' || body === null) return 'it is not a JSON object'
  if ('mediaType' in body && body.mediaType !== mediaType) {
    return `the body says ${JSON.stringify(body.mediaType).slice(0, 100)}, the registry said "${mediaType}"`
  }
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

/** The descriptor of a manifest: what another document points at it with. */
export function descriptorOf(manifest: Manifest): Descriptor {
  return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength }
}

/** A child of an index that a machine can run: attestation children (`unknown/unknown`) are not artifacts. */
function isRunnable(child: Descriptor): boolean {
  if (child.annotations?.['vnd.docker.reference.type'] !== undefined) return false
  return child.platform === undefined || child.platform.os !== 'unknown'
}

/** `linux/arm64/v8`, or `unknown` where the descriptor does not say. */
export function platformOf(child: Descriptor): string {
  const { os, architecture, variant } = child.platform ?? {}
  if (os === undefined || architecture === undefined) return 'unknown'
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/')
}

/** The runnable children of an index, in the order of the index; none for a single image. */
export function platformChildren(manifest: Manifest): readonly Descriptor[] {
  return manifest.kind === 'index' ? manifest.document.manifests.filter(isRunnable) : []
}

/** How a digest relates to a sealed manifest. */
export type Identity = { readonly same: true; readonly child?: string } | { readonly same: false }

/**
 * Index-aware equality: the sealed digest itself, or a runnable platform child of the sealed index, is the
 * same artifact. Runtimes report either.
 */
export function identify(digest: Digest, sealed: Manifest): Identity {
  if (digest === sealed.digest) return { same: true }
  const child = platformChildren(sealed).find((entry) => entry.digest === digest)
  return child === undefined ? { same: false } : { same: true, child: platformOf(child) }
}
