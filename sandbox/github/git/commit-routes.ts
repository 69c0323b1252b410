import { DEVELOPER, presentAccount } from '../accounts.ts'
import { notFound, ok, Refusal, unprocessable } from '../http/answer.ts'
import type { JsonObject } from '../description/extract.ts'
import type { Handler } from '../http/exchange.ts'
import { parameterOf } from '../http/exchange.ts'
import { nodeId, timeText } from '../fields.ts'
import { requireCommits } from './blob-routes.ts'
import { compareHistories } from './history.ts'
import { hashObject } from './hash.ts'
import type { Commit, Files } from './objects.ts'
import { UNSIGNED } from './tag-routes.ts'
import { cutPage } from '../http/paging.ts'
import type { World } from '../world.ts'

/** Without a page in the request a comparison has so many commits, the newest of all. */
const COMPARED_COMMITS = 250
/** Of the whole comparison, on its first page. */
const COMPARED_FILES = 300

function presentSignature({ author }: Commit): JsonObject {
  return { name: author.name, email: author.email, date: timeText(author.date) }
}

/** A commit as the API shows it, without its files. */
function presentCommit({ urls }: World, commit: Commit): JsonObject {
  const { sha, tree, parents, message } = commit
  const developer = presentAccount(DEVELOPER, urls)
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url: urls.repository(`/commits/${sha}`),
    html_url: urls.page(`/commit/${sha}`),
    comments_url: urls.repository(`/commits/${sha}/comments`),
    commit: {
      url: urls.repository(`/git/commits/${sha}`),
      author: presentSignature(commit),
      committer: presentSignature(commit),
      message,
      comment_count: 0,
      tree: { sha: tree, url: urls.repository(`/git/trees/${tree}`) },
      verification: UNSIGNED,
    },
    author: developer,
    committer: developer,
    parents: parents.map((parent) => ({
      sha: parent,
      url: urls.repository(`/commits/${parent}`),
      html_url: urls.page(`/commit/${parent}`),
    })),
  }
}

/** Shows a commit as a git object. */
export const getGitCommit: Handler = (world, exchange) => {
  requireCommits(world)
  const commit = world.git.objects.commit(parameterOf(exchange, 'commit_sha'))
  if (commit === undefined) throw notFound()
  const { urls } = world
  const { sha, tree, parents, message } = commit
  return ok({
    sha,
    node_id: nodeId('Commit', sha),
    url: urls.repository(`/git/commits/${sha}`),
    html_url: urls.page(`/commit/${sha}`),
    author: presentSignature(commit),
    committer: presentSignature(commit),
    message,
    tree: { sha: tree, url: urls.repository(`/git/trees/${tree}`) },
    parents: parents.map((parent) => ({
      sha: parent,
      url: urls.repository(`/git/commits/${parent}`),
      html_url: urls.page(`/commit/${parent}`),
    })),
    verification: UNSIGNED,
  })
}

function presentDifference({ urls }: World, before: Files, after: Files, sha: string): readonly JsonObject[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return names
    .filter((filename) => before[filename] !== after[filename])
    .map((filename) => {
      const isNew = before[filename] === undefined
      const status = after[filename] === undefined ? 'removed' : isNew ? 'added' : 'modified'
      return {
        sha: hashObject('blob', Buffer.from(after[filename] ?? before[filename] ?? '')),
        filename,
        status,
        ...{ additions: 1, deletions: 1, changes: 2 },
        blob_url: urls.page(`/blob/${sha}/${filename}`),
        raw_url: urls.page(`/raw/${sha}/${filename}`),
        contents_url: urls.repository(`/contents/${filename}?ref=${sha}`),
      }
    })
}

function filesOf({ git }: World, sha: string | undefined): Files {
  return git.objects.commit(sha ?? '')?.files ?? {}
}

/** Shows the commit that a branch, a tag or a name stands for. */
export const getCommit: Handler = (world, exchange) => {
  requireCommits(world)
  const revision = parameterOf(exchange, 'ref')
  const commit = world.git.resolve(revision)
  if (commit === undefined) throw unprocessable(`No commit found for SHA: ${revision}`)
  const files = presentDifference(world, filesOf(world, commit.parents[0]), commit.files, commit.sha)
  const stats = { additions: files.length, deletions: files.length, total: files.length * 2 }
  return ok({ ...presentCommit(world, commit), stats, files })
}

function resolveSide({ git, repository }: World, side: string): Commit {
  const [owner, revision] = side.includes(':') ? side.split(':', 2) : [repository.owner.login, side]
  const commit = owner === repository.owner.login ? git.resolve(revision ?? '') : undefined
  if (commit === undefined) throw notFound()
  return commit
}

/** Compares what two names stand for. */
export const compareCommits: Handler = (world, exchange) => {
  const basehead = parameterOf(exchange, 'basehead')
  const [baseName, headName, ...rest] = basehead.split('...')
  if (!baseName || !headName || rest.length > 0) throw notFound()
  const [base, head] = [resolveSide(world, baseName), resolveSide(world, headName)]
  const comparison = compareHistories(world.git.objects, base.sha, head.sha)
  if (comparison === undefined) {
    throw new Refusal(404, `No common ancestor between ${baseName} and ${headName}.`)
  }
  const { ahead, behind, mergeBase, status } = comparison
  const isPaged = exchange.query.has('page') || exchange.query.has('per_page')
  const page = isPaged ? cutPage(exchange, ahead) : { entries: ahead.slice(-COMPARED_COMMITS), headers: {} }
  const files = presentDifference(world, mergeBase.files, head.files, head.sha)
  const html = world.urls.page(`/compare/${basehead}`)
  const body = {
    url: world.urls.repository(`/compare/${basehead}`),
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: presentCommit(world, base),
    merge_base_commit: presentCommit(world, mergeBase),
    status,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: page.entries.map((commit) => presentCommit(world, commit)),
    files: Number(exchange.query.get('page') ?? 1) > 1 ? [] : files.slice(0, COMPARED_FILES),
  }
  return ok(body, page.headers)
}
