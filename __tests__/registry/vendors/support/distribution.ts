import { ociError, type Script, type Seen } from '../../support/scripted-server.ts'
import { digestOf, type Shelf, type ShelfRepository } from './shelf.ts'

/** A request to the API, taken apart. */
export interface Asked extends Seen {
  readonly host: string
  /** The repository; empty for `/v2/`. */
  readonly repository: string
  readonly kind: 'ping' | 'manifests' | 'blobs' | 'uploads' | 'tags' | 'referrers' | 'other'
  /** Tag, digest or upload. */
  readonly name: string
}

const ROUTE =
  /^\/v2\/(?<repository>.+?)\/(?<kind>manifests|blobs\/uploads|blobs|tags|referrers)\/(?<name>[^/]*)$/

export function takeApart(seen: Seen): Asked {
  const host = String(seen.headers.host)
  const groups = ROUTE.exec(seen.path)?.groups
  if (groups === undefined) {
    return { ...seen, host, repository: '', kind: seen.path === '/v2/' ? 'ping' : 'other', name: '' }
  }
  const kind = groups['kind'] === 'blobs/uploads' ? 'uploads' : (groups['kind'] as Asked['kind'])
  return { ...seen, host, kind, repository: groups['repository'] ?? '', name: groups['name'] ?? '' }
}

/** How a registry differs from the plain one; what is left out is as distribution does it. */
export interface Quirks {
  /** The answer to reading a repository that does not exist. */
  readonly unknownRepository?: Script
  /** The answer to reading a manifest that a repository does not have. */
  readonly unknownManifest?: Script
  /** The answer to an upload to a repository that does not exist, where pushing does not make one. */
  readonly uploadToUnknown?: Script
  /** The address of an upload. */
  readonly location?: (repository: string, upload: string) => string
  /** The answer to a put that changes a tag; undefined lets it. */
  readonly overwrite?: (tag: string, isSame: boolean) => Script | undefined
  /** The answer to the referrers API, where there is none. */
  readonly noReferrers?: Script
}

const UNKNOWN_MANIFEST = ociError(404, 'MANIFEST_UNKNOWN', 'manifest unknown')
const JSON_TYPE = { 'content-type': 'application/json' }

/** The API over a shelf. Repositories are made by the first blob or manifest. */
export function createDistribution(shelf: Shelf, quirks: Quirks = {}): (asked: Asked) => Script {
  const unknown = quirks.unknownRepository ?? UNKNOWN_MANIFEST
  let uploads = 0
  const open = (asked: Asked): Script => {
    if (shelf.get(asked.repository) === undefined && quirks.uploadToUnknown !== undefined)
      return quirks.uploadToUnknown
    uploads += 1
    const id = `upload-${uploads}`
    const location =
      quirks.location?.(asked.repository, id) ??
      `/v2/${asked.repository}/blobs/uploads/${id}?_state=a%2Bb%3D%3D`
    return { status: 202, headers: { location } }
  }
  const finish = (asked: Asked): Script => {
    if (asked.method === 'DELETE') return { status: 204 }
    const bytes = Buffer.from(asked.body, 'latin1')
    const digest = asked.query.get('digest')
    if (digestOf(bytes) !== digest) return ociError(400, 'DIGEST_INVALID')
    shelf.make(asked.repository).blobs.set(digest, bytes)
    return { status: 201, headers: { location: `/v2/${asked.repository}/blobs/${digest}` } }
  }
  return (asked) => {
    if (asked.kind === 'ping') return { status: 200, headers: JSON_TYPE, body: '{}' }
    if (asked.kind === 'uploads') return asked.method === 'POST' ? open(asked) : finish(asked)
    if (asked.kind === 'manifests' && asked.method === 'PUT') return putManifest(shelf, quirks, asked)
    const repository = shelf.get(asked.repository)
    if (repository === undefined) return unknown
    return read(repository, quirks, asked)
  }
}

function read(repository: ShelfRepository, quirks: Quirks, asked: Asked): Script {
  if (asked.kind === 'manifests') {
    const found = repository.find(asked.name)
    if (found === undefined) return quirks.unknownManifest ?? UNKNOWN_MANIFEST
    const headers = { 'content-type': found.type, 'docker-content-digest': found.digest }
    return { status: 200, headers, body: found.bytes }
  }
  if (asked.kind === 'blobs') {
    const blob = repository.blobs.get(asked.name)
    return blob === undefined ? ociError(404, 'BLOB_UNKNOWN') : { status: 200, body: blob }
  }
  if (asked.kind === 'tags') {
    const tags = [...repository.tags.keys()]
    return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ name: asked.repository, tags }) }
  }
  if (asked.kind !== 'referrers') return { status: 404, body: '404 page not found\n' }
  if (quirks.noReferrers !== undefined) return quirks.noReferrers
  const type = 'application/vnd.oci.image.index.v1+json'
  const body = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    manifests: repository.referrers(asked.name),
  })
  return { status: 200, headers: { 'content-type': type }, body }
}

function putManifest(shelf: Shelf, quirks: Quirks, asked: Asked): Script {
  const bytes = Buffer.from(asked.body, 'latin1')
  const tag = asked.name.includes(':') ? undefined : asked.name
  const current = tag === undefined ? undefined : shelf.get(asked.repository)?.find(tag)
  if (tag !== undefined && current !== undefined) {
    const refusal = quirks.overwrite?.(tag, current.digest === digestOf(bytes))
    if (refusal !== undefined) return refusal
  }
  const { digest } = shelf.make(asked.repository).put(bytes, String(asked.headers['content-type']), tag)
  const location = `/v2/${asked.repository}/manifests/${digest}`
  return { status: 201, headers: { location, 'docker-content-digest': digest } }
}
