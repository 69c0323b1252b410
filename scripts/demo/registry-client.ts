import { createHash } from 'node:crypto'

/** A repository of a registry that wants no login, spoken to with nothing but `fetch`. */
export interface RepositoryClient {
  /** The manifest of a tag or digest; its bytes are checked against the digest. */
  readManifest(reference: string): Promise<StoredManifest>
  putManifest(tag: string, manifest: StoredManifest): Promise<void>
  readBlob(digest: string): Promise<Buffer>
  listTags(): Promise<string[]>
}

/** A manifest with its media type and digest. */
export interface StoredManifest {
  readonly bytes: Buffer
  readonly mediaType: string
  readonly digest: string
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ')

/** Opens a repository written `host:port/name`. */
export function openRepository(image: string): RepositoryClient {
  const slash = image.indexOf('/')
  const host = image.slice(0, slash)
  const base = `${originOf(host)}/v2/${image.slice(slash + 1)}`
  return {
    async readManifest(reference) {
      const url = `${base}/manifests/${reference}`
      const response = await request(url, { headers: { accept: MANIFEST_TYPES } })
      const bytes = Buffer.from(await response.arrayBuffer())
      const digest = digestOf(bytes)
      if (reference.startsWith('sha256:')) expectDigest(url, reference, digest)
      return { bytes, digest, mediaType: response.headers.get('content-type') ?? '' }
    },
    async putManifest(tag, { bytes, mediaType }) {
      const headers = { 'content-type': mediaType }
      await request(`${base}/manifests/${tag}`, { method: 'PUT', headers, body: new Uint8Array(bytes) })
    },
    async readBlob(digest) {
      const url = `${base}/blobs/${digest}`
      const bytes = Buffer.from(await (await request(url)).arrayBuffer())
      expectDigest(url, digest, digestOf(bytes))
      return bytes
    },
    async listTags() {
      const { tags } = (await (await request(`${base}/tags/list`)).json()) as { tags: string[] | null }
      return tags ?? []
    },
  }
}

/** Fails unless a registry answers and wants no login. */
export async function checkRegistry(host: string): Promise<void> {
  await request(`${originOf(host)}/v2/`)
}

function originOf(host: string): string {
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host)
  return `${isLoopback ? 'http' : 'https'}://${host}`
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function expectDigest(url: string, expected: string, got: string): void {
  if (got !== expected) throw new Error(`${url} gave other bytes · expected ${expected}, got ${got}`)
}

async function request(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(60_000) })
  if (response.ok) return response
  const answer = (await response.text()).slice(0, 500)
  throw new Error(
    `${init.method ?? 'GET'} ${url} failed · expected success, got ${response.status} ${answer}`,
  )
}
