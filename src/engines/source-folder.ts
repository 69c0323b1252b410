import { realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { EngineError, listed, messageOf } from '../domain/error.ts'
import { quoted, scanTree, type Tree } from './tree.ts'

const SHOWN_FAULTS = 20

/** What an engine wants to know about the folder in `path`, beside that it can be archived. */
export type TreeJudge = (tree: Tree) => readonly string[]

/** Everything that is wrong with the folder given as `path`; the first twenty faults and how many there are. */
export function sourceFaults(path: string, workspace: string, judge: TreeJudge): readonly string[] {
  return inspect(path, workspace, judge).faults
}

interface Inspection {
  readonly faults: readonly string[]
  /** The folder as it was found; absent where there is none. */
  readonly tree?: Tree
}

function inspect(path: string, workspace: string, judge: TreeJudge): Inspection {
  const fault = folderFault(path, workspace)
  if (fault !== undefined) return { faults: [`path: ${fault}`] }
  // Only the folder itself may be a link: that is the user's choice. Below it nothing is followed.
  const tree = scanTree(realpathSync(resolve(workspace, path)))
  const found = [...tree.faults, ...judge(tree)]
  const isEmpty = found.length === 0 && tree.entries.length === 0
  const all = isEmpty ? [`${quoted(path)} is an empty folder`] : found
  const rest = all.length - SHOWN_FAULTS
  const faults = all.slice(0, SHOWN_FAULTS).map((text) => `path: ${text}`)
  return { tree, faults: rest > 0 ? [...faults, `path: and ${rest} more faults of this kind`] : faults }
}

function folderFault(path: string, workspace: string): string | undefined {
  if (path === '') return 'is required · expected the folder to publish'
  const stats = statSync(resolve(workspace, path), { throwIfNoEntry: false })
  if (stats === undefined) return `${quoted(path)} does not exist · expected a folder in ${workspace}`
  return stats.isDirectory() ? undefined : `${quoted(path)} is not a folder`
}

/**
 * Reads the folder again, right before it is archived.
 * @throws {EngineError} SOURCE_INVALID when it can no longer be archived.
 */
export function openSource(path: string, workspace: string, judge: TreeJudge): Tree {
  const { faults, tree } = inspectOrReport(path, workspace, judge)
  if (faults.length === 0 && tree !== undefined) return tree
  throw new EngineError('SOURCE_INVALID', listed('The files to publish cannot be archived', faults), {
    hint: 'Correct path, or let prepare create the files.',
  })
}

function inspectOrReport(path: string, workspace: string, judge: TreeJudge): Inspection {
  try {
    return inspect(path, workspace, judge)
  } catch (cause) {
    return { faults: [`path: ${messageOf(cause)}`] }
  }
}
