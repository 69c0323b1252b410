import { closeSync, linkSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { ParsedTarEntry } from 'modern-tar'
import { TargetError } from '../domain/error.ts'
import { FILES_LIMITS, linkFault } from '../domain/files-artifact.ts'

/** What was extracted so far. Links are kept for the end, so that nothing is ever written through one. */
export interface Extraction {
  /** Existing empty folder that everything goes into. */
  readonly folder: string
  /** Name that starts every entry's name and is left out. */
  readonly title: string
  readonly kinds: Map<string, 'file' | 'folder' | 'link'>
  readonly links: { readonly name: string; readonly target: string }[]
  files: number
  bytes: number
}

/** The error for an entry that will not be extracted. */
export function refused(name: string, why: string): TargetError {
  return new TargetError('UNPACK_FAILED', `The archive holds ${JSON.stringify(name.slice(0, 300))}: ${why}`, {
    hint: 'The archive is not one build-once made, or was tampered with. Nothing was unpacked.',
  })
}

/** Why a name cannot be extracted, in words. Strict also about names that would merely be cleaned up elsewhere. */
export function nameFault(name: string, isWindows: boolean): string | undefined {
  if (name.includes('\0')) return 'the name holds a NUL'
  if (name.startsWith('/')) return 'the name is absolute'
  const parts = name.split('/')
  if (parts.includes('..')) return 'the name goes up'
  if (parts.includes('') || parts.includes('.')) return 'the name has an empty part'
  if (isWindows && /[\\:]/.test(name)) return 'the name means another place on Windows'
  return undefined
}

/** Extracts one entry, or refuses it. */
export async function extractEntry(entry: ParsedTarEntry, into: Extraction): Promise<void> {
  const { name: full, type = 'file' } = entry.header
  const name = innerName(full, type === 'directory', into.title)
  if (into.kinds.has(name)) throw refused(full, 'the name is there twice')
  if (into.kinds.size >= FILES_LIMITS.entries)
    throw refused(full, `more than ${FILES_LIMITS.entries} entries`)
  if (name !== '' && into.kinds.get(parentOf(name)) !== 'folder')
    throw refused(full, 'its folder is not a folder of the archive')
  if (type === 'file') return await extractFile(entry, name, into)
  await entry.body.cancel()
  if (type === 'directory') extractFolder(name, into)
  else if (type === 'symlink') keepLink(full, name, entry.header.linkname ?? '', into)
  else if (type === 'link') extractHardLink(full, name, entry.header.linkname ?? '', into)
  else throw refused(full, `entries of type ${type} are not allowed`)
}

/** The name below the title; empty for the title's own folder. */
function innerName(full: string, isFolder: boolean, title: string): string {
  const name = isFolder ? full.replace(/\/$/, '') : full
  const fault = nameFault(name, process.platform === 'win32')
  if (fault !== undefined) throw refused(full, fault)
  if (name === title && isFolder) return ''
  if (!name.startsWith(`${title}/`)) throw refused(full, `it is not in the folder ${JSON.stringify(title)}`)
  return name.slice(title.length + 1)
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('/'), 0))
}

function extractFolder(name: string, into: Extraction): void {
  if (name !== '') mkdirSync(join(into.folder, name))
  into.kinds.set(name, 'folder')
}

async function extractFile(entry: ParsedTarEntry, name: string, into: Extraction): Promise<void> {
  const { name: full, size, mode = 0o644 } = entry.header
  if (into.bytes + size > FILES_LIMITS.bytes) throw refused(full, `more than ${FILES_LIMITS.bytes} bytes`)
  // Exclusively: on a file system that ignores case or normalizes names, two names can be one file.
  const file = openSync(join(into.folder, name), 'wx', (mode & 0o111) === 0 ? 0o644 : 0o755)
  let written = 0
  try {
    for await (const chunk of entry.body) {
      for (let offset = 0; offset < chunk.byteLength; ) offset += writeSync(file, chunk, offset)
      written += chunk.byteLength
    }
  } finally {
    closeSync(file)
  }
  if (written !== size) throw refused(full, `expected ${size} bytes, got ${written}`)
  into.kinds.set(name, 'file')
  into.files += 1
  into.bytes += size
}

function keepLink(full: string, name: string, target: string, into: Extraction): void {
  const fault = linkFault(name, target)
  if (fault !== undefined)
    throw refused(full, `it is a link to ${JSON.stringify(target.slice(0, 300))}: ${fault}`)
  into.links.push({ name, target })
  into.kinds.set(name, 'link')
}

function extractHardLink(full: string, name: string, target: string, into: Extraction): void {
  const inner = target.startsWith(`${into.title}/`) ? target.slice(into.title.length + 1) : ''
  if (into.kinds.get(inner) !== 'file')
    throw refused(full, 'it is a hard link to something that is not a file of the archive')
  linkSync(join(into.folder, inner), join(into.folder, name))
  into.kinds.set(name, 'file')
  into.files += 1
}

/** Makes the links that were kept for the end. */
export function makeLinks(extraction: Extraction): void {
  for (const { name, target } of extraction.links) symlinkSync(target, join(extraction.folder, name))
}
