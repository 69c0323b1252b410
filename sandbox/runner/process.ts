import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process to run to its end. */
export interface ProcessOptions {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number | undefined
  readonly onLine: (line: string) => void
  readonly onStdout: (chunk: string) => void
  readonly onSpawn: (pid: number) => void
}

/** How a process ended. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly timedOut: boolean
}

// The runner waits so long for output of background processes after the process itself has ended.
const STREAM_GRACE_MS = 5000
const SIGNAL_GRACE_MS = 2000

/** Runs a process in a group of its own, so that what it starts can be ended with it. */
export async function runProcess(options: ProcessOptions): Promise<ProcessEnd> {
  const child = spawn(options.file, options.args, {
    cwd: options.cwd,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  await once(child, 'spawn')
  const closed = once(child, 'close')
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const flushStdout = readLines(child.stdout, options.onLine, options.onStdout)
  const flushStderr = readLines(child.stderr, options.onLine)
  if (child.pid !== undefined) options.onSpawn(child.pid)

  const deadline = new AbortController()
  const timedOut =
    options.timeoutMs === undefined ? undefined : endAfter(child, options.timeoutMs, deadline.signal)
  const [exitCode, signal] = await exited
  deadline.abort()
  const stopWaiting = new AbortController()
  await Promise.race([closed, wait(STREAM_GRACE_MS, stopWaiting.signal)])
  stopWaiting.abort()
  child.stdout.destroy()
  child.stderr.destroy()
  flushStdout()
  flushStderr()
  return { exitCode, signal, timedOut: (await timedOut) ?? false }
}

/** True when the time was over; false when it was aborted. */
async function wait(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal })
    return true
  } catch (error) {
    if (signal.aborted) return false
    throw error
  }
}

/** Asks the process to stop, then tells it, then ends its group. */
async function endAfter(child: ChildProcess, timeoutMs: number, ended: AbortSignal): Promise<boolean> {
  if (!(await wait(timeoutMs, ended))) return false
  child.kill('SIGINT')
  if (!(await wait(SIGNAL_GRACE_MS, ended))) return true
  child.kill('SIGTERM')
  if (!(await wait(SIGNAL_GRACE_MS, ended))) return true
  if (child.pid !== undefined) endGroup(child.pid)
  return true
}

/** True while a process of the group is there. */
export function isGroupAlive(pid: number): boolean {
  return signalGroup(pid, 0)
}

/** Ends every process of a group. */
export function endGroup(pid: number): void {
  signalGroup(pid, 'SIGKILL')
}

/**
 * Ends what carries the id of a job in its environment, whatever group it is in: so the runner finds the orphans of a
 * job. Only Linux shows the environment of a process in a file.
 */
export async function endTracked(id: string): Promise<void> {
  if (process.platform !== 'linux') return
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await readFile(join('/proc', name, 'environ'), 'utf8').catch(() => '')
    if (environment.split('\0').includes(`RUNNER_TRACKING_ID=${id}`)) signal(Number(name), 'SIGKILL')
  }
}

function signalGroup(pid: number, name: NodeJS.Signals | 0): boolean {
  return signal(-pid, name)
}

/** False when nobody is there any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

/** Splits a stream into lines; the returned function hands over what is left without a newline. */
function readLines(
  stream: Readable,
  onLine: (line: string) => void,
  onChunk?: (chunk: string) => void,
): () => void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    onChunk?.(chunk)
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  })
  return () => {
    if (rest !== '') onLine(rest)
  }
}
