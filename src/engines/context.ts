import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { quoted } from './tree.ts'

/** Where a Dockerfile build takes its files from. */
export interface ContextInputs {
  /** Folder, or anything the builder understands as a remote context; without it the workspace. */
  readonly context?: string | undefined
  /** Dockerfile; without it `Dockerfile` in the context. */
  readonly file?: string | undefined
}

/** A context that is not a folder of this machine: a URL, a git repository, or standard input. */
function isRemote(context: string): boolean {
  return context === '-' || /^(?:[a-z][a-z0-9+.-]*:\/\/|git@|github\.com\/)/i.test(context)
}

/** The context as an argument: a folder name that starts with a dash must not be taken for an option. */
export function contextArgument(context: string | undefined): string {
  if (context === undefined || context === '') return '.'
  return context.startsWith('-') && context !== '-' ? `./${context}` : context
}

/** What is wrong with context and Dockerfile, in the words of the inputs. */
export function contextFaults(inputs: ContextInputs, workspace: string): readonly string[] {
  const context = contextArgument(inputs.context)
  if (isRemote(context)) return []
  const folder = resolve(workspace, context)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    return [`context: ${quoted(context)} is not a folder in ${workspace}`]
  const { file } = inputs
  if (file !== undefined) {
    if (file === '-' || statSync(resolve(workspace, file), { throwIfNoEntry: false })?.isFile() === true)
      return []
    return [`file: ${quoted(file)} does not exist in ${workspace}`]
  }
  // Builders accept both spellings, and podman's name for it.
  const names = ['Dockerfile', 'dockerfile', 'Containerfile']
  if (names.some((name) => existsSync(join(folder, name)))) return []
  return [`file: there is no Dockerfile in ${folder}`]
}
