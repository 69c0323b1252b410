import { RefusalError } from './answer.ts'
import type { Exchange, Registry } from './exchange.ts'
import { referenceOf, repositoryOf } from './exchange.ts'
import { storableAlgorithm } from './grammar.ts'
import type { Answer } from './options.ts'
import { parseRange } from './ranges.ts'

function digestOf(exchange: Exchange): string {
  const digest = referenceOf(exchange)
  if (storableAlgorithm(digest) === undefined) {
    throw new RefusalError(400, 'DIGEST_INVALID', 'the reference is not a sha256 or sha512 digest')
  }
  return digest
}

function blobUnknown(digest: string): RefusalError {
  return new RefusalError(404, 'BLOB_UNKNOWN', 'blob unknown to registry', { detail: { digest } })
}

/** GET and HEAD of a blob, with single byte ranges. */
export async function getBlob(registry: Registry, exchange: Exchange): Promise<Answer> {
  const repository = repositoryOf(exchange)
  const digest = digestOf(exchange)
  const size = await registry.storage.blobSize(repository, digest)
  if (size === undefined) throw blobUnknown(digest)
  const isGet = exchange.request.method === 'GET'
  // Range is defined for GET alone (RFC 9110 section 14.2).
  const range = isGet ? parseRange(exchange.request.headers['range'], size) : undefined
  if (range === 'unsatisfiable') {
    throw new RefusalError(416, 'SIZE_INVALID', `the blob has ${size} bytes`, {
      headers: { 'Content-Range': `bytes */${size}` },
    })
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Length': String(end - start + 1),
    'Docker-Content-Digest': digest,
    'Accept-Ranges': 'bytes',
    ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  }
  const status = range === undefined ? 200 : 206
  if (!isGet || size === 0) return { status, headers }
  return { status, headers, body: registry.storage.readBlob(repository, digest, start, end) }
}

/** DELETE of a blob in one repository; manifests that refer to it are not asked. */
export async function deleteBlob(registry: Registry, exchange: Exchange): Promise<Answer> {
  const digest = digestOf(exchange)
  if (!(await registry.storage.deleteBlob(repositoryOf(exchange), digest))) throw blobUnknown(digest)
  return { status: 202 }
}
