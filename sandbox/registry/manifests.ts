import { RefusalError } from './answer.ts'
import type { Exchange, Registry } from './exchange.ts'
import { readBody, referenceOf, repositoryOf } from './exchange.ts'
import { isTag, storableAlgorithm } from './grammar.ts'
import { digestBytes } from './hashing.ts'
import type { Descriptor, ManifestDocument } from './manifest-document.ts'
import { isForeignLayer, isManifestType, parseManifest } from './manifest-document.ts'
import { bareMediaType, isAcceptable } from './negotiation.ts'
import type { Answer, ImmutableAnswer } from './options.ts'
import type { ReferrerDescriptor, Storage } from './storage.ts'

/** What distribution-spec "Pushing Manifests" asks every registry to take, and what real ones stop at. */
const MAX_MANIFEST_SIZE = 4 * 1024 * 1024

const DEFAULT_IMMUTABLE_ANSWER: ImmutableAnswer = {
  status: 400,
  code: 'TAG_INVALID',
  message: 'the tag already exists and cannot be overwritten because tags are immutable',
}

interface ManifestPush {
  readonly repository: string
  readonly digest: string
  readonly tags: readonly string[]
  /** Whether the tags came as `?tag=`: then the answer names those that were set. */
  readonly tagsAreParameters: boolean
  readonly bytes: Buffer
  readonly document: ManifestDocument
}

function manifestUnknown(reference: string): RefusalError {
  return new RefusalError(404, 'MANIFEST_UNKNOWN', 'manifest unknown', { detail: { reference } })
}

/** The digest a reference names now; a text that can be no tag names nothing. */
async function resolveReference(storage: Storage, repository: string, reference: string): Promise<string> {
  if (reference.includes(':')) {
    if (storableAlgorithm(reference) === undefined) {
      throw new RefusalError(400, 'DIGEST_INVALID', 'the reference is not a sha256 or sha512 digest')
    }
    return reference
  }
  const digest = isTag(reference) ? await storage.readTag(repository, reference) : undefined
  if (digest === undefined) throw manifestUnknown(reference)
  return digest
}

/** GET and HEAD of a manifest. */
export async function getManifest(registry: Registry, exchange: Exchange): Promise<Answer> {
  const repository = repositoryOf(exchange)
  const reference = referenceOf(exchange)
  const digest = await resolveReference(registry.storage, repository, reference)
  const manifest = await registry.storage.readManifest(repository, digest)
  if (manifest === undefined) throw manifestUnknown(reference)
  if (!isAcceptable(exchange.request.headers['accept'], manifest.mediaType)) {
    throw new RefusalError(
      404,
      'MANIFEST_UNKNOWN',
      `the manifest is ${manifest.mediaType}, which the Accept header does not list`,
    )
  }
  return {
    status: 200,
    headers: { 'Content-Type': manifest.mediaType, 'Docker-Content-Digest': digest },
    body: manifest.bytes,
  }
}

function readPush(exchange: Exchange, bytes: Buffer, contentType: string): ManifestPush {
  const repository = repositoryOf(exchange)
  const reference = referenceOf(exchange)
  if (!reference.includes(':')) {
    if (!isTag(reference)) throw new RefusalError(400, 'TAG_INVALID', 'the reference is not a tag')
    const document = parseManifest(bytes, contentType)
    const digest = digestBytes('sha256', bytes)
    return { repository, tags: [reference], tagsAreParameters: false, digest, bytes, document }
  }
  const algorithm = storableAlgorithm(reference)
  if (algorithm === undefined) {
    throw new RefusalError(400, 'DIGEST_INVALID', 'the reference is not a sha256 or sha512 digest')
  }
  const digest = digestBytes(algorithm, bytes)
  if (digest !== reference) {
    throw new RefusalError(400, 'DIGEST_INVALID', 'the manifest has another digest', { detail: { digest } })
  }
  const tags = exchange.request.query.getAll('tag')
  if (!tags.every(isTag)) throw new RefusalError(400, 'TAG_INVALID', 'a tag parameter is not a tag')
  const document = parseManifest(bytes, contentType)
  return { repository, tags, tagsAreParameters: true, digest, bytes, document }
}

async function checkTagsMayMove(registry: Registry, push: ManifestPush): Promise<void> {
  const { immutableTags, immutableAnswer } = registry.options
  if (immutableTags === undefined || immutableTags === false) return
  for (const tag of push.tags) {
    const current = await registry.storage.readTag(push.repository, tag)
    if (current === undefined) continue
    if (immutableTags === 'same-digest-allowed' && current === push.digest) continue
    const { status, code, message } = immutableAnswer ?? DEFAULT_IMMUTABLE_ANSWER
    throw new RefusalError(status, code, message, { detail: { tag } })
  }
}

async function storedSize(
  storage: Storage,
  repository: string,
  descriptor: Descriptor,
  isChild: boolean,
): Promise<number | undefined> {
  // An algorithm the registry cannot store is content it cannot have.
  if (storableAlgorithm(descriptor.digest) === undefined) return undefined
  if (isChild && isManifestType(descriptor.mediaType)) {
    return (await storage.readManifest(repository, descriptor.digest))?.bytes.length
  }
  return await storage.blobSize(repository, descriptor.digest)
}

/** Everything a manifest refers to must be there already, except its subject and foreign layers. */
async function checkContents(storage: Storage, push: ManifestPush): Promise<void> {
  const blobs = push.document.blobs.filter((blob) => !isForeignLayer(blob.mediaType))
  const missing: string[] = []
  for (const descriptor of [...blobs, ...push.document.children]) {
    const isChild = push.document.children.includes(descriptor)
    const size = await storedSize(storage, push.repository, descriptor, isChild)
    if (size === undefined) missing.push(descriptor.digest)
    else if (size !== descriptor.size) {
      throw new RefusalError(400, 'MANIFEST_INVALID', `${descriptor.digest} has ${size} bytes`, {
        detail: { digest: descriptor.digest, size: descriptor.size },
      })
    }
  }
  if (missing.length > 0) {
    throw new RefusalError(404, 'MANIFEST_BLOB_UNKNOWN', 'the manifest refers to unknown content', {
      detail: { digests: missing },
    })
  }
}

function describeReferrer(push: ManifestPush): ReferrerDescriptor {
  const { mediaType, artifactType, annotations } = push.document
  return {
    mediaType,
    digest: push.digest,
    size: push.bytes.length,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  }
}

async function storePush(registry: Registry, push: ManifestPush): Promise<Answer> {
  const { storage, options } = registry
  const { repository, digest, tags, bytes, document } = push
  await checkTagsMayMove(registry, push)
  await checkContents(storage, push)
  const subject = document.subject?.digest
  const { mediaType } = document
  await storage.writeManifest(repository, digest, {
    bytes,
    mediaType,
    ...(subject === undefined ? {} : { subject }),
  })
  // Kept also while the API is off: a registry that gains it must list what was pushed before.
  if (subject !== undefined) await storage.writeReferrer(repository, subject, describeReferrer(push))
  for (const tag of tags) await storage.writeTag(repository, tag, digest)
  const announced = subject !== undefined && options.referrersApi !== false
  return {
    status: 201,
    headers: {
      Location: `/v2/${repository}/manifests/${digest}`,
      'Docker-Content-Digest': digest,
      ...(announced ? { 'OCI-Subject': subject } : {}),
      ...(push.tagsAreParameters && tags.length > 0 ? { 'OCI-Tag': tags } : {}),
    },
  }
}

/** PUT of a manifest by tag, or by digest with as many `?tag=` as one likes; pushes to one repository take effect one after another. */
export async function putManifest(registry: Registry, exchange: Exchange): Promise<Answer> {
  const contentType = bareMediaType(exchange.request.headers['content-type'])
  if (contentType === undefined) {
    throw new RefusalError(400, 'MANIFEST_INVALID', 'a manifest needs a Content-Type')
  }
  const push = readPush(exchange, await readBody(exchange, MAX_MANIFEST_SIZE), contentType)
  return await registry.queue.run(push.repository, () => storePush(registry, push))
}

async function deleteByDigest(storage: Storage, repository: string, digest: string): Promise<boolean> {
  const manifest = await storage.readManifest(repository, digest)
  if (manifest === undefined) return false
  // The tags go first: a tag must never name a manifest that is gone.
  for (const [tag, target] of await storage.tags(repository)) {
    if (target === digest) await storage.deleteTag(repository, tag)
  }
  if (manifest.subject !== undefined) await storage.deleteReferrer(repository, manifest.subject, digest)
  return await storage.deleteManifest(repository, digest)
}

/** DELETE by tag removes the tag alone; by digest the manifest and every tag that points to it. */
export async function deleteManifest(registry: Registry, exchange: Exchange): Promise<Answer> {
  const { storage } = registry
  const repository = repositoryOf(exchange)
  const reference = referenceOf(exchange)
  return await registry.queue.run(repository, async () => {
    const digest = await resolveReference(storage, repository, reference)
    const deleted =
      digest === reference
        ? await deleteByDigest(storage, repository, digest)
        : await storage.deleteTag(repository, reference)
    if (!deleted) throw manifestUnknown(reference)
    return { status: 202 }
  })
}
