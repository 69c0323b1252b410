import { readDescription } from '../../../sandbox/github/description/read.ts'
import { BUILD_TASKS } from './build-tasks.ts'
import { type Call, type CallId, CALLS } from './calls.ts'
import { DEPLOY_TASKS } from './deploy-tasks.ts'
import { JOBS, type RecommendedJob } from './jobs.ts'
import type { Task, Without } from './task.ts'

const VERBS: Readonly<Record<'build' | 'deploy', Readonly<Record<string, Task>>>> = {
  build: BUILD_TASKS,
  deploy: DEPLOY_TASKS,
}

/** The permissions that are recommended for each job. */
export function renderJobs(): string {
  return Object.values(JOBS).map(renderJob).join('\n\n')
}

function renderJob({ title, text, permissions }: RecommendedJob): string {
  const lines = Object.entries(permissions).map(([permission, why]) => `  ${permission} # ${why}`)
  return [`### ${title}`, '', text, '', '```yaml', 'permissions:', ...lines, '```'].join('\n')
}

/** Every request, what it is for, what it needs and when it is sent. */
export function renderCalls(): string {
  const rows = Object.entries(CALLS).map(([id, call]) => callRow(id as CallId, call))
  return ['| Request | To | Needs | Sent with |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

function callRow(id: CallId, { permission, purpose }: Call): string {
  const operation = readDescription('github.com').operations[id]
  if (operation === undefined) throw new Error(`GitHub's description has no ${id}`)
  const route = `${operation.method} ${operation.path.replace('/repos/{owner}/{repo}', '…')}`
  const when = Object.entries(VERBS).flatMap(([verb, tasks]) => {
    const sending = Object.values(tasks).filter(({ calls }) => calls.includes(id))
    return sending.length === 0 ? [] : `*${verb}:* ${sending.map((task) => task.when).join('; ')}`
  })
  return `| \`${route}\` | ${purpose} | ${permission === undefined ? 'nothing' : `\`${permission}\``} | ${when.join('. ')} |`
}

/** What happens without a permission, for all that a verb does. */
export function renderWithout(verb: 'build' | 'deploy'): string {
  const tasks = VERBS[verb]
  const rows = Object.values(tasks).flatMap((task) => taskRows(task, tasks))
  return ['| With | Permission | Without it |', '| --- | --- | --- |', ...rows].join('\n')
}

function taskRows(
  { when, beside, calls, without }: Task,
  tasks: Readonly<Record<string, Task>>,
): readonly string[] {
  const own = Object.entries(without).map(([permission, end]) => `| \`${permission}\` | ${describe(end)} |`)
  const base = beside === undefined ? undefined : tasks[beside]
  const rest = base === undefined ? [] : [`| as with ${base.when} | |`]
  const none = calls.length === 0 && base === undefined ? ['| none | GitHub’s API is not asked |'] : []
  return [...own, ...rest, ...none].map((row, index) => `| ${index === 0 ? when : ''} ${row}`)
}

function describe(without: Without): string {
  if (without.end === 'error') return `\`${without.code}\`, ${without.says}`
  return `a ${without.end}: ${without.says}`
}
