import { mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DemoFailure } from './failure.ts'

/** Where the demo keeps what it makes. */
export interface Folders {
  readonly root: string
  readonly repository: string
  readonly registry: string
  readonly artifacts: string
  readonly logs: string
  readonly summaries: string
  readonly records: string
  /** What runs: a state file, a log and an unpacked file system for each environment. */
  readonly environments: string
}

/** The checkout this demo belongs to. */
export const CHECKOUT = resolve(import.meta.dirname, '..', '..')

const MARKER = '.build-once-demo'

/**
 * Makes the folders, in place of those of an earlier demo. A folder that holds anything else is left alone, and so
 * is that of a demo that still runs: each would wipe what the other has just made.
 */
export async function createFolders(folder: string): Promise<Folders> {
  await mkdir(folder, { recursive: true })
  // Containers get paths below it mounted, and a link on the way would lead them elsewhere.
  const root = await realpath(folder)
  const names = await readdir(root)
  if (names.length > 0 && !names.includes(MARKER))
    throw new DemoFailure(
      `${root} holds something else · expected an empty folder or that of an earlier demo`,
    )
  if (names.includes(MARKER)) await requireEnded(root)
  await Promise.all(names.map((name) => rm(join(root, name), { recursive: true, force: true })))
  await writeFile(
    join(root, MARKER),
    `Made by the demo of build-once, and emptied by the next one. Process ${process.pid}.\n`,
  )
  const folders = {
    repository: join(root, 'repository'),
    registry: join(root, 'registry'),
    artifacts: join(root, 'artifacts'),
    logs: join(root, 'logs'),
    summaries: join(root, 'summaries'),
    records: join(root, 'records'),
    environments: join(root, 'environments'),
  }
  await Promise.all(Object.values(folders).map((path) => mkdir(path)))
  return { root, ...folders }
}

async function requireEnded(root: string): Promise<void> {
  const marker = await readFile(join(root, MARKER), 'utf8')
  const pid = Number(/Process (\d{1,10})\.\s*$/.exec(marker)?.[1] ?? 0)
  if (pid > 0 && pid !== process.pid && (await runsDemo(pid)))
    throw new DemoFailure(
      `${root} is used by a demo that still runs (pid ${pid}) · wait for it, or give this one a folder of its own with --folder`,
    )
}

/** The number of a demo that was killed may belong to something else by now, which Linux can tell. */
async function runsDemo(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return command === undefined || command.includes('demo')
}
