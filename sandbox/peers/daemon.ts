import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FOLDER_VARIABLE } from './folder.ts'
import type { ProcessIdentity } from './processes.ts'
import { identifyProcess, stopProcess } from './processes.ts'

/** A program that runs until it is stopped. */
export interface Daemon {
  readonly pid: number
  /** What it has printed so far. */
  readonly readLog: () => Promise<string>
  /** Stops this process, and no other. */
  readonly stop: () => Promise<void>
}

/** What to run, and the peer's folder, where its log goes. */
export interface DaemonCommand {
  readonly folder: string
  readonly argv: readonly [string, ...string[]]
  readonly environment?: NodeJS.ProcessEnv
}

/** Starts a daemon and waits until `isReady` says so. One that ends or stays silent is an error with its log. */
export async function startDaemon(
  command: DaemonCommand,
  isReady: (log: string, pid: number) => Promise<boolean>,
): Promise<Daemon> {
  const path = join(command.folder, 'log')
  const identity = await spawnDaemon(command, path)
  const daemon: Daemon = {
    pid: identity.pid,
    readLog: async () => readFile(path, 'utf8'),
    stop: async () => stopProcess(identity),
  }
  try {
    await waitUntilReady(command.argv[0], identity, async () => isReady(await daemon.readLog(), daemon.pid))
  } catch (error) {
    await daemon.stop()
    throw new Error(`${String(error)}\n${(await daemon.readLog()).slice(-4_000)}`, { cause: error })
  }
  return daemon
}

async function spawnDaemon(command: DaemonCommand, logPath: string): Promise<ProcessIdentity> {
  const [program, ...args] = command.argv
  const log = await open(logPath, 'w')
  try {
    const child = spawn(program, args, {
      // A process group of its own: Ctrl-C reaches us alone, and we stop it in order.
      detached: true,
      env: { ...(command.environment ?? process.env), [FOLDER_VARIABLE]: command.folder },
      stdio: ['ignore', log.fd, log.fd],
    })
    await once(child, 'spawn')
    const identity = child.pid === undefined ? undefined : await identifyProcess(child.pid)
    if (identity === undefined) throw new Error(`${program} ended at once`)
    child.unref()
    return identity
  } finally {
    await log.close()
  }
}

async function waitUntilReady(
  program: string,
  identity: ProcessIdentity,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await isReady())) {
    if ((await identifyProcess(identity.pid))?.started !== identity.started) {
      throw new Error(`${program} ended before it was ready`)
    }
    if (Date.now() > deadline) throw new Error(`${program} was not ready within a minute`)
    await sleep(50)
  }
}
