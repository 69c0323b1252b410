import { BUILD_TASKS } from './build-tasks.ts'
import type { CallId, Permission } from './calls.ts'
import { DEPLOY_TASKS } from './deploy-tasks.ts'
import type { Task, Without } from './task.ts'

/** Everything that the actions do with GitHub's API, or without it. A test does each of these. */
export const TASKS = { ...BUILD_TASKS, ...DEPLOY_TASKS }

/** The name of a task, for tests. */
export type TaskId = keyof typeof TASKS

function taskOf(id: TaskId): Task<TaskId> {
  return TASKS[id]
}

/** All that a task asks for, with what it does beside. */
export function callsOf(id: TaskId): ReadonlySet<CallId> {
  const { beside, calls } = taskOf(id)
  return new Set([...(beside === undefined ? [] : callsOf(beside)), ...calls])
}

/** What happens without each permission a task needs, with what it does beside. */
export function withoutOf(id: TaskId): Readonly<Partial<Record<Permission, Without>>> {
  const { beside, without } = taskOf(id)
  return { ...(beside === undefined ? {} : withoutOf(beside)), ...without }
}
