import { systemClock } from '../../src/platform/clock.ts'
import type { Log } from '../../src/platform/log.ts'
import { anonymous } from '../../src/registry/credentials.ts'
import { createRegistry, type RegistryAccess } from '../../src/registry/index.ts'

/** A log nobody reads. */
export const silent: Log = {
  info: () => undefined,
  debug: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
  group: async (_title, work) => work(),
  raw: () => undefined,
  mask: () => undefined,
}

/** The registry client as the actions make it. */
export function connectRegistry(): RegistryAccess {
  return createRegistry({ credentials: anonymous, log: silent, clock: systemClock, environment: {} })
}

/** The task this process was started with. */
export function readTask(): Readonly<Record<string, string>> {
  return JSON.parse(process.argv[2] ?? '{}') as Readonly<Record<string, string>>
}

/** A value of the task. */
export function valueOf(task: Readonly<Record<string, string>>, name: string): string {
  const value = task[name]
  if (value === undefined) throw new Error(`the task has no ${name}`)
  return value
}
