import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What was started for an environment, as its state file holds it. */
export interface RunningApp {
  readonly environment: string
  readonly digest: string
  readonly port: number
  /** The process, where it is one of this machine. */
  readonly pid?: number
}

/** Path of an environment's state file. */
export function stateFile(folder: string, environment: string): string {
  return join(folder, `${environment}.json`)
}

/** Reads a state file; undefined when nothing was started for the environment. */
async function readState(folder: string, environment: string): Promise<RunningApp | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(folder, environment), 'utf8')) as RunningApp
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

/** Stops the process that was started for an environment; returns its id, or undefined when there is none. */
export async function stopApp(folder: string, environment: string): Promise<number | undefined> {
  const app = await readState(folder, environment)
  if (app?.pid === undefined) return undefined
  await stopProcess(app.pid, app.port)
  return app.pid
}

/** Asks a running application which digest it was started from. */
export async function askDigest(port: number): Promise<string> {
  const answer = (await (await get(port, '/health')).json()) as { digest?: unknown }
  return String(answer.digest)
}

/** Fetches the page of a running application. */
export async function fetchPage(port: number): Promise<string> {
  return await (await get(port, '/')).text()
}

/** Waits until an application answers. */
export async function waitUntilUp(port: number, hasEnded: () => boolean = () => false): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!(await isUp(port))) {
    if (hasEnded()) throw new Error('the application ended before it answered')
    if (Date.now() > deadline) throw new Error(`nothing answers on port ${port} after 20 seconds`)
    await sleep(25)
  }
}

/** True while an application answers. */
export async function isUp(port: number): Promise<boolean> {
  return await get(port, '/health').then(
    () => true,
    () => false,
  )
}

async function get(port: number, path: string): Promise<Response> {
  const url = `http://127.0.0.1:${port}${path}`
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
  if (!response.ok) throw new Error(`GET ${url} failed · expected success, got ${response.status}`)
  return response
}

/** A process that nobody waits for may stay in the process table: its port tells when it has ended. */
async function stopProcess(pid: number, port: number): Promise<void> {
  signalProcess(pid, 'SIGTERM')
  const deadline = Date.now() + 5000
  while (await isUp(port)) {
    if (Date.now() > deadline) {
      signalProcess(pid, 'SIGKILL')
      return
    }
    await sleep(20)
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
