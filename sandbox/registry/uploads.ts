import { RefusalError } from './answer.ts'
import type { Exchange, Registry } from './exchange.ts'
import { readChunks, referenceOf, repositoryOf } from './exchange.ts'
import { isRepositoryName, storableAlgorithm } from './grammar.ts'
import type { Answer } from './options.ts'
import type { UploadSession } from './upload-sessions.ts'

function uploadHeaders(session: UploadSession): Record<string, string> {
  return {
    Location: `/v2/${session.repository}/blobs/uploads/${session.id}?_state=${session.state}`,
    'Docker-Upload-UUID': session.id,
    // The header cannot say "nothing yet": like distribution, an empty upload is 0-0.
    Range: `0-${Math.max(0, session.writer.size - 1)}`,
  }
}

function answerStored(repository: string, digest: string): Answer {
  return {
    status: 201,
    headers: { Location: `/v2/${repository}/blobs/${digest}`, 'Docker-Content-Digest': digest },
  }
}

function checkDigest(digest: string | null): string {
  if (digest === null || storableAlgorithm(digest) === undefined) {
    throw new RefusalError(400, 'DIGEST_INVALID', 'the digest parameter is not a sha256 or sha512 digest')
  }
  return digest
}

/** Appends the body; a chunk must start where the upload ends and be as long as it says. */
async function appendBody(registry: Registry, exchange: Exchange, session: UploadSession): Promise<void> {
  const { headers } = exchange.request
  const expected = checkChunkStart(headers['content-range'], session)
  const declared = headers['content-length']
  const mismatch = new RefusalError(400, 'SIZE_INVALID', 'Content-Range and the length of the body differ')
  if (expected !== undefined && declared !== undefined && Number(declared) !== expected) throw mismatch
  const before = session.writer.size
  for await (const chunk of readChunks(exchange)) await session.writer.append(chunk)
  if (expected === undefined || session.writer.size - before === expected) return
  // The chunk is part of the running hash by now and cannot be taken back.
  await registry.sessions.discard(session)
  throw mismatch
}

function checkChunkStart(contentRange: string | undefined, session: UploadSession): number | undefined {
  if (contentRange === undefined) return undefined
  const [, first, last] = /^(\d+)-(\d+)$/u.exec(contentRange) ?? []
  const length = Number(last) - Number(first) + 1
  if (first === undefined || Number(first) !== session.writer.size || length < 1) {
    throw new RefusalError(416, 'BLOB_UPLOAD_INVALID', 'the chunk does not start where the upload ends', {
      headers: uploadHeaders(session),
    })
  }
  return length
}

/** Stores a complete upload under its digest; a wrong digest ends the upload. */
async function commit(registry: Registry, session: UploadSession, digest: string): Promise<Answer> {
  const algorithm = storableAlgorithm(digest)
  const actual = algorithm === undefined ? undefined : session.writer.digest(algorithm)
  if (actual !== digest) {
    await registry.sessions.discard(session)
    throw new RefusalError(400, 'DIGEST_INVALID', 'the uploaded content has another digest', {
      detail: { digest: actual },
    })
  }
  await session.writer.commit(session.repository, digest)
  registry.sessions.forget(session)
  return answerStored(session.repository, digest)
}

async function mount(registry: Registry, exchange: Exchange, digest: string): Promise<Answer | undefined> {
  checkDigest(digest)
  const from = exchange.request.query.get('from')
  // Without a source the blob could be in a repository the client may not read.
  if (from === null) return undefined
  if (!isRepositoryName(from)) throw new RefusalError(400, 'NAME_INVALID', 'from is not a repository name')
  const repository = repositoryOf(exchange)
  if (!(await registry.storage.mountBlob(from, repository, digest))) return undefined
  return answerStored(repository, digest)
}

/** POST: mounts, takes a whole blob at once, or opens a session (distribution-spec "Pushing blobs"). */
export async function startUpload(registry: Registry, exchange: Exchange): Promise<Answer> {
  const { query } = exchange.request
  const repository = repositoryOf(exchange)
  const mounted = query.get('mount')
  if (mounted !== null) {
    const answer = await mount(registry, exchange, mounted)
    if (answer !== undefined) return answer
  }
  const digest = query.get('digest')
  if (digest !== null) checkDigest(digest)
  const session = await registry.sessions.start(repository)
  if (digest === null || mounted !== null) return { status: 202, headers: uploadHeaders(session) }
  try {
    await appendBody(registry, exchange, session)
  } catch (error) {
    await registry.sessions.discard(session)
    throw error
  }
  return await commit(registry, session, digest)
}

/** Runs one request of a session after those that came before it. */
async function inSession(
  registry: Registry,
  exchange: Exchange,
  task: (session: UploadSession) => Promise<Answer>,
): Promise<Answer> {
  const id = referenceOf(exchange)
  return await registry.queue.run(`upload ${id}`, () =>
    task(registry.sessions.find(repositoryOf(exchange), id, exchange.request.query.get('_state'))),
  )
}

/** GET: how far an upload came. */
export async function getUpload(registry: Registry, exchange: Exchange): Promise<Answer> {
  return await inSession(registry, exchange, async (session) => ({
    status: 204,
    headers: uploadHeaders(session),
  }))
}

/** PATCH: one chunk, or the whole content as a stream when there is no Content-Range. */
export async function patchUpload(registry: Registry, exchange: Exchange): Promise<Answer> {
  return await inSession(registry, exchange, async (session) => {
    await appendBody(registry, exchange, session)
    return { status: 202, headers: uploadHeaders(session) }
  })
}

/** PUT: the rest of the content, if any, and the digest of it all. */
export async function putUpload(registry: Registry, exchange: Exchange): Promise<Answer> {
  return await inSession(registry, exchange, async (session) => {
    const digest = checkDigest(exchange.request.query.get('digest'))
    await appendBody(registry, exchange, session)
    return await commit(registry, session, digest)
  })
}

/** DELETE: gives an upload up. */
export async function deleteUpload(registry: Registry, exchange: Exchange): Promise<Answer> {
  return await inSession(registry, exchange, async (session) => {
    await registry.sessions.discard(session)
    return { status: 204 }
  })
}
