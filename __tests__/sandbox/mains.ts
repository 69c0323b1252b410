import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A server of the sandbox as a process of its own. */
export type Child = ChildProcessByStdio<null, Readable, Readable>

/** Starts `sandbox/<part>/main.ts`; what is left of it after the test is killed. */
export function spawnMain(part: string, args: readonly string[]): Child {
  const main = fileURLToPath(new URL(`../../sandbox/${part}/main.ts`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

/** Runs it until it ends by itself. */
export async function runMain(part: string, args: readonly string[]) {
  const child = spawnMain(part, args)
  const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  return { code: code as number | null, errors }
}
