import fs from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as git from 'isomorphic-git'
import { CHECKOUT } from './folders.ts'

const AUTHOR = { name: 'build-once demo', email: 'demo@example.invalid' }

/** Makes a git repository of the example application and commits it; returns the commit id. */
export async function createRepository(dir: string): Promise<string> {
  await cp(join(CHECKOUT, 'examples', 'web-app'), dir, { recursive: true, verbatimSymlinks: true })
  // What `prepare` makes is not part of the source.
  await writeFile(join(dir, '.gitignore'), 'dist/\n')
  await git.init({ fs, dir, defaultBranch: 'main' })
  return await commitAll(dir, 'The web application')
}

/** Changes the page and commits that; returns the commit id. */
export async function commitChange(dir: string): Promise<string> {
  const page = join(dir, 'public', 'index.html')
  await writeFile(page, `${await readFile(page, 'utf8')}<!-- a second commit -->\n`)
  return await commitAll(dir, 'A change to the page')
}

/** Puts the files of a commit into the work tree. */
export async function checkOut(dir: string, commit: string): Promise<void> {
  await git.checkout({ fs, dir, ref: commit, force: true })
}

async function commitAll(dir: string, message: string): Promise<string> {
  await git.add({ fs, dir, filepath: '.' })
  return await git.commit({ fs, dir, message, author: AUTHOR })
}
