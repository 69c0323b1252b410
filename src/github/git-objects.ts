import { createHash } from 'node:crypto'
import { z } from 'zod'
import { GitHubError } from '../domain/error.ts'
import { unlessMissing } from './api-failure.ts'
import type { GitHubApi, RequestOptions } from './api.ts'

const sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
const target = z.looseObject({ type: z.string().max(20), sha })

const refAnswer = z.looseObject({ ref: z.string().max(1000), object: target })
const tagAnswer = z.looseObject({ sha, object: target })
const created = z.looseObject({ sha })
const blobAnswer = z.looseObject({ sha, encoding: z.literal('base64'), content: z.string() })

/** What a ref or a tag object points at. */
export interface GitTarget {
  readonly type: string
  readonly sha: string
}

const READS: RequestOptions = { permission: 'contents: read' }
/** Objects are named by their content, so that writing one twice is writing it once. */
const STORES: RequestOptions = { permission: 'contents: write', isRepeatable: true }
const CREATES: RequestOptions = { permission: 'contents: write' }

/** Who tagged: fixed, so that the same record always gives the same tag object. */
const TAGGER = { name: 'github-actions[bot]', email: '41898282+github-actions[bot]@users.noreply.github.com' }

/** Git's name for an object, in the repository's own hash: that of another name. */
function objectName(type: 'blob' | 'tag', bytes: Uint8Array, like: string): string {
  const hash = createHash(like.length === 64 ? 'sha256' : 'sha1')
  return hash.update(`${type} ${bytes.byteLength}\0`).update(bytes).digest('hex')
}

function corrupt(what: string, expected: string, got: string): GitHubError {
  return new GitHubError(
    'GITHUB_UNEXPECTED',
    `GitHub's answer cannot be used: ${what} · expected ${expected}, got ${got}`,
  )
}

/** Stores bytes as a blob; returns its name. */
export async function storeBlob(api: GitHubApi, bytes: Uint8Array): Promise<string> {
  const body = { content: Buffer.from(bytes).toString('base64'), encoding: 'base64' }
  const { sha: name } = await api.request('POST /repos/{owner}/{repo}/git/blobs', body, created, STORES)
  const expected = objectName('blob', bytes, name)
  if (name !== expected) throw corrupt('the blob it stored has another name', expected, name)
  return name
}

/** What a tag object of ours says beside the blob it points at. */
export interface TagText {
  readonly name: string
  readonly message: string
  /** ISO 8601, in UTC. */
  readonly date: string
}

/** Git keeps seconds. */
function wholeSeconds(date: string): string {
  return date.replace(/\.\d+Z$/, 'Z')
}

/** Stores a tag object that points at a blob; no ref is made. */
export async function storeTag(api: GitHubApi, tag: TagText, blob: string): Promise<string> {
  const tagger = { ...TAGGER, date: wholeSeconds(tag.date) }
  const body = { tag: tag.name, message: tag.message, object: blob, type: 'blob', tagger }
  const stored = await api.request('POST /repos/{owner}/{repo}/git/tags', body, tagAnswer, STORES)
  if (stored.object.sha !== blob)
    throw corrupt('the tag object it stored points elsewhere', blob, stored.object.sha)
  return stored.sha
}

/**
 * The name of the tag object that {@link storeTag} stores for a blob of these bytes, without asking: what is stored
 * under this name holds them. A server that writes the object in another way gives it another name.
 */
export function tagObjectName(tag: TagText, bytes: Uint8Array, like: string): string {
  const { name, message, date } = tag
  const tagger = `${TAGGER.name} <${TAGGER.email}> ${Math.floor(Date.parse(date) / 1000)} +0000`
  const header = [`object ${objectName('blob', bytes, like)}`, 'type blob', `tag ${name}`, `tagger ${tagger}`]
  return objectName('tag', Buffer.from(`${header.join('\n')}\n\n${message}`), like)
}

/** Creates a ref unless it is there. Any failure leaves open whether it was created: read it. */
export async function createRef(api: GitHubApi, ref: string, object: string): Promise<void> {
  const answer = await api.request(
    'POST /repos/{owner}/{repo}/git/refs',
    { ref, sha: object },
    refAnswer,
    CREATES,
  )
  if (answer.ref !== ref) throw corrupt('it created another ref', ref, answer.ref)
  if (answer.object.sha !== object) throw corrupt('the ref points elsewhere', object, answer.object.sha)
}

/**
 * What a ref points at; undefined where there is none. "Not Found" alone does not say so: it is also the answer to a
 * token that may not see the repository. The list of refs is different: it is empty where there are none, and not found
 * where the repository is not.
 */
export async function readRef(api: GitHubApi, ref: string): Promise<GitTarget | undefined> {
  const parameters = { ref: ref.replace(/^refs\//, '') }
  const answer = await unlessMissing(
    async () => await api.request('GET /repos/{owner}/{repo}/git/ref/{ref}', parameters, refAnswer, READS),
  )
  if (answer === undefined) return (await listRefs(api, ref)).get(ref)
  if (answer.ref !== ref) throw corrupt('it is about another ref', ref, answer.ref)
  return answer.object
}

/** What a tag object points at; undefined where there is no such tag object. */
export async function readTagObject(api: GitHubApi, tag: string): Promise<GitTarget | undefined> {
  const parameters = { tag_sha: tag }
  const answer = await unlessMissing(
    async () =>
      await api.request('GET /repos/{owner}/{repo}/git/tags/{tag_sha}', parameters, tagAnswer, READS),
  )
  return answer?.object
}

/** The bytes of a blob, which hash to its name; undefined where there is no such blob. */
export async function readBlob(api: GitHubApi, blob: string): Promise<Uint8Array | undefined> {
  const parameters = { file_sha: blob }
  const answer = await unlessMissing(
    async () =>
      await api.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', parameters, blobAnswer, READS),
  )
  if (answer === undefined) return undefined
  const bytes = Buffer.from(answer.content, 'base64')
  const name = objectName('blob', bytes, blob)
  if (name !== blob) throw corrupt('a blob has other bytes than its name says', blob, name)
  return bytes
}

/** All refs whose names begin so, with what they point at. */
export async function listRefs(api: GitHubApi, prefix: string): Promise<ReadonlyMap<string, GitTarget>> {
  const refs = new Map<string, GitTarget>()
  const ref = prefix.replace(/^refs\//, '')
  const route = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}'
  for await (const { ref: name, object } of api.pages(route, { ref }, z.array(refAnswer), READS))
    if (name.startsWith(prefix)) refs.set(name, object)
  return refs
}
