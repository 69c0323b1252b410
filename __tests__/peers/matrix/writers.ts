import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { digestOf } from '../../../src/domain/digest.ts'
import { MEDIA_TYPES } from '../../../src/domain/manifest.ts'
import { ARTIFACT_TYPE, publish } from './content.ts'
import type { Cell, Tool } from './world.ts'

/** What a tool may write. */
export const WRITTEN = ['image', 'index', 'artifact', 'tag', 'attachment'] as const

/** Why there is no such cell. */
export interface Cannot {
  readonly cannot: string
}

/** Writes something under a tag and returns the digest that the tool, or else the source, says it has. */
export type Write = (cell: Cell, tag: string) => Promise<string>

const SHA256 = /sha256:[0-9a-f]{64}/

function digestIn(text: string): string {
  const digest = SHA256.exec(text)?.[0]
  if (digest === undefined) throw new Error(`no digest in: ${text}`)
  return digest
}

/** Publishes something with our client in another repository, for tools that copy; returns its reference. */
async function source(cell: Cell, what: 'image' | 'index' | 'artifact'): Promise<[string, string]> {
  const repository = { ...cell.repository, path: `${cell.repository.path}-source` }
  const digest = await publish(cell.registry, repository, cell.contents[what], 'v1')
  return [`${cell.image}-source:v1`, digest]
}

/** Publishes an image with our client in the repository itself; returns its digest. */
async function here(cell: Cell): Promise<string> {
  return await publish(cell.registry, cell.repository, cell.contents.image, 'here')
}

async function craneAppend(cell: Cell, tag: string, ...options: readonly string[]): Promise<string> {
  return digestIn(
    await cell.run('crane', 'append', ...options, '-f', 'layer.tar', '-t', `${cell.image}:${tag}`),
  )
}

async function orasPush(cell: Cell, tag: string, ...args: readonly string[]): Promise<string> {
  const common = ['push', '--plain-http', '--format', 'json'] as const
  const stdout = await cell.run('oras', ...common, `${cell.image}:${tag}`, ...args)
  return (JSON.parse(stdout) as { digest: string }).digest
}

function skopeoCopy(what: 'image' | 'index' | 'artifact'): Write {
  return async (cell, tag) => {
    const [from] = await source(cell, what)
    const file = `${cell.place}.digest`
    await cell.run(
      'skopeo',
      ...['copy', '--all', '--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false'],
      ...['--digestfile', file, `docker://${from}`, `docker://${cell.image}:${tag}`],
    )
    return (await readFile(file, 'utf8')).trim()
  }
}

/** What cosign saves it loads again, under another name. */
function cosignLoad(what: 'image' | 'index' | 'artifact'): Write {
  return async (cell, tag) => {
    const [from, digest] = await source(cell, what)
    await cell.run('cosign', 'save', '--dir', cell.place, from)
    await cell.run('cosign', 'load', '--dir', cell.place, `${cell.image}:${tag}`)
    return digest
  }
}

async function imagetoolsCreate(cell: Cell, tag: string, ...args: readonly string[]): Promise<string> {
  const target = `${cell.image}:${tag}`
  await cell.run('buildx', 'imagetools', 'create', '-t', target, ...args)
  return await inspectDigest(cell, target)
}

/** The digest that buildx says a reference has. */
export async function inspectDigest(cell: Cell, reference: string): Promise<string> {
  // `{{.Manifest.Digest}}` would print its usual summary.
  const argv = ['imagetools', 'inspect', '--format', '{{json .Manifest}}', reference]
  return (JSON.parse(await cell.run('buildx', ...argv)) as { digest: string }).digest
}

/** Without a flag, imagetools wraps a single manifest in an index of its own. */
const AS_IT_IS = '--prefer-index=false'

export const WRITERS: Readonly<
  Record<Tool, Readonly<Record<Exclude<(typeof WRITTEN)[number], 'attachment'>, Write | Cannot>>>
> = {
  crane: {
    image: async (cell, tag) => {
      await craneAppend(cell, `${tag}-docker`)
      return await craneAppend(cell, tag, '--oci-empty-base')
    },
    index: async (cell, tag) => {
      const images = [await craneAppend(cell, 'one', '--oci-empty-base'), await craneAppend(cell, 'two')]
      const named = images.flatMap((digest) => ['-m', `${cell.image}@${digest}`])
      return digestIn(await cell.run('crane', 'index', 'append', ...named, '-t', `${cell.image}:${tag}`))
    },
    artifact: async (cell, tag) => {
      const [from, digest] = await source(cell, 'artifact')
      await cell.run('crane', 'copy', from, `${cell.image}:${tag}`)
      return digest
    },
    tag: async (cell, tag) => {
      const digest = await here(cell)
      await cell.run('crane', 'tag', `${cell.image}@${digest}`, tag)
      return digest
    },
  },
  oras: {
    image: async (cell, tag) => {
      const config = `config.json:${MEDIA_TYPES.ociConfig}`
      return await orasPush(cell, tag, '--config', config, `layer.tar.gz:${MEDIA_TYPES.ociTarGzip}`)
    },
    index: async (cell, tag) => {
      await orasPush(cell, 'one', '--artifact-type', ARTIFACT_TYPE, 'report.txt:text/plain')
      await here(cell)
      const argv = ['manifest', 'index', 'create', '--plain-http', `${cell.image}:${tag}`, 'one', 'here']
      return digestIn((await cell.run('oras', ...argv)).split('Digest:')[1] ?? '')
    },
    artifact: async (cell, tag) =>
      await orasPush(cell, tag, '--artifact-type', ARTIFACT_TYPE, 'report.txt:text/plain'),
    tag: async (cell, tag) => {
      const digest = await here(cell)
      await cell.run('oras', 'tag', '--plain-http', `${cell.image}@${digest}`, tag)
      return digest
    },
  },
  skopeo: {
    image: skopeoCopy('image'),
    index: skopeoCopy('index'),
    artifact: skopeoCopy('artifact'),
    tag: async (cell, tag) => {
      const digest = await here(cell)
      const options = ['--preserve-digests', '--src-tls-verify=false', '--dest-tls-verify=false']
      const names = [`docker://${cell.image}@${digest}`, `docker://${cell.image}:${tag}`]
      await cell.run('skopeo', 'copy', ...options, ...names)
      return digest
    },
  },
  buildx: {
    image: async (cell, tag) => {
      const file = `${cell.place}.json`
      const options = ['--push', '--network', 'none', '--provenance=false', '--metadata-file', file]
      await cell.run('buildx', 'build', ...options, '-t', `${cell.image}:${tag}`, 'context')
      const metadata = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
      return metadata['containerimage.digest'] ?? ''
    },
    index: async (cell, tag) => {
      await publish(cell.registry, cell.repository, cell.contents.index, 'both')
      const named = cell.contents.index.children.map((child) => `${cell.image}@${child.descriptor.digest}`)
      return await imagetoolsCreate(cell, tag, ...named)
    },
    artifact: async (cell, tag) => {
      const [from, digest] = await source(cell, 'artifact')
      expect(await imagetoolsCreate(cell, tag, AS_IT_IS, from)).toBe(digest)
      return digest
    },
    tag: async (cell, tag) => {
      const digest = await here(cell)
      expect(await imagetoolsCreate(cell, tag, AS_IT_IS, `${cell.image}@${digest}`)).toBe(digest)
      return digest
    },
  },
  cosign: {
    image: cosignLoad('image'),
    index: cosignLoad('index'),
    artifact: cosignLoad('artifact'),
    tag: { cannot: 'has no command that sets a tag' },
  },
}

/** Attaches something to a manifest and returns the type by which others list it. */
export type Attach = (cell: Cell, reference: string) => Promise<string>

/** No network: no signing configuration to fetch, no transparency log to write to or to ask. */
export async function sign(cell: Cell, reference: string): Promise<void> {
  const offline = ['--use-signing-config=false', '--tlog-upload=false', '--yes']
  await cell.run('cosign', 'sign', '--key', 'key.key', ...offline, reference)
}

/** Verifies a signature; returns the digest that was signed. */
export async function verify(cell: Cell, reference: string): Promise<string> {
  const offline = ['--insecure-ignore-tlog=true', '--private-infrastructure=true']
  return digestIn(
    await cell.run('cosign', 'verify', '--key', 'key.pub', ...offline, '--output', 'json', reference),
  )
}

export const ATTACHERS: Readonly<Record<Tool, Attach | Cannot>> = {
  crane: { cannot: 'has no command that attaches' },
  oras: async (cell, reference) => {
    const options = ['--plain-http', '--artifact-type', ARTIFACT_TYPE]
    await cell.run('oras', 'attach', ...options, reference, 'report.txt:text/plain')
    return ARTIFACT_TYPE
  },
  skopeo: { cannot: 'has no command that attaches' },
  buildx: { cannot: 'keeps attestations inside the index' },
  cosign: async (cell, reference) => {
    await sign(cell, reference)
    expect(await verify(cell, reference)).toBe(digestIn(reference))
    // In a fallback index cosign 3 lists its bundle by the type of the empty configuration.
    return cell.referrersApi
      ? 'application/vnd.dev.sigstore.bundle.v0.3+json'
      : 'application/vnd.oci.empty.v1+json'
  },
}

/** Hashes what a tool printed. */
export function hashOf(printed: string): string {
  return digestOf(new TextEncoder().encode(printed))
}
