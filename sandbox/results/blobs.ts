import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A refusal in the blob store's form: an Azure error code and its HTTP status. */
export class BlobError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'BlobError'
    this.status = status
    this.code = code
  }
}

/** Committed content of a blob. */
export interface BlobContent {
  readonly bytes: Buffer
  readonly contentType: string
  readonly digest: string
}

/** A blob: blocks until they are committed, then content, then closed for good when it is finalized. */
export interface Blob {
  readonly id: string
  readonly blocks: Map<string, Buffer>
  content: BlobContent | undefined
  closed: boolean
}

/** What a signed address allows. */
export interface BlobGrant {
  readonly blob: Blob
  readonly permission: 'read' | 'write'
  /** The file name a download is saved under. */
  readonly fileName?: string
}

/** Blobs and the signed addresses that open them. */
export interface BlobStore {
  create(): Blob
  remove(blob: Blob): void
  /** Path and query of a signed address; the signature is random and opens only this blob. */
  sign(grant: BlobGrant): string
  /** The grant of an address; 403 unless its signature is one that was given out for this blob. */
  open(path: string, query: URLSearchParams, permission: BlobGrant['permission']): BlobGrant
}

// The Azure SDK takes a path on an IP address as /account/container/blob.
const PREFIX = '/sandbox/results/'

/** Commits bytes as the blob's content. */
export function commitBlob(blob: Blob, bytes: Buffer, contentType: string): void {
  if (blob.closed)
    throw new BlobError(409, 'BlobImmutableDueToPolicy', 'the upload of this blob was finalized')
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`
  blob.content = { bytes, contentType, digest }
  blob.blocks.clear()
}

/** Makes an empty store. */
export function createBlobStore(): BlobStore {
  const blobs = new Map<string, Blob>()
  const grants = new Map<string, { readonly signature: Buffer; readonly grant: BlobGrant }>()

  return {
    create() {
      const blob: Blob = {
        id: randomBytes(16).toString('hex'),
        blocks: new Map(),
        content: undefined,
        closed: false,
      }
      blobs.set(blob.id, blob)
      return blob
    },
    remove(blob) {
      blobs.delete(blob.id)
    },
    sign(grant) {
      const grantId = randomBytes(8).toString('hex')
      const signature = randomBytes(32)
      grants.set(grantId, { signature, grant })
      const query = new URLSearchParams({
        sp: grant.permission === 'read' ? 'r' : 'cw',
        skoid: grantId,
        sig: signature.toString('base64url'),
      })
      return `${PREFIX}${grant.blob.id}?${query.toString()}`
    },
    open(path, query, permission) {
      const entry = grants.get(query.get('skoid') ?? '')
      const given = Buffer.from(query.get('sig') ?? '', 'base64url')
      const known =
        entry !== undefined &&
        given.length === entry.signature.length &&
        timingSafeEqual(given, entry.signature) &&
        path === `${PREFIX}${entry.grant.blob.id}` &&
        entry.grant.permission === permission
      if (!known)
        throw new BlobError(403, 'AuthenticationFailed', 'the signature of this address is not valid')
      if (!blobs.has(entry.grant.blob.id)) throw new BlobError(404, 'BlobNotFound', 'the blob was deleted')
      return entry.grant
    },
  }
}
