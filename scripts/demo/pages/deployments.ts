import type { GitHubView, ShownDeployment } from '../deployments.ts'
import { addressHtml, codeHtml, escapeHtml, fileHtml, pageHtml, tableHtml } from './html.ts'

/** The page of what GitHub shows: deployments, newest first as there, environments and seals. */
export function deploymentsPage({ deployments, environments, seals }: GitHubView): string {
  const head = ['Deployment', 'Environment', 'State', 'Digest', 'Commit', 'Who', 'Description']
  return pageHtml(
    'What GitHub shows of the deployments',
    `<nav>${fileHtml('index.html', 'All steps')}</nav>
<main>
<h1>What GitHub shows of the deployments</h1>
${tableHtml(head, deployments.toReversed().map(deploymentRow))}<h2>Environments</h2>
${tableHtml(
  ['Name', 'Protection rules'],
  environments.map(({ name, protection }) => [escapeHtml(name), escapeHtml(protection.join(', ') || 'none')]),
)}<h2>Seals in git</h2>
${tableHtml(
  ['Ref', 'Tag object, which holds the build record'],
  seals.map(({ ref, object }) => [codeHtml(ref), codeHtml(object)]),
)}</main>
`,
  )
}

function deploymentRow({ deployment, statuses }: ShownDeployment): string[] {
  const { id, environment, sha, creator, created_at: createdAt, payload } = deployment
  const { digest, actor, workflowRun } = payload
  const states = statuses.map(({ state }) => state)
  const last = statuses.findLast(({ state }) => state !== 'inactive')
  const run =
    workflowRun === undefined || workflowRun === null
      ? []
      : [addressHtml(workflowRun.url, escapeHtml(`run ${workflowRun.id}, attempt ${workflowRun.attempt}`))]
  return [
    `${id}<br><span class="quiet">${escapeHtml(createdAt)}</span>`,
    addressHtml(last?.environment_url ?? '', escapeHtml(environment)),
    stateHtml(states),
    typeof digest === 'string' ? codeHtml(digest) : 'not known',
    codeHtml(sha.slice(0, 12)),
    [escapeHtml(creator?.login ?? 'nobody'), `for ${escapeHtml(actor ?? 'nobody')}`, ...run].join('<br>'),
    escapeHtml(last?.description ?? ''),
  ]
}

/** How it stands now, and before it how it came to that. */
function stateHtml(states: readonly string[]): string {
  const now = states.at(-1) ?? 'pending'
  const kind = now === 'success' ? 'good' : now === 'error' || now === 'failure' ? 'bad' : 'quiet'
  const before = states.slice(0, -1).map((state) => `${escapeHtml(state)} → `)
  return `<span class="quiet">${before.join('')}</span><span class="${kind}">${escapeHtml(now)}</span>`
}
