import { glob, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'

/** Makes a private folder, hands it to the work, and removes it however the work ends. */
export async function withTemporaryFolder<T>(
  parent: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(parent, 'build-once-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A file as found by {@link findFiles}: its name below the folder, with slashes on every system. */
export interface FoundFile {
  readonly name: string
  readonly path: string
}

/** The files a pattern names below a folder, sorted by name. A pattern without wildcards names itself. */
export async function findFiles(folder: string, pattern: string): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  for await (const name of glob(pattern, { cwd: folder })) {
    const path = resolve(folder, name)
    if ((await stat(path)).isFile()) found.push({ name: relative(folder, path).split(sep).join('/'), path })
  }
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Reads a whole file. */
export async function readBytes(path: string): Promise<Uint8Array> {
  return await readFile(path)
}
