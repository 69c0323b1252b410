import { type Commit, isCommit } from '../domain/commit.ts'
import { GitHubError, RecordError } from '../domain/error.ts'
import {
  checkedSeal,
  type Claim,
  type GitSeals,
  invalidSeal,
  type ListedSeal,
  sealFolder,
  sealRef,
} from '../domain/git-seal.ts'
import { type BuildRecord, decodeBuildRecord, encodeRecord } from '../domain/record.ts'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import type { GitHubApi } from './api.ts'
import {
  createRef,
  listRefs,
  readBlob,
  readRef,
  readTagObject,
  storeBlob,
  storeTag,
  tagObjectName,
  type TagText,
} from './git-objects.ts'

/** Written to see whether one may write. Nothing refers to it, and it is the same blob every time. */
const PROBE = new TextEncoder().encode('build-once\n')

/** How often a ref is tried to be created whose creation failed without there being one afterwards. */
const MAX_CREATES = 4

/** How long an object may be missing that a ref leads to. */
const OBJECT_DELAY_MS = 2000

/** What seals in git need. */
export interface GitSealOptions {
  readonly api: GitHubApi
  readonly clock: Clock
  readonly log: Log
}

/**
 * Seals as refs of the GitHub repository: ref → tag object → blob, which is the record. Never a ref to the commit: a
 * commit whose workflow files no branch has needs a permission that a job's token cannot have.
 */
export function createGitSeals(options: GitSealOptions): GitSeals {
  return {
    read: async (repository, commit) => await read(options, repository, commit),
    requireRights: async () => {
      await storeBlob(options.api, PROBE)
    },
    claim: async (record) => await claim(options, record),
    list: async (repository) => await list(options, repository),
  }
}

async function list({ api }: GitSealOptions, repository: string): Promise<ReadonlyMap<Commit, ListedSeal>> {
  const folder = `${sealFolder(repository)}/`
  const seals = new Map<Commit, ListedSeal>()
  for (const [ref, { sha }] of await listRefs(api, folder)) {
    const commit = ref.slice(folder.length)
    const holds = (record: BuildRecord): boolean =>
      sealRef(record.repository, record.commit) === ref &&
      tagObjectName(tagOf(record), encodeRecord(record), sha) === sha
    if (isCommit(commit)) seals.set(commit, { holds })
  }
  return seals
}

async function read(
  options: GitSealOptions,
  repository: string,
  commit: Commit,
): Promise<BuildRecord | undefined> {
  const ref = sealRef(repository, commit)
  const tag = await readRef(options.api, ref)
  if (tag === undefined) return undefined
  if (tag.type !== 'tag') throw invalidSeal(ref, `it points at a ${tag.type} · expected a tag object`)
  try {
    return checkedSeal(await readRecordOf(options, ref, tag.sha), repository, commit)
  } catch (error) {
    if (!(error instanceof GitHubError) || error.code !== 'GITHUB_UNEXPECTED') throw error
    throw new GitHubError(error.code, `${ref} cannot be read: ${error.message}`, { cause: error })
  }
}

async function readRecordOf(options: GitSealOptions, ref: string, tag: string): Promise<BuildRecord> {
  const { api } = options
  const blob = await shown(options, async () => await readTagObject(api, tag))
  if (blob === undefined) throw invalidSeal(ref, `its tag object ${tag} is not there`)
  if (blob.type !== 'blob')
    throw invalidSeal(
      ref,
      `its tag object points at a ${blob.type} · expected a blob that holds a build record`,
    )
  const bytes = await shown(options, async () => await readBlob(api, blob.sha))
  if (bytes === undefined) throw invalidSeal(ref, `its blob ${blob.sha} is not there`)
  return decode(bytes, ref, blob.sha)
}

/** Objects are written before the ref, but a copy of the repository may show them after it. */
async function shown<T>(
  { clock }: GitSealOptions,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const found = await find()
  if (found !== undefined) return found
  await clock.sleep(OBJECT_DELAY_MS)
  return await find()
}

function decode(bytes: Uint8Array, ref: string, blob: string): BuildRecord {
  try {
    return decodeBuildRecord(bytes, `Its blob ${blob}`)
  } catch (error) {
    if (!(error instanceof RecordError)) throw error
    throw invalidSeal(ref, error.message, error)
  }
}

/**
 * Whoever creates the ref has won. A failure does not say that nothing was created: the connection may break after
 * the ref was, and a request that is repeated is then told that the ref exists. So after any failure the ref is read,
 * and the nonce in its record tells our own success from a lost race.
 */
async function claim(options: GitSealOptions, record: BuildRecord): Promise<Claim> {
  const { api, clock, log } = options
  const { repository } = record
  const commit = record.commit
  const ref = sealRef(repository, commit)
  const object = await store(api, record)
  for (let attempt = 1; ; attempt += 1) {
    try {
      await createRef(api, ref, object)
      return { won: true, record }
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error
      const standing = await read(options, repository, commit)
      if (standing !== undefined) return { won: standing.nonce === record.nonce, record: standing }
      if (!mayPass(error) || attempt === MAX_CREATES) throw error
      log.info(`${error.message}; ${ref} is not there, trying again`)
      await clock.sleep(1000 * 2 ** (attempt - 1))
    }
  }
}

/** Refusals that stay. Git says 409 and 422 also where two requests meet, and the ref may be gone when it is read. */
function mayPass({ code }: GitHubError): boolean {
  return ['GITHUB_UNAVAILABLE', 'GITHUB_UNEXPECTED', 'GITHUB_REFUSED'].includes(code)
}

function tagOf({ repository, commit, digest, createdAt }: BuildRecord): TagText {
  const name = sealRef(repository, commit).replace(/^refs\//, '')
  return { name, message: `${repository}@${digest}\n`, date: createdAt }
}

async function store(api: GitHubApi, record: BuildRecord): Promise<string> {
  const blob = await storeBlob(api, encodeRecord(record))
  return await storeTag(api, tagOf(record), blob)
}
