import type { Account } from './accounts.ts'
import { presentAccount } from './accounts.ts'
import type { JsonObject } from './description/extract.ts'
import { ok } from './http/answer.ts'
import type { Handler } from './http/exchange.ts'
import { nodeId, timeText } from './fields.ts'
import type { World } from './world.ts'

/** The one repository of the sandbox. */
export interface Repository {
  readonly owner: Account
  readonly name: string
  readonly fullName: string
  readonly id: number
  readonly visibility: 'public' | 'private' | 'internal'
  readonly defaultBranch: string
  readonly createdAt: Date
}

/** Members of a repository that are an address below its own, as templates. */
const ADDRESSES: Readonly<Record<string, string>> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
}

/** The repository as other answers show it. */
export function presentMinimalRepository({ repository, urls }: World): JsonObject {
  const addresses = Object.entries(ADDRESSES).map(([name, path]) => [name, urls.repository(path)])
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: repository.fullName,
    owner: presentAccount(repository.owner, urls),
    private: repository.visibility !== 'public',
    html_url: urls.page(''),
    description: null,
    fork: false,
    url: urls.repository(''),
    ...Object.fromEntries(addresses),
  }
}

const COUNTS = [
  ...['forks_count', 'stargazers_count', 'watchers_count', 'open_issues_count', 'size'],
  ...['subscribers_count', 'network_count', 'forks', 'open_issues', 'watchers'],
]
const FEATURES = ['has_issues', 'has_projects', 'has_wiki', 'has_pages', 'has_discussions']

/** Answers with the repository itself. */
export const getRepository: Handler = (world) => {
  const { repository, urls } = world
  const time = timeText(repository.createdAt)
  return ok({
    ...presentMinimalRepository(world),
    git_url: urls.page('.git').replace(/^https?:/u, 'git:'),
    ssh_url: `git@github.com:${repository.fullName}.git`,
    clone_url: urls.page('.git'),
    svn_url: urls.page(''),
    ...{ mirror_url: null, homepage: null, language: null, license: null },
    ...Object.fromEntries(COUNTS.map((name) => [name, 0])),
    ...Object.fromEntries(FEATURES.map((name) => [name, false])),
    default_branch: repository.defaultBranch,
    archived: false,
    disabled: false,
    visibility: repository.visibility,
    ...{ pushed_at: time, created_at: time, updated_at: time },
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: false },
    ...(repository.owner.type === 'Organization'
      ? { organization: presentAccount(repository.owner, urls) }
      : {}),
  })
}
