import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises'
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

/** Makes the folders, in place of those of an earlier demo. A folder that holds anything else is left alone. */
export async function createFolders(folder: string): Promise<Folders> {
  await mkdir(folder, { recursive: true })
  // Containers get paths below it mounted, and a link on the way would lead them elsewhere.
  const root = await realpath(folder)
  const names = await readdir(root)
  if (names.length > 0 && !names.includes(MARKER))
    throw new DemoFailure(
      `${root} holds something else · expected an empty folder or that of an earlier demo`,
    )
  await Promise.all(names.map((name) => rm(join(root, name), { recursive: true, force: true })))
  await writeFile(join(root, MARKER), 'Made by the demo of build-once, and emptied by the next one.\n')
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
