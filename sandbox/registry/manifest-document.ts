import { RefusalError } from './answer.ts'
import { isDigest, isMediaType } from './grammar.ts'

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
/** The media type of an OCI index, which is also what the referrers API answers with. */
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_INDEX = 'application/vnd.docker.distribution.manifest.list.v2+json'
const MANIFEST_TYPES: ReadonlySet<string> = new Set([OCI_MANIFEST, DOCKER_MANIFEST])
const INDEX_TYPES: ReadonlySet<string> = new Set([OCI_INDEX, DOCKER_INDEX])
const OCI_TYPES: ReadonlySet<string> = new Set([OCI_MANIFEST, OCI_INDEX])

/** What the registry needs to know of a descriptor (image-spec "Content Descriptors"). */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** A manifest or index that passed the checks. */
export interface ManifestDocument {
  readonly mediaType: string
  readonly blobs: readonly Descriptor[]
  readonly children: readonly Descriptor[]
  readonly subject?: Descriptor
  readonly artifactType?: string
  readonly annotations?: Readonly<Record<string, string>>
}

type JsonObject = Readonly<Record<string, unknown>>

function invalid(message: string): RefusalError {
  return new RefusalError(400, 'MANIFEST_INVALID', message)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseObject(bytes: Uint8Array): JsonObject {
  let value: unknown
  try {
    // A byte order mark is not JSON (RFC 8259 section 8.1), so it must not be skipped.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    if (error instanceof Error) throw invalid(`the manifest is not JSON in UTF-8: ${error.message}`)
    throw error
  }
  if (!isObject(value)) throw invalid('the manifest is not a JSON object')
  return value
}

function readDescriptor(value: unknown, where: string): Descriptor {
  if (!isObject(value)) throw invalid(`${where} is not a descriptor`)
  const { mediaType, digest, size } = value
  if (typeof mediaType !== 'string' || !isMediaType(mediaType)) {
    throw invalid(`${where}.mediaType is not a media type`)
  }
  if (typeof digest !== 'string' || !isDigest(digest)) throw invalid(`${where}.digest is not a digest`)
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`${where}.size is not a number of bytes`)
  }
  readAnnotations(value['annotations'], `${where}.annotations`)
  return { mediaType, digest, size }
}

function readDescriptors(value: unknown, where: string): Descriptor[] {
  if (!Array.isArray(value)) throw invalid(`${where} is not an array`)
  return value.map((entry: unknown, position) => readDescriptor(entry, `${where}[${position}]`))
}

function readAnnotations(value: unknown, where: string): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined
  if (!isObject(value)) throw invalid(`${where} is not an object`)
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw invalid(`${where} has a value that is not a string`)
    return [key, text]
  })
  return Object.fromEntries(entries)
}

function checkMediaType(body: JsonObject, contentType: string): void {
  const { mediaType } = body
  if (mediaType === undefined && OCI_TYPES.has(contentType)) return
  if (mediaType === contentType) return
  // What is no text may be nested so deep that nothing can print it.
  const said = typeof mediaType === 'string' ? JSON.stringify(mediaType.slice(0, 100)) : typeof mediaType
  throw invalid(`Content-Type is ${contentType}, but the manifest says ${said}`)
}

/** A document that can be read as both kinds means two things to two clients (CVE-2021-41190). */
function checkKind(body: JsonObject, contentType: string): void {
  const foreign = INDEX_TYPES.has(contentType) ? ['config', 'layers'] : ['manifests']
  const found = foreign.filter((key) => key in body)
  if (found.length > 0) throw invalid(`${contentType} must not have ${found.join(' and ')}`)
}

function readContents(body: JsonObject, contentType: string): Pick<ManifestDocument, 'blobs' | 'children'> {
  if (INDEX_TYPES.has(contentType)) {
    return { blobs: [], children: readDescriptors(body['manifests'], 'manifests') }
  }
  const config = readDescriptor(body['config'], 'config')
  return { blobs: [config, ...readDescriptors(body['layers'], 'layers')], children: [] }
}

function readArtifactType(body: JsonObject, contentType: string): string | undefined {
  const { artifactType } = body
  if (artifactType !== undefined && artifactType !== '') {
    if (typeof artifactType === 'string' && isMediaType(artifactType)) return artifactType
    throw invalid('artifactType is not a media type')
  }
  // distribution-spec "Listing Referrers": an image manifest without a type is known by its config's.
  if (!MANIFEST_TYPES.has(contentType)) return undefined
  return readDescriptor(body['config'], 'config').mediaType
}

/** Checks a pushed manifest against the image-spec; nothing is taken that another client could misread. */
export function parseManifest(bytes: Uint8Array, contentType: string): ManifestDocument {
  if (!MANIFEST_TYPES.has(contentType) && !INDEX_TYPES.has(contentType)) {
    throw invalid(`${contentType} is not a manifest type this registry knows`)
  }
  const body = parseObject(bytes)
  if (body['schemaVersion'] !== 2) throw invalid('schemaVersion is not 2')
  checkMediaType(body, contentType)
  checkKind(body, contentType)
  const artifactType = readArtifactType(body, contentType)
  const annotations = readAnnotations(body['annotations'], 'annotations')
  // Only OCI documents have a subject; in a Docker one the field means nothing.
  const hasSubject = OCI_TYPES.has(contentType) && body['subject'] !== undefined
  return {
    mediaType: contentType,
    ...readContents(body, contentType),
    ...(hasSubject ? { subject: readDescriptor(body['subject'], 'subject') } : {}),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}

/** Whether an index entry is a manifest: entries of other types are allowed and are looked for as blobs. */
export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.has(mediaType) || INDEX_TYPES.has(mediaType)
}

/** Layers that live elsewhere by their very type (image-spec "Non-Distributable Layers"). */
export function isForeignLayer(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.nondistributable.v1.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.foreign.')
  )
}
