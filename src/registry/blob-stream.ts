import type { Repository } from '../domain/reference.ts'
import { type Answer, networkFailure, unexpected } from './answers.ts'
import { getBlob, type Named, nameOf, SMALL_BODY } from './blobs.ts'
import { NetworkError } from './network-error.ts'
import type { Session } from './session.ts'
import { verifiedStream } from './verified-stream.ts'

/** How often a read may break off without having got this much further. */
const MAX_BREAKS = 5
const PROGRESS = 1024 * 1024

/**
 * Streams a blob; its last chunk comes only when the whole hashes to its digest. A read that breaks off goes on
 * where it was. Every failure is a RegistryError.
 */
export async function* streamBlob(
  session: Session,
  repository: Repository,
  blob: Named,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield* verifiedStream(resumed(session, repository, blob, signal), blob, nameOf(repository, blob))
}

/** The bytes as the registry sends them, over as many connections as it takes; the hash judges them as a whole. */
async function* resumed(
  session: Session,
  repository: Repository,
  blob: Named,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let at = 0
  for (let breaks = 0, broken = 0; ; ) {
    const answer = await getBlob(session, repository, blob, {
      limit: SMALL_BODY,
      streams: true,
      from: at,
      signal,
    })
    let failure: NetworkError | undefined
    try {
      for await (const chunk of chunksFrom(answer, at, blob.size)) {
        at += chunk.byteLength
        yield chunk
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error
      failure = error
    }
    // A part may be shorter than asked for (RFC 9110 section 15.3.7); a whole that is short is a fault. What breaks
    // off behind the last byte is whole: there is nothing left to ask for.
    if (at >= blob.size || (failure === undefined && answer.status === 200)) return
    breaks = at - broken >= PROGRESS ? 1 : breaks + 1
    broken = at
    if (failure?.isTransient === false || breaks >= MAX_BREAKS || signal?.aborted === true) {
      const cause = failure ?? new NetworkError('ERR_SHORT_PARTS', 'the parts it sends have no end', false)
      throw networkFailure('GET', session.urlOf(repository, `blobs/${blob.digest}`), cause, breaks)
    }
  }
}

/** What follows after the first `at` bytes, whether the registry begins there or, not knowing ranges, at the start. */
async function* chunksFrom(answer: Answer, at: number, size: number): AsyncGenerator<Uint8Array> {
  if (answer.chunks === undefined) throw unexpected(answer, 'expected a body')
  if (answer.status === 206 && !beginsAt(answer, at, size)) {
    throw unexpected(answer, `its Content-Range is not the one asked for, bytes ${at}-${size - 1}/${size}`)
  }
  let skip = answer.status === 206 ? 0 : at
  for await (const chunk of answer.chunks) {
    const rest = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.byteLength))
    skip -= chunk.byteLength - rest.byteLength
    if (rest.byteLength > 0) yield rest
  }
}

function beginsAt(answer: Answer, at: number, size: number): boolean {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(answer.headers['content-range'] ?? '')
  const [, first, last, total] = match ?? []
  return Number(first) === at && Number(last) < size && (total === '*' || Number(total) === size)
}
