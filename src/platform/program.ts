import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a shell would find a program, as it searches a PATH; `without` is a folder of the PATH to leave out. */
export function findProgram(name: string, path: string, without?: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    if (folder === '' || folder === without) continue
    const candidate = join(folder, name)
    try {
      accessSync(candidate, constants.X_OK)
      if (statSync(candidate).isFile()) return candidate
    } catch {
      // Not in this folder, or not executable: the next one decides.
    }
  }
  return undefined
}

/** A text as one word of a shell command. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
