import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process, told from a later one that got the same pid by when it started. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot, from /proc/PID/stat. */
  readonly started: string
}

/** The identity of a running process, or undefined when there is none with this pid (a zombie is none). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readProcess(pid, 'stat')
  // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
  const started = fields?.[19]
  return fields === undefined || started === undefined || fields[0] === 'Z' ? undefined : { pid, started }
}

/** Every other process of which a file in its /proc folder (`environ`, `cgroup`) passes a test. */
export async function findProcesses(
  file: 'environ' | 'cgroup',
  test: (content: string) => boolean,
): Promise<ProcessIdentity[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids
      .filter((pid) => pid !== process.pid)
      .map(async (pid) => {
        const content = await readProcess(pid, file)
        return content !== undefined && test(content) ? identifyProcess(pid) : undefined
      }),
  )
  return found.filter((identity) => identity !== undefined)
}

/** The TCP port on 127.0.0.1 that a process listens on, for programs that are given port 0 and do not say. */
export async function findListeningPort(pid: number): Promise<number | undefined> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  const links = await Promise.all(names.map(async (name) => readlink(join(folder, name)).catch(() => '')))
  const inodes = new Set(links.map((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1]))
  const lines = (await readFile('/proc/net/tcp', 'utf8')).split('\n').map((line) => line.trim().split(/\s+/))
  // Address (the bytes of 127.0.0.1 in reverse) and port, state 0A: listening, and the socket's inode.
  const found = lines.find(
    (fields) => fields[1]?.startsWith('0100007F:') && fields[3] === '0A' && inodes.has(fields[9]),
  )
  const port = found?.[1]?.split(':')[1]
  return port === undefined ? undefined : parseInt(port, 16)
}

/** Stops one process: asks, waits, and after the grace period kills. */
export async function stopProcess(identity: ProcessIdentity, graceMs = 15_000): Promise<void> {
  await signalAndWait(identity, 'SIGTERM', graceMs)
  await signalAndWait(identity, 'SIGKILL', 5_000)
}

async function signalAndWait(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  waitMs: number,
): Promise<void> {
  if (!(await isRunning(identity))) return
  signalProcess(identity.pid, signal)
  const deadline = Date.now() + waitMs
  while (Date.now() < deadline && (await isRunning(identity))) await sleep(20)
}

async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identifyProcess(identity.pid))?.started === identity.started
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // It ended between the look and the signal.
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

async function readProcess(pid: number, file: 'stat' | 'environ' | 'cgroup'): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/${file}`, 'utf8')
  } catch (error) {
    // Ended meanwhile, or another user's: neither is ours.
    if (['ENOENT', 'ESRCH', 'EACCES'].some((code) => hasCode(error, code))) return undefined
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
