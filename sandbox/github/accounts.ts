import type { JsonObject } from './description/extract.ts'
import { nodeId } from './fields.ts'
import type { Caller } from './access/tokens.ts'
import type { Urls } from './urls.ts'

/** A user, an organization or a bot. */
export interface Account {
  readonly login: string
  readonly id: number
  readonly type: 'User' | 'Organization' | 'Bot'
}

/** Who does what a job's token does. */
export const ACTIONS_BOT: Account = { login: 'github-actions[bot]', id: 41_898_282, type: 'Bot' }

/** The person who pushes, merges and starts runs. */
export const DEVELOPER: Account = { login: 'mona', id: 583_231, type: 'User' }

/** The account behind a request. */
export function accountOf(caller: Caller, owner: Account): Account {
  if (caller.kind === 'workflow') return ACTIONS_BOT
  if (caller.kind === 'user' && caller.login !== undefined) return { ...DEVELOPER, login: caller.login }
  return owner.type === 'User' ? owner : DEVELOPER
}

/** An account as answers show it. */
export function presentAccount({ login, id, type }: Account, urls: Urls): JsonObject {
  const api = `${urls.api}/users/${encodeURIComponent(login)}`
  const isBot = type === 'Bot'
  return {
    login,
    id,
    node_id: nodeId(type, id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: '',
    url: api,
    html_url: isBot ? `${urls.server}/apps/${login.replace('[bot]', '')}` : `${urls.server}/${login}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type,
    site_admin: false,
  }
}

/** The GitHub Actions app as answers show it. */
export function presentActionsApp(urls: Urls): JsonObject {
  return {
    id: 15_368,
    client_id: 'Iv1.05c79e9ad1f6bdfa',
    slug: 'github-actions',
    node_id: nodeId('App', 15_368),
    owner: presentAccount({ login: 'github', id: 9919, type: 'Organization' }, urls),
    name: 'GitHub Actions',
    description: 'Automate your workflow from idea to production',
    external_url: 'https://help.github.com/en/actions',
    html_url: `${urls.server}/apps/github-actions`,
    created_at: '2018-07-30T09:30:17Z',
    updated_at: '2026-01-10T20:53:19Z',
    permissions: {
      ...{ actions: 'write', checks: 'write', contents: 'write', deployments: 'write' },
      ...{ metadata: 'read', statuses: 'write' },
    },
    events: ['check_run', 'check_suite', 'push', 'workflow_dispatch'],
  }
}
