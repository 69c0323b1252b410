import type { IncomingMessage } from 'node:http'
import type { BlobGrant, BlobStore } from './blobs.ts'
import { BlobError, commitBlob } from './blobs.ts'
import type { Answer } from './http.ts'
import { readBody } from './http.ts'

const BLOCK_LIMIT = 256 * 1024 * 1024

/** Names the operation of a blob request: method, and `comp` where there is one. */
export function nameBlobOperation(method: string, query: URLSearchParams): string {
  return [method, query.get('comp')].filter(Boolean).join(' ')
}

/** Handles one request of the Azure block blob protocol: what the two clients use of it. */
export async function handleBlob(store: BlobStore, request: IncomingMessage, url: URL): Promise<Answer> {
  const operation = nameBlobOperation(request.method ?? '', url.searchParams)
  switch (operation) {
    case 'PUT block':
      return putBlock(store, request, url)
    case 'PUT blocklist':
      return putBlockList(store, request, url)
    case 'PUT':
      return putBlob(store, request, url)
    case 'GET':
    case 'HEAD':
      return getBlob(store.open(url.pathname, url.searchParams, 'read'), request)
    default:
      throw new BlobError(405, 'UnsupportedHttpVerb', `not supported here: ${operation}`)
  }
}

async function putBlock(store: BlobStore, request: IncomingMessage, url: URL): Promise<Answer> {
  const { blob } = store.open(url.pathname, url.searchParams, 'write')
  const id = url.searchParams.get('blockid') ?? ''
  if (id === '') throw new BlobError(400, 'InvalidQueryParameterValue', 'blockid is missing')
  if (blob.closed)
    throw new BlobError(409, 'BlobImmutableDueToPolicy', 'the upload of this blob was finalized')
  blob.blocks.set(id, await readBody(request, BLOCK_LIMIT))
  return { status: 201 }
}

async function putBlockList(store: BlobStore, request: IncomingMessage, url: URL): Promise<Answer> {
  const { blob } = store.open(url.pathname, url.searchParams, 'write')
  const list = (await readBody(request, 4 * 1024 * 1024)).toString('utf8')
  const ids = [...list.matchAll(/<(Latest|Uncommitted)>([^<]*)<\/\1>/g)].map((match) => match[2] ?? '')
  const parts = ids.map((id) => {
    const part = blob.blocks.get(id)
    if (part === undefined) throw new BlobError(400, 'InvalidBlockList', `block ${id} was not uploaded`)
    return part
  })
  commitBlob(blob, Buffer.concat(parts), contentTypeOf(request))
  return { status: 201 }
}

async function putBlob(store: BlobStore, request: IncomingMessage, url: URL): Promise<Answer> {
  const { blob } = store.open(url.pathname, url.searchParams, 'write')
  if (request.headers['x-ms-blob-type'] !== 'BlockBlob') {
    throw new BlobError(400, 'MissingRequiredHeader', 'x-ms-blob-type: BlockBlob is missing')
  }
  commitBlob(blob, await readBody(request, BLOCK_LIMIT), contentTypeOf(request))
  return { status: 201 }
}

function contentTypeOf(request: IncomingMessage): string {
  const type = request.headers['x-ms-blob-content-type']
  return typeof type === 'string' ? type : 'application/octet-stream'
}

function getBlob(grant: BlobGrant, request: IncomingMessage): Answer {
  const { content } = grant.blob
  if (content === undefined) throw new BlobError(404, 'BlobNotFound', 'nothing was uploaded')
  const headers: Record<string, string> = {
    'content-type': content.contentType,
    etag: `"${content.digest.slice(-16)}"`,
    'accept-ranges': 'bytes',
    'x-ms-blob-type': 'BlockBlob',
  }
  if (grant.fileName !== undefined) headers['content-disposition'] = dispositionOf(grant.fileName)
  const range = request.headers['x-ms-range'] ?? request.headers.range
  if (typeof range !== 'string') return { status: 200, headers, body: content.bytes }
  const { start, end } = parseRange(range, content.bytes.length)
  headers['content-range'] = `bytes ${start}-${end}/${content.bytes.length}`
  return { status: 206, headers, body: content.bytes.subarray(start, end + 1) }
}

/** RFC 6266: an ASCII name for old readers, the UTF-8 name beside it. */
function dispositionOf(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\]/g, '_')
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(fileName)}`
}

function parseRange(range: string, size: number): { start: number; end: number } {
  const match = /^bytes=(\d+)-(\d*)$/.exec(range)
  const start = Number(match?.[1] ?? Number.NaN)
  const end = Math.min(match?.[2] ? Number(match[2]) : size - 1, size - 1)
  if (!(start <= end)) throw new BlobError(416, 'InvalidRange', `range ${range} of ${size} bytes`)
  return { start, end }
}
