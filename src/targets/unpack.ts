import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, mkdir, mkdtemp, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream'
import { pipeline as run } from 'node:stream/promises'
import { ReadableStream } from 'node:stream/web'
import { createGunzip } from 'node:zlib'
import { algorithmOf, type Digest, finishDigest, hashFor, isDigest } from '../domain/digest.ts'
import { BuildOnceError, messageOf, TargetError } from '../domain/error.ts'
import { FILES_ARTIFACT, FILES_LIMITS, titleFault } from '../domain/files-artifact.ts'
import { type Descriptor, type Manifest, MEDIA_TYPES } from '../domain/manifest.ts'
import type { Registry } from '../domain/registry.ts'
import type { Repository } from '../domain/reference.ts'
import type { Log } from '../platform/log.ts'
import { type Extraction, extractEntry, makeLinks } from './unpack-entry.ts'

/** What to unpack and where. */
export interface UnpackRequest {
  readonly registry: Registry
  readonly repository: Repository
  /** Manifest of an artifact of the engine `files`. */
  readonly manifest: Manifest
  /** Folder that is new or empty; it becomes the folder that was published. */
  readonly directory: string
  readonly log: Log
}

/** What was unpacked. */
export interface Unpacked {
  readonly files: number
  readonly bytes: number
}

interface Layer {
  readonly descriptor: Descriptor
  readonly title: string
  readonly contentDigest: Digest
}

/** Largest tar there can be: the files, and headers and padding of every entry. */
const MAX_TAR_BYTES = FILES_LIMITS.bytes + FILES_LIMITS.entries * 8192

function failed(message: string, hint: string, cause?: unknown): TargetError {
  return new TargetError('UNPACK_FAILED', message, { hint, cause })
}

/**
 * Restores the folder of a `files` artifact. The layer is downloaded and hashed before anything is read from
 * it, and extracted beside the folder, which it becomes only when everything agreed.
 * @throws {TargetError} UNPACK_FAILED; nothing is left behind. Registry errors as they are.
 */
export async function unpackFiles(request: UnpackRequest): Promise<Unpacked> {
  const layer = layerOf(request.manifest)
  const directory = resolve(request.directory)
  const isThere = await checkDirectory(directory)
  const staging = await makeStaging(directory)
  try {
    const archive = join(staging, 'layer.tar.gz')
    await download(request, layer.descriptor, archive)
    const extraction = await extract(archive, layer, join(staging, 'content'))
    if (isThere) await rmdir(directory)
    await rename(extraction.folder, directory)
    request.log.info(`Unpacked ${extraction.files} files, ${extraction.bytes} bytes, into ${directory}`)
    return { files: extraction.files, bytes: extraction.bytes }
  } catch (error) {
    if (error instanceof BuildOnceError) throw error
    throw failed(
      `The artifact could not be unpacked into ${directory}: ${messageOf(error)}`,
      'Check the folder, its permissions and the free space. Nothing was unpacked.',
      error,
    )
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Judges the manifest: is this what the engine `files` publishes? */
function layerOf(manifest: Manifest): Layer {
  const hint = 'unpack takes artifacts of the engine files only.'
  const type = manifest.kind === 'image' ? manifest.document.artifactType : 'an index'
  if (manifest.kind !== 'image' || type !== FILES_ARTIFACT.artifactType) {
    const expected = `expected artifactType ${FILES_ARTIFACT.artifactType}, got ${type ?? 'none'}`
    throw failed(`${manifest.digest} is not a folder of files · ${expected}`, hint)
  }
  const [descriptor, ...more] = manifest.document.layers
  if (descriptor === undefined || more.length > 0)
    throw failed(
      `${manifest.digest} is malformed · expected one layer, got ${manifest.document.layers.length}`,
      hint,
    )
  const title = descriptor.annotations?.[FILES_ARTIFACT.title] ?? ''
  const contentDigest = descriptor.annotations?.[FILES_ARTIFACT.contentDigest]
  const fault = titleFault(title)
  if (descriptor.mediaType !== MEDIA_TYPES.ociTarGzip)
    throw failed(`${manifest.digest} is malformed · expected a layer of type ${MEDIA_TYPES.ociTarGzip}`, hint)
  if (fault !== undefined)
    throw failed(
      `${manifest.digest} is malformed · its title ${JSON.stringify(title.slice(0, 200))}: ${fault}`,
      hint,
    )
  if (!isDigest(contentDigest))
    throw failed(`${manifest.digest} is malformed · expected ${FILES_ARTIFACT.contentDigest}, a digest`, hint)
  return { descriptor, title, contentDigest }
}

/** True when the folder is there and empty; never follows a link. */
async function checkDirectory(directory: string): Promise<boolean> {
  const stats = await lstat(directory).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw failed(
      `The folder ${directory} cannot be used: ${messageOf(error)}`,
      'Choose another folder.',
      error,
    )
  })
  if (stats === undefined) return false
  const hint = 'unpack needs a folder that is new or empty; it never overwrites anything.'
  if (!stats.isDirectory()) throw failed(`${directory} is there, and is not a folder.`, hint)
  const count = (await readdir(directory)).length
  if (count > 0) throw failed(`${directory} is not empty · expected no entries, got ${count}`, hint)
  return true
}

/** A folder beside the one to fill, so that one rename finishes the work. */
async function makeStaging(directory: string): Promise<string> {
  try {
    await mkdir(dirname(directory), { recursive: true })
    return await mkdtemp(join(dirname(directory), `.${basename(directory)}-`))
  } catch (cause) {
    throw failed(
      `The folder ${directory} cannot be made: ${messageOf(cause)}`,
      'Choose another folder.',
      cause,
    )
  }
}

/** The whole layer, hashed and measured, before any of it is believed. */
async function download(request: UnpackRequest, descriptor: Descriptor, file: string): Promise<void> {
  const hash = hashFor(descriptor.digest)
  let size = 0
  await run(
    request.registry.readBlob(request.repository, descriptor),
    async function* (chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        hash.update(chunk)
        size += chunk.byteLength
        if (size > descriptor.size) throw corrupt('The layer', `${descriptor.size} bytes`, 'more')
        yield chunk
      }
    },
    createWriteStream(file, { flags: 'wx', mode: 0o600 }),
  )
  if (size !== descriptor.size) throw corrupt('The layer', `${descriptor.size} bytes`, String(size))
  const actual = finishDigest(hash, algorithmOf(descriptor.digest))
  if (actual !== descriptor.digest) throw corrupt('The layer', descriptor.digest, actual)
}

function corrupt(what: string, expected: string, actual: string): TargetError {
  return failed(
    `${what} is corrupt · expected ${expected}, got ${actual}`,
    'Check the registry, its storage and any proxy in between. Nothing was unpacked.',
  )
}

async function extract(archive: string, layer: Layer, folder: string): Promise<Extraction> {
  const { createTarDecoder } = await import('modern-tar')
  await mkdir(folder)
  const extraction: Extraction = {
    folder,
    title: layer.title,
    kinds: new Map(),
    links: [],
    files: 0,
    bytes: 0,
  }
  const hash = hashFor(layer.contentDigest)
  const entries = ReadableStream.from(inflate(archive, hash)).pipeThrough(createTarDecoder({ strict: true }))
  for await (const entry of entries) await extractEntry(entry, extraction)
  const actual = finishDigest(hash, algorithmOf(layer.contentDigest))
  if (actual !== layer.contentDigest) throw corrupt('The archive', layer.contentDigest, actual)
  makeLinks(extraction)
  return extraction
}

async function* inflate(archive: string, hash: ReturnType<typeof hashFor>): AsyncGenerator<Uint8Array> {
  let size = 0
  // The loop below sees every error: a pipeline destroys its last stream with it.
  const tar = pipeline(createReadStream(archive), createGunzip(), () => undefined)
  for await (const chunk of tar as AsyncIterable<Uint8Array>) {
    hash.update(chunk)
    size += chunk.byteLength
    if (size > MAX_TAR_BYTES)
      throw failed(`The archive is larger than ${MAX_TAR_BYTES} bytes.`, 'Nothing was unpacked.')
    yield chunk
  }
}
