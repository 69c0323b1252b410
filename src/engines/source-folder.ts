import { realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { EngineError, listed, messageOf } from '../domain/error.ts'
import { quoted, scanTree, type Tree } from './tree.ts'

const SHOWN_FAULTS = 20

/** What an engine wants to know about the folder in `path`, beside that it can be archived. */
export type TreeJudge = (tree: Tree) => readonly string[]

/** Everything that is wrong with the folder given as `path`; the first twenty faults and how many there are. */
export function sourceFaults(path: string, workspace: string, judge: TreeJudge): readonly string[] {
  const fault = folderFault(path, workspace)
  if (fault !== undefined) return [`path: ${fault}`]
  const tree = scanSource(path, workspace)
  const faults = [...tree.faults, ...judge(tree)]
  if (faults.length === 0 && tree.entries.length === 0) return [`path: ${quoted(path)} is an empty folder`]
  const rest = faults.length - SHOWN_FAULTS
  return [
    ...faults.slice(0, SHOWN_FAULTS).map((text) => `path: ${text}`),
    ...(rest > 0 ? [`path: and ${rest} more faults of this kind`] : []),
  ]
}

function folderFault(path: string, workspace: string): string | undefined {
  if (path === '') return 'is required · expected the folder to publish'
  const stats = statSync(resolve(workspace, path), { throwIfNoEntry: false })
  if (stats === undefined) return `${quoted(path)} does not exist · expected a folder in ${workspace}`
  return stats.isDirectory() ? undefined : `${quoted(path)} is not a folder`
}

function scanSource(path: string, workspace: string): Tree {
  // Only the folder itself may be a link: that is the user's choice. Below it nothing is followed.
  return scanTree(realpathSync(resolve(workspace, path)))
}

/**
 * Reads the folder again, right before it is archived.
 * @throws {EngineError} SOURCE_INVALID when it can no longer be archived.
 */
export function openSource(path: string, workspace: string, judge: TreeJudge): Tree {
  let faults: readonly string[]
  try {
    faults = sourceFaults(path, workspace, judge)
    if (faults.length === 0) return scanSource(path, workspace)
  } catch (cause) {
    faults = [`path: ${messageOf(cause)}`]
  }
  throw new EngineError('SOURCE_INVALID', listed('The files to publish cannot be archived', faults), {
    hint: 'Correct path, or let prepare create the files.',
  })
}
