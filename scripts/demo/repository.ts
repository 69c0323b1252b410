import fs from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as git from 'isomorphic-git'
import { CHECKOUT } from './folders.ts'

/** A commit as `git push` hands it over. */
export interface PushedCommit {
  readonly sha: string
  readonly tree: string
  readonly parents: readonly string[]
  readonly message: string
  readonly date: Date
}

/** Whoever has the other copy of the repository. */
export interface CommitWriter {
  /** Who commits. */
  author(date: Date): { readonly name: string; readonly email: string }
  push(commit: PushedCommit): void
}

/** Makes a git repository of the example application, commits it and pushes; returns the commit id. */
export async function createRepository(dir: string, remote: CommitWriter): Promise<string> {
  await cp(join(CHECKOUT, 'examples', 'web-app'), dir, { recursive: true, verbatimSymlinks: true })
  // What `prepare` makes is not part of the source.
  await writeFile(join(dir, '.gitignore'), 'dist/\n')
  await git.init({ fs, dir, defaultBranch: 'main' })
  return await commitAll(dir, remote, 'The web application')
}

/** Changes the page, commits that and pushes; returns the commit id. */
export async function commitChange(dir: string, remote: CommitWriter): Promise<string> {
  const page = join(dir, 'public', 'index.html')
  await writeFile(page, `${await readFile(page, 'utf8')}<!-- a second commit -->\n`)
  return await commitAll(dir, remote, 'A change to the page')
}

/** Puts the files of a commit into the work tree. */
export async function checkOut(dir: string, commit: string): Promise<void> {
  await git.checkout({ fs, dir, ref: commit, force: true })
}

async function commitAll(dir: string, remote: CommitWriter, text: string): Promise<string> {
  await git.add({ fs, dir, filepath: '.' })
  const date = new Date()
  const { name, email } = remote.author(date)
  const timestamp = Math.floor(date.getTime() / 1000)
  const author = { name, email, timestamp, timezoneOffset: 0 }
  const sha = await git.commit({ fs, dir, message: text, author })
  const { tree, parent: parents, message } = (await git.readCommit({ fs, dir, oid: sha })).commit
  remote.push({ sha, tree, parents, message, date })
  return sha
}
