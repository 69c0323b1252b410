import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { ArtifactSubject } from './model.ts'

const FILE_LIMIT = 1024 * 1024
const SUBJECT_LIMIT = 500
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const OCI_SUBJECT = /^(?<reference>.+)@(?<algorithm>sha(?:256|384|512)):(?<hex>[0-9a-fA-F]+)$/

/** The entries of $GITHUB_ARTIFACTS: no blank lines, no comments. */
export function readEntries(text: string): { readonly number: number; readonly entry: string }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ number: index + 1, entry: line.trim() }))
    .filter(({ entry }) => entry !== '' && !entry.startsWith('#'))
}

/**
 * Adds the subjects that $GITHUB_ARTIFACTS declares to those of the job. The same name with another digest
 * is an error: this is the runner's own guard of "build once".
 */
export async function declareSubjects(
  text: string,
  workspace: string,
  subjects: Map<string, ArtifactSubject>,
): Promise<void> {
  const size = Buffer.byteLength(text)
  if (size > FILE_LIMIT) {
    throw new Error(
      `$GITHUB_ARTIFACTS file exceeds the maximum size of ${FILE_LIMIT / 1024} KiB (got ${Math.floor(size / 1024)} KiB).`,
    )
  }
  // One malformed line fails the step before any subject of it is taken.
  const parsed = await Promise.all(
    readEntries(text).map(async ({ number, entry }) => ({
      number,
      subject: await onLine(number, () => parseEntry(entry, workspace)),
    })),
  )
  for (const { number, subject } of parsed) await onLine(number, () => addSubject(subject, subjects))
}

async function onLine<T>(number: number, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`Invalid $GITHUB_ARTIFACTS entry on line ${number}: ${message}`, { cause: error })
  }
}

function addSubject(subject: ArtifactSubject, subjects: Map<string, ArtifactSubject>): void {
  const existing = subjects.get(subject.name)
  if (existing === undefined && subjects.size >= SUBJECT_LIMIT) {
    throw new Error(`The job has exceeded the maximum of ${SUBJECT_LIMIT} declared artifacts.`)
  }
  if (existing !== undefined && existing.digest !== subject.digest) {
    throw new Error(
      `Conflicting digest for artifact '${subject.name}': previously declared as '${existing.digest}', now declared as '${subject.digest}'.`,
    )
  }
  subjects.set(subject.name, subject)
}

async function parseEntry(entry: string, workspace: string): Promise<ArtifactSubject> {
  if (entry.includes('=')) throw new Error("entries containing '=' are reserved and not permitted")
  if (/^file:\/\//i.test(entry)) return await fileSubject(entry.slice('file://'.length), workspace)
  if (/^oci:\/\//i.test(entry)) {
    const subject = ociSubject(entry.slice('oci://'.length))
    if (subject === undefined)
      throw new Error('oci:// entries must include an @sha{256,384,512}:<hex> digest')
    return subject
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(entry)) throw new Error('unsupported URI scheme')
  return ociSubject(entry) ?? (await fileSubject(entry, workspace))
}

function ociSubject(entry: string): ArtifactSubject | undefined {
  const { reference = '', algorithm = '', hex = '' } = OCI_SUBJECT.exec(entry)?.groups ?? {}
  if (reference === '' || hex.length !== HEX_LENGTH[algorithm]) return undefined
  return { name: reference, digest: `${algorithm}:${hex.toLowerCase()}`, kind: 'oci' }
}

/** Relative paths are relative to the workspace, whatever the step's working directory. */
async function fileSubject(path: string, workspace: string): Promise<ArtifactSubject> {
  if (path.trim() === '') throw new Error('file:// entries must include a path')
  const absolute = resolve(workspace, path)
  const stats = await stat(absolute, { bigint: false }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    throw new Error(`file '${path}' does not exist`, { cause: error })
  })
  if (stats.isDirectory()) throw new Error(`'${path}' is a directory, not a regular file`)
  const hex = createHash('sha256')
    .update(await readFile(absolute))
    .digest('hex')
  return { name: basename(absolute), digest: `sha256:${hex}`, kind: 'file' }
}
