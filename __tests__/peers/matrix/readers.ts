import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { digestOf } from '../../../src/domain/digest.ts'
import type { Cell, Tool } from './world.ts'
import { type Cannot, hashOf, inspectDigest, sign, verify } from './writers.ts'

/** What a tool may read of ours. */
export const READ = ['image', 'index', 'artifact', 'tags', 'record'] as const

/** Something our client published: under this tag, with this digest. */
export interface Published {
  readonly tag: string
  readonly digest: string
}

/** A build record that our client attached. */
export interface AttachedRecord {
  readonly type: string
  readonly text: string
  readonly subject: string
  /** The digest of the record's manifest. */
  readonly digest: string
  /** The digest of the document itself. */
  readonly blob: string
}

type ReadContent = (cell: Cell, published: Published) => Promise<void>
type ReadTags = (cell: Cell) => Promise<readonly string[]>
type ReadRecord = (cell: Cell, record: AttachedRecord) => Promise<void>

/** How a tool reads: each function fails when what it sees is not what was written. */
export interface Reader {
  readonly image: ReadContent
  readonly index: ReadContent
  readonly artifact: ReadContent
  readonly tags: ReadTags | Cannot
  readonly record: ReadRecord
}

/** An OCI image layout that a tool wrote has to hold exactly our bytes. */
async function expectLayout(folder: string, digest: string): Promise<void> {
  expect(digestOf(await readFile(join(folder, 'blobs', 'sha256', digest.slice(7))))).toBe(digest)
}

async function readByCrane(cell: Cell, { tag, digest }: Published): Promise<void> {
  const reference = `${cell.image}:${tag}`
  expect((await cell.run('crane', 'digest', reference)).trim()).toBe(digest)
  expect(hashOf(await cell.run('crane', 'manifest', reference))).toBe(digest)
}

/** crane checks every layer, and every child of an index. */
async function validateByCrane(cell: Cell, published: Published): Promise<void> {
  await readByCrane(cell, published)
  await cell.run('crane', 'validate', '--remote', `${cell.image}:${published.tag}`)
}

async function copyByOras(cell: Cell, { tag, digest }: Published): Promise<void> {
  const target = `${cell.place}-oras`
  const reference = `${cell.image}:${tag}`
  expect((await cell.run('oras', 'resolve', '--plain-http', reference)).trim()).toBe(digest)
  expect(hashOf(await cell.run('oras', 'manifest', 'fetch', '--plain-http', reference))).toBe(digest)
  await cell.run('oras', 'copy', '--from-plain-http', reference, '--to-oci-layout', `${target}:${tag}`)
  await expectLayout(target, digest)
}

async function pullByOras(cell: Cell, reference: string, name: string): Promise<string> {
  const target = `${cell.place}-pulled`
  await cell.run('oras', 'pull', '--plain-http', '--output', target, reference)
  return await readFile(join(target, name), 'utf8')
}

async function copyBySkopeo(cell: Cell, { tag, digest }: Published): Promise<void> {
  const target = `${cell.place}-skopeo`
  const reference = `docker://${cell.image}:${tag}`
  expect(hashOf(await cell.run('skopeo', 'inspect', '--raw', '--tls-verify=false', reference))).toBe(digest)
  const options = ['--all', '--preserve-digests', '--src-tls-verify=false']
  await cell.run('skopeo', 'copy', ...options, reference, `dir:${target}`)
  expect(digestOf(await readFile(join(target, 'manifest.json')))).toBe(digest)
}

async function inspectByBuildx(cell: Cell, { tag, digest }: Published): Promise<void> {
  const reference = `${cell.image}:${tag}`
  expect(hashOf(await cell.run('buildx', 'imagetools', 'inspect', '--raw', reference))).toBe(digest)
  expect(await inspectDigest(cell, reference)).toBe(digest)
}

/** cosign saves it byte for byte, and a signature over our digest holds for the tag. */
async function saveByCosign(cell: Cell, { tag, digest }: Published): Promise<void> {
  const target = `${cell.place}-cosign`
  await cell.run('cosign', 'save', '--dir', target, `${cell.image}:${tag}`)
  await expectLayout(target, digest)
  await sign(cell, `${cell.image}@${digest}`)
  expect(await verify(cell, `${cell.image}:${tag}`)).toBe(digest)
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}

export const READERS: Readonly<Record<Tool, Reader>> = {
  crane: {
    image: validateByCrane,
    index: validateByCrane,
    // `validate` takes every manifest for an image.
    artifact: async (cell, published) => {
      await readByCrane(cell, published)
      await cell.run('crane', 'pull', '--format=oci', `${cell.image}:${published.tag}`, cell.place)
      await expectLayout(cell.place, published.digest)
    },
    tags: async (cell) => lines(await cell.run('crane', 'ls', cell.image)),
    record: async (cell, { digest, blob, text }) => {
      expect(hashOf(await cell.run('crane', 'manifest', `${cell.image}@${digest}`))).toBe(digest)
      expect(await cell.run('crane', 'blob', `${cell.image}@${blob}`)).toBe(text)
    },
  },
  oras: {
    image: copyByOras,
    index: copyByOras,
    artifact: async (cell, published) => {
      await copyByOras(cell, published)
      expect(await pullByOras(cell, `${cell.image}:${published.tag}`, 'report.txt')).toBe('ours\n')
    },
    tags: async (cell) => lines(await cell.run('oras', 'repo', 'tags', '--plain-http', cell.image)),
    record: async (cell, { subject, type, digest, text }) => {
      const found = await discover(cell, `${cell.image}@${subject}`, '--artifact-type', type)
      expect(found).toEqual([{ digest, artifactType: type }])
      expect(await pullByOras(cell, `${cell.image}@${digest}`, 'build.json')).toBe(text)
    },
  },
  skopeo: {
    image: copyBySkopeo,
    index: copyBySkopeo,
    artifact: copyBySkopeo,
    tags: async (cell) => {
      const argv = ['list-tags', '--tls-verify=false', `docker://${cell.image}`]
      return (JSON.parse(await cell.run('skopeo', ...argv)) as { Tags: string[] }).Tags
    },
    record: async (cell, { digest }) => {
      const argv = ['inspect', '--raw', '--tls-verify=false', `docker://${cell.image}@${digest}`]
      expect(hashOf(await cell.run('skopeo', ...argv))).toBe(digest)
    },
  },
  buildx: {
    image: inspectByBuildx,
    index: inspectByBuildx,
    artifact: inspectByBuildx,
    tags: { cannot: 'has no command that lists tags' },
    record: async (cell, { digest }) => {
      const argv = ['imagetools', 'inspect', '--raw', `${cell.image}@${digest}`]
      expect(hashOf(await cell.run('buildx', ...argv))).toBe(digest)
    },
  },
  cosign: {
    image: saveByCosign,
    index: saveByCosign,
    artifact: saveByCosign,
    tags: { cannot: 'has no command that lists tags' },
    record: async (cell, { subject, type, digest }) => {
      const tree = await cell.run('cosign', 'tree', `${cell.image}@${subject}`)
      expect(tree).toContain(`${type} artifacts via OCI referrer`)
      expect(tree).toContain(digest)
    },
  },
}

/** What `oras discover` lists at a manifest, by the API where there is one, else by the fallback index. */
export async function discover(
  cell: Cell,
  reference: string,
  ...options: readonly string[]
): Promise<{ digest: string; artifactType: string }[]> {
  const api = cell.referrersApi ? 'v1.1-referrers-api' : 'v1.1-referrers-tag'
  const argv = ['discover', '--plain-http', '--depth', '1', '--format', 'json', '--distribution-spec', api]
  const found = JSON.parse(await cell.run('oras', ...argv, ...options, reference)) as {
    referrers?: { digest: string; artifactType: string }[]
  }
  return (found.referrers ?? []).map(({ digest, artifactType }) => ({ digest, artifactType }))
}
