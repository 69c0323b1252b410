import { Buffer, isUtf8 } from 'node:buffer'
import {
  accessSync,
  constants,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../domain/error.ts'

/** One file, folder or symbolic link below the root of a tree. */
export interface TreeEntry {
  /** Path below the root, with `/` on every system. */
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
  /** Bytes of a file; 0 for the others. */
  readonly size: number
  readonly executable: boolean
  /** Where a link leads; empty for the others. */
  readonly target: string
}

/** A folder as it was found: everything below it in one fixed order, and what cannot be archived. */
export interface Tree {
  readonly root: string
  readonly entries: readonly TreeEntry[]
  readonly bytes: number
  readonly faults: readonly string[]
}

interface Walk {
  readonly root: string
  readonly entries: TreeEntry[]
  readonly faults: string[]
}

// Synchronous calls: an action has nothing else to do meanwhile, and they take a third of the time.

/** Lists a folder without following any link, sorted by the UTF-8 bytes of the names; reports, never throws. */
export function scanTree(root: string): Tree {
  const walk: Walk = { root, entries: [], faults: [] }
  visitFolder(walk, '')
  const sorted = walk.entries
    .map((entry) => ({ entry, key: Buffer.from(entry.name) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key))
    .map(({ entry }) => entry)
  const bytes = sorted.reduce((sum, entry) => sum + entry.size, 0)
  return { root, entries: sorted, bytes, faults: walk.faults }
}

function visitFolder(walk: Walk, folder: string): void {
  let names: readonly Buffer[]
  try {
    names = readdirSync(join(walk.root, folder), 'buffer')
    accessSync(join(walk.root, folder), constants.X_OK)
  } catch (error) {
    walk.faults.push(`${quoted(folder === '' ? '.' : folder)} cannot be read: ${messageOf(error)}`)
    return
  }
  for (const bytes of names) {
    const name = folder === '' ? bytes.toString() : `${folder}/${bytes.toString()}`
    // Replacing what is not UTF-8 would publish a file under a name it does not have.
    if (isUtf8(bytes)) visit(walk, name)
    else walk.faults.push(`${quoted(name)} has a name that is not UTF-8`)
  }
}

function visit(walk: Walk, name: string): void {
  const path = join(walk.root, name)
  try {
    const stats = lstatSync(path)
    const fault = visitEntry(walk, name, path, stats)
    if (fault !== undefined) walk.faults.push(`${quoted(name)} ${fault}`)
  } catch (error) {
    walk.faults.push(`${quoted(name)} cannot be read: ${messageOf(error)}`)
  }
}

function visitEntry(walk: Walk, name: string, path: string, stats: Stats): string | undefined {
  if (stats.isDirectory()) {
    walk.entries.push({ name, kind: 'folder', size: 0, executable: true, target: '' })
    visitFolder(walk, name)
    return undefined
  }
  if (stats.isSymbolicLink()) {
    const target = readlinkSync(path, 'buffer')
    if (!isUtf8(target)) return 'is a link to a name that is not UTF-8'
    walk.entries.push({ name, kind: 'link', size: 0, executable: false, target: target.toString() })
    return undefined
  }
  if (!stats.isFile()) return `is ${kindOf(stats)} · expected files, folders and symbolic links only`
  accessSync(path, constants.R_OK)
  walk.entries.push({
    name,
    kind: 'file',
    size: stats.size,
    executable: (stats.mode & 0o111) !== 0,
    target: '',
  })
  return /(?:^|\/)\.git\/config$/.test(name) ? gitConfigFault(path) : undefined
}

function kindOf(stats: Stats): string {
  if (stats.isSocket()) return 'a socket'
  if (stats.isFIFO()) return 'a named pipe'
  return 'a device'
}

/** actions/checkout keeps its token in `.git/config` unless told otherwise; publishing it gives it to every reader. */
function gitConfigFault(path: string): string | undefined {
  return /extraheader\s*=/i.test(readFileSync(path, 'utf8'))
    ? 'holds the token that actions/checkout keeps · expected the folder of the built files, or persist-credentials: false'
    : undefined
}

/** A name as it can be shown in a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 300))
}
