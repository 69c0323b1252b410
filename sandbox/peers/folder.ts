import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tryCommand } from './command.ts'
import { findProcesses, identifyProcess, stopProcess } from './processes.ts'

const PREFIX = 'build-once-peer-'

/** Marks every process started for a folder, and what those start in turn: only these are ever stopped. */
export const FOLDER_VARIABLE = 'BUILD_ONCE_PEER_FOLDER'

/**
 * Makes the temp folder of one peer. Folders of earlier runs that were killed are removed first, with the
 * daemons and mounts they left behind.
 */
export async function createPeerFolder(): Promise<string> {
  await sweepPeerFolders()
  const folder = await mkdtemp(join(tmpdir(), PREFIX))
  await writeFile(join(folder, 'owner.json'), JSON.stringify(await identifyProcess(process.pid)))
  return folder
}

/** Removes a peer's folder: first whatever process still works in it, then what is mounted in it. */
export async function removePeerFolder(folder: string): Promise<void> {
  const marker = `${FOLDER_VARIABLE}=${folder}`
  const daemons = await findProcesses('environ', (content) => content.split('\0').includes(marker))
  // Shims do not end when asked; by now there is nothing left for them to save.
  await Promise.all(daemons.map(async (daemon) => stopProcess(daemon, 2_000)))
  const containers = await listContainers(folder)
  const orphans = await findProcesses('cgroup', (content) => containers.some((id) => content.includes(id)))
  await Promise.all(orphans.map(async (orphan) => stopProcess(orphan, 0)))
  for (const mountPoint of await listMounts(folder)) await tryCommand(['umount', '--lazy', mountPoint])
  // Two runs may sweep at once, and then one of them finds a mount gone; only what is still there is wrong.
  const mounted = await listMounts(folder)
  if (mounted.length > 0) throw new Error(`cannot unmount ${mounted.join(', ')}`)
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function sweepPeerFolders(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(PREFIX))
  for (const folder of names.map((name) => join(tmpdir(), name))) {
    if (!(await hasLivingOwner(folder))) await removePeerFolder(folder)
  }
}

async function hasLivingOwner(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, 'owner.json'), 'utf8').catch(() => undefined)
  // Made this instant and not signed yet, or being removed: either way somebody is at it.
  if (text === undefined || text === '') return true
  const owner = JSON.parse(text) as { pid: number; started: string }
  return (await identifyProcess(owner.pid))?.started === owner.started
}

/** Containers that a killed dockerd left running are not its children and carry no mark: only their cgroup tells. */
async function listContainers(folder: string): Promise<string[]> {
  return readdir(join(folder, 'data', 'containers')).catch(() => [])
}

/** What is mounted at or below a folder, innermost first. */
async function listMounts(folder: string): Promise<string[]> {
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n')
  return lines
    .map((line) => line.split(' ')[4] ?? '')
    .map((path) =>
      path.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    )
    .filter((path) => path === folder || path.startsWith(`${folder}/`))
    .toReversed()
}
